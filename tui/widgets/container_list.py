"""The list of containers: only the rows on the screen are ever made, and the cursor keeps its container."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from core.model.health import HealthStatus
from core.model.snapshot import ContainerSnapshot, ResourceSample
from core.model.state import Status
from tui.history import History, sparkline
from tui.plain_text import GLYPHS, duration_column, fitted, is_unhealthy, printable, size


@dataclass(frozen=True, slots=True)
class Column:
    """`width`: columns; 0 for a share of what is left, by `share`. `rank`: the highest is dropped first."""

    title: str
    width: int
    rank: int
    right: bool = False
    share: int = 0


COLUMNS: Final = (
    Column("STATE", 16, 0),
    Column("NAME", 0, 0, share=3),
    Column("IMAGE", 0, 6, share=3),
    Column("COMMAND", 0, 8, share=4),
    Column("UP / EXIT", 11, 1),
    Column("CPU %", 6, 2, right=True),
    Column("CPU 10 S", 10, 4),
    Column("MEMORY", 8, 3, right=True),
    Column("PIDS", 5, 5, right=True),
    Column("ID", 12, 7),
)
CHART: Final = 10
"""Columns of the chart, a second each."""
FULL: Final = 100.0
"""Percent of a CPU that a chart reaches to at least."""
LEAST_SHARE: Final = 12
"""Columns that a flexible column has at least; below that the column of the highest rank goes."""

_STATE_COLOURS: Final = {
    Status.RUNNING: "list--running",
    Status.PAUSED: "list--paused",
    Status.EXITED: "list--exited",
    Status.UNKNOWN: "list--unknown",
}


def fit_columns(width: int) -> list[tuple[Column, int]]:
    """The columns that have room in `width`, with the width of each; a blank stands before each."""
    kept = list(COLUMNS)
    while True:
        flexible = [column for column in kept if column.share]
        left = width - sum(column.width for column in kept) - len(kept)
        if left >= LEAST_SHARE * len(flexible) or len(kept) <= 2:
            break
        kept.remove(max(kept, key=lambda column: column.rank))
    shares = sum(column.share for column in kept) or 1
    widths = [column.width or max(4, left * column.share // shares) for column in kept]
    return list(zip(kept, widths, strict=True))


class ContainerList(ScrollView, can_focus=True):
    """Shows pictures of containers, the one under the cursor lit."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "list--header",
        "list--cursor",
        "list--running",
        "list--paused",
        "list--exited",
        "list--unknown",
        "list--faint",
        "list--busy",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "next", show=False),
        Binding("up,k", "move(-1)", "previous", show=False),
        Binding("pagedown", "page(1)", "next page", show=False),
        Binding("pageup", "page(-1)", "previous page", show=False),
        Binding("ctrl+d", "half_page(1)", "half a page down", show=False),
        Binding("ctrl+u", "half_page(-1)", "half a page up", show=False),
        Binding("home,g", "edge(0)", "first", show=False),
        Binding("end,G", "edge(-1)", "last", show=False),
    ]
    DEFAULT_CSS = """
    ContainerList {
        width: 1fr; height: 1fr; background: $surface; scrollbar-size-vertical: 1; overflow-x: hidden;
        & .list--header { color: $text-muted; background: $surface; text-style: bold; }
        & .list--cursor { background: $primary 35%; text-style: bold; }
        &:blur .list--cursor { background: $primary 15%; text-style: none; }
        & .list--running { color: $text-success; }
        & .list--paused { color: $text-warning; }
        & .list--exited { color: $text-error; }
        & .list--unknown { color: $text-error; text-style: reverse; }
        & .list--faint { color: $text-muted; }
        & .list--busy { color: $text-accent; }
    }
    """

    class Moved(Message):
        """The cursor is on another container, or on none."""

        def __init__(self, selected: ContainerSnapshot | None) -> None:
            super().__init__()
            self.selected = selected

    class RowsShown(Message):
        """Which containers are on the screen now."""

        def __init__(self, container_ids: tuple[str, ...]) -> None:
            super().__init__()
            self.container_ids = container_ids

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._pictures: tuple[ContainerSnapshot, ...] = ()
        self._cursor = 0
        self._samples: dict[str, ResourceSample] = {}
        self._history = History()
        self._cpu_parts = 1
        """Among how many CPUs the percent are shared out."""
        self._doing: dict[str, str] = {}
        # Looking a style up in Textual takes longer than drawing the cell with it.
        self._styles: dict[str, Style] = {}
        self._foregrounds: dict[str, Style] = {}
        self._shown: tuple[str, ...] = ()
        self._columns: list[tuple[Column, int]] = []
        self.empty_text = "No containers."

    @property
    def selected(self) -> ContainerSnapshot | None:
        return self._pictures[self._cursor] if self._cursor < len(self._pictures) else None

    def show(self, pictures: Sequence[ContainerSnapshot]) -> None:
        """Show these containers; the cursor stays on its own, or near where it was."""
        before = self.selected
        self._pictures = tuple(pictures)
        places = {picture.id: place for place, picture in enumerate(self._pictures)}
        if before is not None and before.id in places:
            self._cursor = places[before.id]
        self._cursor = max(0, min(self._cursor, len(self._pictures) - 1))
        self.virtual_size = Size(0, len(self._pictures) + 1)
        self._keep_cursor_visible()
        self.refresh()
        self._tell_rows()
        self.post_message(self.Moved(self.selected))

    def show_samples(self, samples: dict[str, ResourceSample], history: History) -> None:
        """Show new figures, and the time that went by."""
        self._samples = samples
        self._history = history
        self.refresh()

    def toggle_cpu_scale(self) -> bool:
        """Show CPU as a share of one core, or of all; whether it is of all now."""
        self._cpu_parts = (os.cpu_count() or 1) if self._cpu_parts == 1 else 1
        self.refresh()
        return self._cpu_parts > 1

    def show_doing(self, container_id: str, text: str) -> None:
        """Show what is done to a container in place of its state; nothing more with an empty text."""
        if text:
            self._doing[container_id] = text
        else:
            self._doing.pop(container_id, None)
        self.refresh()

    def doing(self, container_id: str) -> str:
        return self._doing.get(container_id, "")

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y == 0:
            return self._header(width)
        row = self.scroll_offset.y + y - 1
        if not self._pictures:
            text = self.empty_text if y == 2 else ""
            return Strip([Segment(fitted(f"  {text}", width), self._style("list--faint"))], width)
        if row >= len(self._pictures):
            return Strip.blank(width, self.rich_style)
        return self._row(self._pictures[row], width, lit=row == self._cursor)

    def _header(self, width: int) -> Strip:
        style = self._style("list--header")
        text = "".join(f" {fitted(column.title, room, right=column.right)}" for column, room in self._columns)
        return Strip([Segment(fitted(text, width), style)], width)

    def _row(self, picture: ContainerSnapshot, width: int, *, lit: bool) -> Strip:
        base = self._style("list--cursor") if lit else self.rich_style
        segments = []
        for column, room in self._columns:
            text, style = self._cell(picture, column.title)
            segments.append(Segment(" ", base))
            segments.append(Segment(fitted(text, room, right=column.right), base + style))
        return Strip(segments).adjust_cell_length(width, base)

    def _cell(self, picture: ContainerSnapshot, title: str) -> tuple[str, Style]:
        none = Style()
        match title:
            case "STATE":
                return self._state(picture)
            case "NAME":
                return printable(picture.name), none
            case "IMAGE":
                return printable(picture.image.removeprefix("localhost/").removeprefix("docker.io/library/")), none
            case "COMMAND":
                return printable(" ".join(picture.command)), self._foreground("list--faint")
            case "UP / EXIT":
                return duration_column(picture), none
            case "ID":
                return picture.id[:12], self._foreground("list--faint")
            case _:
                return self._figure(picture, title), none

    def _state(self, picture: ContainerSnapshot) -> tuple[str, Style]:
        doing = self._doing.get(picture.id)
        if doing:
            return doing if doing.startswith("stopping ") else f"… {doing}", self._foreground("list--busy")
        word = "no console" if picture.monitor_lost else str(picture.status)
        if is_unhealthy(picture):
            return f"{GLYPHS[picture.status]} {HealthStatus.UNHEALTHY}", self._foreground("list--exited")
        failed = picture.status is Status.EXITED and picture.exit_code != 0
        name = _STATE_COLOURS.get(picture.status)
        if picture.status is Status.EXITED and not failed:
            name = "list--faint"
        return f"{GLYPHS[picture.status]} {word}", self._foreground(name) if name else Style()

    def _figure(self, picture: ContainerSnapshot, title: str) -> str:
        sample = self._samples.get(picture.id)
        if sample is None or picture.status not in (Status.RUNNING, Status.PAUSED):
            return "–"
        match title:
            case "CPU %":
                return f"{sample.cpu_percent / self._cpu_parts:.1f}"
            case "CPU 10 S":
                recent = self._history.last(picture.id, CHART)
                return sparkline((kept.cpu_percent for kept in recent), CHART, FULL)
            case "MEMORY":
                return size(sample.memory)
            case _:
                return str(sample.pids)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles.clear()
        self._foregrounds.clear()

    def _style(self, name: str) -> Style:
        style = self._styles.get(name)
        if style is None:
            style = self._styles[name] = self.get_component_rich_style(name)
        return style

    def _foreground(self, name: str) -> Style:
        style = self._foregrounds.get(name)
        if style is None:
            found = self.get_component_rich_style(name, partial=True)
            style = self._foregrounds[name] = Style(color=found.color, reverse=found.reverse)
        return style

    def on_resize(self, event: events.Resize) -> None:
        self._columns = fit_columns(event.size.width)
        self._keep_cursor_visible()
        self._tell_rows()
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        if event.y > 0:
            self._go(self.scroll_offset.y + event.y - 1)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._tell_rows()

    def action_move(self, rows: int) -> None:
        self._go(self._cursor + rows)

    def action_page(self, pages: int) -> None:
        self._go(self._cursor + pages * max(1, self.size.height - 2))

    def action_half_page(self, pages: int) -> None:
        self._go(self._cursor + pages * max(1, self.size.height // 2))

    def action_edge(self, place: int) -> None:
        self._go(place if place >= 0 else len(self._pictures) - 1)

    def _go(self, row: int) -> None:
        before = self._cursor
        self._cursor = max(0, min(row, len(self._pictures) - 1))
        if self._cursor != before:
            self._keep_cursor_visible()
            self.refresh()
            self.post_message(self.Moved(self.selected))

    def _keep_cursor_visible(self) -> None:
        rows = self.size.height - 1
        if rows <= 0:
            return
        top = self.scroll_offset.y
        if self._cursor < top:
            self.scroll_to(y=self._cursor, animate=False, immediate=True, force=True)
        elif self._cursor >= top + rows:
            self.scroll_to(y=self._cursor - rows + 1, animate=False, immediate=True, force=True)

    def _tell_rows(self) -> None:
        top = self.scroll_offset.y
        shown = tuple(picture.id for picture in self._pictures[top : top + max(0, self.size.height - 1)])
        if shown != self._shown:
            self._shown = shown
            self.post_message(self.RowsShown(shown))
