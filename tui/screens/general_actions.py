"""What the actions of all views do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from tui.bridge.readers import touches
from tui.keymap import SYSTEM, Action
from tui.languages import _, ngettext
from tui.messages import ConfigurationAsked, ThemeChosen
from tui.own_commands import GROUP
from tui.palette_ranking import Chosen
from tui.screens.asking import confirm
from tui.screens.greeting import dismiss
from tui.screens.help import help_text
from tui.screens.list_actions import ListActions
from tui.screens.menu import ActionMenu
from tui.screens.palette import Offer, PaletteScreen
from tui.screens.system_actions import SystemActions
from tui.screens.text_view import TextView
from tui.screens.workspace_actions import WorkspaceActions
from tui.views import VIEWS

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen


INSPECTED: Final = {
    "containers": "inspect", "foreign": "inspect", "pods": "inspect pod", "images": "inspect image",
    "volumes": "inspect volume", "networks": "inspect network", "secrets": "inspect secret",
}  # fmt: skip
"""View → what is asked for to tell all of a row."""


class GeneralActions(ListActions, SystemActions, WorkspaceActions):
    """One method an action of `tui.keymap.GENERAL` and `SYSTEM`."""

    def __init__(self, deck: DeckScreen) -> None:
        self._deck = deck

    def resync(self) -> None:
        self._deck.refresh(layout=True)
        self._deck.facts.forget()
        self._deck.bridge.read_again()

    def read_only(self) -> None:
        if not self._deck.bridge.read_only:
            self._deck.set_read_only(True)
            self._deck.say(_("read-only: nothing is changed from this screen"))
            return

        def lift() -> None:
            self._deck.set_read_only(False)
            self._deck.say(_("containers can be changed again"))

        words = _("Every key works again, those that stop and remove, too.")
        confirm(self._deck, _("Lift read-only mode?"), words, _("Lift"), lift)

    def read_configuration(self) -> None:
        self._deck.post_message(ConfigurationAsked())

    def theme(self) -> None:
        from tui.screens.theme_dialog import ThemeDialog

        def chosen(name: str | None) -> None:
            if name:
                self._deck.post_message(ThemeChosen(name))
                words = _("the theme is {name} until the configuration says another, or the screen ends")
                self._deck.say(words.format(name=name))

        self._deck.app.push_screen(ThemeDialog(), chosen)

    def own_cost(self) -> None:
        self._deck.own_cost.is_shown = not self._deck.own_cost.is_shown
        self._deck.show_cost()

    def view_after(self) -> None:
        self._step_view(1)

    def view_before(self) -> None:
        self._step_view(-1)

    def _step_view(self, places: int) -> None:
        names = [tab[0] for tab in self._deck.views.tabs()]
        self._deck.show_view(names[(names.index(self._deck.view.name) + places) % len(names)])

    def open(self, row: Any) -> None:
        self._deck.toggle_class("-detail")
        self._deck.call_after_refresh(self._deck.focus_detail)

    def page(self, row: Any) -> None:
        """On a page of its own: it can be searched, and turned into YAML."""
        from tui.screens.inspect_page import Inspected, InspectPage

        view = self._deck.view
        kind = INSPECTED.get(view.name)
        if kind is None:
            self._deck.say(_("nothing more is known of it"))
            return
        heading, row_id = f"{view.counted_noun(1)} {view.label(row)}", view.key(row)
        about = Inspected(self._deck, kind, row_id, lambda event: touches(view.reader, row_id, event))
        self._deck.ask(kind, row_id, then=lambda text: self._deck.app.push_screen(InspectPage(heading, text, about)))

    def tab_before(self) -> None:
        self._step(-1)

    def tab_after(self) -> None:
        self._step(1)

    def _step(self, places: int) -> None:
        if self._deck.consoles.front is not None:
            self._deck.step_console(places)
        else:
            self._deck.detail.step(places)
            self._deck.focus_detail()

    def detail_down(self) -> None:
        self._scroll(3)

    def detail_up(self) -> None:
        self._scroll(-3)

    def _scroll(self, rows: int) -> None:
        if self._deck.detail.current is not None:
            self._deck.detail.current.scroll_rows(rows)

    def menu(self) -> None:
        def chosen(name: str | None) -> None:
            if name:
                self._deck.action_act(name)

        actions = [self._deck.views.action(action.name) for action in (*self._deck.view.actions, *SYSTEM)]
        actions += [action for action in self._deck.views.actions() if action.group == GROUP]
        rows = self._deck.table.targets
        label = (
            self._deck.view.label(rows[0])
            if len(rows) == 1
            else f"{len(rows)} {self._deck.view.counted_noun(len(rows))}"
        )
        entries = [
            (action, action.label_for(self._deck.targets_of(action)), self._deck.can_do(action)) for action in actions
        ]
        self._deck.app.push_screen(ActionMenu(label, entries), chosen)

    def palette(self) -> None:
        def chosen(offer: Offer | None) -> None:
            if offer is not None:
                self._deck.show_view(offer.view)
                self._deck.action_act(offer.action.name)

        here = self._deck.view.name
        offers = [
            Offer(here, "", action, self._deck.why_not(action), _verb(action, self._deck.targets_of(action)))
            for action in self._deck.views.actions()
        ]
        offers.sort(key=lambda offer: bool(offer.reason))
        for entry in VIEWS:
            if entry.name != here:
                offers += [
                    Offer(entry.name, _(entry.title), action, verb=action.title)
                    for action in self._deck.views.actions_of(entry.name)
                ]
        self._deck.app.push_screen(PaletteScreen(offers, Chosen()), chosen)

    def help(self) -> None:
        text = help_text(self._deck.view, self._deck.views.actions(), self._deck.console_keys.escape)
        self._deck.app.push_screen(TextView(_("the keys"), text))

    def back(self) -> bool:
        """From the innermost thing outwards; False where there was nothing to go back from."""
        deck = self._deck
        front = deck.consoles.front
        if dismiss(deck):
            return True
        if deck.has_class("-full"):
            deck.remove_class("-full")
        elif front is not None and front.has_ended:
            deck.say("")
            deck.run_worker(deck.close_console(front))
        elif deck.has_class("-detail"):
            deck.remove_class("-detail")
            deck.set_focus(deck.table)
        elif deck.clear_filter():
            return True
        elif deck.views.current.rows.faults_only:
            self.faults()
        elif deck.views.current.rows.clear_marks():
            deck.table.marks_changed()
        else:
            return deck.go_back()
        return True

    def quit(self) -> None:
        if self.back():
            return
        deck = self._deck
        shells = [pane for pane in deck.consoles.panes if pane.kind == "exec" and not pane.has_ended]
        ended = []
        if shells:
            words = ngettext("the open shell", "the {count} open shells", len(shells))
            ended.append(words.format(count=len(shells)))
        if deck.exports:
            ended.append(_("the export that is under way; no part of a file is left"))
        if not ended:
            deck.app.exit()
            return
        message = _("Leaving ends {what}. Containers and what is attached to them go on.")
        confirm(deck, _("Leave?"), message.format(what=_(" and ").join(ended)), _("Leave"), deck.app.exit)


def _verb(action: Action, rows: Sequence[Any]) -> str:
    """What an action is called, and what it would be called for these rows."""
    word = action.label_for(rows)
    return action.title if word in ("", action.title) else f"{word} {action.title}"
