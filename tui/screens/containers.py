"""The first view: all containers, live, with the details or the consoles of them beside."""

from __future__ import annotations

import time
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import Screen

from core.errors import Cancelled
from core.model.snapshot import ContainerSnapshot
from core.model.state import Status
from tui.bridge import Bridge
from tui.exports import Exports
from tui.history import History
from tui.keymap import BY_NAME, Action, bindings
from tui.messages import (
    ConsoleOpened,
    ContainersRead,
    DetailRead,
    ExportEnded,
    ExportProgressed,
    SamplesRead,
    ShellMissing,
    VerbFailed,
    VerbProgressed,
    VerbSucceeded,
)
from tui.plain_text import size
from tui.screens.container_actions import ContainerActions
from tui.screens.dialog import ErrorDialog
from tui.screens.export import ExportDialog
from tui.terminal.pane import TerminalPane
from tui.terminal.pane_keys import PaneKeys
from tui.widgets.bars import KeyBar, StatusLine, TitleBar
from tui.widgets.consoles import ConsoleArea
from tui.widgets.container_list import ContainerList
from tui.widgets.detail import DetailPane
from tui.widgets.filter_field import FilterField

LOG_INTERVAL = 1.0
"""Seconds between two readings of the log's end for the detail pane."""
LOG_LINES = 30
CONSOLE_PATIENCE = 3.0
"""Seconds that the keys wait for a console that was asked for."""
CONSOLE_KEYS = "every key goes to the container   {0} d\u00a0detach  {0} l\u00a0to the list  {0} f\u00a0full screen"


class ContainersScreen(Screen[None]):
    """Shows what the bridge tells, and hands every key to `ContainerActions`."""

    CSS_PATH = "containers.tcss"
    AUTO_FOCUS = "#list"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - declared so by Textual
    VERTICAL_BREAKPOINTS = [(0, "-low"), (16, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(),
        Binding("left_square_bracket", "step(-1)", "console before", show=False),
        Binding("right_square_bracket", "step(1)", "next console", show=False),
    ]

    def __init__(self, bridge: Bridge, keys: PaneKeys) -> None:
        super().__init__()
        self._bridge = bridge
        self.console_keys = keys
        """The keys that a console keeps for itself."""
        self._pictures: tuple[ContainerSnapshot, ...] = ()
        self._words = ""
        self._running_only = False
        self._console_awaited = 0.0
        self.exports: Exports = {}
        self._history = History()
        self._actions = ContainerActions(self, bridge)

    def compose(self) -> ComposeResult:
        yield TitleBar(id="title")
        with Container(id="work"):
            yield ContainerList(id="list")
            yield DetailPane(id="detail")
            yield ConsoleArea(self.console_keys, id="consoles")
        yield FilterField(placeholder="a part of a name, image, state, label or id", id="filter")
        yield StatusLine(id="status")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        self._list.empty_text = "reading …"
        self.query_one("#filter").display = False
        self._bridge.start(self.post_message)
        self.set_interval(LOG_INTERVAL, self._read_log)

    def on_unmount(self) -> None:
        for job in self.exports.values():
            job.cancel.set()

    @property
    def _list(self) -> ContainerList:
        return self.query_one(ContainerList)

    @property
    def consoles(self) -> ConsoleArea:
        return self.query_one(ConsoleArea)

    def say(self, text: str) -> None:
        """Show a line of what happened last."""
        self.query_one(StatusLine).message = text

    def action_act(self, name: str) -> None:
        """Do an action of the key map, or say why it can not be done."""
        self.perform(BY_NAME[name])

    def perform(self, action: Action) -> None:
        selected = self._list.selected
        if time.monotonic() < self._console_awaited:
            # What is typed ahead is meant for the console: here it would be verbs.
            self.say("the console is opening …")
        elif action.enabled(selected):
            self._actions.perform(action, selected)
        elif selected is None:
            self.say(f"{action.description}: no container is selected")
        else:
            self.say(f"can not {action.label or action.name} {selected.name}: it is {selected.status}")

    def await_console(self) -> None:
        """A console was asked for: until it is there, or cannot be, keys do nothing."""
        self._console_awaited = time.monotonic() + CONSOLE_PATIENCE

    def possible_actions(self) -> list[Action]:
        """What could be done now."""
        return [action for action in BY_NAME.values() if action.enabled(self._list.selected)]

    def toggle_running_only(self) -> None:
        self._running_only = not self._running_only
        self._show_list()

    def toggle_cpu_scale(self) -> None:
        of_machine = self._list.toggle_cpu_scale()
        self.say("CPU: percent of the whole machine" if of_machine else "CPU: percent of one core")

    def open_filter(self) -> None:
        field = self.query_one("#filter", FilterField)
        field.display = True
        self.set_focus(field)

    def clear_filter(self) -> bool:
        """Show all again; False where nothing was filtered."""
        field = self.query_one("#filter", FilterField)
        was = bool(self._words) or field.display
        field.value = ""
        field.display = False
        self.set_focus(self._list)
        return was

    @on(FilterField.Changed, "#filter")
    def _filter(self, event: FilterField.Changed) -> None:
        self._words = event.value.casefold()
        self._show_list()

    @on(FilterField.Submitted, "#filter")
    def _keep_filter(self) -> None:
        self.query_one("#filter", FilterField).display = False
        self.set_focus(self._list)

    def on_key(self, event: events.Key) -> None:
        field = self.query_one("#filter", FilterField)
        if field.has_focus and event.key in ("up", "down"):
            self._list.action_move(1 if event.key == "down" else -1)

    @on(ContainersRead)
    def _take_containers(self, message: ContainersRead) -> None:
        self._pictures = message.pictures
        self._history.keep_only(picture.id for picture in message.pictures)
        self.query_one(TitleBar).pictures = message.pictures
        self._show_list()

    def _show_list(self) -> None:
        shown = [picture for picture in self._pictures if self._is_wanted(picture)]
        title = self.query_one(TitleBar)
        notes = ([f"/{self._words}"] if self._words else []) + (["running only"] if self._running_only else [])
        title.note = "  ".join(notes)
        self._list.empty_text = "nothing matches: esc shows all" if self._pictures else "no containers yet: wharf demo"
        self._list.show(shown)

    def _is_wanted(self, picture: ContainerSnapshot) -> bool:
        if self._running_only and picture.status not in (Status.RUNNING, Status.PAUSED):
            return False
        labels = " ".join(f"{name}={value}" for name, value in picture.labels.items())
        searched = " ".join((picture.name, picture.image, picture.status, picture.id, *picture.command, labels))
        return self._words in searched.casefold()

    @on(SamplesRead)
    def _take_samples(self, message: SamplesRead) -> None:
        self._history.add(message.samples)
        self._list.show_samples(message.samples, self._history)
        selected = self._list.selected
        is_sampled = selected is not None and selected.id in message.samples
        self.query_one(DetailPane).samples = self._history.of(selected.id) if selected and is_sampled else ()

    @on(ContainerList.RowsShown)
    def _sample_rows(self, message: ContainerList.RowsShown) -> None:
        self._bridge.show(message.container_ids)

    @on(ContainerList.Moved)
    def _show_selected(self, message: ContainerList.Moved) -> None:
        detail = self.query_one(DetailPane)
        if detail.selected is None or message.selected is None or detail.selected.id != message.selected.id:
            detail.log_text = ""
            detail.samples = ()
            detail.selected = message.selected
            self._read_log()
        detail.selected = message.selected
        self.query_one(KeyBar).selected = message.selected

    def _read_log(self) -> None:
        """Have the end of the log read, where it is seen."""
        detail = self.query_one(DetailPane)
        if detail.selected is not None and detail.display and detail.size.height and self.is_current:
            self._bridge.read_last_lines(detail.selected.id, LOG_LINES)

    @on(DetailRead)
    def _take_detail(self, message: DetailRead) -> None:
        if message.kind == "inspect":
            self._actions.show_inspect(message)
        elif message.kind == "diff":
            self._actions.show_diff(message)
            return
        detail = self.query_one(DetailPane)
        if detail.selected is not None and detail.selected.id == message.container_id:
            detail.log_text = message.text

    @on(VerbProgressed)
    def _take_progress(self, message: VerbProgressed) -> None:
        self._list.show_doing(message.container_id, message.text)

    @on(VerbSucceeded)
    def _take_success(self, message: VerbSucceeded) -> None:
        if message.copied:
            self.app.copy_to_clipboard(message.copied)
        self.say(message.note)

    @on(VerbFailed)
    def _take_failure(self, message: VerbFailed) -> None:
        """One dialog at a time: what fails while one is open goes to the status line."""
        self._console_awaited = 0.0
        self.say(message.error.message)
        if not isinstance(self.app.screen, ErrorDialog):
            self.app.push_screen(ErrorDialog(message.error))

    @on(ExportProgressed)
    @on(ExportEnded)
    def _take_export(self, message: ExportProgressed | ExportEnded) -> None:
        """Show it in the row, and in the dialog where that is open."""
        job = self.exports.get(message.container_id)
        if job is not None and isinstance(message, ExportProgressed):
            job.progress = message.progress
            self._list.show_doing(message.container_id, f"exporting {job.percent} %")
        dialog = next((screen for screen in self.app.screen_stack if isinstance(screen, ExportDialog)), None)
        if isinstance(message, ExportEnded):
            self._end_export(message, asked=dialog is not None)
        if dialog is not None:
            dialog.take(message)

    def _end_export(self, message: ExportEnded, *, asked: bool) -> None:
        job = self.exports.pop(message.container_id, None)
        self._list.show_doing(message.container_id, "")
        if message.error is None and job is not None:
            self.say(f"exported to {job.destination}: {size(message.written)} ({time.strftime('%H:%M:%S')})")
        elif message.error is not None and not asked and not isinstance(message.error, Cancelled):
            self._take_failure(VerbFailed(message.error))
        elif message.error is not None:
            self.say(message.error.message)

    @on(ConsoleOpened)
    async def _open_console(self, message: ConsoleOpened) -> None:
        self._console_awaited = 0.0
        pane = await self.consoles.open(message.source, watch_only=message.watch_only)
        self._follow_consoles()
        if self.is_current:
            self.set_focus(pane)

    def on_descendant_focus(self) -> None:
        self._show_keys()

    def on_descendant_blur(self) -> None:
        self._show_keys()

    def _show_keys(self) -> None:
        """The footer is for whoever has the keyboard."""
        in_console = isinstance(self.focused, TerminalPane) and not self.focused.has_ended
        self.query_one(KeyBar).console = CONSOLE_KEYS.format(self.console_keys.escape) if in_console else ""

    def action_step(self, places: int) -> None:
        self.consoles.step(places)
        self._follow_consoles()

    @on(ShellMissing)
    def _offer_host_tools(self, message: ShellMissing) -> None:
        self._console_awaited = 0.0
        self._actions.offer_host_tools(message)

    @on(TerminalPane.Detached)
    async def _leave_console(self, message: TerminalPane.Detached) -> None:
        await self.close_console(message.pane)

    async def close_console(self, pane: TerminalPane) -> None:
        """Let go of a console; the program in it goes on."""
        self.set_focus(self._list)
        await self.consoles.close(pane)
        self._follow_consoles()

    @on(TerminalPane.ListRequested)
    def _to_list(self) -> None:
        self.remove_class("-full")
        self.set_focus(self._list)

    @on(TerminalPane.FullScreenRequested)
    def _full_screen(self) -> None:
        self.toggle_class("-full")

    @on(TerminalPane.Bell)
    def _ring(self, message: TerminalPane.Bell) -> None:
        self.consoles.mark(message.pane, "!")
        self.app.bell()

    @on(TerminalPane.Active)
    def _mark_active(self, message: TerminalPane.Active) -> None:
        self.consoles.mark(message.pane, "•")

    @on(TerminalPane.SplitRequested)
    def _split(self, message: TerminalPane.SplitRequested) -> None:
        self.consoles.toggle_split(message.pane)

    @on(TerminalPane.NextRequested)
    def _next_console(self) -> None:
        self.consoles.step(1)
        if self.consoles.front is not None:
            self.set_focus(self.consoles.front)

    @on(TerminalPane.SignalRequested)
    def _choose_signal(self, message: TerminalPane.SignalRequested) -> None:
        name = next((p.name for p in self._pictures if p.id == message.pane.container_id), "the container")
        self._actions.signal_by_id(message.pane.container_id, name)

    @on(TerminalPane.TextCopied)
    def _copy_text(self, message: TerminalPane.TextCopied) -> None:
        self.app.copy_to_clipboard(message.text)
        self.say(f"copied {len(message.text)} characters")

    @on(TerminalPane.ClipboardOffered)
    def _offer_clipboard(self, message: TerminalPane.ClipboardOffered) -> None:
        """One question at a time: a program that asks without end gets no more of them."""
        message.stop()
        if self.is_current:
            self._actions.offer_clipboard(message.text)

    @on(TerminalPane.Ended)
    def _end_console(self, message: TerminalPane.Ended) -> None:
        self.consoles.mark(message.pane, "■")
        self.say(f"console {message.message}: q closes its pane")
        self.remove_class("-full")
        if message.pane.has_focus:
            self.set_focus(self._list)

    def _follow_consoles(self) -> None:
        """Lay out anew for as many consoles as there are now."""
        there = self.consoles.front is not None
        self.set_class(there, "-console")
        if not there:
            self.remove_class("-full")
            self.set_focus(self._list)
