"""The menu of a view's actions for the selected row, or the marked ones: their keys are its letters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.keymap import Action, shown_keys
from tui.languages import _
from tui.plain_text import padded, printable
from tui.screens.dismissal import Dialog

_VERB: Final = 12
_LONGEST_VERB: Final = 18
"""Columns of what an action is called, in front of what it does."""
Entry = tuple[Action, str, bool]
"""An action, the very verb that it would be, and whether it can be done."""


class ActionMenu(Dialog[str]):
    """Ends in the name of an action; an empty string for none. What cannot be done is there, dimmed."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "cancel", "cancel")]

    def __init__(self, label: str, entries: Sequence[Entry]) -> None:
        super().__init__()
        self._label = label
        self._entries = entries

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as box:
            box.border_title = _("What to do with {name}").format(name=printable(self._label)[:40])
            options = []
            longest = max((cell_len(word or action.title) for action, word, _possible in self._entries), default=0)
            width = max(_VERB, min(longest, _LONGEST_VERB))
            for action, word, possible in self._entries:
                what = f"{padded(word or action.title, width)} {action.told}"
                line = Text.assemble((f"{shown_keys(action):<9}", "bold"), what, no_wrap=True, overflow="ellipsis")
                options.append(Option(line, id=action.name, disabled=not possible))
            yield OptionList(*options, id="menu")

    def on_key(self, event: events.Key) -> None:
        """A letter is the same as the key in the list."""
        for action, _word, possible in self._entries:
            if event.key in action.keys and possible:
                event.stop()
                self.dismiss(action.name)
                return

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id or "")

    def action_cancel(self) -> None:
        self.dismiss("")
