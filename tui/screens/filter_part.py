"""The part of the screen that has to do with the filter: its field, and what it lets through."""

from __future__ import annotations

from textual import events, on

from tui.screens.telling import Telling
from tui.widgets.filter_field import FilterField


class Filtering(Telling):
    """Whoever derives from it has a field `#filter`."""

    def rearrange(self) -> None:
        """The rows of the view that is shown were sorted, filtered or marked otherwise."""
        raise NotImplementedError

    def open_filter(self) -> None:
        field = self.query_one("#filter", FilterField)
        field.value = self.views.current.rows.filter.typed
        field.display = True
        self.set_focus(field)

    def set_filter(self, typed: str) -> None:
        """Show what fits."""
        self.views.current.rows.set_filter(typed)
        self.rearrange()

    def clear_filter(self) -> bool:
        """Show all again; False where nothing was filtered."""
        field = self.query_one("#filter", FilterField)
        rows = self.views.current.rows
        was = bool(rows.filter.typed) or field.display
        field.value = ""
        field.display = False
        self.set_focus(self.table)
        if rows.filter.typed:
            self.set_filter("")
        return was

    @on(FilterField.Changed, "#filter")
    def _filter(self, event: FilterField.Changed) -> None:
        if event.value.strip() != self.views.current.rows.filter.typed:
            self.set_filter(event.value)

    @on(FilterField.Submitted, "#filter")
    def _keep_filter(self) -> None:
        self.query_one("#filter", FilterField).display = False
        self.set_focus(self.table)

    def on_key(self, event: events.Key) -> None:
        field = self.query_one("#filter", FilterField)
        if field.has_focus and event.key in ("up", "down"):
            self.table.action_move(1 if event.key == "down" else -1)
