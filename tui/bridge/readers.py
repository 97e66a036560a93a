"""How the rows of each view are read from the engine, and which events touch them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from core.engine import Engine
from core.events import Event, EventKind
from core.journal.file import Journal
from core.model.foreign import ForeignContainer
from core.model.image import Image
from core.model.journal import JournalEntry
from core.model.network import Network

PAST_EVENTS: Final = 5_000
"""Events of the journal that are kept to look at."""


@dataclass(frozen=True, slots=True)
class Reader:
    """`kinds`: the events after which rows may be others."""

    read: Callable[[Engine], Iterable[Any]]
    kinds: frozenset[EventKind] = frozenset(EventKind)


@dataclass(frozen=True, slots=True)
class ImageRow:
    """An image, and the ids of the containers that are made of it."""

    image: Image
    used_by: tuple[str, ...]

    @property
    def id(self) -> str:
        return self.image.id

    @property
    def name(self) -> str:
        return self.image.names[0] if self.image.names else self.image.id[:12]


@dataclass(frozen=True, slots=True)
class NetworkRow:
    """A network, and the ids of the containers that are connected to it."""

    network: Network
    used_by: tuple[str, ...]

    @property
    def id(self) -> str:
        return self.network.id

    @property
    def name(self) -> str:
        return self.network.name


def _networks(engine: Engine) -> list[NetworkRow]:
    used = engine.networks.used_by()
    return [NetworkRow(network, tuple(used.get(network.name, ()))) for network in engine.networks.all()]


def _images(engine: Engine) -> list[ImageRow]:
    used = engine.images.used_by()
    return [ImageRow(image, tuple(used.get(image.id, ()))) for image in engine.images.all()]


def _events(engine: Engine) -> deque[Event]:
    """The last ones, newest first."""
    kept: deque[Event] = deque(engine.past_events(), maxlen=PAST_EVENTS)
    kept.reverse()
    return kept


def _foreign(engine: Engine) -> list[ForeignContainer]:
    """Other engines are only watched once somebody looks."""
    engine.foreign.watch()
    return engine.foreign.containers()


def _journal(engine: Engine) -> list[JournalEntry]:
    """What was done from a screen of this user's, newest first."""
    entries, _ = Journal().read()
    return sorted(entries, key=lambda entry: entry.time, reverse=True)


READERS: Final = {
    "containers": Reader(lambda engine: engine.containers()),
    "images": Reader(
        _images,
        frozenset(
            {EventKind.IMAGE, EventKind.CREATE, EventKind.COMMIT, EventKind.REMOVE, EventKind.OVERFLOW}
        ),
    ),
    "foreign": Reader(_foreign, frozenset({EventKind.FOREIGN, EventKind.OVERFLOW})),
    "pods": Reader(lambda engine: engine.pods.all()),
    "networks": Reader(
        _networks,
        frozenset({EventKind.NETWORK, EventKind.CREATE, EventKind.REMOVE, EventKind.OVERFLOW}),
    ),
    "volumes": Reader(
        lambda engine: engine.volumes.all(),
        frozenset({EventKind.VOLUME, EventKind.CREATE, EventKind.REMOVE, EventKind.OVERFLOW}),
    ),
    "secrets": Reader(
        lambda engine: engine.secrets.all(),
        frozenset({EventKind.SECRET, EventKind.OVERFLOW}),
    ),
    "events": Reader(_events, frozenset({EventKind.OVERFLOW})),
    "journal": Reader(_journal),
}  # fmt: skip
ELSEWHERE: Final = frozenset({"hosts", "everywhere"})
"""Those whose rows are of other machines, too: `tui.bridge.host_watch` has them."""


def touches(reader: str, row_id: str, event: Event) -> bool:
    """Whether an event may have changed what is known of a row."""
    return event.container_id == row_id if reader == "containers" else event.kind in READERS[reader].kinds
