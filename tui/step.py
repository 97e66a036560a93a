"""What is asked of the bridge: a verb on one thing, and what the bridge knows of the verb."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Tell = Callable[[str], None]
"""Takes what is going on, for the row."""


@dataclass(frozen=True, slots=True)
class Step:
    """One verb on one thing. `verb`: a name in `VERBS`. `given`: what else it needs."""

    verb: str
    row_id: str
    name: str
    given: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class BridgeVerb:
    """`doing`: while it goes on. `done`: afterwards, behind the name. `act`: the engine, a row's id, words for it, and
    what else was given. `undo`: the step that takes it back, where there is one.
    """

    doing: str
    done: str
    act: Callable[..., object]
    undo: Callable[[Step], Step] | None = None
