"""The page of keys, made of the key map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.text import Text
from textual.binding import Binding, BindingType

from tui.keymap import LIST, Action, shown_keys
from tui.views.view import View

CONSOLE_KEYS = (
    ("the detach keys", "detach, in the container's own console; ctrl-p ctrl-q if nothing else was chosen"),
    ("{0} d", "detach: leave the console; the program goes on, but a shell ends"),
    ("{0} l", "to the list, with the console left open; tab goes back"),
    ("{0} n", "the next open console"),
    ("{0} s", "all open consoles at once, or one"),
    ("{0} f", "the console on the whole screen, and back"),
    ("{0} [", "look back at what has scrolled away"),
    ("{0} /", "find a text in it"),
    ("{0} c", "copy lines of it"),
    ("{0} k", "send a signal to the container"),
    ("{0} w", "watch only: what is typed goes nowhere; and back"),
    ("{0} R", "record as an asciicast, and stop"),
    ("{0} r", "set the terminal's size to the pane's again"),
    ("mouse", "drag marks and copies, the wheel looks back; with alt also where the program has the mouse"),
    ("{0} {0}", "send {0} itself"),
)
LIST_KEYS = (
    ("↑ ↓ j k", "the next row, the one before"),
    ("pgup pgdn ^u ^d", "a page, half a page"),
    ("g G", "the first, the last"),
    ("tab", "between the list, the details and an open console"),
    ("mouse", "click selects, twice opens, on a heading sorts, at the left edge marks"),
)


def help_text(view: View, actions: Iterable[Action], escape: str) -> Text:
    """All keys of a view with what they do, in groups; `escape` is the key that leaves a console."""
    text = Text()
    groups: dict[str, list[Action]] = {}
    for action in actions:
        groups.setdefault(action.group, []).append(action)
    for group, members in groups.items():
        _heading(text, group)
        for action in members:
            _line(text, shown_keys(action), action.description)
        if group == LIST:
            for keys, words in LIST_KEYS:
                _line(text, keys, words)
            _line(
                text, "in the filter", f"{' '.join(f'{term}:' for term in view.terms)}, each with ! before it for not"
            )
    _heading(text, "In a console every key goes to the container, but for")
    for keys, words in CONSOLE_KEYS:
        _line(text, keys.format(escape), words.format(escape))
    return text


def pane_help(declared: Iterable[BindingType], keys: Mapping[str, Sequence[str]]) -> Text:
    """The keys of what has the keyboard for itself. `keys`: binding → its keys, as they are bound now."""
    text = Text()
    for binding in declared:
        if isinstance(binding, Binding) and binding.id is not None and binding.id in keys:
            _line(text, " ".join(keys[binding.id]), binding.description)
    return text


def _heading(text: Text, words: str) -> None:
    text.append(f"{'' if not text else chr(10)}{words}\n", "bold underline")


def _line(text: Text, keys: str, words: str) -> None:
    text.append(f"  {keys:<20}", "bold")
    text.append(f"{words}\n")
