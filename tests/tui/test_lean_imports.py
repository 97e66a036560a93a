"""What is left out while the screen is loaded is there once it is needed."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
from tui.lean_imports import ScreenImports
with ScreenImports():
    import tui.app
    from tui.screens.deck import DeckScreen
left_out = {"ssl", "textual.command", "textual.widgets._directory_tree", "typing_extensions", "tomllib"}
late = {"tui.terminal.pane", "tui.bridge.verbs", "tui.bridge.details", "core.foreign", "tui.forms.form"}
print(sorted((left_out | late) & set(sys.modules)))
import ssl, typing_extensions
from textual.command import CommandPalette, Provider
from textual.widgets import DirectoryTree
from tui.terminal.pane import TerminalPane
print(ssl.create_default_context().verify_mode.name, typing_extensions.override.__name__)
print(CommandPalette.__module__, Provider.__module__, DirectoryTree.__module__, TerminalPane.__module__)
"""


def test_the_screen_is_loaded_without_what_it_does_not_need_yet() -> None:
    program = f"import sys; sys.path[:0] = {[path for path in sys.path if path]!r}\n{PROGRAM}"
    finished = subprocess.run([sys.executable, "-ISc", program], capture_output=True, text=True, check=True)
    left_out, types, modules = finished.stdout.splitlines()
    assert left_out == "[]"
    assert types == "CERT_REQUIRED override"
    assert modules.split() == [
        "textual.command",
        "textual.command",
        "textual.widgets._directory_tree",
        "tui.terminal.pane",
    ]
