"""The log of a console: from its end, while it grows, and when it is rotated or damaged."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.console.log import LogLine, parse_line, read_log, replay

STAMP = b"2026-11-24T03:04:05.123456789+00:00"


def line(data: bytes, stream: bytes = b"stdout", tag: bytes = b"F") -> bytes:
    return b" ".join((STAMP, stream, tag, data)) + b"\n"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "ctr.log"


def test_a_line_is_time_stream_and_bytes() -> None:
    parsed = parse_line(line(b"a b\xff", b"stderr", b"P").rstrip(b"\n"))
    assert parsed is not None
    assert parsed.time == pytest.approx(1795489445.123456789)
    assert parsed[1:] == ("stderr", b"a b\xff", True)


@pytest.mark.parametrize(
    "damaged", [b"", b"a b c d", b"yesterday stdout F x", STAMP + b" stdout", STAMP + b" stdout X y"]
)
def test_a_damaged_line_is_none(damaged: bytes) -> None:
    assert parse_line(damaged) is None


def contents(lines: Iterator[LogLine]) -> list[bytes]:
    return [found.data for found in lines]


@pytest.mark.parametrize("size", [1, 100, 70_000])
@pytest.mark.parametrize("tail", [0, 1, 5, 50, 1000])
def test_the_last_lines_are_found_from_the_end(log: Path, size: int, tail: int) -> None:
    every = [b"%d:" % number + b"x" * size for number in range(60)]
    log.write_bytes(b"".join(map(line, every)))
    assert contents(read_log(log, tail=tail)) == (every[-tail:] if tail else [])
    assert contents(read_log(log)) == every


def test_a_log_that_was_cut_behind_its_last_lines_is_at_its_end(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log.write_bytes(line(b"one"))
    monkeypatch.setattr("core.console.log._start", lambda file, tail: 10_000)
    assert contents(read_log(log, tail=1)) == []


def test_a_log_that_grows_faster_than_it_is_read_comes_to_an_end(log: Path) -> None:
    log.write_bytes(line(b"one") + line(b"two"))
    found = []
    for read in read_log(log, tail=1):
        found.append(read.data)
        with log.open("ab") as file:
            file.write(line(b"later") * 2)
        assert len(found) < 100
    assert found == [b"two"]


def test_a_log_that_is_not_there_has_no_lines(log: Path) -> None:
    assert contents(read_log(log)) == []
    assert replay(log, 1000) == b""


def test_lines_before_a_time_are_left_out(log: Path) -> None:
    log.write_bytes(line(b"early") + line(b"late").replace(b"03:04:05", b"03:04:06"))
    assert contents(read_log(log, since=1795489446.0)) == [b"late"]


class Follower:
    """A thread that follows a log."""

    def __init__(self, log: Path, tail: int | None = None) -> None:
        self.seen: list[bytes] = []
        self.stop = threading.Event()
        self.ended = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(log, tail))
        self._thread.start()

    def _run(self, log: Path, tail: int | None) -> None:
        for found in read_log(log, tail=tail, follow=True, stop=self.stop, ended=self.ended.is_set):
            self.seen.append(found.data)

    def wait(self, wanted: list[bytes]) -> None:
        deadline = time.monotonic() + 5
        while self.seen != wanted and time.monotonic() < deadline:
            time.sleep(0.01)
        assert self.seen == wanted

    def join(self) -> None:
        self._thread.join(5)
        assert not self._thread.is_alive()


def test_following_goes_through_rotation_and_truncation_and_ends_with_the_container(log: Path) -> None:
    log.write_bytes(line(b"old") + line(b"one"))
    follower = Follower(log, tail=1)
    follower.wait([b"one"])
    with log.open("ab") as file:
        file.write(line(b"two")[:20])
        file.flush()
        time.sleep(0.05)
        file.write(line(b"two")[20:])
    follower.wait([b"one", b"two"])
    log.rename(log.with_suffix(".1"))
    log.write_bytes(line(b"three"))
    follower.wait([b"one", b"two", b"three"])
    log.write_bytes(b"")
    time.sleep(0.1)
    with log.open("ab") as file:
        file.write(line(b"four"))
    follower.wait([b"one", b"two", b"three", b"four"])
    with log.open("ab") as file:
        file.write(line(b"last words"))
    follower.ended.set()
    follower.wait([b"one", b"two", b"three", b"four", b"last words"])
    follower.join()


def test_following_waits_for_a_log_that_is_not_there_yet(log: Path) -> None:
    follower = Follower(log)
    time.sleep(0.1)
    log.write_bytes(line(b"first"))
    follower.wait([b"first"])
    follower.stop.set()
    follower.join()


def test_a_replay_is_what_the_terminal_got(log: Path) -> None:
    log.write_bytes(line(b"prompt$ ", tag=b"P") + line(b"ls\r") + line(b"\x1b[1mx\xff", tag=b"P"))
    assert replay(log, 10_000) == b"prompt$ ls\r\n\x1b[1mx\xff"


def test_a_replay_is_bounded_and_begins_with_a_whole_line(log: Path) -> None:
    log.write_bytes(b"".join(line(b"%04d" % number) for number in range(1000)))
    got = replay(log, 1000)
    assert len(got) < 1000
    assert got.endswith(b"0999\n")
    assert got.splitlines()[0].isdigit()
