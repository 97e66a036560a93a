"""The mouse over a terminal pane."""

from __future__ import annotations

from textual import events
from textual.widget import Widget

from tui.terminal.frame import ModeState
from tui.terminal.mouse import MouseInput, MouseKind, mouse_report


class PaneMouse(Widget):
    """Passes the mouse on to the program where that asked for it."""

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

    def _mouse(self, event: events.MouseEvent, kind: MouseKind) -> None:
        """Pass the mouse on where the program asked; with shift it stays with the screen."""
        offset = event.get_content_offset(self)
        if offset is None or event.shift or self.has_ended:
            return
        mouse = MouseInput(kind, offset.x, offset.y, event.button, False, event.meta, event.ctrl)
        if report := mouse_report(mouse, self.modes):
            event.stop()
            self.send(report)

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
