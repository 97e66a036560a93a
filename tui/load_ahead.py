"""What an operator is likely to want next, made ready once the list is there and the screen has nothing else to do."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from tui.terminal.keeper_process import STOCK

_MODULES: Final = ("tui.terminal.pane", "tui.bridge.console_sources", "tui.bridge.verbs")


def load_ahead() -> None:
    """Start a keeper, which takes a tenth of a second, and load what a console needs. For a thread of its own."""
    STOCK.prepare()
    for name in _MODULES:
        import_module(name)
