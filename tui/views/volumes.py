"""The view of volumes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from core.model.volume import VolumeSnapshot
from tui.bridge.verbs import Step
from tui.keymap import Action, Scope
from tui.live import Live
from tui.plain_text import ago
from tui.tabs.registry import VOLUME_TABS
from tui.views.view import Column, View

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen


def _use(volume: VolumeSnapshot, live: Live) -> str:
    count = len(volume.used_by)
    return live.doing(volume.name) or (f"{count} container{'s' if count > 1 else ''}" if count else "–")


def _labels(volume: VolumeSnapshot) -> list[str]:
    return [f"{name}={value}" for name, value in volume.labels.items()]


COLUMNS: Final = (
    Column("name", "NAME", lambda volume, live: volume.name, share=3),
    Column("used", "USED BY", _use, width=13, sort=lambda volume, live: len(volume.used_by), falls=True),
    Column("created", "CREATED", lambda volume, live: ago(volume.created_at), width=12, rank=1,
           sort=lambda volume, live: -volume.created_at),
    Column("kind", "KIND", lambda volume, live: "anonymous" if volume.anonymous else "named", width=9, rank=2),
    Column("path", "PATH", lambda volume, live: volume.path, share=4, rank=3, style=lambda volume, live: "faint"),
    Column("labels", "LABELS", lambda volume, live: ", ".join(_labels(volume)), share=2, rank=4, chosen=False),
)  # fmt: skip

ACTIONS: Final = (
    Action("go_to", ("t",), "containers", "show the containers that have the volume", "Volume", scope=Scope.ROW),
    Action(
        "remove", ("d", "delete"), "remove", "remove the volume and its files", "Volume",
        lambda volume: not volume.used_by, Scope.ROWS,
    ),
)  # fmt: skip


class VolumeActions:
    """One method an action of the view."""

    def __init__(self, deck: DeckScreen) -> None:
        self._deck = deck

    def go_to(self, row: VolumeSnapshot) -> None:
        """The containers, filtered by the volume."""
        self._deck.show_view("containers")
        self._deck.set_filter(f"mount:{row.name}")

    def remove(self, rows: Sequence[VolumeSnapshot]) -> None:
        from tui.screens.asking import Plan, ask

        def plan(volume: VolumeSnapshot) -> Plan | None:
            step = Step("remove volume", volume.name, volume.name)
            return None if volume.used_by else Plan(step, f"loses its files in {volume.path} for good")

        ask(self._deck, "Remove", rows, plan)


VIEW: Final = View(
    name="volumes",
    noun="volume",
    columns=COLUMNS,
    actions=ACTIONS,
    actions_of=VolumeActions,
    tabs=VOLUME_TABS,
    reader="volumes",
    key=lambda volume: str(volume.name),
    searched=lambda volume: " ".join((volume.name, volume.path, *_labels(volume))),
    terms={
        "name": lambda volume: (volume.name,),
        "label": _labels,
        "container": lambda volume: volume.used_by,
        "kind": lambda volume: ("anonymous" if volume.anonymous else "named",),
    },
    refusal=lambda volume: "a container has it",
    empty="no volumes yet: wharf volume create NAME",
)
