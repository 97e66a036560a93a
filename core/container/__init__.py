"""A container's handle: each verb takes the lock, synchronises, checks the state, acts, saves and tells."""

from __future__ import annotations

from core.container.browsing import Browsing
from core.container.checkpoints import Checkpoints
from core.container.content import Content
from core.container.handle import LOCK_PATIENCE
from core.container.health import HealthChecks
from core.container.limits import Limits
from core.container.sessions import Sessions

__all__ = ["LOCK_PATIENCE", "Container"]


class Container(Checkpoints, HealthChecks, Sessions, Content, Browsing, Limits):
    """One container. Every method may be called from any thread; all of them wait, none of them prints.

    Each may raise `NoSuchContainer` when the container is gone, `StateForbids` when its state does not allow the verb,
    and `TimedOut` when another process has held it for `LOCK_PATIENCE` seconds.
    """
