"""Writes docs/keys.md from the keys that the program has: `key_page.py docs/keys.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from textual.binding import Binding

from tui.keymap import GENERAL, Action, shown_key
from tui.screens.help import CONSOLE_KEYS, LIST_KEYS
from tui.screens.log_screen import LogScreen
from tui.screens.text_view import TextView
from tui.screens.view_stack import SHOWING
from tui.tabs.files import FilesTab
from tui.views import VIEWS, load

ESCAPE: Final = "ctrl+]"
INTRODUCTION: Final = """# Keys

This page is made of the program's own key map, by `make keys`. On the screen `?` shows the keys of the view that is
open, the footer those that can be used now, and `:` finds any action by its name. Each of them can be moved:
[configuration.md](configuration.md).
"""

Row = tuple[tuple[str, ...], str]
"""The keys, as people write them, and what they do."""


def shown(key: str) -> str:
    """A key as people write it; what the footer has no room for is written out."""
    sign = shown_key(key)
    return f"ctrl+{sign[1:]}" if sign.startswith("^") and len(sign) > 1 else sign


def of_actions(actions: Iterable[Action]) -> Iterator[Row]:
    """The rows of actions that have a key."""
    for action in actions:
        if action.keys:
            yield tuple(shown(key) for key in action.keys), action.description


def of_bindings(bindings: Iterable[Any]) -> Iterator[Row]:
    """The rows of a widget's or a screen's own bindings; those that do the same are one row."""
    rows: dict[str, list[str]] = {}
    for binding in bindings:
        assert isinstance(binding, Binding)
        rows.setdefault(binding.description, []).extend(shown(key) for key in binding.key.split(","))
    yield from ((tuple(keys), words) for words, keys in rows.items())


def of_lines(lines: Iterable[tuple[str, str]]) -> Iterator[Row]:
    """The rows of the help's own lines."""
    for keys, words in lines:
        written = keys.format(ESCAPE).replace(" ^", " ctrl+")
        single = keys.startswith("{0}") or keys in ("the detach keys", "mouse")
        yield (written,) if single else tuple(written.split()), words.format(ESCAPE)


def sections() -> Iterator[tuple[str, str, list[Row]]]:
    """Title, a sentence, and the rows."""
    yield "In every view", "", [*of_actions(GENERAL), *of_actions(SHOWING)]
    yield "In a list", "", list(of_lines(LIST_KEYS))
    for entry in VIEWS:
        view = load(entry.name)
        if view.actions:
            yield f"In the view of {entry.title.lower()} (`{entry.key}`)", "", list(of_actions(view.actions))
    words = "Every key goes to the container, but for these. `wharf --escape-key` chooses another key than `ctrl+]`."
    yield "In a console", words, list(of_lines(CONSOLE_KEYS))
    yield "In a log", "", list(of_bindings(LogScreen.BINDINGS))
    yield "In the files of a container", "", list(of_bindings(FilesTab.BINDINGS))
    yield "In a page of text", "", list(of_bindings(TextView.BINDINGS))


def page() -> str:
    """The whole page."""
    parts = [INTRODUCTION]
    for title, words, rows in sections():
        table = ["| key | does |", "| --- | --- |"]
        for keys, does in rows:
            marked = " ".join(key if key in ("the detach keys", "mouse") else f"`{key}`" for key in keys)
            table.append(f"| {marked.replace('|', chr(92) + '|')} | {does} |")
        parts.append("\n".join([f"## {title}\n", *([f"{words}\n"] if words else []), *table, ""]))
    return "\n".join(parts)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page())
