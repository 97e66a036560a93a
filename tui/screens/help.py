"""The page of keys, made of the key map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.text import Text
from textual.binding import Binding, BindingType

from tui.keymap import LIST, Action, shown_keys
from tui.languages import N_, _
from tui.plain_text import padded
from tui.views.view import View

CONSOLE_KEYS = (
    (N_("the detach keys"), N_("detach, in the container's own console; ctrl-p ctrl-q if nothing else was chosen")),
    ("{0} d", N_("detach: leave the console; the program goes on, but a shell ends")),
    ("{0} l", N_("to the list, with the console left open; tab goes back")),
    ("{0} n", N_("the next open console")),
    ("{0} s", N_("all open consoles at once, or one")),
    ("{0} f", N_("the console on the whole screen, and back")),
    ("{0} [", N_("look back at what has scrolled away")),
    ("{0} /", N_("find a text in it")),
    ("{0} c", N_("copy lines of it")),
    ("{0} k", N_("send a signal to the container")),
    ("{0} w", N_("watch only: what is typed goes nowhere; and back")),
    ("{0} R", N_("record as an asciicast, and stop")),
    ("{0} r", N_("set the terminal's size to the pane's again")),
    (N_("mouse"), N_("drag marks and copies, the wheel looks back; with alt also where the program has the mouse")),
    ("{0} {0}", N_("send {0} itself")),
)
LIST_KEYS = (
    ("↑ ↓ j k", N_("the next row, the one before")),
    ("pgup pgdn ^u ^d", N_("a page, half a page")),
    ("g G", N_("the first, the last")),
    ("tab", N_("between the list, the details and an open console")),
    (N_("mouse"), N_("click selects, twice opens, on a heading sorts, at the left edge marks")),
)


def help_text(view: View, actions: Iterable[Action], escape: str) -> Text:
    """All keys of a view with what they do, in groups; `escape` is the key that leaves a console."""
    text = Text()
    groups: dict[str, list[Action]] = {}
    for action in actions:
        groups.setdefault(action.heading, []).append(action)
    for group, members in groups.items():
        _heading(text, group)
        for action in members:
            _line(text, shown_keys(action), action.told)
        if group == _(LIST):
            for keys, words in LIST_KEYS:
                _line(text, _(keys), _(words))
            terms = " ".join(f"{term}:" for term in view.terms)
            _line(text, _("in the filter"), _("{terms}, each with ! before it for not").format(terms=terms))
    _heading(text, _("In a console every key goes to the container, but for"))
    for keys, words in CONSOLE_KEYS:
        _line(text, _(keys).format(escape), _(words).format(escape))
    return text


def pane_help(declared: Iterable[BindingType], keys: Mapping[str, Sequence[str]]) -> Text:
    """The keys of what has the keyboard for itself. `keys`: binding → its keys, as they are bound now."""
    text = Text()
    for binding in declared:
        if isinstance(binding, Binding) and binding.id is not None and binding.id in keys:
            _line(text, " ".join(keys[binding.id]), _(binding.description))
    return text


def _heading(text: Text, words: str) -> None:
    text.append(f"{'' if not text else chr(10)}{words}\n", "bold underline")


def _line(text: Text, keys: str, words: str) -> None:
    text.append(f"  {padded(keys, 20)}", "bold")
    text.append(f"{words}\n")
