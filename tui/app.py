"""The program with a screen: themes, the first view, and an end that always gives the terminal back."""

from __future__ import annotations

import logging
import threading
from typing import ClassVar

from textual.app import App
from textual.binding import BindingType

from tui.bridge import Bridge
from tui.screens.containers import ContainersScreen
from tui.terminal.driver import WharfDriver
from tui.terminal.keeper_process import STOCK

_log = logging.getLogger("wharfinger")

CRASHED = 125
"""The exit code of a program that has met what nobody foresaw."""


class WharfApp(App[None], inherit_bindings=False):
    """Textual's own ctrl+q, ctrl+p and ctrl+c are not bound: they belong to the container in the console pane."""

    TITLE = "wharf"
    ENABLE_COMMAND_PALETTE = False
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(driver_class=WharfDriver)
        self._bridge = bridge
        self.failure: Exception | None = None
        """What ended the program, where it was not the operator."""

    def on_mount(self) -> None:
        self.theme = "textual-dark"
        self.push_screen(ContainersScreen(self._bridge))

    def _handle_exception(self, error: Exception) -> None:
        """No traceback reaches the operator: it is in the log. `_exception` is what Textual's pilot raises."""
        _log.error("the screen ended by an unforeseen error", exc_info=error)
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
            self.failure = error
        self.exit(return_code=CRASHED)


def run_screen(bridge: Bridge) -> int:
    """Show the screen until the operator leaves; the exit code. Raises what else ended it."""
    # A keeper takes a tenth of a second to start: the first pane finds one that waits.
    threading.Thread(target=STOCK.prepare, name="wharf-keepers", daemon=True).start()
    app = WharfApp(bridge)
    try:
        app.run()
    finally:
        bridge.close()
        STOCK.close()
    if app.failure is not None:
        raise app.failure
    return app.return_code or 0
