"""Copying by the operator's terminal (OSC 52), which takes only so much at once, and by a program of theirs."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from typing import Any, Final

from textual.app import App

from core.errors import HostIncomplete
from core.host.processes import kill_group, spawn
from tui.languages import _
from tui.plain_text import size

LARGEST: Final = 72_000
"""Bytes: what common terminals take of one OSC 52 once it is in base64 (100,000 in xterm and in tmux)."""
PATIENCE: Final = 5.0
"""Seconds that a program may take to read what is copied."""


def copy(app: App[Any], text: str, what: str) -> str:
    """Copy a text; the end of it alone, where it is too much. In words, what is in the clipboard now."""
    data = text.encode()
    if len(data) <= LARGEST:
        app.copy_to_clipboard(text)
        return (
            _("copied: {what}").format(what=what)
            if len(data) < 1000
            else _("copied: {what}, {size}").format(what=what, size=size(len(data)))
        )
    kept = data[-LARGEST:].decode(errors="ignore")
    app.copy_to_clipboard(kept)
    return _("copied: the last {size} of {what}, which is {whole}").format(
        size=size(LARGEST), what=what, whole=size(len(data))
    )


def hand_over(argv: Sequence[str], text: str) -> None:
    """Have a program read a text. Such as xclip leave a child behind that keeps the clipboard: it is let be.

    Raises `HostIncomplete` where the program can not be executed, fails, or reads nothing.
    """
    process = spawn(argv, stdin=subprocess.PIPE)
    try:
        process.communicate(text.encode(), timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        kill_group(process)
        process.wait()
    if process.returncode:
        raise HostIncomplete(
            _("{program} did not take what was copied").format(program=argv[0]),
            hint=_("the terminal has it, where it can; see copy_command"),
            argv=argv,
        )
