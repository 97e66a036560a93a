from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.console import log_pages
from core.console.log_pages import LogFile, LogPages

Piece = tuple[str, str, bytes]


def stamp(number: int) -> str:
    return f"2026-11-24T10:{number // 60:02d}:{number % 60:02d}.000000000+00:00"


def written(path: Path, pieces: list[Piece], first: int = 0, step: int = 1) -> Path:
    lines = [
        f"{stamp(first + step * number)} {stream} {tag} ".encode() + data + b"\n"
        for number, (stream, tag, data) in enumerate(pieces)
    ]
    path.write_bytes(b"".join(lines))
    return path


def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_pages, "BLOCK", 256)
    monkeypatch.setattr(log_pages, "LONGEST_PIECE", 300)


pieces = st.lists(
    st.tuples(
        st.sampled_from(["stdout", "stderr"]),
        st.sampled_from("FFP"),
        st.binary(max_size=60).map(lambda data: data.replace(b"\n", b"")),
    ),
    max_size=60,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(pieces=pieces)
def test_back_and_forth_give_the_same_and_all_of_it(
    pieces: list[Piece], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_blocks(monkeypatch)
    log = LogFile(written(tmp_path / "log", pieces))
    forth = list(log.forward(0))
    assert list(reversed(list(log.backward(log.size)))) == forth
    assert b"".join(entry.data for entry in forth) == b"".join(data for _, _, data in pieces)
    assert [entry.end for entry in forth[:-1]] == [entry.begin for entry in forth[1:]]
    for number, entry in enumerate(forth):
        assert list(log.forward(entry.begin[0])) == forth[number:]
        assert list(log.backward(entry.begin[0])) == forth[:number][::-1]
    log.close()


def test_pieces_of_a_line_are_one_entry(tmp_path: Path) -> None:
    parts: list[Piece] = [("stdout", "P", b"he"), ("stdout", "P", b"l"), ("stdout", "F", b"lo"), ("stdout", "P", b"$ ")]
    entries = list(LogFile(written(tmp_path / "log", parts)).forward(0))
    assert [(entry.data, entry.complete) for entry in entries] == [(b"hello", True), (b"$ ", False)]


def test_a_line_that_is_not_yet_written_to_its_end_is_not_shown(tmp_path: Path) -> None:
    path = written(tmp_path / "log", [("stdout", "F", b"one")])
    with path.open("ab") as file:
        file.write(f"{stamp(9)} stdout F half".encode())
    log = LogFile(path)
    assert [entry.data for entry in log.forward(0)] == [b"one"]
    with path.open("ab") as file:
        file.write(b" done\n")
    last = next(log.backward(log.size))
    assert not log.refresh()
    assert [entry.data for entry in log.forward(last.end[0])] == [b"half done"]


def test_a_log_that_begins_anew_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "log", [("stdout", "F", b"old")] * 5)
    log = LogFile(path)
    assert not log.refresh()
    written(tmp_path / "next", [("stdout", "F", b"new")])
    os.replace(tmp_path / "next", path)
    assert log.refresh()
    assert [entry.data for entry in log.forward(0)] == [b"new"]
    os.truncate(path, 0)
    assert log.refresh()
    assert list(log.forward(0)) == []


def test_a_log_that_is_not_there_yet_is_empty_until_it_comes(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "log")
    assert list(log.forward(0)) == []
    written(tmp_path / "log", [("stdout", "F", b"first")])
    assert not log.refresh()
    assert [entry.data for entry in log.forward(0)] == [b"first"]


def test_damage_is_shown_as_it_is_and_stops_nothing(tmp_path: Path) -> None:
    path = written(tmp_path / "log", [("stdout", "F", b"before")])
    with path.open("ab") as file:
        file.write(b"\x00nonsense\n" + f"{stamp(5)} stdout F after\n".encode())
    entries = list(LogFile(path).forward(0))
    assert [entry.data for entry in entries] == [b"before", b"\x00nonsense", b"after"]
    assert entries[1].time == 0.0


def test_a_moment_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_blocks(monkeypatch)
    log = LogFile(written(tmp_path / "log", [("stdout", "F", b"%d" % number) for number in range(200)]))
    entries = list(log.forward(0))
    for number in (0, 1, 57, 199):
        assert next(log.forward(log.place_of(entries[number].time))).data == b"%d" % number
    assert log.place_of(entries[-1].time + 1) == log.size
    assert log.place_of(0.0) == 0


def test_blocks_without_what_is_sought_are_not_taken_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_blocks(monkeypatch)
    log = LogFile(written(tmp_path / "log", [("stdout", "F", b"%d" % number) for number in range(200)]))
    found = list(log.forward(0, lambda block: b"F 123" not in block))
    assert b"123" in [entry.data for entry in found]
    assert len(found) < 20


def test_several_logs_are_one_in_the_order_of_time(tmp_path: Path) -> None:
    even = written(tmp_path / "even", [("stdout", "F", b"%d" % number) for number in range(0, 40, 2)], 0, 2)
    odd = written(tmp_path / "odd", [("stdout", "F", b"%d" % number) for number in range(1, 40, 2)], 1, 2)
    pages = LogPages([even, odd])
    forth = list(pages.forward(pages.begin))
    assert [entry.data for entry in forth] == [b"%d" % number for number in range(40)]
    assert [entry.source for entry in forth[:3]] == [0, 1, 0]
    assert list(reversed(list(pages.backward(pages.end)))) == forth
    for number in (0, 7, 39):
        assert list(pages.forward(forth[number].begin)) == forth[number:]
        assert list(pages.backward(forth[number].begin)) == forth[:number][::-1]
    middle = pages.position_of(forth[20].time)
    assert [entry.data for entry in pages.forward(middle)][:2] == [b"20", b"21"]
    assert 0.4 < pages.fraction(middle) < 0.6
    pages.close()


def test_a_log_of_docker(tmp_path: Path) -> None:
    log = tmp_path / "json.log"
    lines = [
        {"log": "one <b>\n", "stream": "stdout", "time": "2026-01-02T03:04:05.5Z"},
        {"log": "two ", "stream": "stderr", "time": "2026-01-02T03:04:06Z"},
        {"log": "halves\n", "stream": "stderr", "time": "2026-01-02T03:04:07Z"},
    ]
    written = [json.dumps(line, separators=(",", ":")).replace("<", "\\u003c") for line in lines]
    log.write_text("\n".join([*written, '{"log":5}']) + "\n")
    file = LogFile(log)
    entries = list(file.forward(0, skip=lambda block: b"<b>" not in block))
    assert [(entry.stream, entry.data, entry.complete) for entry in entries] == [
        ("stdout", b"one <b>", True),
        ("stderr", b"two halves", True),
        ("stdout", b'{"log":5}', True),
    ]
    assert entries[0].time == 1767323045.5
    assert [entry.data for entry in file.backward(file.size)] == [entry.data for entry in reversed(entries)]
    file.close()
