"""What a view is made of: a description, from which the one table, the details, the keys and the menus are drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from tui.keymap import Action
from tui.languages import N_, ngettext
from tui.live import Live

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen
    from tui.tabs.tab import DetailTab, TabContext

Row = Any
"""A frozen picture of one thing that the view lists: a snapshot of a container, an image, an event."""
LABEL: Final = "label:"
"""Begins the name of a column that shows a label."""


@dataclass(frozen=True, slots=True)
class Column:
    """`text`: the cell, harmless or not: the table makes it so. `width`: columns; 0 for a share of what is left.

    `narrow`: the width where states are not written in full: see `tui.state_words`.
    `rank`: where there is no room the highest goes first. `sort`: what rows are ordered by, the text where None.
    `style`: the name of one of the table's styles. `falls`: sorted the highest first. `live`: of figures that are
    only read for rows on the screen. `chosen`: shown where the operator has not said otherwise. `path`: of a column of
    the operator's, see `tui.own_columns`.
    """

    name: str
    title: str
    text: Callable[[Row, Live], str]
    width: int = 0
    rank: int = 0
    share: int = 0
    right: bool = False
    sort: Callable[[Row, Live], Any] | None = None
    style: Callable[[Row, Live], str] | None = None
    falls: bool = False
    live: bool = False
    chosen: bool = True
    path: str = ""
    narrow: Mapping[str, int] = field(default_factory=dict)


@cache
def label_column(label: str) -> Column:
    """What rows have for a label. The same object each time."""
    width = max(10, min(len(label), 20))
    text: Callable[[Row, Live], str] = lambda row, live: row.labels.get(label, "")  # noqa: E731
    return Column(f"{LABEL}{label}", label.upper(), text, width=width, rank=8, chosen=False)


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab of the details. `make` is called when it is first shown: what it needs is imported then."""

    name: str
    title: str
    make: Callable[[TabContext], DetailTab]


@dataclass(frozen=True, slots=True)
class View:
    """`key`: what a row is known by. `label`: what people call it. `searched`: the text that a filter looks through.

    `terms`: the values behind `state:`, `label:` and so on. `runs`: which rows stay with the running ones alone.
    `has_failed`: which rows somebody should look at. `labelled`: whether rows have `labels`, each a column if wanted.
    `reader`: how the bridge reads the rows, by its name in `tui.bridge.readers`; empty where the screen has them.
    `noun`: what a row is, in English; its plural has an s.
    `actions_of`: makes the object that has a method for each of the view's actions. `refusal`: why a row does not allow
    what was asked for.
    """

    name: str
    noun: str
    columns: tuple[Column, ...]
    actions: tuple[Action, ...]
    actions_of: Callable[[DeckScreen], object]
    tabs: tuple[Tab, ...]
    reader: str = ""
    key: Callable[[Row], str] = lambda row: str(row.id)
    label: Callable[[Row], str] = lambda row: str(row.name)
    searched: Callable[[Row], str] = lambda row: str(row.name)
    terms: Mapping[str, Callable[[Row], Iterable[str]]] = field(default_factory=dict)
    runs: Callable[[Row], bool] | None = None
    has_failed: Callable[[Row], bool] | None = None
    labelled: bool = False
    refusal: Callable[[Row], str] = lambda row: ""
    empty: str = N_("Nothing is there.")
    newest_first: bool = False

    def counted_noun(self, count: int) -> str:
        """What so many rows are called, without the number."""
        return ngettext(self.noun, f"{self.noun}s", count)

    def column(self, name: str) -> Column | None:
        """The column of this name, or of the label that it names; None where there is none."""
        if self.labelled and name.startswith(LABEL):
            return label_column(name.removeprefix(LABEL))
        return next((column for column in self.columns if column.name == name), None)

    def chosen_columns(self, names: Sequence[str]) -> tuple[Column, ...]:
        """The columns of these names that it has; the usual ones where it has none of them."""
        found = [column for column in map(self.column, names) if column is not None]
        return tuple(found or [column for column in self.columns if column.chosen])
