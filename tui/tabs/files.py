"""The files of a container, stopped or running: directories to open, what differs from the image, view and copy."""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Sequence
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.strip import Strip

from core.events import Event, EventKind
from core.model.content import ChangeKind
from core.model.files import FileKind
from tui.files.file_text import file_text
from tui.files.tree import FileNode, FileTree
from tui.forms.copying import copy_in_form, copy_out_form
from tui.languages import N_, _
from tui.messages import DetailRead
from tui.plain_text import fitted, moment, padded, printable, size
from tui.screens.form_dialog import FormDialog
from tui.screens.text_view import TextView
from tui.step import Step
from tui.tabs.tab import DetailTab, TabContext
from tui.widgets.cursor_list import CursorList

PATIENCE: Final = 0.15
"""Seconds that the cursor has to rest on a row of the list before its files are read."""
_COLOURS: Final = {ChangeKind.ADDED: "green", ChangeKind.CHANGED: "yellow", ChangeKind.DELETED: "red"}
_SUFFIXES: Final = {FileKind.DIRECTORY: "/", FileKind.FIFO: "|", FileKind.SOCKET: "=", FileKind.DEVICE: ""}


class FilesTab(DetailTab, CursorList, can_focus=True):
    """On the whole screen it has the keyboard."""

    FOOTER = (
        ("files.enter", N_("open")),
        ("files.leave", N_("close")),
        ("files.copy_out", N_("copy out")),
        ("files.copy_in", N_("copy in")),
        ("files.measure", N_("sizes")),
        ("files.by_size", N_("by size")),
        ("files.copy_path", N_("copy path")),
        ("files.read_again", N_("read again")),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "next", show=False, id="files.down"),
        Binding("up,k", "move(-1)", "previous", show=False, id="files.up"),
        Binding("pagedown", "page(1)", "page down", show=False, id="files.page_down"),
        Binding("pageup", "page(-1)", "page up", show=False, id="files.page_up"),
        Binding("home,g", "edge(0)", "first", show=False, id="files.first"),
        Binding("end,G", "edge(-1)", "last", show=False, id="files.last"),
        Binding("enter,l,right", "enter", "open a directory, view a file", show=False, id="files.enter"),
        Binding("left,h", "leave_directory", "close the directory", show=False, id="files.leave"),
        Binding("o", "copy_out", "copy to the host", show=False, id="files.copy_out"),
        Binding("i", "copy_in", "copy from the host", show=False, id="files.copy_in"),
        Binding("z", "measure", "measure the directories that are shown", show=False, id="files.measure"),
        Binding("Z", "by_size", "order by size", show=False, id="files.by_size"),
        Binding("c", "copy_path", "copy the path", show=False, id="files.copy_path"),
        Binding("r", "read_again", "read again", show=False, id="files.read_again"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"files--cursor"}
    DEFAULT_CSS = """
    FilesTab {
        width: 1fr; height: 1fr; padding: 0 1; background: $surface; scrollbar-size: 1 1;
        & .files--cursor { background: $cursor; text-style: bold; }
        &:blur .files--cursor { background: $cursor-blurred; text-style: none; }
    }
    """

    prefix: ClassVar[str] = ""
    """Begins the names of what is asked for and done."""
    owner: ClassVar[str] = N_("container's user")
    """Whom what is copied in belongs to."""

    def __init__(self, context: TabContext) -> None:
        super().__init__(context)
        self._tree = FileTree()
        self._rows: list[FileNode] = []
        self._note = ""

    def row_changed(self, *, is_other: bool) -> None:
        if not is_other:
            return
        self._tree = FileTree()
        self._cursor = 0
        self._note = _("reading …") if self.row is not None else _("Nothing is selected.")
        self._arrange()
        if self.row is not None:
            asked = self.row_id
            self.set_timer(PATIENCE, lambda: self._read("/") if self.row_id == asked else None)

    def _read(self, path: str) -> None:
        bridge = self.context.bridge
        if path == "/" and self.has_changes:
            bridge.read_detail("diff", self.row_id)
        bridge.read_detail(f"{self.prefix}files", self.row_id, path)

    @property
    def has_changes(self) -> bool:
        """Whether its files can differ from an image's."""
        return bool(self.row.image_id)

    def take_detail(self, message: DetailRead) -> None:
        path = message.given[0] if message.given else ""
        kind = message.kind.removeprefix(self.prefix)
        if kind == "diff":
            if message.error is None:
                self._tree.put_changes(message.found)
        elif kind == "files" and message.error is None:
            self._tree.put(path, message.found)
            self._note = ""
        elif kind == "file size" and message.error is None:
            self._tree.put_size(path, message.found)
        elif kind == "file" and message.error is None:
            heading = _("{path} of {name}").format(path=path, name=self.row.name) if self.row is not None else path
            self.app.push_screen(TextView(heading, file_text(message.found)))
        elif kind in ("files", "file") and message.error is not None:
            self._note = printable(message.error.message)
            self._tree.put_trouble(path, self._note)
        self._arrange()

    def take_events(self, events: Sequence[Event]) -> None:
        """Read again what was copied into the container, by whomever."""
        if any(event.kind is EventKind.COPY and event.container_id == self.row_id for event in events):
            self.action_read_again()

    @property
    def _selected(self) -> FileNode | None:
        return self._rows[self._cursor] if self._cursor < len(self._rows) else None

    def _arrange(self) -> None:
        before = self._selected
        self._rows = self._tree.rows
        if before is not None:
            places = {node.path: place for place, node in enumerate(self._rows)}
            self._cursor = places.get(before.path, self._cursor)
        self._cursor = max(0, min(self._cursor, len(self._rows) - 1))
        self.virtual_size = Size(0, len(self._rows) + 1)
        self.refresh()

    @property
    def row_count(self) -> int:
        return len(self._rows)

    def scroll_rows(self, rows: int) -> None:
        self._go(self._cursor + rows)

    def _go(self, place: int) -> None:
        self._note = ""
        super()._go(place)

    def action_enter(self) -> None:
        """Open a directory, or close it; view a file."""
        node = self._selected
        if node is None or node.entry is None:
            self._tell_why_not(_("open"))
            return
        if not node.is_directory:
            self.context.bridge.read_detail(f"{self.prefix}file", self.row_id, node.path)
            return
        node.is_open = not node.is_open
        if node.is_open:
            self._read(node.path)
        self._arrange()

    def _tell_why_not(self, what: str) -> None:
        """Say why nothing was done with the row under the cursor."""
        node = self._selected
        why = _("{path} was deleted").format(path=printable(node.path)) if node is not None else _("nothing is listed")
        self._note = _("can not {what}: {why}").format(what=what, why=why)
        self.refresh()

    def action_leave_directory(self) -> None:
        """Close the directory that the cursor is in, and go to it."""
        node = self._selected
        if node is None:
            return
        if not node.is_open:
            node = self._tree.node(posixpath.dirname(node.path))
        if node is not None and node.path != "/":
            node.is_open = False
            self._arrange()
            self._go(next((place for place, row in enumerate(self._rows) if row is node), self._cursor))

    def action_measure(self) -> None:
        for node in self._rows:
            if node.is_directory and node.measured is None:
                self.context.bridge.read_detail(f"{self.prefix}file size", self.row_id, node.path)

    def action_by_size(self) -> None:
        self._tree.by_size = not self._tree.by_size
        self._arrange()
        if self._tree.by_size:
            self.action_measure()

    def action_copy_path(self) -> None:
        if (node := self._selected) is not None:
            self.app.copy_to_clipboard(node.path)
            self._note = _("copied: {path}").format(path=printable(node.path))
            self.refresh()

    def action_read_again(self) -> None:
        self._read("/")
        for node in self._rows:
            if node.is_open:
                self._read(node.path)

    def action_copy_out(self) -> None:
        node = self._selected
        if node is None or node.entry is None:
            self._tell_why_not("copy out")
            return
        path = node.path

        def chosen(values: dict[str, str] | None) -> None:
            if values is not None:
                target = os.path.expanduser(values["target"])
                self.context.bridge.run(Step(f"{self.prefix}copy out", self.row_id, self.row.name, (path, target)))

        self.app.push_screen(FormDialog(copy_out_form(self._container_name, path)), chosen)

    def action_copy_in(self) -> None:
        node = self._selected
        folder = node.path if node is not None and node.is_directory else posixpath.dirname(node.path) if node else "/"

        def chosen(values: dict[str, str] | None) -> None:
            if values is not None:
                given = (os.path.expanduser(values["source"]), values["target"])
                self.context.bridge.run(Step(f"{self.prefix}copy in", self.row_id, self.row.name, given))

        self.app.push_screen(FormDialog(copy_in_form(self._container_name, folder, self.owner)), chosen)

    @property
    def _container_name(self) -> str:
        """Empty where it is a volume whose files these are: no command copies them."""
        return "" if self.prefix else self.row.name

    def on_click(self, event: events.Click) -> None:
        if event.y > 0:
            self._go(self.scroll_offset.y + event.y - 1)
            if event.chain == 2:
                self.action_enter()

    @property
    def _place(self) -> str:
        """The path under the cursor, whole: the rows have the names alone."""
        node = self._selected
        return printable(node.path) if node is not None else ""

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y == 0:
            return Strip([Segment(fitted(self._note or self._place, width), self.rich_style + Style(dim=True))], width)
        place = self.scroll_offset.y + y - 1
        if place >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        row = self._line(self._rows[place], width)
        base = self.get_component_rich_style("files--cursor") if place == self._cursor else self.rich_style
        parts = [Segment(part.text, base + part.style if part.style else base) for part in row.render(self.app.console)]
        return Strip(parts).adjust_cell_length(width, base)

    def _line(self, node: FileNode, width: int) -> Text:
        """Mark, mode, owner, size, time, name."""
        mark = str(node.change) if node.change is not None else " "
        colour = _COLOURS.get(node.change, "") if node.change is not None else ""
        name = f"{'  ' * node.depth}{_sign(node)}{printable(node.name)}"
        if node.entry is None:
            return Text(fitted(f"{mark} {padded(_('deleted'), 10)} {name}", width), f"{colour} strike", end="")
        entry = node.entry
        name += _SUFFIXES.get(entry.kind, f" → {printable(entry.target)}" if entry.target else "")
        length = size(node.size) if node.size or entry.kind is FileKind.FILE else ""
        facts = f"{stat.filemode(entry.mode)[1:]} {f'{entry.uid}:{entry.gid}':>9} {length:>8} "
        when = f"{moment(entry.modified)[:16]} " if width >= 90 else ""
        trouble = f"  {node.trouble}" if node.trouble else ""
        return Text.assemble((f"{mark} ", colour), (facts + when, "dim"), (name + trouble, colour), end="")


class VolumeFilesTab(FilesTab):
    """The files of a volume, whether a container has it or not."""

    prefix = "volume "
    owner = N_("owner of the volume's root")

    @property
    def has_changes(self) -> bool:
        return False

    def take_events(self, events: Sequence[Event]) -> None:
        """Read again what was copied into the volume, by whomever."""
        if any(event.kind is EventKind.VOLUME and event.name == self.row_id for event in events):
            self.action_read_again()


def _sign(node: FileNode) -> str:
    if not node.is_directory:
        return "  "
    return "▼ " if node.is_open else "▶ "
