"""The part of the screen that does what keys, clicks and the palette ask for, or says why it can not be done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual import on

from tui.bound_keys import bound_keys
from tui.keymap import PROGRAM, Action, Scope
from tui.languages import _
from tui.messages import Answered
from tui.read_only import only_looks, refusal
from tui.screens.filter_part import Filtering
from tui.tabs.tab import DetailTab
from tui.views.view import View
from tui.widgets.bars import KeyBar


class Acting(Filtering):
    """A key is looked up in the view, and done by the object of the view's actions."""

    @property
    def view(self) -> View:
        """The description of the view that is shown."""
        return self.views.current.view

    def action_act(self, name: str) -> None:
        """Do an action of the key map, or say why it can not be done."""
        self.perform(self.views.action(name))

    @on(KeyBar.Pressed)
    async def _do_clicked(self, message: KeyBar.Pressed) -> None:
        binding = next((one.binding for one in self.active_bindings.values() if one.binding.id == message.name), None)
        if binding is not None and self.focused is not None:
            await self.focused.run_action(binding.action)
        else:
            self.action_act(message.name)

    def perform(self, action: Action) -> None:
        """Do an action to the marked rows, or to the one under the cursor."""
        if self.is_console_awaited:
            # What is typed ahead is meant for the console: here it would be verbs.
            self.say(_("the console is opening …"))
        elif self._dialog_awaited:
            # The same: it is meant for the dialog.
            self.say(_("the dialog is opening …"))
        elif reason := self.why_not(action):
            self.say(reason)
        else:
            self.views.perform(action, self.targets_of(action))

    def why_not(self, action: Action) -> str:
        """Why an action can not be done now; empty where it can."""
        rows = self.targets_of(action)
        if self.bridge.read_only and not only_looks(action.name):
            return _("can not {verb}: {reason}").format(verb=action.title, reason=refusal().message)
        if action.can_do(rows):
            return ""
        if not rows:
            return _("{action}: no {what} is selected").format(action=action.told, what=self.view.counted_noun(1))
        if len(rows) > 1:
            return _("can not {verb} any of the {count} that are marked").format(verb=action.title, count=len(rows))
        return _("can not {verb} {name}: {reason}").format(
            verb=action.title, name=self.view.label(rows[0]), reason=self.view.refusal(rows[0])
        )

    def ask(self, kind: str, row_id: str, *given: Any, then: Callable[[Any], object]) -> None:
        """Have something be read that a dialog needs which `then` opens; until then no key is a verb."""
        self._dialog_awaited = True
        self.bridge.ask(kind, row_id, *given, then=then)

    def targets_of(self, action: Action) -> list[Any]:
        """The rows that an action would work on now."""
        if action.scope is Scope.ROWS:
            return self.table.targets
        selected = self.table.selected
        return [] if selected is None else [selected]

    def can_do(self, action: Action) -> bool:
        """Whether an action can be done now."""
        return not self.why_not(action)

    def _show_keys(self) -> None:
        super()._show_keys()
        self.show_footer()

    def show_footer(self) -> None:
        """The keys that do something now: of a tab's own verbs, where that has the keyboard, else of the row's."""
        tab = self.focused if isinstance(self.focused, DetailTab) and self.focused.FOOTER else None
        actions = [action for action in self.views.actions() if action.label and action.keys and self.can_do(action)]
        items = []
        if tab is not None:
            keys = bound_keys(self, tab.BINDINGS)
            items = [(name, keys[name][0], _(word)) for name, word in tab.FOOTER if name in keys]
            actions = [action for action in actions if action.group == PROGRAM]
        items += [(action.name, action.shown_key, action.label_for(self.targets_of(action))) for action in actions]
        self.query_one(KeyBar).shown = tuple(items)

    @on(Answered)
    def _take_answer(self, message: Answered) -> None:
        self._dialog_awaited = False
        message.then(message.found)
