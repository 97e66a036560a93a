"""The mouse over a terminal pane."""

from __future__ import annotations

from textual import events
from textual.strip import Strip
from textual.widget import Widget

from tui.terminal.frame import ModeState
from tui.terminal.mouse import WHEEL_LINES, MouseInput, MouseKind, mouse_report
from tui.terminal.selection import Selection

LEFT = 1


class PaneMouse(Widget):
    """Passes the mouse on to the program where that asked for it; else, or with shift or alt, it marks text."""

    selection: Selection | None = None
    """What is marked."""
    _is_marking = False

    @property
    def modes(self) -> ModeState:
        """What the program asked for, as of the last frame."""
        raise NotImplementedError

    @property
    def has_ended(self) -> bool:
        """The console is at its end; its last screen is still shown."""
        raise NotImplementedError

    def send(self, data: bytes) -> None:
        """Bytes for the program."""
        raise NotImplementedError

    def strip_at(self, row: int) -> Strip:
        """A row as it is shown, without cursor and marks."""
        raise NotImplementedError

    def copy_text(self, text: str) -> None:
        """Put a text where the operator can paste it from."""
        raise NotImplementedError

    def look_back_by(self, rows: int) -> None:
        """Look at what has scrolled away, so many rows further up (negative) or down."""
        raise NotImplementedError

    def forget_selection(self) -> None:
        if self.selection is not None:
            self.selection = None
            self.refresh()

    def _mouse(self, event: events.MouseEvent, kind: MouseKind) -> bool:
        """Pass the mouse on where the program asked; whether it did."""
        offset = event.get_content_offset(self)
        if offset is None or event.shift or event.meta or self.has_ended or self._is_marking:
            return False
        mouse = MouseInput(kind, offset.x, offset.y, event.button, False, False, event.ctrl)
        report = mouse_report(mouse, self.modes)
        if report:
            event.stop()
            self.send(report)
        return bool(report)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self.forget_selection()
        if self._mouse(event, MouseKind.PRESS) or event.button != LEFT:
            return
        offset = event.get_content_offset(self)
        if offset is not None:
            self._is_marking = True
            self.selection = Selection((offset.x, offset.y), (offset.x, offset.y))
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if not self._is_marking or self.selection is None:
            self._mouse(event, MouseKind.MOTION)
            return
        event.stop()
        offset = event.get_content_offset_capture(self)
        width, height = self.content_size
        head = min(max(offset.x, 0), width - 1), min(max(offset.y, 0), height - 1)
        self.selection = Selection(self.selection.anchor, head)
        self.refresh()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if not self._is_marking:
            self._mouse(event, MouseKind.RELEASE)
            return
        event.stop()
        self._is_marking = False
        self.release_mouse()
        if self.selection is None or self.selection.is_empty:
            self.forget_selection()
        elif text := self.selection.text(self.strip_at, self.content_size.width):
            self.copy_text(text)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        if not self._mouse(event, MouseKind.WHEEL_UP):
            event.stop()
            self.look_back_by(-WHEEL_LINES)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        if not self._mouse(event, MouseKind.WHEEL_DOWN):
            event.stop()
            self.look_back_by(WHEEL_LINES)
