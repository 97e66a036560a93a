"""Columns of the operator's: of what inspect says of a container, by a path."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Final

from tui.configuration.schema import OwnColumn
from tui.filtering import term_of
from tui.inspected_path import value_order, value_text
from tui.live import Live
from tui.views.view import Column, Row, View

VIEW: Final = "containers"
"""The view that has them."""
_RANK: Final = 3
_UNKNOWN: Final = "…"


def with_own_columns(view: View, columns: Sequence[OwnColumn], live: Live) -> View:
    """A view with the operator's columns behind its own, and a term of the filter for each."""
    if view.name != VIEW or not columns:
        return view
    terms = {term_of(each.title): _term(_column(each), live) for each in columns}
    return replace(view, columns=(*view.columns, *map(_column, columns)), terms={**terms, **view.terms})


@cache
def _column(own: OwnColumn) -> Column:
    """The same object each time."""

    def text(row: Row, live: Live) -> str:
        values = live.values_at(row.id, own.path)
        return _UNKNOWN if values is None else value_text(values)

    def order(row: Row, live: Live) -> Any:
        return value_order(live.values_at(row.id, own.path) or ())

    return Column(
        f"path:{own.path}", own.title, text, width=own.width, rank=_RANK, right=own.right, sort=order, path=own.path
    )


def _term(column: Column, live: Live) -> Callable[[Row], Iterable[str]]:
    return lambda row: (column.text(row, live),)
