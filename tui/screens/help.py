"""The page of keys, made of the key map."""

from __future__ import annotations

from itertools import groupby

from rich.text import Text

from tui.keymap import ACTIONS, shown_keys

_CONSOLE = (
    ("ctrl-p ctrl-q", "detach, in the container's own console"),
    ("ctrl+] d", "detach: leave the console; the program goes on, but a shell ends"),
    ("ctrl+] l", "to the list, with the console left open; tab goes back"),
    ("ctrl+] n", "the next open console"),
    ("ctrl+] s", "all open consoles at once, or one"),
    ("ctrl+] f", "the console on the whole screen, and back"),
    ("ctrl+] [", "look back at what has scrolled away"),
    ("ctrl+] /", "find a text in it"),
    ("ctrl+] c", "copy lines of it"),
    ("ctrl+] k", "send a signal to the container"),
    ("ctrl+] w", "watch only: what is typed goes nowhere; and back"),
    ("ctrl+] R", "record as an asciicast, and stop"),
    ("ctrl+] r", "set the terminal's size to the pane's again"),
    ("ctrl+] ctrl+]", "send ctrl+] itself"),
)
_LIST = (
    ("↑ ↓ j k", "the next container, the one before"),
    ("pgup pgdn ^u ^d", "a page, half a page"),
    ("g G", "the first, the last"),
    ("tab", "between the list and an open console"),
    ("[ ]", "the console before, the next one"),
)


def help_text() -> Text:
    """All keys with what they do, in groups."""
    text = Text()
    for group, actions in groupby(ACTIONS, key=lambda action: action.group):
        _heading(text, group)
        for action in actions:
            _line(text, shown_keys(action), action.description)
        if group == "List":
            for keys, words in _LIST:
                _line(text, keys, words)
    _heading(text, "In a console every key goes to the container, but for")
    for keys, words in _CONSOLE:
        _line(text, keys, words)
    return text


def _heading(text: Text, words: str) -> None:
    text.append(f"{'' if not text else chr(10)}{words}\n", "bold underline")


def _line(text: Text, keys: str, words: str) -> None:
    text.append(f"  {keys:<18}", "bold")
    text.append(f"{words}\n")
