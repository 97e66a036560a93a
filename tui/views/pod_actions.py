"""What the actions of the view of pods do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.model.pod import PodSnapshot
from tui.languages import _
from tui.plain_text import counted_containers
from tui.screens import orders
from tui.screens.asking import Plan, ask, order
from tui.step import Step
from tui.views.pods import can_start, is_paused, runs

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen

Pods = Sequence[PodSnapshot]


class PodActions:
    """One method an action of the view."""

    def __init__(self, deck: DeckScreen) -> None:
        self._deck = deck

    def new(self) -> None:
        from tui.forms.pods import pod_form, pod_words

        def make(values: dict[str, str]) -> None:
            name = values["name"] or _("a pod")
            self._deck.expect_row()
            self._deck.bridge.run(Step("create pod", f"pod {name}", name, (pod_words(values),)))

        orders.with_known(self._deck, lambda known: orders.fill_in(self._deck, pod_form(known), make))

    def logs(self, rows: Pods) -> None:
        """Of all of their containers, the infra containers left out: those print nothing."""
        from tui.screens.log_screen import LogScreen

        paths = {row.id: Path(row.log_path) for row in self._deck.views.rows_of("containers")}
        members = [member for pod in rows for member in pod.members if member.id in paths and member.id != pod.infra_id]
        if members:
            names = [member.name for member in members]
            read, times = [paths[member.id] for member in members], self._deck.configuration.logs
            self._deck.app.push_screen(LogScreen(read, names, times=times))
        else:
            self._deck.say(_("no container but the one that holds what they share: nothing is printed"))

    def manifest(self, rows: Pods) -> None:
        orders.show_manifest(self._deck, [pod.name for pod in rows])

    def prune(self) -> None:
        orders.prune(self._deck, _("pods of which nothing runs any more"), ("pods",))

    def toggle_run(self, rows: Pods) -> None:
        running = [pod for pod in rows if runs(pod)]
        if running:
            words = _("has its containers stopped, each by its stop signal, the infra container last")
            self._ask(_("Stop"), "stop pod", rows, runs, words, alone=True)
        else:
            self.start(rows)

    def start(self, rows: Pods) -> None:
        self._ask(_("Start"), "start pod", rows, can_start, _("has its containers started"))

    def toggle_pause(self, rows: Pods) -> None:
        if any(is_paused(pod) for pod in rows):
            self._ask(_("Unpause"), "unpause pod", rows, is_paused, _("goes on"))
        else:
            self._ask(_("Pause"), "pause pod", rows, runs, _("is halted"))

    def restart(self, rows: Pods) -> None:
        words = _("has all its containers stopped, and started again")
        self._ask(_("Restart"), "restart pod", rows, lambda pod: bool(pod.members), words)

    def kill(self, rows: Pods) -> None:
        from tui.screens.dialog import SignalDialog

        targets = [pod for pod in rows if runs(pod)]

        def chosen(signal: str | None) -> None:
            if signal:
                order(self._deck, _("Kill"), [Step("kill pod", pod.id, pod.name, (signal,)) for pod in targets])

        self._deck.app.push_screen(SignalDialog(", ".join(pod.name for pod in targets)), chosen)

    def go_to(self, row: PodSnapshot) -> None:
        """The containers, filtered by the pod."""
        self._deck.show_view("containers")
        self._deck.set_filter(f"pod:{row.name}")

    def remove(self, rows: Pods) -> None:
        def plan(pod: PodSnapshot) -> Plan:
            by_force = runs(pod) or is_paused(pod)
            stopped = _(", those that run stopped first") if by_force else ""
            count = len(pod.members)
            words = _("goes for good, with {containers} and their files{stopped}").format(
                containers=counted_containers(count), stopped=stopped
            )
            return Plan(Step("remove pod", pod.id, pod.name, (by_force,)), words)

        ask(self._deck, _("Remove"), rows, plan)

    def _ask(
        self,
        title: str,
        verb: str,
        rows: Pods,
        allowed: Callable[[PodSnapshot], bool],
        words: str,
        *,
        alone: bool = False,
    ) -> None:
        def plan(pod: PodSnapshot) -> Plan | None:
            return Plan(Step(verb, pod.id, pod.name), words) if allowed(pod) else None

        ask(self._deck, title, rows, plan, alone=alone)
