"""Every action is described once: its keys, its words, and when it can be done.

Bindings, footer, help, palette and action menu are made of it. Here are the actions of every view; those of one view
stand in its module in `tui.views`.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from textual.binding import Binding

from tui.languages import N_, _


class Scope(enum.Enum):
    """What an action works on."""

    PROGRAM = "program"
    """Nothing: it can be done with an empty list, too."""
    ROW = "row"
    """The row under the cursor."""
    ROWS = "rows"
    """All marked rows; where none is marked, the row under the cursor."""


def always(row: object) -> bool:
    """For actions that every row allows."""
    return True


@dataclass(frozen=True, slots=True)
class Action:
    """`label`: one or two words for the footer; empty to leave it out. `enabled`: whether a row allows it.

    `word`: the very verb that it would be for a row, where that differs from the label. Words are messages in English;
    what is shown of them are `title`, `told`, `heading` and `label_for`.
    """

    name: str
    keys: tuple[str, ...]
    label: str
    description: str
    group: str
    enabled: Callable[[Any], bool] = always
    scope: Scope = Scope.PROGRAM
    word: Callable[[Any], str] | None = None

    @property
    def shown_key(self) -> str:
        """The first key, as people write it."""
        return shown_key(self.keys[0]) if self.keys else ""

    @property
    def title(self) -> str:
        """What it is called where it cannot be done."""
        return _(self.label or self.name.replace("_", " "))

    @property
    def told(self) -> str:
        """What it does, in the operator's language."""
        return _(self.description)

    @property
    def heading(self) -> str:
        """Its group, in the operator's language."""
        return _(self.group)

    def can_do(self, rows: Sequence[Any]) -> bool:
        """Whether it can be done to one of these rows at least."""
        return self.scope is Scope.PROGRAM or any(self.enabled(row) for row in rows)

    def label_for(self, rows: Sequence[Any]) -> str:
        """The footer's word: the very verb that the key would do now."""
        words = {self.word(row) for row in rows if self.enabled(row)} if self.word is not None else set()
        return _(words.pop() if len(words) == 1 else self.label)


_SHOWN: Final = {
    "slash": "/",
    "colon": ":",
    "question_mark": "?",
    "full_stop": ".",
    "percent_sign": "%",
    "plus": "+",
    "minus": "-",
    "underscore": "_",
    "asterisk": "*",
    "exclamation_mark": "!",
    "ampersand": "&",
    "greater_than_sign": ">",
    "less_than_sign": "<",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "ctrl+k": "^k",
    "ctrl+o": "^o",
    "ctrl+r": "^r",
    "ctrl+s": "^s",
    "ctrl+t": "^t",
    "ctrl+w": "^w",
    "ctrl+z": "^z",
    "ctrl+@": "^space",
    "ctrl+backslash": "^\\",
    "upper_s": "S",
    "enter": "⏎",
    "escape": "esc",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
    "shift+down": "shift+↓",
    "shift+up": "shift+↑",
    "pagedown": "pgdn",
    "pageup": "pgup",
}


def shown_key(key: str) -> str:
    """A key of Textual's as people write it."""
    return _SHOWN.get(key, key)


def shown_keys(action: Action) -> str:
    """All keys of an action, as people write them."""
    return " ".join(shown_key(key) for key in action.keys)


LIST: Final = N_("List")
DETAIL: Final = N_("Details")
PROGRAM: Final = N_("Program")
MACHINE: Final = N_("Machine")

GENERAL: Final = (
    Action(
        "filter",
        ("slash",),
        "filter",
        "show only what fits: a text, /regex/, ~letters, !not this, state:, label:",
        LIST,
    ),
    Action("sort_next", ("o",), "sort", "sort by the next column", LIST),
    Action("sort_reverse", ("O",), "", "sort the other way round", LIST),
    Action("sort_by", ("b",), "", "choose by which column to sort, and which way round", LIST),
    Action("faults", ("ctrl+z",), "", "show only what failed, or all again", LIST),
    Action("columns", ("W",), "", "choose and order the columns, those of labels, too", LIST),
    Action("next_columns", ("ctrl+w",), "", "the next columns, of those that have no room", LIST),
    Action("mark", ("space",), "", "mark the row, or take its mark away", LIST, scope=Scope.ROW),
    Action("mark_range", ("ctrl+@",), "", "mark from the last mark to here", LIST, scope=Scope.ROW),
    Action("mark_down", ("shift+down",), "", "mark the row and go down", LIST, scope=Scope.ROW),
    Action("mark_up", ("shift+up",), "", "mark the row and go up", LIST, scope=Scope.ROW),
    Action("mark_all", ("asterisk",), "", "mark all rows that are shown", LIST, scope=Scope.ROW),
    Action("clear_marks", ("ctrl+backslash",), "", "take all marks away", LIST),
    Action("resync", ("ctrl+r",), "", "read everything anew and draw the screen again", LIST),
    Action("open", ("enter",), "", "the details on the whole screen, and back", DETAIL, scope=Scope.ROW),
    Action("tab_before", ("left_square_bracket", "left"), "", "the tab before; the console before", DETAIL),
    Action("tab_after", ("right_square_bracket", "right"), "", "the next tab; the next console", DETAIL),
    Action("page", ("y",), "", "all that is known of it, to search, as JSON or YAML", DETAIL, scope=Scope.ROW),
    Action("detail_down", ("J",), "", "scroll the details down", DETAIL),
    Action("detail_up", ("K",), "", "scroll the details up", DETAIL),
    Action("larger_list", ("plus",), "", "more room for the list, less for the details or the console", DETAIL),
    Action("smaller_list", ("minus", "underscore"), "", "less room for the list", DETAIL),
    Action("read_only", ("L",), "", "read-only: let nothing be changed, or lift that", PROGRAM),
    Action("own_cost", ("ctrl+o",), "", "what the screen itself costs: CPU, memory, figures read, rows", PROGRAM),
    Action("mouse", ("ctrl+t",), "", "leave the mouse to the terminal, or take it back", PROGRAM),
    Action("view_after", ("greater_than_sign",), "", "the next view", PROGRAM),
    Action("view_before", ("less_than_sign",), "", "the view before", PROGRAM),
    Action("menu", ("x", "m"), "menu", "choose what to do from a menu", PROGRAM),
    Action("palette", ("colon",), "palette", "choose any action by its name", PROGRAM),
    Action("help", ("question_mark", "f1"), "help", "show the keys", PROGRAM),
    Action("run_here", ("exclamation_mark",), "", "run a command of this machine in a pane", PROGRAM),
    Action("undo", ("u",), "", "take back the last pause or new name, within half a minute", PROGRAM),
    Action("back", ("escape",), "", "go back: close an ended console, show all rows again", PROGRAM),
    Action("quit", ("q",), "quit", "go back; where there is nothing to go back from, quit", PROGRAM),
)

SYSTEM: Final = (
    Action("system_info", (), "", "info: this machine, the engine, its programs and folders", MACHINE),
    Action("disk_usage", (), "", "what images, containers and volumes take on disk", MACHINE),
    Action("system_prune", (), "", "prune what nothing uses, but for volumes and named images", MACHINE),
    Action("system_prune_all", (), "", "prune all that nothing uses, volumes and named images, too", MACHINE),
    Action("play", (), "", "play a file of Kubernetes manifests", MACHINE),
    Action("take_down", (), "", "take down what was played from a file of Kubernetes manifests", MACHINE),
    Action("new_secret", (), "", "keep a new secret", MACHINE),
    Action("log_in", (), "", "log in to a registry", MACHINE),
    Action("read_configuration", (), "", "read the configuration again", PROGRAM),
    Action("theme", (), "", "theme: colours, dark or light, seen as one chooses", PROGRAM),
    Action("save_workspace", (), "", "keep the screen as a workspace: view, filters, columns, consoles", PROGRAM),
    Action("open_workspace", (), "", "open another workspace", PROGRAM),
    Action("remove_workspace", (), "", "remove a workspace", PROGRAM),
    Action("log_out", (), "", "log out of a registry", MACHINE),
)
"""Actions of all views that have no key: the menu and the palette have them."""


def bindings(actions: Iterable[Action]) -> list[Binding]:
    """The actions as bindings of the screen; of two with the same key the first has it."""
    # The list is there before Textual is loaded.
    from textual.binding import Binding

    made: dict[str, Binding] = {}
    for action in actions:
        for key in action.keys:
            made.setdefault(key, Binding(key, f"act('{action.name}')", action.description, show=False))
    return list(made.values())
