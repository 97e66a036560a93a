"""Copying by the operator's terminal (OSC 52), which takes only so much at once."""

from __future__ import annotations

from typing import Any, Final

from textual.app import App

from tui.plain_text import size

LARGEST: Final = 72_000
"""Bytes: what common terminals take of one OSC 52 once it is in base64 (100,000 in xterm and in tmux)."""


def copy(app: App[Any], text: str, what: str) -> str:
    """Copy a text; the end of it alone, where it is too much. In words, what is in the clipboard now."""
    data = text.encode()
    if len(data) <= LARGEST:
        app.copy_to_clipboard(text)
        return f"copied: {what}" if len(data) < 1000 else f"copied: {what}, {size(len(data))}"
    kept = data[-LARGEST:].decode(errors="ignore")
    app.copy_to_clipboard(kept)
    return f"copied: the last {size(LARGEST)} of {what}, which is {size(len(data))}"
