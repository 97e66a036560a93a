"""A container's terminal on the screen."""

from __future__ import annotations

from typing import ClassVar, Final

from textual import events
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.terminal.console_link import ConsoleLink, LinkListener
from tui.terminal.driver import WharfDriver
from tui.terminal.frame import CursorState, Frame, ModeState, Row
from tui.terminal.keeper_protocol import ConsoleKind
from tui.terminal.keys import Command, KeyTranslator, Send, Waiting, focus_report, parse_escape_key, paste_tokens
from tui.terminal.mouse import MouseInput, MouseKind, mouse_report
from tui.terminal.painting import paint_cursor, paint_row
from tui.terminal.raw_input import InputKind, InputToken
from tui.terminal.source import ConsoleSource
from tui.terminal.textual_keys import bytes_of_key

NOTICE_STAYS: Final = 5.0
"""Seconds that a notice stays in the border."""


class TerminalPane(Widget, can_focus=True, inherit_bindings=False):
    """Shows a console and, while it has the keyboard, sends it every key but the escape key."""

    DEFAULT_CSS = """
    TerminalPane {
        width: 1fr;
        height: 1fr;
        border: round $surface-lighten-2;
        background: #101010;
        color: #d0d0d0;
        &:focus { border: round $accent; }
    }
    """
    COMMANDS: ClassVar[dict[str, str]] = {"d": "detach", "l": "list", "f": "full screen"}

    class Detached(Message):
        """The operator wants to leave; the program goes on."""

        def __init__(self, pane: TerminalPane) -> None:
            super().__init__()
            self.pane = pane

        @property
        def control(self) -> TerminalPane:
            return self.pane

    class FullScreenRequested(Detached):
        """The operator wants the pane on the whole screen, or back."""

    class ListRequested(Detached):
        """The operator wants the keyboard elsewhere, with the pane left open."""

    class Bell(Detached):
        """The program rang."""

    class Ended(Message):
        """The console is at its end; the pane keeps its last screen."""

        def __init__(self, pane: TerminalPane, exit_code: int | None, message: str) -> None:
            super().__init__()
            self.pane = pane
            self.exit_code = exit_code
            """None when it cannot be known."""
            self.message = message
            """One line for the operator."""

        @property
        def control(self) -> TerminalPane:
            return self.pane

    def __init__(
        self,
        source: ConsoleSource,
        *,
        escape_key: str = "ctrl+]",
        name: str | None = None,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._source = source
        self._escape_name = escape_key
        self._translator = KeyTranslator(parse_escape_key(escape_key))
        self._link = ConsoleLink(source, LinkListener(self._take_frame, self._show_notice, self._end))
        self._rows: dict[int, Row] = {}
        self._strips: dict[int, Strip] = {}
        self._cursor = CursorState(visible=False)
        self._modes = ModeState()
        self._title = ""
        self._bells = 0
        self._notice = ""
        self._ended = False

    @property
    def kind(self) -> ConsoleKind:
        """Whether it shows a container's own console or a shell beside it."""
        return self._source.kind

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
        self._show_border()
        self.app.screen_change_signal.subscribe(self, lambda _screen: self._update_keyboard())

    async def on_unmount(self) -> None:
        driver = self._raw_driver()
        if driver is not None:
            driver.release(self._take_tokens)
        await self._link.close()

    def on_resize(self, event: events.Resize) -> None:
        columns, rows = self.content_size
        if columns > 0 and rows > 0:
            self._link.resize(columns, rows)

    def _take_frame(self, frame: Frame) -> None:
        """Show what changed."""
        base = self.rich_style
        width = self.content_size.width
        for y in [y for y in self._rows if y >= frame.rows]:
            del self._rows[y], self._strips[y]
        dirty = {row.y for row in frame.changed if 0 <= row.y < frame.rows}
        for row in frame.changed:
            if row.y in dirty:
                self._rows[row.y] = row
                self._strips[row.y] = paint_row(row, base)
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
            self._show_border()
        if frame.bells > self._bells:
            self.post_message(self.Bell(self))
        self._bells = frame.bells
        self._update_keyboard()

    def _end(self, exit_code: int | None, message: str) -> None:
        self._ended = True
        self._notice = message
        self._cursor = CursorState(visible=False)
        self._update_keyboard()
        self._show_border()
        self.refresh()
        self.post_message(self.Ended(self, exit_code, message))

    def render_line(self, y: int) -> Strip:
        width = self.content_size.width
        strip = self._strips.get(y)
        if strip is None:
            return Strip.blank(width, self.rich_style)
        cursor = self._cursor
        if cursor.visible and cursor.row == y and self.has_focus:
            strip = paint_cursor(strip, self._rows[y], cursor.column, cursor.shape)
        return strip.adjust_cell_length(width, self.rich_style)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        base = self.rich_style
        self._strips = {y: paint_row(row, base) for y, row in self._rows.items()}

    def _show_border(self) -> None:
        """The title above; below, what the escape key offers, or a notice."""
        title = f"{self._source.title} · {self._title}" if self._title else self._source.title
        self.border_title = Content("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in title))
        if self._translator.is_waiting:
            offers = [f"{key} {name}" for key, name in self.COMMANDS.items()]
            below = " · ".join([*offers, f"{self._escape_name} send it", "esc back"])
        elif self._notice:
            below = self._notice
        else:
            below = f"{self._escape_name} d detach"
        self.border_subtitle = Content("".join(c for c in below if c.isprintable()))

    def _show_notice(self, text: str) -> None:
        self._notice = text
        self._show_border()
        self.set_timer(NOTICE_STAYS, lambda: self._forget_notice(text))

    def _forget_notice(self, text: str) -> None:
        if self._notice == text and not self._ended:
            self._notice = ""
            self._show_border()

    def _raw_driver(self) -> WharfDriver | None:
        driver = self.app._driver
        return driver if isinstance(driver, WharfDriver) else None

    def _update_keyboard(self) -> None:
        """Have the raw keyboard just while the program is there and nothing else is in front."""
        driver = self._raw_driver()
        if driver is None:
            return
        if self.has_focus and not self._ended and self.app.screen is self.screen:
            driver.grab(self._take_tokens, self._modes)
        else:
            driver.release(self._take_tokens)

    def on_focus(self) -> None:
        self._update_keyboard()
        self._send(focus_report(True, self._modes))
        self.refresh()

    def on_blur(self) -> None:
        self._translator.forget()
        self._update_keyboard()
        self._show_border()
        self._send(focus_report(False, self._modes))
        self.refresh()

    def on_app_focus(self) -> None:
        if self.has_focus:
            self._send(focus_report(True, self._modes))

    def on_app_blur(self) -> None:
        if self.has_focus:
            self._send(focus_report(False, self._modes))

    def _take_tokens(self, tokens: list[InputToken]) -> None:
        for token in tokens:
            for action in self._translator.translate(token, self._modes):
                match action:
                    case Send(data):
                        self._send(data)
                    case Waiting():
                        pass
                    case Command(key):
                        self._run_command(key)
        self._show_border()

    def _run_command(self, key: str) -> None:
        match key:
            case "d":
                self.post_message(self.Detached(self))
            case "l":
                self.post_message(self.ListRequested(self))
            case "f":
                self.post_message(self.FullScreenRequested(self))
            case "":
                pass
            case _:
                self._show_notice(f"{self._escape_name} {key} does nothing")

    def _send(self, data: bytes) -> None:
        self._link.send(data)

    async def on_key(self, event: events.Key) -> None:
        """Without the raw driver: the nearest bytes for Textual's key."""
        if self._ended:
            return
        event.stop()
        event.prevent_default()
        if data := bytes_of_key(event.key, event.character):
            self._take_tokens([InputToken(InputKind.KEYS, data)])

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self._take_tokens(paste_tokens(event.text))

    def _mouse(self, event: events.MouseEvent, kind: MouseKind) -> None:
        """Pass the mouse on where the program asked; with shift it stays with the screen."""
        offset = event.get_content_offset(self)
        if offset is None or event.shift or self._ended:
            return
        mouse = MouseInput(kind, offset.x, offset.y, event.button, False, event.meta, event.ctrl)
        if report := mouse_report(mouse, self._modes):
            event.stop()
            self._send(report)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._mouse(event, MouseKind.PRESS)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        self._mouse(event, MouseKind.RELEASE)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self._mouse(event, MouseKind.MOTION)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._mouse(event, MouseKind.WHEEL_UP)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._mouse(event, MouseKind.WHEEL_DOWN)
