"""Whom a row stands for: a container of ours, by its id, or one of another engine, by the path that is its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.container import Container
    from core.engine import Engine
    from core.foreign import ForeignHandle


def found(engine: Engine, row_id: str) -> Container | ForeignHandle:
    """The container of a row. Raises `NoSuchContainer`."""
    return engine.foreign.lookup(row_id) if is_foreign(row_id) else engine.lookup(row_id)


def is_foreign(row_id: str) -> bool:
    """Whether a row is of another engine."""
    return row_id.startswith("/")
