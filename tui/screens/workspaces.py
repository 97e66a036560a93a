"""The workspace that the screen is in: how it is now, and making it what it was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from core.errors import EngineError, NoSuchObject
from tui.languages import _, ngettext
from tui.plain_text import printable, printable_text
from tui.terminal.every_key import TakesEveryKey
from tui.views import VIEWS
from tui.widgets.bars import TitleBar
from tui.workspaces.folder import USUAL, WorkspaceFolder
from tui.workspaces.workspace import KeptConsole, KeptList, Workspace

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen
    from tui.screens.view_stack import ShownView
    from tui.terminal.pane import TerminalPane

TOAST_SECONDS: Final = 12.0


class DeckWorkspace:
    """`name`: under which it is kept. `folder`: None where nothing is kept.

    What it was is laid over a list when that is first shown; the cursor and the consoles come with the first rows.
    """

    def __init__(self, deck: DeckScreen, folder: WorkspaceFolder | None, name: str = USUAL) -> None:
        self._deck = deck
        self.folder = folder
        self.name = name
        self._was = Workspace()
        self._cursors: dict[str, str] = {}
        """A view → the row that the cursor goes to when its rows are read."""
        self._pending: tuple[KeptConsole, ...] = ()
        """The consoles that are not attached again yet."""
        self._has_asked = False

    def start(self, asked: str, *, restores: bool) -> None:
        """Be in the workspace that was asked for; where none was, in the last one again if `restores`."""
        if self.folder is None:
            return
        name = asked or next((found.name for found in self.folder.all() if restores), "")
        if not name:
            return
        self.name = name
        try:
            self.begin(self.folder.read(name))
        except NoSuchObject:
            self.begin(Workspace())
            self._deck.say(_("{name} is a new workspace: it is kept when the screen is left").format(name=name))
        except EngineError as error:
            self._tell(f"{error.message}\n{error.hint}")

    def begin(self, was: Workspace) -> None:
        """Become what was kept, at the start or in place of what is on the screen."""
        self._was = was
        self._cursors = {view: kept.cursor for view, kept in was.lists.items() if kept.cursor}
        self._pending, self._has_asked = was.consoles, False
        for shown in self._deck.views.shown_so_far:
            self.lay_over(shown)
        deck = self._deck
        deck.show_view(was.view if was.view in [entry.name for entry in VIEWS] else VIEWS[0].name)
        if was.share is not None and 0 <= was.share < len(deck.SHARES):
            deck.share = was.share
        deck.set_class(was.details_whole, "-detail")
        if was.details_whole:
            deck.call_after_refresh(deck.focus_detail)
        deck.detail.choose(deck.detail.tab_name)
        deck.rearrange()
        deck.query_one(TitleBar).workspace = "" if self.name == USUAL else self.name
        for name in [shown.view.name for shown in deck.views.shown_so_far if shown.is_read]:
            self.rows_read(name)

    def lay_over(self, shown: ShownView) -> None:
        """Have a list be what it was. One that the workspace does not know shows all of its rows."""
        kept = self._was.lists.get(shown.view.name, KeptList())
        shown.rows.running_only, shown.rows.faults_only = kept.running_only, kept.faults_only
        shown.rows.set_marks(kept.marks)
        if shown.view.name in self._was.lists:
            shown.choose_columns(kept.columns)
            shown.rows.sort_by(shown.view.column(kept.sort), falling=kept.falling)
        shown.rows.set_filter(kept.filter)
        self._deck.detail.prefer(shown.view, kept.tab)

    def rows_read(self, view: str) -> None:
        """The rows of a view have been read."""
        cursor = self._cursors.pop(view, "")
        shown = next((shown for shown in self._deck.views.shown_so_far if shown.view.name == view), None)
        if cursor and shown is not None:
            shown.table.select(cursor)
        if view == "containers" and self._pending and not self._has_asked:
            self._has_asked = True
            self._attach_again()

    def _attach_again(self) -> None:
        open_now = {pane.container_id for pane in self._attached()}
        wanted = [(kept.container_id, kept.watch_only) for kept in self._pending if kept.container_id not in open_now]
        self._deck.bridge.attach_again(wanted, then=self._consoles_opened)

    def _consoles_opened(self, missing: Sequence[str]) -> None:
        """All that can be are open: the one that was in front comes there, and has the keyboard if it had it."""
        deck, was = self._deck, self._was
        self._pending = ()
        panes = {pane.container_id: pane for pane in self._attached()}
        front = panes.get(was.consoles[was.front].container_id) if was.front < len(was.consoles) else None
        if front is not None:
            deck.consoles.split(front, into_all=was.consoles_split)
            deck.set_class(was.console_whole, "-full")
            if was.in_console and deck.is_current:
                deck.set_focus(front)
        if missing:
            names = ", ".join(printable(kept.name) for kept in was.consoles if kept.container_id in missing)
            words = ngettext(
                "{names} is gone, or does not run: not attached again",
                "{names} are gone, or do not run: not attached again",
                len(missing),
            )
            self._tell(words.format(names=names))

    def _tell(self, text: str) -> None:
        self._deck.app.notify(
            printable_text(text), title=_("The workspace"), severity="warning", timeout=TOAST_SECONDS, markup=False
        )

    def _attached(self) -> list[TerminalPane]:
        """The panes of containers' own consoles; a shell is a process that ends with its pane."""
        return [pane for pane in self._deck.consoles.panes if pane.kind == "attach" and not pane.has_ended]

    def now(self) -> Workspace:
        """How the screen is."""
        deck = self._deck
        panes = self._attached()
        front = deck.consoles.front
        attached = [KeptConsole(pane.container_id, deck.name_of(pane.container_id), pane.watch_only) for pane in panes]
        known = {kept.container_id for kept in attached}
        return Workspace(
            view=deck.view.name,
            lists={**self._was.lists, **{shown.view.name: self._list_now(shown) for shown in deck.views.shown_so_far}},
            share=deck.share,
            details_whole=deck.has_class("-detail"),
            consoles=(*attached, *(kept for kept in self._pending if kept.container_id not in known)),
            front=panes.index(front) if front in panes else 0,
            consoles_split=deck.consoles.is_split,
            console_whole=deck.has_class("-full"),
            in_console=isinstance(deck.focused, TakesEveryKey),
        )

    def _list_now(self, shown: ShownView) -> KeptList:
        rows = shown.rows
        selected = shown.table.selected
        return KeptList(
            filter=rows.filter.typed,
            running_only=rows.running_only,
            faults_only=rows.faults_only,
            columns=shown.chosen_names,
            sort=rows.sorted_by.name if rows.sorted_by is not None else "",
            falling=rows.falling,
            marks=rows.marks,
            cursor=shown.view.key(selected) if selected is not None else self._cursors.get(shown.view.name, ""),
            tab=self._deck.detail.last_tab(shown.view.name),
        )

    def save(self) -> str:
        """Keep how the screen is; what is to be said where that can't be done, else empty."""
        if self.folder is None:
            return ""
        try:
            self.folder.write(self.name, self.now())
        except (OSError, EngineError) as error:
            return _("the workspace {name} can not be kept: {error}").format(name=self.name, error=error)
        return ""

    async def switch(self, name: str, was: Workspace) -> None:
        """Keep this workspace, and be in another one: consoles that it does not have are let go."""
        self.save()
        self.name = name
        wanted = {kept.container_id for kept in was.consoles}
        for pane in self._attached():
            if pane.container_id not in wanted:
                await self._deck.close_console(pane)
        self.begin(was)
