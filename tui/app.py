"""The program with a screen: themes, the first view, and an end that always gives the terminal back."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
import threading
from typing import ClassVar

from textual import events
from textual.app import App
from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Input

from tui.bridge import Bridge
from tui.plain_text import printable
from tui.screens.containers import ContainersScreen
from tui.terminal.driver import WharfDriver
from tui.terminal.keeper_process import STOCK
from tui.terminal.pane import TerminalPane

_log = logging.getLogger("wharfinger")

OPENING_PATIENCE = 1.0
"""Seconds that keys wait for a dialog that is opening."""
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

    async def on_event(self, event: events.Event) -> None:
        """Do a bound key before the next key is looked at.

        Textual hands all keys that have come to whoever has the focus, and looks for bindings later: of a `:` and the
        letters behind it, typed in one go, the letters would be verbs of the list.
        """
        own = isinstance(event, events.Key) and not event.is_forwarded and self._takes_no_text(self.focused)
        if isinstance(event, events.Key) and own and await self._do_bound(event.key):
            # What it opened takes the next key.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.screen._mounted_event.wait(), OPENING_PATIENCE)
            return
        await super().on_event(event)

    async def _do_bound(self, key: str) -> bool:
        return await self._check_bindings(key, priority=True) or await self._check_bindings(key)

    @staticmethod
    def _takes_no_text(widget: Widget | None) -> bool:
        return not isinstance(widget, Input | TerminalPane)

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
    if waiting := bridge.under_way():
        print(f"wharf: {printable(', '.join(waiting))}: waiting for the end of it", file=sys.stderr)
        bridge.finish()
    if app.failure is not None:
        raise app.failure
    return app.return_code or 0
