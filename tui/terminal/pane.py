"""A container's terminal on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

from textual import events
from textual.content import Content
from textual.filter import ANSIToTruecolor, LineFilter
from textual.geometry import Region
from textual.strip import Strip

from tui.languages import _
from tui.legible_colours import plain_colours
from tui.terminal import pane_messages
from tui.terminal.background import call_in_background
from tui.terminal.console_link import ConsoleLink, LinkListener
from tui.terminal.frame import CursorState, Frame, ModeState, Row, View
from tui.terminal.keeper_protocol import ConsoleKind
from tui.terminal.look_back import LookBack
from tui.terminal.painting import paint_cursor, paint_menu, paint_row
from tui.terminal.pane_keyboard import PaneKeyboard
from tui.terminal.pane_keys import PaneKeys
from tui.terminal.recorder import Recording
from tui.terminal.source import ConsoleSource

NOTICE_STAYS: Final = 5.0
"""Seconds that a notice stays in the border."""
SIZE_INTERVAL: Final = 1.0
"""Seconds between two looks whose size holds."""


class TerminalPane(PaneKeyboard, can_focus=True, inherit_bindings=False):
    """Shows a console and, while it has the keyboard, sends it every key but the escape key."""

    DEFAULT_CSS = """
    TerminalPane {
        width: 1fr;
        height: 1fr;
        border: round $surface-lighten-2;
        background: #101010;
        color: #d0d0d0;
        border-title-color: #d0d0d0;
        border-subtitle-color: #d0d0d0;
        &:focus { border: round $accent; }
    }
    """
    Detached: TypeAlias = pane_messages.Detached
    FullScreenRequested: TypeAlias = pane_messages.FullScreenRequested
    ListRequested: TypeAlias = pane_messages.ListRequested
    SplitRequested: TypeAlias = pane_messages.SplitRequested
    NextRequested: TypeAlias = pane_messages.NextRequested
    SignalRequested: TypeAlias = pane_messages.SignalRequested
    TextCopied: TypeAlias = pane_messages.TextCopied
    ClipboardOffered: TypeAlias = pane_messages.ClipboardOffered
    Bell: TypeAlias = pane_messages.Bell
    Active: TypeAlias = pane_messages.Active
    Ended: TypeAlias = pane_messages.Ended

    def __init__(
        self,
        source: ConsoleSource,
        *,
        keys: PaneKeys = PaneKeys(),  # noqa: B008 - it can't be changed
        watch_only: bool = False,
        name: str | None = None,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        # Of a shell the keys are its own: leaving it would end it.
        detach = keys.detach if source.kind == "attach" else b""
        super().__init__(keys.escape, detach, watch_only=watch_only, name=name, id=id, classes=classes)
        self._source = source
        self._link = ConsoleLink(
            source,
            LinkListener(
                frame=self._take_frame,
                notice=self.show_notice,
                text=self.copy_text,
                printed=lambda data: self._recording.printed(data),
                clipboard=self._offer,
                end=self._end,
            ),
        )
        self._rows: dict[int, Row] = {}
        self._strips: dict[int, Strip] = {}
        self._links: dict[int, str] = {}
        self._cursor = CursorState(visible=False)
        self._modes = ModeState()
        self._title = ""
        self._bells = 0
        self._notice = ""
        self._ended = False
        self._view = View()
        self._look_back: LookBack | None = None
        self._recording = Recording(source.title, self._link.record, self.show_notice)
        self._foreign_size: tuple[int, int] | None = None
        self._told_active = False

    @property
    def kind(self) -> ConsoleKind:
        """Whether it shows a container's own console or a shell beside it."""
        return self._source.kind

    @property
    def is_looking_back(self) -> bool:
        return self._look_back is not None

    @property
    def container_id(self) -> str:
        return self._source.container_id

    @property
    def has_ended(self) -> bool:
        """The console is at its end; its last screen is still shown."""
        return self._ended

    @property
    def keeper_pid(self) -> int | None:
        """The process that keeps this console; None while there is none."""
        return self._link.keeper_pid

    @property
    def modes(self) -> ModeState:
        """What the program asked for, as of the last frame."""
        return self._modes

    def screen_text(self) -> list[str]:
        """One string a row, as displayed."""
        return ["".join(run.text for run in self._rows[y].runs).rstrip() for y in sorted(self._rows)]

    def on_mount(self) -> None:
        self.show_border()
        self.app.screen_change_signal.subscribe(self, lambda _screen: self.update_keyboard())
        if self._source.size is not None:
            self.set_interval(SIZE_INTERVAL, self._look_at_size)

    async def on_unmount(self) -> None:
        driver = self._raw_driver()
        if driver is not None:
            driver.release(self._take_tokens)
        self._recording.stop()
        await self._link.close()

    def on_resize(self, event: events.Resize) -> None:
        columns, rows = self.content_size
        if columns > 0 and rows > 0:
            self._link.resize(columns, rows)
            self._recording.resized(columns, rows)

    def _take_frame(self, frame: Frame) -> None:
        """Show what changed."""
        base = self.rich_style
        width = self.content_size.width
        for y in [y for y in self._rows if y >= frame.rows]:
            del self._rows[y], self._strips[y]
        dirty = {row.y for row in frame.changed if 0 <= row.y < frame.rows}
        self._links.update(frame.links)
        for row in frame.changed:
            if row.y in dirty:
                self._rows[row.y] = row
                self._strips[row.y] = paint_row(row, base, self._links)
        if frame.view != self._view:
            self._view = frame.view
            if self._look_back is not None:
                self._look_back.follow(frame.view)
                dirty = set(range(frame.rows))
                self.show_border()
        if frame.cursor != self._cursor:
            dirty |= {self._cursor.row, frame.cursor.row}
        self._cursor = frame.cursor
        if len(dirty) * 2 > frame.rows:
            self.refresh()
        elif dirty:
            self.refresh(*(Region(0, y, width, 1) for y in dirty))
        self._modes = frame.modes
        if frame.title != self._title:
            self._title = frame.title
            self.show_border()
        if frame.bells > self._bells:
            self.post_message(self.Bell(self))
        self._bells = frame.bells
        if not self.display and not self._told_active:
            self._told_active = True
            self.post_message(self.Active(self))
        self.update_keyboard()

    def _end(self, exit_code: int | None, message: str) -> None:
        self._ended = True
        self._recording.stop()
        self._notice = message
        self._cursor = CursorState(visible=False)
        self.update_keyboard()
        self.show_border()
        self.refresh()
        self.post_message(self.Ended(self, exit_code, message))

    def render_line(self, y: int) -> Strip:
        width = self.content_size.width
        if self._translator.is_waiting:
            menu = paint_menu({key: _(word) for key, word in pane_messages.COMMANDS.items()}, width, self.rich_style)
            if y >= self.content_size.height - len(menu):
                return menu[y - self.content_size.height + len(menu)]
        strip = self._strips.get(y)
        if strip is None:
            return Strip.blank(width, self.rich_style)
        if self._look_back is not None:
            strip = self._look_back.paint(strip, y)
        if self.selection is not None:
            strip = self.selection.paint(strip.adjust_cell_length(width, self.rich_style), y)
        if self._look_back is not None:
            return strip.adjust_cell_length(width, self.rich_style)
        cursor = self._cursor
        if cursor.visible and cursor.row == y and self.has_focus:
            strip = paint_cursor(strip, self._rows[y], cursor.column, cursor.shape)
        return strip.adjust_cell_length(width, self.rich_style)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """A program's colours are its own: they are shown as they are, on the dark ground that a pane always has."""
        colours = plain_colours(self.app.ansi_theme_dark)
        return [colours if isinstance(each, ANSIToTruecolor) else each for each in super().get_line_filters()]

    def notify_style_update(self) -> None:
        super().notify_style_update()
        base = self.rich_style
        self._strips = {y: paint_row(row, base, self._links) for y, row in self._rows.items()}

    def on_language_changed(self) -> None:
        self.show_border()

    def show_border(self) -> None:
        """The title above; below, what the escape key offers, or a notice."""
        title = f"{self._source.title} · {self._title}" if self._title else self._source.title
        marks = [
            name
            for name, on in ((_("watching"), self._watch_only), (f"● {_('recording')}", self._recording.is_on))
            if on
        ]
        title = " · ".join([title, *marks])
        self.border_title = Content("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in title))
        self.border_subtitle = Content("".join(c for c in self._below() if c.isprintable()))

    def _below(self) -> str:
        if self._translator.is_waiting:
            return _("one of these keys, {escape} to send it, esc back").format(escape=self._escape_name)
        if self._look_back is not None:
            return self._notice or self._look_back.status
        if self._notice:
            return self._notice
        if self._foreign_size is not None:
            columns, rows = self._foreign_size
            return _("another client set {columns}×{rows}: {escape} r takes the size").format(
                columns=columns, rows=rows, escape=self._escape_name
            )
        return _("{escape} d detach").format(escape=self._escape_name)

    def show_notice(self, text: str) -> None:
        self._notice = text
        self.show_border()
        self.set_timer(NOTICE_STAYS, lambda: self._forget_notice(text))

    def _forget_notice(self, text: str) -> None:
        if self._notice == text and not self._ended:
            self._notice = ""
            self.show_border()

    def leave(self) -> None:
        self.post_message(self.Detached(self))

    def run_command(self, key: str) -> None:
        match key:
            case "[" | "/" | "c":
                self._begin_look_back(key)
            case "w":
                self._watch_only = not self._watch_only
            case "R":
                self._recording.toggle(self.content_size)
            case "r":
                self._foreign_size = None
                self._link.take_size()
            case "":
                pass
            case _ if key in pane_messages.REQUESTS:
                self.post_message(pane_messages.REQUESTS[key](self))
            case _:
                self.show_notice(_("{escape} {key} does nothing").format(escape=self._escape_name, key=key))

    def _begin_look_back(self, key: str) -> None:
        self._look_back = LookBack(self._link, self._view, self._end_look_back)
        if key == "/":
            self._look_back.begin_search()
        elif key == "c":
            self._look_back.begin_copy()
        self.refresh()

    def look_back_by(self, rows: int) -> None:
        if self._look_back is None and rows < 0 and not self._modes.alternate_screen:
            self._begin_look_back("[")
        if self._look_back is not None:
            self._link.scroll_view(rows)

    def look(self, keys: list[str]) -> None:
        for key in keys:
            if self._look_back is not None:
                self._look_back.take(key)
        self.show_border()
        self.refresh()

    def _end_look_back(self) -> None:
        self._look_back = None

    def _offer(self, text: str) -> None:
        self.post_message(self.ClipboardOffered(self, text))

    def strip_at(self, row: int) -> Strip:
        return self._strips.get(row, Strip.blank(self.content_size.width))

    def copy_text(self, text: str) -> None:
        self.post_message(self.TextCopied(self, text))

    async def _look_at_size(self) -> None:
        """See whose size holds: another client may have set its own."""
        size = self._source.size
        if size is None or self._ended or not self.display or self._link.is_resizing:
            return
        try:
            now = await call_in_background(size)
        except Exception:
            return
        foreign = now if now is not None and now != tuple(self.content_size) else None
        if foreign != self._foreign_size:
            self._foreign_size = foreign
            self.show_border()

    def on_show(self) -> None:
        self._told_active = False

    def send(self, data: bytes) -> None:
        """Bytes for the program, unless it is only watched."""
        if not self._watch_only:
            self._link.send(data)
