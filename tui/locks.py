"""What is locked by a label, and how what destroys is confirmed for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.model.foreign import ForeignContainer
from core.model.snapshot import ContainerSnapshot
from tui.configuration.schema import ConfirmLevel, Lock
from tui.step import Step

GUARDED: Final = frozenset(
    {
        *("stop", "restart", "kill", "pause", "checkpoint", "remove", "remove used image"),
        *("stop pod", "restart pod", "kill pod", "pause pod", "remove pod"),
        *("remove volume", "remove network", "disconnect", "remove secret", "remove image"),
    }
)
"""The verbs that a lock is about."""
SIGN: Final = "🔒"
_LEVELS: Final[tuple[ConfirmLevel, ...]] = ("none", "confirm", "name")


@dataclass(frozen=True, slots=True)
class Locked:
    """What a lock asks before an order: `names` of the locked containers, and the strictest level of them."""

    names: tuple[str, ...]
    level: ConfirmLevel

    @property
    def word(self) -> str:
        """What has to be typed: the name, or how many they are."""
        return self.names[0] if len(self.names) == 1 else str(len(self.names))


def level_of(labels: Mapping[str, str], locks: Iterable[Lock]) -> ConfirmLevel:
    """The strictest level of the locks whose label is there; `KEY` fits every value, `KEY=VALUE` that one."""
    levels = [_LEVELS.index(lock.level) for lock in locks if _fits(lock.label, labels)]
    return _LEVELS[max(levels, default=0)]


def asks_nothing(rows: Sequence[object], locks: Sequence[Lock]) -> bool:
    """Whether a lock of the level `none` fits each of these rows, and none that is stricter."""
    told = (any(_fits(lock.label, _labels(row)) for lock in locks) for row in rows)
    return bool(rows) and all(told) and locked_among(rows, locks) is None


def locked_by(steps: Sequence[Step], rows: Iterable[object], locks: Sequence[Lock]) -> Locked | None:
    """What the locks say to these steps; None where they say nothing.

    `rows`: our containers, those of other engines, pods, volumes, networks, secrets: whatever a step may be about.
    """
    touched = {step.row_id for step in steps if step.verb in GUARDED}
    if not touched or not locks:
        return None
    return locked_among([row for row in rows if touched & _known_by(row)], locks)


def locked_among(rows: Iterable[object], locks: Sequence[Lock]) -> Locked | None:
    """What the locks say of these rows, whatever is done to them; None where they say nothing."""
    names: dict[str, None] = {}
    strictest = 0
    for row in rows:
        if level := _LEVELS.index(level_of(_labels(row), locks)):
            names[str(getattr(row, "name", ""))] = None
            strictest = max(strictest, level)
    return Locked(tuple(names), _LEVELS[strictest]) if names else None


def _known_by(row: object) -> set[str]:
    """What a step may have called a row, or what it belongs to."""
    if isinstance(row, ContainerSnapshot):
        return {row.id, row.pod, row.image_id} - {""}
    if isinstance(row, ForeignContainer):
        return {row.key}
    return {str(getattr(row, "id", "")), str(getattr(row, "name", ""))} - {""}


def _labels(row: object) -> Mapping[str, str]:
    """Of a network they are in the network that the row is about."""
    labels = getattr(row, "labels", None)
    if labels is None:
        labels = getattr(getattr(row, "network", None), "labels", None)
    return labels or {}


def _fits(label: str, labels: Mapping[str, str]) -> bool:
    key, separator, value = label.partition("=")
    return key in labels and (not separator or labels[key] == value)
