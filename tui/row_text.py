"""The rows of a list as text: which columns have room, and what stands in them. Needs nothing that draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len, set_cell_size

from tui.languages import _
from tui.plain_text import fitted, printable

if TYPE_CHECKING:
    from tui.configuration.schema import StateWords
    from tui.live import Live
    from tui.rows import Rows
    from tui.views.view import Column, Row

LEAST_SHARE: Final = 12
"""Columns that a flexible column has at least; below that the column of the highest rank goes."""
ADDED_RANK: Final = 3
"""Of columns that are not among the usual ones."""
RISING: Final = "▲"
FALLING: Final = "▼"
Cell = tuple[str, str]
"""A text and the name of its style."""
FittedColumn = tuple["Column", int]
"""A column with its width."""


def fit_columns(columns: Sequence[Column], width: int, states: StateWords = "long") -> list[FittedColumn]:
    """The columns that have room in `width`, with the width of each; a blank, or a mark, stands before each."""
    wanted = {column.name: column.narrow.get(states, column.width) for column in columns}
    kept = list(columns)
    while True:
        flexible = [column for column in kept if column.share]
        left = width - sum(wanted[column.name] for column in kept) - len(kept)
        if left >= LEAST_SHARE * len(flexible) or len(kept) <= 2:
            break
        del kept[max(range(len(kept)), key=lambda place: (_rank(kept[place]), place))]
    shares = sum(column.share for column in kept) or 1
    widths = [wanted[column.name] or max(4, left * column.share // shares) for column in kept]
    return list(zip(kept, widths, strict=True))


def _rank(column: Column) -> int:
    """What the operator has added outlasts most of what is there for all."""
    return column.rank if column.chosen else min(column.rank, ADDED_RANK)


def cells_of(row: Row, columns: Sequence[FittedColumn], live: Live) -> list[Cell]:
    """What stands in the columns of a row."""
    return [
        (
            fitted(printable(column.text(row, live)), room, right=column.right),
            column.style(row, live) if column.style is not None else "",
        )
        for column, room in columns
    ]


def heading(columns: Sequence[FittedColumn], rows: Rows) -> str:
    """The line above the rows; a sign stands by the column that they are ordered by."""
    text = ""
    for column, room in columns:
        sign = (FALLING if rows.falling else RISING) if column is rows.sorted_by else ""
        title = _(column.title)
        if cell_len(title) > room - len(sign):
            title = set_cell_size(title, room - len(sign)).rstrip()
        text += f" {fitted(f'{title}{sign}', room, right=column.right)}"
    return text
