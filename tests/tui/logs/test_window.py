from __future__ import annotations

from core.console.log_pages import LogEntry
from tui.logs.reader import Earlier, Later, Replaced
from tui.logs.window import KEPT, LogWindow


def entry(number: int, *, complete: bool = True) -> LogEntry:
    return LogEntry(b"", "stdout", b"%d" % number, complete, 0, (number * 10,), (number * 10 + 10,))


def entries(first: int, last: int) -> tuple[LogEntry, ...]:
    return tuple(entry(number) for number in range(first, last))


def window(first: int, last: int, *, rows: int = 4, height: int = 1, at_begin: bool = True) -> LogWindow:
    made = LogWindow(lambda _: height)
    made.settle(rows)
    made.replace(Replaced(entries(first, last), None, (last * 10,), at_begin, at_end=True))
    return made


def shown(of: LogWindow) -> list[tuple[int, int]]:
    return [(int(entry.data), row) for entry, row in of.shown()]


def test_the_end_is_followed_until_one_scrolls_up_and_again_when_one_is_back() -> None:
    view = window(0, 10)
    assert shown(view) == [(6, 0), (7, 0), (8, 0), (9, 0)]
    view.scroll(-2)
    assert not view.following and shown(view)[0] == (4, 0)
    view.add_later(Later(entries(10, 12), (100,), (120,), at_end=True))
    assert shown(view)[0] == (4, 0)
    view.scroll(100)
    assert view.following and shown(view)[-1] == (11, 0)
    view.add_later(Later(entries(12, 13), (120,), (130,), at_end=True))
    assert shown(view)[-1] == (12, 0)


def test_rows_of_an_entry_scroll_one_by_one() -> None:
    view = window(0, 3, height=3)
    assert shown(view) == [(1, 2), (2, 0), (2, 1), (2, 2)]
    view.scroll(-1)
    assert shown(view)[0] == (1, 1)
    view.scroll(-100)
    assert shown(view)[0] == (0, 0)
    view.scroll(4)
    assert shown(view)[0] == (1, 1)


def test_a_line_that_went_on_takes_the_place_of_its_begin() -> None:
    view = LogWindow(lambda _: 1)
    view.settle(4)
    view.replace(Replaced((entry(0), entry(1, complete=False)), None, (20,), True, at_end=True))
    assert view.follow_place == (10,)
    view.add_later(Later((LogEntry(b"", "stdout", b"whole", True, 0, (10,), (30,)),), (10,), (30,), at_end=True))
    assert [kept.data for kept in view.entries] == [b"0", b"whole"]
    assert view.follow_place == (30,)


def test_what_is_kept_is_bounded_and_the_screen_stays_where_it_is() -> None:
    view = window(KEPT, 2 * KEPT, at_begin=False)
    view.scroll(-KEPT)
    before = shown(view)
    assert view.wants_earlier()
    view.add_earlier(Earlier(entries(KEPT - 400, KEPT), at_begin=False))
    assert len(view.entries) == KEPT and shown(view) == before
    assert not view.at_end
    view.scroll(KEPT)
    assert not view.following and view.wants_later()


def test_the_entry_that_is_meant_is_first_on_the_screen() -> None:
    view = window(0, 3)
    view.replace(Replaced(entries(0, 50), (200,), (500,), True, at_end=True))
    assert shown(view)[0] == (20, 0)
    assert view.top_place == (200,)
    view.replace(Replaced(entries(0, 50), (490,), (500,), True, at_end=True))
    assert shown(view)[-1] == (49, 0)


def test_nothing_is_no_error() -> None:
    view = window(0, 0)
    view.scroll(3)
    view.scroll(-3)
    assert shown(view) == [] and view.first_shown is None
