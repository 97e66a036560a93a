"""A pane under the real driver, for the driver's tests: argv is the program in the pane."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import sys
import termios

from textual import on
from textual.app import App, ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.terminal import pane
from tui.terminal.driver import WharfDriver
from tui.terminal.pane import TerminalPane
from tui.terminal.source import ConsoleSource


class Question(ModalScreen[None]):
    """Takes the keyboard from the pane while it is open."""

    def compose(self) -> ComposeResult:
        yield Input(id="answer")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.app.query_one("#state", Static).update(f"answered {event.value!r}")
        self.dismiss()


class DriverApp(App[None]):
    """`ctrl+] f` opens a question, `ctrl+] d` leaves."""

    def __init__(self, source: ConsoleSource) -> None:
        super().__init__(driver_class=WharfDriver)
        self._source = source

    def compose(self) -> ComposeResult:
        yield TerminalPane(self._source)
        yield Static("ready", id="state")

    def on_mount(self) -> None:
        self.query_one(TerminalPane).focus()

    @on(TerminalPane.FullScreenRequested)
    def ask(self) -> None:
        self.push_screen(Question())

    @on(TerminalPane.Detached)
    def leave(self) -> None:
        self.exit()


def main() -> int:
    pane.NOTICE_STAYS = 0.3  # type: ignore[misc]
    pid, master = pty.fork()
    if pid == 0:
        os.execvp(sys.argv[1], sys.argv[1:])

    def resize(columns: int, rows: int) -> None:
        fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    app = DriverApp(ConsoleSource("exec", "test", master, resize, lambda: b"", lambda: os.close(master)))
    app.run()
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(main())
