"""The view of volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.model.volume import VolumeSnapshot
from tui.keymap import Action, Scope
from tui.languages import _
from tui.live import Live
from tui.locks import SIGN
from tui.plain_text import ago, counted_containers
from tui.tabs.registry import VOLUME_TABS
from tui.views.view import Column, View

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen


def _use(volume: VolumeSnapshot, live: Live) -> str:
    count = len(volume.used_by)
    return live.doing(volume.name) or (counted_containers(count) if count else "–")


def _name(volume: VolumeSnapshot, live: Live) -> str:
    return f"{volume.name} {SIGN}" if live.is_locked(volume.labels) else volume.name


def _labels(volume: VolumeSnapshot) -> list[str]:
    return [f"{name}={value}" for name, value in volume.labels.items()]


COLUMNS: Final = (
    Column("name", "NAME", _name, share=3),
    Column("used", "USED BY", _use, width=13, sort=lambda volume, live: len(volume.used_by), falls=True),
    Column("created", "CREATED", lambda volume, live: ago(volume.created_at), width=12, rank=1,
           sort=lambda volume, live: -volume.created_at),
    Column("kind", "KIND", lambda volume, live: _("anonymous") if volume.anonymous else _("named"), width=9, rank=2),
    Column("path", "PATH", lambda volume, live: volume.path, share=4, rank=3, style=lambda volume, live: "faint"),
    Column("labels", "LABELS", lambda volume, live: ", ".join(_labels(volume)), share=2, rank=4, chosen=False),
)  # fmt: skip

ACTIONS: Final = (
    Action("new", ("n",), "new", "make a volume", "Volume"),
    Action("export", ("X",), "export", "write the volume's files as a tar archive", "Volume", scope=Scope.ROW),
    Action("import_tar", ("I",), "", "unpack a tar archive into the volume", "Volume", scope=Scope.ROW),
    Action("prune", ("z",), "", "remove those that no container has, after a look at them", "Volume"),
    Action("files", ("F",), "files", "browse its files: view, copy out and in, sizes", "Volume", scope=Scope.ROW),
    Action("go_to", ("t",), "containers", "show the containers that have the volume", "Volume", scope=Scope.ROW),
    Action(
        "remove", ("d", "delete"), "remove", "remove the volume and its files", "Volume",
        lambda volume: not volume.used_by, Scope.ROWS,
    ),
)  # fmt: skip


def _actions_of(deck: DeckScreen) -> object:
    from tui.views.volume_actions import VolumeActions

    return VolumeActions(deck)


VIEW: Final = View(
    name="volumes",
    noun="volume",
    columns=COLUMNS,
    actions=ACTIONS,
    actions_of=_actions_of,
    tabs=VOLUME_TABS,
    reader="volumes",
    labelled=True,
    key=lambda volume: str(volume.name),
    searched=lambda volume: " ".join((volume.name, volume.path, *_labels(volume))),
    terms={
        "name": lambda volume: (volume.name,),
        "label": _labels,
        "container": lambda volume: volume.used_by,
        "kind": lambda volume: ("anonymous" if volume.anonymous else "named",),
    },
    refusal=lambda volume: _("a container has it"),
    empty="no volumes yet: n makes one",
)
