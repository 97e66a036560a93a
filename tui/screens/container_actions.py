"""What the actions of the key map do on the view of containers: ask where it has to be asked, then tell the bridge."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from rich.highlighter import JSONHighlighter
from rich.text import Text

from core.model.content import CommitOptions
from core.model.options import ExecOptions
from core.model.snapshot import ContainerSnapshot
from core.model.state import Status, Verb, allows
from tui.bridge import Bridge
from tui.keymap import BY_NAME, Action, Selected, will_unmount
from tui.messages import DetailRead, ShellMissing
from tui.plain_text import printable, printable_text
from tui.screens.commit_dialog import CommitDialog
from tui.screens.dialog import ConfirmDialog, SignalDialog
from tui.screens.exec_dialog import ExecDialog
from tui.screens.export import ExportDialog
from tui.screens.help import help_text
from tui.screens.log_view import FIRST_LINES, LogView
from tui.screens.palette import PaletteScreen
from tui.screens.text_view import TextView

if TYPE_CHECKING:
    from tui.screens.containers import ContainersScreen


class ContainerActions:
    """One method an action, named as in the key map. The state is the engine's to check: it may have changed by now."""

    def __init__(self, screen: ContainersScreen, bridge: Bridge) -> None:
        self._screen = screen
        self._bridge = bridge

    def perform(self, action: Action, selected: Selected) -> None:
        """Do an action; `selected` is what the operator saw under the cursor."""
        if selected is not None and hasattr(self, action.name):
            getattr(self, action.name)(selected)
        else:
            getattr(self, f"view_{action.name}")()

    def toggle_run(self, selected: ContainerSnapshot) -> None:
        if selected.status is not Status.RUNNING:
            self.start(selected)
            return
        seconds = f"{selected.stop_timeout} s" if selected.stop_timeout else "at once"
        self._confirm(
            f"Stop {selected.name}?",
            f"It gets its stop signal, and SIGKILL after {seconds} if it has not ended by then.",
            "Stop",
            lambda: self._bridge.stop(selected.id),
        )

    def start(self, selected: ContainerSnapshot) -> None:
        self._bridge.start_container(selected.id)

    def toggle_pause(self, selected: ContainerSnapshot) -> None:
        if selected.status is Status.PAUSED:
            self._bridge.unpause(selected.id)
        else:
            self._bridge.pause(selected.id)

    def restart(self, selected: ContainerSnapshot) -> None:
        self._bridge.restart(selected.id)

    def kill(self, selected: ContainerSnapshot) -> None:
        self.signal_by_id(selected.id, selected.name)

    def attach(self, selected: ContainerSnapshot) -> None:
        self._screen.await_console()
        self._bridge.attach(selected.id)

    def watch(self, selected: ContainerSnapshot) -> None:
        self._screen.await_console()
        self._bridge.attach(selected.id, watch_only=True)

    def execute(self, selected: ContainerSnapshot) -> None:
        def asked(options: ExecOptions | None) -> None:
            if options is not None:
                self._screen.await_console()
                self._bridge.execute(selected.id, options)

        self._screen.app.push_screen(ExecDialog(selected.name), asked)

    def offer_host_tools(self, message: ShellMissing) -> None:
        """The container has no shell: ask whether the host's tools will do."""

        def open_tools() -> None:
            self._screen.await_console()
            self._bridge.host_tools(message.container_id)

        self._confirm(
            f"{message.name} has no shell",
            "The host's busybox can be run in its namespaces: files, processes and network are seen as from inside. "
            "That shell has the host's privileges.",
            "Open",
            open_tools,
        )

    def offer_clipboard(self, text: str) -> None:
        """A program wants a text in the clipboard: only with consent."""
        shown = printable(text[:200]) + ("…" if len(text) > 200 else "")
        self._confirm(
            "Copy to your clipboard?",
            f"The program in the container wants {len(text)} characters in your clipboard: {shown}",
            "Copy",
            lambda: self._screen.app.copy_to_clipboard(text),
        )

    def signal_by_id(self, container_id: str, name: str) -> None:
        """Choose a signal for a container that may not be the selected one."""

        def chosen(signal: str | None) -> None:
            if signal:
                self._bridge.kill(container_id, signal)

        self._screen.app.push_screen(SignalDialog(name), chosen)

    def shell(self, selected: ContainerSnapshot) -> None:
        self._screen.await_console()
        self._bridge.shell(selected.id)

    def logs(self, selected: ContainerSnapshot) -> None:
        follow = partial(self._bridge.follow, selected.id, FIRST_LINES)
        self._screen.app.push_screen(LogView(f"log of {selected.name}", follow))

    def check_health(self, selected: ContainerSnapshot) -> None:
        self._bridge.check_health(selected.id)

    def view_events(self) -> None:
        self._screen.app.push_screen(LogView("events of all containers", self._bridge.follow_events))

    def inspect(self, selected: ContainerSnapshot) -> None:
        self._bridge.inspect(selected.id)

    def show_inspect(self, message: DetailRead) -> None:
        """The answer to `inspect` has come."""
        text = JSONHighlighter()(Text(printable_text(message.text)))
        self._screen.app.push_screen(TextView(f"inspect {message.container_id[:12]}", text))

    def diff(self, selected: ContainerSnapshot) -> None:
        self._bridge.diff(selected.id)

    def show_diff(self, message: DetailRead) -> None:
        """The answer to `diff` has come."""
        self._screen.app.push_screen(TextView(f"changes of {message.container_id[:12]}", Text(message.text)))

    def commit(self, selected: ContainerSnapshot) -> None:
        def asked(options: CommitOptions | None) -> None:
            if options is not None:
                self._bridge.commit(selected.id, options)

        running = selected.status is Status.RUNNING
        self._screen.app.push_screen(CommitDialog(selected.name, running=running), asked)

    def export(self, selected: ContainerSnapshot) -> None:
        def ended(note: str | None) -> None:
            if note:
                self._screen.say(note)

        self._screen.app.push_screen(ExportDialog(selected, self._bridge, self._screen.exports), ended)

    def toggle_mount(self, selected: ContainerSnapshot) -> None:
        if will_unmount(selected):
            self._bridge.unmount(selected.id)
        else:
            self._bridge.mount(selected.id)

    def remove(self, selected: ContainerSnapshot) -> None:
        by_force = not allows(selected.status, Verb.REMOVE)
        what = f"It is {selected.status}: it is killed first. " if by_force else ""
        self._confirm(
            f"Remove {selected.name}?",
            f"{what}Its files, its log and its settings are gone for good; the image {selected.image} stays.",
            "Remove",
            lambda: self._bridge.remove(selected.id, force=by_force),
        )

    def view_filter(self) -> None:
        self._screen.open_filter()

    def view_running_only(self) -> None:
        self._screen.toggle_running_only()

    def view_cpu_scale(self) -> None:
        self._screen.toggle_cpu_scale()

    def view_resync(self) -> None:
        self._screen.refresh(layout=True)
        self._bridge.read_again()

    def view_palette(self) -> None:
        def chosen(name: str | None) -> None:
            if name:
                self._screen.perform(BY_NAME[name])

        self._screen.app.push_screen(PaletteScreen(self._screen.possible_actions()), chosen)

    def view_help(self) -> None:
        self._screen.app.push_screen(TextView("the keys", help_text(self._screen.console_keys.escape)))

    def view_back(self) -> bool:
        """From the innermost thing outwards; False where there was nothing to go back from."""
        front = self._screen.consoles.front
        if self._screen.has_class("-full"):
            self._screen.remove_class("-full")
        elif front is not None and front.has_ended:
            self._screen.run_worker(self._screen.close_console(front))
        else:
            return self._screen.clear_filter()
        return True

    def view_quit(self) -> None:
        if self.view_back():
            return
        shells = [pane for pane in self._screen.consoles.panes if pane.kind == "exec" and not pane.has_ended]
        ended = []
        if shells:
            ended.append("the open shell" if len(shells) == 1 else f"the {len(shells)} open shells")
        if self._screen.exports:
            ended.append("the export that is under way; no part of a file is left")
        if not ended:
            self._screen.app.exit()
            return
        self._confirm(
            "Leave?",
            f"Leaving ends {' and '.join(ended)}. Containers and what is attached to them go on.",
            "Leave",
            self._screen.app.exit,
        )

    def _confirm(self, title: str, message: str, verb: str, act: Callable[[], object]) -> None:
        def answered(answer: tuple[bool, bool] | None) -> None:
            if answer is not None and answer[0]:
                act()

        self._screen.app.push_screen(ConfirmDialog(title, message, verb), answered)
