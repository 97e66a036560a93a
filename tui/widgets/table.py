"""The one table of all views: only the rows on the screen are ever made, and the cursor keeps its row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from tui.languages import _
from tui.live import Live
from tui.plain_text import fitted
from tui.row_text import Cell, FittedColumn, cells_of, fit_columns, heading
from tui.rows import Rows
from tui.views.view import Column, Row
from tui.widgets.cursor_list import CursorList

MARK: Final = "✓"


class Table(CursorList):
    """Shows the rows of a view, the one under the cursor lit."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "table--header",
        "table--cursor",
        "table--good",
        "table--warning",
        "table--bad",
        "table--wrong",
        "table--faint",
        "table--busy",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "next", show=False, id="list.down"),
        Binding("up,k", "move(-1)", "previous", show=False, id="list.up"),
        Binding("pagedown", "page(1)", "next page", show=False, id="list.page_down"),
        Binding("pageup", "page(-1)", "previous page", show=False, id="list.page_up"),
        Binding("ctrl+d", "half_page(1)", "half a page down", show=False, id="list.half_page_down"),
        Binding("ctrl+u", "half_page(-1)", "half a page up", show=False, id="list.half_page_up"),
        Binding("home,g", "edge(0)", "first", show=False, id="list.first"),
        Binding("end,G", "edge(-1)", "last", show=False, id="list.last"),
    ]
    DEFAULT_CSS = """
    Table {
        width: 1fr; height: 1fr; background: $surface; scrollbar-size-vertical: 1; overflow-x: hidden;
        & .table--header { color: $text-muted; background: $surface; text-style: bold; }
        & .table--cursor { background: $cursor; text-style: bold; }
        &:blur .table--cursor { background: $cursor-blurred; text-style: none; }
        & .table--good { color: $text-success; }
        & .table--warning { color: $text-warning; }
        & .table--bad { color: $text-error; }
        & .table--wrong { color: $text-error; text-style: reverse; }
        & .table--faint { color: $text-muted; }
        & .table--busy { color: $text-accent; }
    }
    """

    class Moved(Message):
        """The cursor is on another row, or on none; or its row has changed."""

        def __init__(self, table: Table) -> None:
            super().__init__()
            self.table = table

    class RowsShown(Message):
        """Other rows are on the screen now."""

        def __init__(self, table: Table, keys: tuple[str, ...]) -> None:
            super().__init__()
            self.table = table
            self.keys = keys

    class Opened(Message):
        """A row was clicked twice."""

    class SortAsked(Message):
        """A heading was clicked."""

        def __init__(self, column: Column) -> None:
            super().__init__()
            self.column = column

    def __init__(self, rows: Rows, live: Live, columns: Sequence[Column]) -> None:
        super().__init__(classes="table")
        self.rows = rows
        self._live = live
        self._columns = tuple(columns)
        # Looking a style up in Textual takes longer than drawing the cell with it.
        self._styles: dict[str, Style] = {}
        self._foregrounds: dict[str, Style] = {}
        self._on_screen: tuple[str, ...] = ()
        self._fitted: list[FittedColumn] = []
        self._fitted_to = 0
        """The width that they are fitted to: of a scrollbar that comes or goes no event tells."""
        self._drawn: dict[int, list[Cell]] = {}
        """What stands in each line of the screen."""
        self._selected: Row | None = None
        self.empty_text = _("reading …")

    @property
    def selected(self) -> Row | None:
        """The row under the cursor."""
        return self._selected

    @property
    def targets(self) -> list[Row]:
        """What a verb works on: the marked rows, else the one under the cursor."""
        return self.rows.marked or ([] if self._selected is None else [self._selected])

    @property
    def columns(self) -> tuple[Column, ...]:
        return self._columns

    @columns.setter
    def columns(self, columns: Sequence[Column]) -> None:
        self._columns = tuple(columns)
        self.fit_anew()

    def fit_anew(self) -> None:
        """Share the width out among the columns again, and draw."""
        self._fitted_to = 0
        self.refresh()

    def arranged(self) -> None:
        """The rows are others, or in another order; the cursor stays on its own, or near where it was."""
        shown = self.rows.shown
        key = self.rows.view.key
        if self._selected is not None and shown:
            wanted = key(self._selected)
            if self._cursor >= len(shown) or key(shown[self._cursor]) != wanted:
                self._cursor = next((place for place, row in enumerate(shown) if key(row) == wanted), self._cursor)
        self._cursor = max(0, min(self._cursor, len(shown) - 1))
        self.virtual_size = Size(0, len(shown) + 1)
        self._keep_cursor_visible()
        self.refresh()
        self._tell_rows()
        self._tell_cursor()

    def select(self, key: str) -> bool:
        """Put the cursor on the row of this key; False where it is not shown."""
        for place, row in enumerate(self.rows.shown):
            if self.rows.view.key(row) == key:
                self._go(place)
                return True
        return False

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        room = self.scrollable_content_region.width
        if room != self._fitted_to:
            self._fitted = fit_columns(self._columns, room, self._live.states)
            self._fitted_to = room
        if y == 0:
            return self._header(width)
        shown = self.rows.shown
        place = self.scroll_offset.y + y - 1
        if not shown:
            text = self.empty_text if y == 2 else ""
            return Strip([Segment(fitted(f"  {text}", width), self._style("faint"))], width)
        if place >= len(shown):
            return Strip.blank(width, self.rich_style)
        cells = self._drawn[y] = cells_of(shown[place], self._fitted, self._live)
        return self._row(shown[place], cells, width, lit=place == self._cursor)

    def refresh_figures(self) -> None:
        """Have drawn anew what says something else by now: most figures stay what they were."""
        top = self.scroll_offset.y
        for y, row in enumerate(self.rows.shown[top : top + max(0, self.size.height - 1)], 1):
            if cells_of(row, self._fitted, self._live) != self._drawn.get(y):
                # Textual writes a line of a widget as a whole.
                self.refresh(Region(0, y, self.size.width, 1))

    def _header(self, width: int) -> Strip:
        text = heading(self._fitted, self.rows)
        return Strip([Segment(fitted(text, width), self._style("header"))], width)

    def _row(self, row: Row, cells: Sequence[Cell], width: int, *, lit: bool) -> Strip:
        base = self._style("cursor") if lit else self.rich_style
        mark = MARK if self.rows.is_marked(row) else " "
        segments = []
        for text, style in cells:
            segments.append(Segment(mark, base + self._foreground("busy") if mark != " " else base))
            segments.append(Segment(text, base + self._foreground(style) if style else base))
            mark = " "
        return Strip(segments).adjust_cell_length(width, base)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles.clear()
        self._foregrounds.clear()

    def _style(self, name: str) -> Style:
        style = self._styles.get(name)
        if style is None:
            style = self._styles[name] = self.get_component_rich_style(f"table--{name}")
        return style

    def _foreground(self, name: str) -> Style:
        style = self._foregrounds.get(name)
        if style is None:
            found = self.get_component_rich_style(f"table--{name}", partial=True)
            style = self._foregrounds[name] = Style(color=found.color, reverse=found.reverse)
        return style

    def on_resize(self, event: events.Resize) -> None:
        self._keep_cursor_visible()
        self._tell_rows()
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """A heading sorts, the first column of the screen marks, anything else selects, and opens the second time."""
        if event.y == 0:
            column = self._column_at(event.x)
            if column is not None:
                self.post_message(self.SortAsked(column))
            return
        place = self.scroll_offset.y + event.y - 1
        if place >= len(self.rows.shown):
            return
        self._go(place)
        if event.x == 0 or event.ctrl:
            self.rows.toggle_mark(self.rows.shown[place])
            self.marks_changed()
        elif event.chain == 2:
            self.post_message(self.Opened())

    def _column_at(self, x: int) -> Column | None:
        edge = 0
        for column, room in self._fitted:
            edge += room + 1
            if x < edge:
                return column
        return None

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._tell_rows()

    def toggle_mark(self, rows_on: int) -> None:
        """Mark the row under the cursor, or take its mark away, and move on by some rows."""
        if self._selected is not None:
            self.rows.toggle_mark(self._selected)
            self._go(self._cursor + rows_on)
            self.marks_changed()

    def mark_and_go(self, rows_on: int) -> None:
        """Mark the row under the cursor and the one that the cursor goes to."""
        if self._selected is not None:
            before = self._cursor
            self._go(self._cursor + rows_on)
            self.rows.mark(self.rows.shown[min(before, self._cursor) : max(before, self._cursor) + 1])
            self.marks_changed()

    def mark_range(self) -> None:
        if self._selected is not None:
            self.rows.mark_range(self._cursor)
            self.marks_changed()

    def marks_changed(self) -> None:
        """Other rows are marked now."""
        self.refresh()
        self._tell_cursor()

    @property
    def row_count(self) -> int:
        return len(self.rows.shown)

    def action_half_page(self, pages: int) -> None:
        self._go(self._cursor + pages * max(1, self.size.height // 2))

    def _go(self, place: int) -> None:
        before = self._cursor
        super()._go(place)
        if self._cursor != before:
            self._tell_cursor()

    def _tell_cursor(self) -> None:
        shown = self.rows.shown
        self._selected = shown[self._cursor] if self._cursor < len(shown) else None
        self.post_message(self.Moved(self))

    def _tell_rows(self) -> None:
        top = self.scroll_offset.y
        key = self.rows.view.key
        on_screen = tuple(key(row) for row in self.rows.shown[top : top + max(0, self.size.height - 1)])
        if on_screen != self._on_screen:
            self._on_screen = on_screen
            self.post_message(self.RowsShown(self, on_screen))

    @property
    def on_screen(self) -> tuple[str, ...]:
        """The keys of the rows that are on the screen."""
        return self._on_screen
