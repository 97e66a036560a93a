"""The one screen: a view's list, the selected row in detail, and consoles beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingsMap, BindingType
from textual.containers import Container
from textual.reactive import reactive
from textual.signal import Signal

from core.events import Event
from core.model.snapshot import ContainerSnapshot
from tui.alerts.alarms import Alarms
from tui.awaiting import Awaiting
from tui.bridge import Bridge
from tui.configuration.schema import DEFAULT, Configuration
from tui.kept import Kept
from tui.languages import N_, _
from tui.live import Live
from tui.locks import Locked, locked_by
from tui.messages import (
    DetailRead,
    EventsHappened,
    RowsRead,
)
from tui.opening import Opening
from tui.plain_text import shown_name
from tui.screens.greeting import greet
from tui.screens.newcomer import Newcomer
from tui.screens.own_facts import OwnFacts
from tui.screens.sampling import Sampling
from tui.screens.view_stack import ViewStack
from tui.screens.workspaces import DeckWorkspace
from tui.step import Step
from tui.tabs.tab import TabContext
from tui.terminal.driver import WharfDriver
from tui.terminal.pane_keys import PaneKeys
from tui.transfers import Transfers
from tui.views import VIEWS
from tui.views.consoles import ConsoleRow
from tui.widgets.bars import KeyBar, StatusLine, TitleBar
from tui.widgets.consoles import ConsoleArea
from tui.widgets.detail import DetailArea
from tui.widgets.filter_field import FilterField
from tui.widgets.tab_line import TabLine
from tui.widgets.table import Table

TICK: Final = 1.0
"""Seconds between two looks at what changes with time alone."""
KEPT_EVENTS: Final = 5_000


class DeckScreen(Sampling):
    """Shows what the bridge tells."""

    AUTO_FOCUS = ".table"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - declared so by Textual
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (8, "-low"), (16, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = []
    SHARES: ClassVar[tuple[str, ...]] = (
        N_("the list is small"), N_("the list is smaller"), N_("list and details as usual"), N_("the list is larger"),
        N_("the list alone"),
    )  # fmt: skip
    share: reactive[int] = reactive(2)
    """How much of the room the list has: a place in `SHARES`."""

    def __init__(
        self,
        bridge: Bridge,
        keys: PaneKeys,
        configuration: Configuration = DEFAULT,
        opening: Opening = Opening(),  # noqa: B008 - it can't be changed
    ) -> None:
        super().__init__(bridge, keys)
        self._opening = opening
        self._awaited_row = opening.select
        self._newcomer: Newcomer | None = None
        self.configuration = configuration
        self.alarms = self._alarms()
        self.live = Live(configuration.locks, configuration.states)
        self.kept = Kept()
        self.views = ViewStack(self, VIEWS[0].name)
        self.workspace = DeckWorkspace(self, opening.workspaces)
        self.facts = OwnFacts(self)
        self.transfers = Transfers()
        self.awaiting = Awaiting()
        self.happened: Signal[Sequence[Event]] = Signal(self, "happened")
        self.detail_read: Signal[DetailRead] = Signal(self, "detail read")
        """For pages in front of this screen."""
        self._lasting_bindings = self._bindings.copy()
        """Those of every screen, such as tab."""

    def _alarms(self) -> Alarms:
        return Alarms(
            self.configuration.alerts,
            toast=self.toast_alert,
            bell=lambda: self.app.bell(),
            desktop=self.notify_desktop,
            hook=self.bridge.run_hook,
            told=self.call_later,
        )

    def compose(self) -> ComposeResult:
        yield TitleBar(id="title")
        yield TabLine(id="views")
        with Container(id="work"):
            yield self.views.current.table
            yield DetailArea(TabContext(self.bridge, self.live), id="detail")
            yield ConsoleArea(self.console_keys, id="consoles")
        yield FilterField(placeholder="web  !test  state:running  label:tier=front  /regex/", id="filter")
        yield StatusLine(id="status")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        self.query_one("#filter").display = False
        self._view_changed()
        if self.configuration.read_only:
            self.set_read_only(True)
        self.facts.follow()
        self.bridge.start(self.post_message)
        self.workspace.start(self._opening.workspace, restores=self.configuration.restore_workspace)
        self.set_interval(TICK, self._tick)
        if self.kept.trouble:
            self.say(self.kept.trouble)
        if self._opening.is_first:
            greet(self)

    def on_unmount(self) -> None:
        self.alarms.close()
        for job in self.exports.values():
            job.cancel.set()

    @property
    def table(self) -> Table:
        return self.views.current.table

    @property
    def detail(self) -> DetailArea:
        return self.query_one(DetailArea)

    def show_view(self, name: str) -> None:
        """Show a view; what it needs is made when it is first shown."""
        if self.views.switch(name):
            self._view_changed()

    def take_configuration(self, configuration: Configuration) -> None:
        """Go on with another configuration. Read-only mode is only lifted by its key."""
        before, self.configuration = self.configuration, configuration
        if configuration.alerts != before.alerts:
            self.alarms.close()
            self.alarms = self._alarms()
            self.alarms.take_pictures(self.views.rows_of("containers"))
        self.live.set_locks(configuration.locks)
        self.live.states = configuration.states
        self.bridge.take_hosts(configuration.hosts)
        self.views.bind_anew()
        self._bind()
        if configuration.read_only and not before.read_only:
            self.set_read_only(True)
        self.show_footer()
        self.query_one("#views", TabLine).show(self.views.tabs(), self.view.name)
        if configuration.columns != before.columns:
            self.facts.forget()
            for shown in self.views.shown_so_far:
                shown.take_own_columns()
            self.rearrange()
        for shown in self.views.shown_so_far:
            shown.table.fit_anew()
        if configuration.logs != before.logs:
            self._tell_open_logs()

    def _tell_open_logs(self) -> None:
        from tui.screens.log_screen import LogScreen

        for screen in self.app.screen_stack:
            if isinstance(screen, LogScreen):
                screen.take_times(self.configuration.logs)

    def _bind(self) -> None:
        self._bindings = BindingsMap.merge([BindingsMap(self.views.bindings()), self._lasting_bindings])
        self.refresh_bindings()

    def _view_changed(self) -> None:
        shown = self.views.current
        self._bind()
        self.set_class(not shown.view.tabs, "-no-detail")
        self.remove_class("-detail")
        self.query_one("#views", TabLine).show(self.views.tabs(), shown.view.name)
        self.query_one("#filter").display = False
        self.set_focus(shown.table)
        self.bridge.show_view(shown.view.reader)
        self.choose_sampled()
        if shown.view.name == "consoles":
            self.consoles_changed()
        # Rows may have come while it was out of sight.
        shown.table.arranged()
        self.detail.show(shown.view, shown.table.selected)
        self.show_notes()
        self.show_footer()

    def on_language_changed(self) -> None:
        self.show_notes()
        self._show_keys()

    def watch_share(self, before: int, now: int) -> None:
        self.remove_class(f"-share-{before}")
        self.add_class(f"-share-{now}")

    def toggle_mouse(self) -> bool:
        """Have the terminal's own marking work, or have the mouse again; whether it is the screen's now."""
        driver = self.app._driver
        return driver.toggle_mouse() if isinstance(driver, WharfDriver) else True

    def open_tab(self, name: str) -> None:
        """Show a tab of the details on the whole screen."""
        self.add_class("-detail")
        if self.detail.choose(name):
            self.call_after_refresh(self.focus_detail)

    def focus_detail(self) -> None:
        """The keyboard goes where the room is."""
        tab = self.detail.current
        in_full = self.has_class("-detail") and tab is not None and tab.focusable
        self.set_focus(tab if in_full else self.table)

    def go_to(self, view: str, key: str) -> None:
        """Show a view with the cursor on one row, where that is there."""
        self.show_view(view)
        if not self.table.select(key):
            self.say(_("that {what} is not in the list").format(what=self.view.counted_noun(1)))

    def go_back(self) -> bool:
        """Show the view that was shown before; False where there was none."""
        if not self.views.before:
            return False
        name = self.views.before.pop()
        if self.views.switch(name, back=True):
            self._view_changed()
        return True

    def set_read_only(self, is_read_only: bool) -> None:
        """Let nothing be changed from this screen, or lift that."""
        self.bridge.read_only = is_read_only
        self.query_one(TitleBar).is_read_only = is_read_only
        self.show_footer()

    def name_of(self, container_id: str) -> str:
        rows = {row.id: row for row in self.views.rows_of("containers")}
        rows.update({row.key: row for row in self.views.rows_of("foreign")})
        row = rows.get(container_id)
        if row is None:
            return _("the container")
        return shown_name(row) if isinstance(row, ContainerSnapshot) else str(row.name)

    def locked_by(self, steps: Sequence[Step]) -> Locked | None:
        if not self.configuration.locks:
            return None
        kinds = ("containers", "foreign", "pods", "volumes", "networks", "secrets")
        rows = [row for kind in kinds for row in self.views.rows_of(kind)]
        return locked_by(steps, rows, self.configuration.locks)

    def expect_row(self) -> None:
        """Something was ordered that will be a row of this view: the cursor goes there."""
        self._newcomer = Newcomer(self)

    def rearrange(self) -> None:
        """The rows of the view that is shown were sorted, filtered or marked otherwise."""
        self.table.arranged()
        self.show_notes()
        self.choose_sampled()

    def show_notes(self) -> None:
        """Say in the title what is not shown, and what is marked."""
        rows = self.views.current.rows
        notes = [f"/{rows.filter.typed}"] if rows.filter.typed else []
        if rows.running_only:
            notes.append(_("running only"))
        if rows.faults_only:
            notes.append(_("faults only"))
        if marked := len(rows.marked):
            notes.append(_("{count} marked").format(count=marked))
        if self.awaiting:
            notes.append(_("waiting for {count}").format(count=len(self.awaiting)))
        notes += self.transfers.notes()
        self.query_one(TitleBar).note = "  ".join(notes)
        empty = _("nothing matches: esc shows all") if rows.all else _(self.view.empty)
        self.table.empty_text = empty if self.views.current.is_read else _("reading …")
        if rows.filter.trouble:
            self.say(rows.filter.trouble)

    @on(TabLine.Chosen)
    def _choose_tab(self, message: TabLine.Chosen) -> None:
        if message.line.id == "views":
            self.show_view(message.name)
        else:
            self.detail.choose(message.name)

    @on(RowsRead)
    def _take_rows(self, message: RowsRead) -> None:
        if message.reader == "containers":
            kept = [picture.id for picture in message.rows]
            self.live.history.keep_only([*kept, *(row.key for row in self.views.rows_of("foreign"))])
            self.query_one(TitleBar).pictures = message.rows
            self.alarms.take_pictures(message.rows)
            for told in self.awaiting.take_pictures(message.rows):
                self.say(told)
                self.toast_alert(told)
                self.app.bell()
        self._put(message.reader, message.rows)
        if message.reader == "containers" and self._awaited_row:
            from tui.screens.visit import arrive

            name, self._awaited_row = self._awaited_row, ""
            arrive(self, name)

    def _put(self, name: str, rows: Sequence[Any]) -> None:
        if self.views.put(name, rows):
            if name == self.view.name:
                self.rearrange()
                if self._newcomer is not None and self._newcomer.arrive(self):
                    self._newcomer = None
            self.workspace.rows_read(name)

    @on(EventsHappened)
    def _take_events(self, message: EventsHappened) -> None:
        happened = [event for event in message.events if event.sequence]
        self.alarms.take_events(happened)
        if self.views.is_read("events") and happened:
            self._put("events", _joined(happened, self.views.rows_of("events")))
        self.detail.take_events(message.events)
        self.happened.publish(message.events)

    def consoles_changed(self) -> None:
        """List the panes anew, where their view is shown."""
        if self.view.name == "consoles":
            area = self.consoles
            rows = [
                ConsoleRow(
                    pane, number, area.title(pane), pane.kind, area.sign(pane), pane.container_id, pane.has_ended
                )
                for number, pane in enumerate(area.panes, 1)
            ]
            self._put("consoles", rows)

    def _tick(self) -> None:
        """What changes with time alone."""
        if self.own_cost.is_shown:
            self.show_cost()
        if self.is_current:
            self.detail.tick()
            self.show_notes()
            if self.view.name == "containers" and self.table.on_screen:
                # Its figures come every second, and it is drawn with them.
                return
            self.table.refresh_figures()

    @on(Table.Moved)
    def _show_selected(self, message: Table.Moved) -> None:
        if message.table is self.table:
            self.detail.show(self.view, self.table.selected)
            self.show_footer()
            self.show_notes()

    @on(Table.Opened)
    def _open_row(self) -> None:
        self.action_act("open")

    @on(Table.SortAsked)
    def _sort(self, message: Table.SortAsked) -> None:
        self.views.sort_by(message.column)

    @on(DetailRead)
    def _take_detail(self, message: DetailRead) -> None:
        self.detail.take_detail(message)
        self.detail_read.publish(message)


def _joined(happened: Sequence[Event], known: Sequence[Event]) -> list[Event]:
    """New events before those that are known, newest first, none twice."""
    newest = known[0].sequence if known else 0
    new = sorted((event for event in happened if event.sequence > newest), key=lambda event: -event.sequence)
    return [*new, *known][:KEPT_EVENTS]
