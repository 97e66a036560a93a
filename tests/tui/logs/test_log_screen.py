"""The log on the screen, over files as the monitor writes them."""

from __future__ import annotations

import datetime
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.console.log_pages import Position
from core.events import EventKind
from tests.fakes.engine import FakeEngine
from tests.tui.conftest import lines, shown, until, until_shown
from tui.app import WharfApp
from tui.configuration.schema import Configuration, LogTimes
from tui.logs.log_lines import LogLines
from tui.logs.reader import Grew, LogReader
from tui.screens import log_screen
from tui.screens.deck import DeckScreen
from tui.screens.log_screen import LogScreen
from tui.widgets.filter_field import FilterField

pytestmark = pytest.mark.usefixtures("saved_in")


@pytest.fixture
def saved_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where logs are saved."""
    monkeypatch.setattr(log_screen, "user_data_path", lambda _: tmp_path / "data")
    return tmp_path / "data" / "logs"


def lines_of_log(*texts: str, at: float | None = None, stream: str = "stdout") -> bytes:
    moment = datetime.datetime.fromtimestamp(time.time() if at is None else at, datetime.UTC)
    stamp = moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "000+00:00"
    return "".join(f"{stamp} {stream} F {text}\n" for text in texts).encode()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "ctr.log"
    path.write_bytes(lines_of_log(*(f"line {number}" for number in range(5000))))
    yield path


def append(path: Path, *texts: str) -> None:
    with path.open("ab") as file:
        file.write(lines_of_log(*texts))


def heading(app: WharfApp) -> str:
    return lines(app)[0]


async def test_it_opens_at_the_end_and_follows(app: WharfApp, log: Path) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(LogScreen([log], ["web"]))
        await until_shown(pilot, "log of web", "following", "line 4999")
        append(log, "something new")
        await until_shown(pilot, "something new")


async def test_one_look_at_a_time_is_asked_of_a_log_that_grows_faster_than_it_is_drawn(
    app: WharfApp, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow, held, told = LogReader.follow, list[Position](), list[Grew]()
    grew = LogLines._grew

    def tell(self: LogLines, answer: Grew) -> None:
        told.append(answer)
        grew(self, answer)

    monkeypatch.setattr(LogLines, "_grew", tell)
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(LogScreen([log], ["web"]))
        await until_shown(pilot, "line 4999")
        with monkeypatch.context() as holding:
            holding.setattr(LogReader, "follow", lambda _, place: held.append(place))
            for number in range(3):
                before = len(told)
                append(log, *(f"later {number} {line}" for line in range(1000)))
                await until(pilot, lambda before=before: len(told) > before)
            assert len(held) == 1
        reader = app.screen.query_one(LogLines)._reader
        assert reader is not None
        follow(reader, held[0])
        await until_shown(pilot, "later 2 999", "following")


async def test_another_log_of_the_same_length_is_not_shown_as_the_one_before(app: WharfApp, log: Path) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(LogScreen([log], ["web"]))
        await until_shown(pilot, "line 4999")
        another = log.with_suffix(".new")
        another.write_bytes(lines_of_log(*(f"LINE {number}" for number in range(5000))))
        another.rename(log)
        await until_shown(pilot, "LINE 4999")


async def test_looking_back_stays_where_it_is_and_says_that_there_is_more(app: WharfApp, log: Path) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(LogScreen([log], ["web"]))
        await until_shown(pilot, "line 4999")
        await pilot.press("1")
        await until_shown(pilot, "line 0", "looking back")
        append(log, "not yet seen")
        await until(pilot, lambda: "more below" in heading(app))
        assert "line 0" in shown(app)
        for _ in range(60):
            await pilot.press("pagedown")
        await until_shown(pilot, "line 1200")
        await pilot.press("G")
        await until_shown(pilot, "not yet seen", "following")


async def test_a_search_shows_what_is_found_in_its_context(app: WharfApp, log: Path) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(LogScreen([log], ["web"]))
        await until_shown(pilot, "line 4999")
        await pilot.press("slash", *"line 42", "enter")
        await until_shown(pilot, "finding line 42", "line 4299")
        assert "line 4300" in shown(app)
        await pilot.press("n")
        await until(pilot, lambda: lines(app)[1].startswith("line 4298"))
        await pilot.press("N")
        await until(pilot, lambda: lines(app)[1].startswith("line 4299"))
        await pilot.press("slash", *("backspace",) * 7, *"nowhere", "enter")
        await until_shown(pilot, "there is no further nowhere")
        await pilot.press("escape")
        await until(pilot, lambda: "finding" not in heading(app))


async def test_what_is_typed_right_behind_the_key_is_in_the_field(app: WharfApp, log: Path) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        screen = LogScreen([log], ["web"])
        app.push_screen(screen)
        await until_shown(pilot, "log of web", "following")
        screen.action_ask("/")
        assert screen.focused is screen.query_one(FilterField)


async def test_a_filter_hides_the_others_and_goes_again(app: WharfApp, log: Path) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(LogScreen([log], ["web"]))
        await until_shown(pilot, "line 4999")
        await pilot.press("ampersand", *"/ 49?7$/", "enter")
        await until_shown(pilot, "only / 49?7$/", "line 47", "line 497")
        assert "line 4999" not in shown(app)
        append(log, "line 497")
        await until(pilot, lambda: shown(app).count("line 497") == 2)
        await pilot.press("ampersand", *("backspace",) * 8, *"!line", "enter")
        await until(pilot, lambda: "line 497" not in shown(app))
        await pilot.press("escape")
        await until_shown(pilot, "line 4999")


async def test_times_are_told_in_another_zone(app: WharfApp, log: Path) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        times = LogTimes(times=True, time_format="<%Z>", time_zone="Asia/Kathmandu")
        app.push_screen(LogScreen([log], ["web"], times=times))
        await until_shown(pilot, "<+0545> line 4999")
        await pilot.press("T")
        await until_shown(pilot, "those of this machine")
        await pilot.press("T")
        await until_shown(pilot, "<UTC> line 4999", "times are UTC")
        await pilot.press("T")
        await until_shown(pilot, "<+0545> line 4999")


async def test_an_open_log_follows_the_configuration_but_for_what_keys_have_set(app: WharfApp, log: Path) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        times = LogTimes(time_format="<%Z>", time_zone="Asia/Kathmandu")
        screen = LogScreen([log], ["web"], times=times)
        app.push_screen(screen)
        await until_shown(pilot, "line 4999")
        await pilot.press("t")
        await until_shown(pilot, "<+0545> line 4999")
        deck = app.screen_stack[1]
        assert isinstance(deck, DeckScreen)
        changed = LogTimes(time_format="[%Z]", time_zone="Asia/Kathmandu")
        deck.take_configuration(Configuration(logs=changed))
        await until_shown(pilot, "[+0545] line 4999")
        deck.take_configuration(Configuration(logs=LogTimes(times=True, time_format="[%Z]", time_zone="UTC")))
        await until_shown(pilot, "[UTC] line 4999")
        deck.take_configuration(Configuration(logs=LogTimes(time_format="[%Z]", time_zone="UTC")))
        await until(pilot, lambda: "[UTC]" not in shown(app))


@pytest.mark.parametrize("width", [60, 80, 104, 140])
async def test_no_key_in_the_last_line_is_cut_and_the_help_has_all(app: WharfApp, log: Path, width: int) -> None:
    async with app.run_test(size=(width, 24)) as pilot:
        app.push_screen(LogScreen([log], ["web"]))
        await until_shown(pilot, "line 4999", "? help")
        words = [item.split()[-1] for item in re.split(r" {2,}", lines(app)[-1].strip())]
        assert words[:6] == ["find", "next", "filter", "follow", "back", "help"]
        known = ["range", "run", "time", "wrap", "json", "mark", "clear", "copy", "save", "whole"]
        assert words[6:] == known[: len(words) - 6]
        await pilot.press("question_mark")
        await until_shown(pilot, "the keys of a log", "JSON lines folded, open or raw")
        await pilot.press("q")
        await until_shown(pilot, "log of web")


async def test_the_runs_of_a_container_one_by_one(app: WharfApp, fake: FakeEngine) -> None:
    web = fake.add("web")
    for run in ("first", "second", "third"):
        web.become(EventKind.INIT)
        web.print(*(f"{run} says {number}".encode() for number in range(3)))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("l")
        await until_shown(pilot, "log of web", "first says 0", "third says 2")
        await pilot.press("p")
        await until(pilot, lambda: "second says 2" in shown(app) and "third" not in shown(app))
        assert "first" not in shown(app) and "run 2 of 3" in heading(app)
        web.print(b"third says more")
        await pilot.press("p")
        await until(pilot, lambda: "first says 2" in shown(app) and "second" not in shown(app))
        assert "run 1 of 3" in heading(app)
        await pilot.press("p")
        await until_shown(pilot, "that was the first run", "first says 0", "third says more", "following")
        await pilot.press("p", "escape")
        await until(pilot, lambda: "run" not in heading(app) and "third says 2" in shown(app))


async def test_a_container_that_ran_once_has_no_run_before(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web").become(EventKind.INIT)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("l", "p")
        await until_shown(pilot, "there is no run before")


async def test_a_range_of_time(app: WharfApp, tmp_path: Path) -> None:
    log = tmp_path / "ctr.log"
    now = time.time()
    log.write_bytes(
        lines_of_log("an old one", at=now - 4000) + lines_of_log("half an hour", at=now - 1700) + lines_of_log("new")
    )
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(LogScreen([log], ["web"]))
        await until_shown(pilot, "an old one")
        await pilot.press("5")
        await until(pilot, lambda: "an old one" not in shown(app))
        assert "half an hour" in shown(app) and "the last 30 minutes" in heading(app)
        await pilot.press("2")
        await until(pilot, lambda: "half an hour" not in shown(app) and "new" in shown(app))
        await pilot.press("0")
        await until_shown(pilot, "an old one")
        await pilot.press("C")
        await until(pilot, lambda: "new" not in lines(app)[1])
        append(log, "after the clearing")
        await until_shown(pilot, "after the clearing")


async def test_logs_are_merged_by_time(app: WharfApp, tmp_path: Path) -> None:
    for name, first in (("web", 0), ("db", 1)):
        (tmp_path / name).write_bytes(
            b"".join(lines_of_log(f"{name} says {number}", at=1000.0 + number) for number in range(first, 40, 2))
        )
    async with app.run_test(size=(80, 50)) as pilot:
        app.push_screen(LogScreen([tmp_path / "web", tmp_path / "db"], ["web", "db"]))
        await until_shown(pilot, "says 39")
        said = [line.split()[:4] for line in lines(app) if "says" in line]
        assert said == [[name, name, "says", str(n)] for n in range(40) for name in ("web" if n % 2 == 0 else "db",)]


async def test_a_log_that_is_cut_or_replaced_meanwhile_goes_on(app: WharfApp, log: Path, tmp_path: Path) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(LogScreen([log], ["web"]))
        await until_shown(pilot, "line 4999")
        os.truncate(log, 0)
        await until_shown(pilot, "begun anew")
        append(log, "after the cut")
        await until_shown(pilot, "after the cut")
        (tmp_path / "next").write_bytes(lines_of_log("of the next file"))
        os.replace(tmp_path / "next", log)
        await until_shown(pilot, "of the next file")


async def test_binary_output_and_a_line_of_a_megabyte(app: WharfApp, tmp_path: Path) -> None:
    log = tmp_path / "ctr.log"
    stamp = b"2026-11-24T10:00:00.000000000+00:00 stdout "
    noise = bytes(byte for byte in range(256) if byte != 10)
    log.write_bytes(
        stamp + b"F before\n" + b"".join(stamp + b"P " + b"x" * 8192 + b"\n" for _ in range(128)) + stamp + b"F \n"
        + stamp + b"F " + noise + b"\n" + stamp + b"F behind\n"
    )  # fmt: skip
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(LogScreen([log], ["web"]))
        await until_shown(pilot, "behind", "xxxx")
        await pilot.press("g")
        await until_shown(pilot, "before")
        await pilot.press("w", "G")
        await until_shown(pilot, "behind", "before")


async def test_marks_times_json_and_what_is_copied(app: WharfApp, log: Path) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(LogScreen([log], ["web"]))
        await until_shown(pilot, "line 4999")
        await pilot.press("m")
        await until_shown(pilot, "──────")
        day = datetime.datetime.now()
        append(log, '{"level": "warn", "msg": "slow", "ms": 3}')
        await until_shown(pilot, "WARN  slow ms=3")
        await pilot.press("J")
        await until_shown(pilot, '"msg": "slow"')
        await pilot.press("J", "t")
        await until_shown(pilot, '{"level": "warn"', f"{day:%Y-%m-%d}")
        await pilot.press("c")
        await until(pilot, lambda: " lines" in shown(app) and "copied: " in shown(app))
        assert app.clipboard.endswith('line 4999\n{"level": "warn", "msg": "slow", "ms": 3}')


async def test_what_is_filtered_is_saved(app: WharfApp, log: Path, saved_in: Path) -> None:
    async with app.run_test(size=(160, 24)) as pilot:
        app.push_screen(LogScreen([log], ["web/../x"]))
        await until_shown(pilot, "line 4999")
        await pilot.press("ampersand", *"line 499", "enter")
        await until(pilot, lambda: "line 4989" not in shown(app))
        await pilot.press("ctrl+s")
        await until_shown(pilot, "11 lines saved")
        (saved,) = saved_in.iterdir()
        assert saved.read_text().splitlines() == ["line 499", *(f"line 499{number}" for number in range(10))]


async def test_it_is_left_step_by_step(app: WharfApp, log: Path) -> None:
    async with app.run_test(size=(60, 20)) as pilot:
        app.push_screen(LogScreen([log], ["web"]))
        await until_shown(pilot, "line 4999")
        await pilot.press("f")
        await until(pilot, lambda: "log of web" not in shown(app))
        await pilot.press("escape")
        await until_shown(pilot, "log of web")
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, LogScreen))
