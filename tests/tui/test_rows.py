"""The rows of a list without a screen: filter, order, marks; and what is kept of them between runs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.filtering import Filter
from tui.kept import Kept, KeptView
from tui.keymap import GENERAL
from tui.live import Live
from tui.rows import Rows
from tui.views.view import Column, View


@dataclass(frozen=True)
class Thing:
    id: str
    state: str = "running"
    labels: tuple[str, ...] = ()
    size: int = 0

    @property
    def name(self) -> str:
        return self.id


VIEW = View(
    name="things",
    noun="thing",
    columns=(
        Column("name", "NAME", lambda thing, live: thing.id, share=1),
        Column("size", "SIZE", lambda thing, live: f"{thing.size} B", sort=lambda thing, live: thing.size, falls=True),
    ),
    actions=GENERAL,
    actions_of=lambda deck: object(),
    tabs=(),
    searched=lambda thing: f"{thing.id} {thing.state} {' '.join(thing.labels)}",
    terms={
        "state": lambda thing: (thing.state,),
        "label": lambda thing: thing.labels,
        "name": lambda thing: (thing.id,),
    },
    runs=lambda thing: thing.state == "running",
)  # fmt: skip
THINGS = (
    Thing("web-1", labels=("tier=front",), size=10),
    Thing("web-2", "exited", ("tier=front", "old=yes"), size=9),
    Thing("Database", labels=("tier=back",), size=100),
    Thing("test web", "paused"),
)


def made(typed: str = "") -> Rows:
    rows = Rows(VIEW, Live())
    rows.put(THINGS)
    rows.set_filter(typed)
    return rows


def names(rows: Rows) -> list[str]:
    return [row.id for row in rows.shown]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", ["web-1", "web-2", "Database", "test web"]),
        ("WEB", ["web-1", "web-2", "test web"]),
        ("web !test", ["web-1", "web-2"]),
        ("state:run", ["web-1", "Database"]),
        ("!state:run", ["web-2", "test web"]),
        ("label:tier=front !label:old", ["web-1"]),
        ("/web-[0-9]/", ["web-1", "web-2"]),
        ("!/^WEB/", ["Database", "test web"]),
        ('"test web"', ["test web"]),
        ('name:"test w"', ["test web"]),
        ("state:", ["web-1", "web-2", "Database", "test web"]),
        ("!", ["web-1", "web-2", "Database", "test web"]),
        ("unknown:web", []),
        ("nothing at all", []),
    ],
)
def test_a_filter_shows_what_fits(typed: str, expected: list[str]) -> None:
    assert names(made(typed)) == expected


def test_a_regular_expression_that_is_not_finished_says_so_and_hides_nothing() -> None:
    rows = made("/web-[/")
    assert "no regular expression" in rows.filter.trouble
    assert len(rows.shown) == len(THINGS)


def test_letters_are_found_in_their_order() -> None:
    assert names(made("~wb1")) == ["web-1"]
    assert names(made("!~wb name:web")) == []
    assert names(made("~1bw")) == []


@given(st.text(max_size=30))
def test_whatever_is_typed_is_a_filter(typed: str) -> None:
    for thing in THINGS:
        Filter(typed, VIEW.terms).fits(thing, VIEW.searched(thing).casefold())


@given(st.text("abc ", max_size=6))
def test_inverse_is_the_rest(word: str) -> None:
    plain = word.strip().replace(" ", "")
    if plain:
        assert {*names(made(plain)), *names(made(f"!{plain}"))} == {thing.id for thing in THINGS}
        assert not {*names(made(plain))} & {*names(made(f"!{plain}"))}


def test_rows_are_ordered_by_what_a_column_means_and_not_by_its_text() -> None:
    rows = made()
    rows.sort_by(VIEW.column("size"))
    assert [row.size for row in rows.shown] == [100, 10, 9, 0]
    rows.sort_by(VIEW.column("size"), falling=False)
    assert [row.size for row in rows.shown] == [0, 9, 10, 100]
    rows.sort_by(VIEW.column("name"))
    assert names(rows) == ["Database", "test web", "web-1", "web-2"]
    rows.sort_by(None)
    assert names(rows) == [thing.id for thing in THINGS]


def test_marks_outlive_order_and_filter_and_go_with_their_rows() -> None:
    rows = made()
    rows.toggle_mark(THINGS[0])
    rows.mark_range(2)
    rows.sort_by(VIEW.column("name"))
    rows.set_filter("web")
    assert [row.id for row in rows.marked] == ["web-1", "web-2", "Database"]
    rows.put(THINGS[1:])
    assert [row.id for row in rows.marked] == ["web-2", "Database"]
    rows.toggle_mark(THINGS[2])
    assert [row.id for row in rows.marked] == ["web-2"]
    assert rows.clear_marks()
    assert not rows.clear_marks()


def test_a_new_picture_of_a_row_is_searched_anew() -> None:
    rows = made("exited")
    assert names(rows) == ["web-2"]
    rows.put([Thing("web-1", "exited"), *THINGS[1:]])
    assert names(rows) == ["web-1", "web-2"]


def test_running_only() -> None:
    rows = made("web")
    rows.running_only = True
    rows.arrange()
    assert names(rows) == ["web-1"]


def test_what_is_kept_is_there_again(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "lists.json"
    Kept(path).keep("containers", KeptView(["name", "cpu"], "cpu", True))
    again = Kept(path)
    assert again.view("containers") == KeptView(["name", "cpu"], "cpu", True)
    assert again.view("images") == KeptView()
    assert again.trouble == ""
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"views": {"containers": {"columns": 3}}}', b"\xff" * 99])
def test_a_damaged_file_is_passed_over_with_a_word(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "lists.json"
    path.write_bytes(content)
    kept = Kept(path)
    assert kept.view("containers") == KeptView()
    assert re.search(r"lists\.json can not be read", kept.trouble)
    kept.keep("images", KeptView(sort="size"))
    assert Kept(path).view("images").sort == "size"
