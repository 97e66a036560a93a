"""What the actions of the view of containers do: ask where it has to be asked, then tell the bridge."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.model.options import ExecOptions
from core.model.snapshot import ContainerSnapshot
from core.model.state import Status, Verb, allows
from tui.languages import N_, _
from tui.messages import ShellMissing
from tui.plain_text import printable, shown_name
from tui.screens import orders
from tui.screens.asking import Plan, ask, confirm, order
from tui.screens.dialog import SignalDialog
from tui.screens.exec_dialog import ExecDialog, ExecRequest
from tui.screens.log_screen import LogScreen
from tui.step import Step
from tui.views.container_batches import ContainerBatches
from tui.views.container_settings import ContainerSettings
from tui.views.containers import will_unmount

if TYPE_CHECKING:
    from tui.screens.consoles import ConsoleKeeping
    from tui.screens.deck import DeckScreen

_PRIVILEGES: Final = N_("That shell has the host's privileges.")
_OVER: Final = (Status.EXITED, Status.CONFIGURED)
Picture = ContainerSnapshot
Pictures = Sequence[ContainerSnapshot]


class ContainerActions(ContainerBatches, ContainerSettings):
    """One method an action, named as in the key map. The state is the engine's to check: it may have changed by now."""

    def __init__(self, deck: DeckScreen) -> None:
        self._deck = deck
        self._bridge = deck.bridge

    def toggle_run(self, rows: Pictures) -> None:
        running = [row for row in rows if row.status is Status.RUNNING]
        if not running:
            self.start(rows)
            return

        def plan(row: Picture) -> Plan | None:
            if row.status is Status.RUNNING:
                seconds = f"{row.stop_timeout} s" if row.stop_timeout else _("at once")
                words = _("gets its stop signal, and SIGKILL after {seconds} if it has not ended by then").format(
                    seconds=seconds
                )
                return Plan(Step("stop", row.id, row.name), words)
            return Plan(Step("start", row.id, row.name), _("is started")) if allows(row.status, Verb.START) else None

        both = any(allows(row.status, Verb.START) for row in rows)
        ask(self._deck, _("Stop and start") if both else _("Stop"), rows, plan)

    def start(self, rows: Pictures) -> None:
        self._simply(_("Start"), "start", Verb.START, _("is started"), rows)

    def toggle_pause(self, rows: Pictures) -> None:
        def plan(row: Picture) -> Plan | None:
            if row.status is Status.PAUSED:
                return Plan(Step("unpause", row.id, row.name), _("goes on"))
            return Plan(Step("pause", row.id, row.name), _("is halted")) if allows(row.status, Verb.PAUSE) else None

        both = {row.status for row in rows} >= {Status.PAUSED, Status.RUNNING}
        verb = _("Unpause") if all(row.status is Status.PAUSED for row in rows) else _("Pause")
        ask(self._deck, _("Pause and unpause") if both else verb, rows, plan, alone=False)

    def restart(self, rows: Pictures) -> None:
        self._simply(_("Restart"), "restart", Verb.RESTART, _("is stopped where it runs, and started again"), rows)

    def _simply(self, title: str, verb: str, needed: Verb, words: str, rows: Pictures) -> None:
        """A verb that one row is not asked about."""

        def plan(row: Picture) -> Plan | None:
            return Plan(Step(verb, row.id, row.name), words) if allows(row.status, needed) else None

        ask(self._deck, title, rows, plan, alone=False)

    def init(self, rows: Pictures) -> None:
        self._simply(_("Create"), "init", Verb.INIT, _("has its process created, which waits for a start"), rows)

    def checkpoint(self, rows: Pictures) -> None:
        from tui.forms.checkpoints import checkpoint_form, checkpoint_options

        targets = [row for row in rows if allows(row.status, Verb.CHECKPOINT)]

        def write(values: dict[str, str]) -> None:
            options = checkpoint_options(values)
            order(self._deck, _("Checkpoint"), [Step("checkpoint", row.id, row.name, (options,)) for row in targets])

        orders.fill_in(self._deck, checkpoint_form([row.name for row in targets]), write)

    def restore(self, rows: Pictures) -> None:
        from tui.forms.checkpoints import restore_form, restore_options

        targets = [row for row in rows if allows(row.status, Verb.RESTORE)]

        def go_on(values: dict[str, str]) -> None:
            options = restore_options(values)
            self._deck.bridge.run(*(Step("restore", row.id, row.name, (options,)) for row in targets))

        orders.fill_in(self._deck, restore_form([row.name for row in targets]), go_on)

    def manifest(self, rows: Pictures) -> None:
        orders.show_manifest(self._deck, [row.name for row in rows])

    def kill(self, rows: Pictures) -> None:
        choose_signal(self._deck, [(row.id, row.name) for row in rows if allows(row.status, Verb.KILL)])

    def execute(self, row: Picture) -> None:
        def asked(request: ExecRequest | None) -> None:
            if request is not None and request.detached:
                self._bridge.run(Step("begin", row.id, row.name, (request.options,)))
            elif request is not None:
                self._deck.await_console()
                self._bridge.execute(row.id, request.options)

        self._deck.app.push_screen(ExecDialog(shown_name(row)), asked)

    def root_shell(self, row: Picture) -> None:
        """As root, whatever the container's own user is."""
        self._deck.await_console()
        self._bridge.execute(row.id, ExecOptions(args=("/bin/sh",), user="root", terminal=True))

    def host_shell(self, row: Picture) -> None:
        """A shell of the host's in its namespaces, also where the image has one."""
        words = _("The host's busybox is run in its namespaces: files, processes and network are seen as from inside. ")

        def begin() -> None:
            self._deck.await_console()
            self._bridge.host_tools(row.id)

        confirm(
            self._deck,
            _("The host's tools in {name}?").format(name=shown_name(row)),
            words + _(_PRIVILEGES),
            _("Open"),
            begin,
        )

    def await_end(self, rows: Pictures) -> None:
        """Tell when they have ended, and with which code; of those that are awaited already no more."""
        waiting = [shown_name(row) for row in rows if row.status not in _OVER and self._deck.awaiting.toggle(row)]
        self._deck.show_notes()
        self._deck.say(
            _("the end of {names} will be told").format(names=", ".join(waiting))
            if waiting
            else _("nothing is waited for any more")
        )

    def reload_network(self, rows: Pictures) -> None:
        def plan(row: Picture) -> Plan | None:
            step = Step("reload network", row.id, row.name)
            return Plan(step, _("has its networks set up anew")) if row.pid and row.networks else None

        ask(self._deck, _("Set the networks up for"), rows, plan, alone=False)

    def logs(self, rows: Pictures) -> None:
        """Of several they are merged by time."""
        first, bridge = rows[0].id, self._deck.bridge
        ask_runs = (lambda then: bridge.ask("runs", first, then=then)) if len(rows) == 1 else None
        paths, names = [Path(row.log_path) for row in rows], [row.name for row in rows]
        screen = LogScreen(paths, names, ask_runs=ask_runs, times=self._deck.configuration.logs)
        self._deck.app.push_screen(screen)

    def check_health(self, rows: Pictures) -> None:
        if len(rows) == 1:
            self._bridge.check_health(rows[0].id)
            return

        def plan(row: Picture) -> Plan | None:
            is_possible = row.health is not None and allows(row.status, Verb.EXEC)
            return Plan(Step("check health", row.id, row.name), _("runs its health check")) if is_possible else None

        ask(self._deck, _("Check"), rows, plan)

    def events(self) -> None:
        self._deck.show_view("events")

    def inspect(self, row: Picture) -> None:
        self._open_tab("inspect")

    def stats(self, row: Picture) -> None:
        self._open_tab("stats")

    def diff(self, row: Picture) -> None:
        self._open_tab("diff")

    def files(self, row: Picture) -> None:
        self._open_tab("files")

    def _open_tab(self, name: str) -> None:
        """A tab of the details, on the whole screen."""
        self._deck.open_tab(name)

    def toggle_mount(self, rows: Pictures) -> None:
        if len(rows) == 1 and not will_unmount(rows[0]):
            self._bridge.mount(rows[0].id)
            return

        def plan(row: Picture) -> Plan:
            if will_unmount(row):
                return Plan(Step("unmount", row.id, row.name), _("is unmounted"))
            return Plan(Step("mount", row.id, row.name), _("is mounted"))

        ask(self._deck, _("Mount"), rows, plan, alone=False)

    def remove(self, rows: Pictures) -> None:
        def plan(row: Picture) -> Plan:
            by_force = not allows(row.status, Verb.REMOVE)
            killed = _("is {state}, so it is killed first; ").format(state=_(row.status)) if by_force else ""
            kind = _("the directory") if row.image.startswith("/") else _("the image")
            words = killed + _("loses its files, its log and its settings for good; {kind} {image} stays").format(
                kind=kind, image=row.image
            )
            return Plan(Step("remove", row.id, row.name, (by_force,)), words)

        ask(self._deck, _("Remove"), rows, plan)

    def running_only(self) -> None:
        rows = self._deck.views.current.rows
        rows.running_only = not rows.running_only
        rows.arrange()
        self._deck.rearrange()

    def cpu_scale(self) -> None:
        of_machine = self._deck.live.toggle_cpu_scale()
        self._deck.table.refresh()
        self._deck.say(_("CPU: percent of the whole machine") if of_machine else _("CPU: percent of one core"))


def choose_signal(deck: ConsoleKeeping, targets: Sequence[tuple[str, str]]) -> None:
    """Choose a signal for containers, each an id and a name."""

    def chosen(signal: str | None) -> None:
        if signal:
            order(deck, _("Kill"), [Step("kill", container_id, name, (signal,)) for container_id, name in targets])

    deck.app.push_screen(SignalDialog(", ".join(name for _, name in targets)), chosen)


def offer_host_tools(deck: ConsoleKeeping, message: ShellMissing) -> None:
    """The container has no shell: ask whether the host's tools will do."""

    def open_tools() -> None:
        deck.await_console()
        deck.bridge.host_tools(message.container_id)

    confirm(
        deck,
        _("{name} has no shell").format(name=message.name),
        _("The host's busybox can be run in its namespaces: files, processes and network are seen as from inside. ")
        + _(_PRIVILEGES),
        _("Open"),
        open_tools,
    )


def offer_clipboard(deck: ConsoleKeeping, text: str) -> None:
    """A program wants a text in the clipboard: only with consent."""
    shown = printable(text[:200]) + ("…" if len(text) > 200 else "")
    confirm(
        deck,
        _("Copy to your clipboard?"),
        _("The program in the container wants {count} characters in your clipboard: {shown}").format(
            count=len(text), shown=shown
        ),
        _("Copy"),
        lambda: deck.app.copy_to_clipboard(text),
    )
