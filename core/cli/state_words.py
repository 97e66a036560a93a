"""Podman's words for the states of a container."""

from __future__ import annotations

from core.model.state import Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

STATE_WORDS: Final = {
    "created": (Status.CONFIGURED,),
    "configured": (Status.CONFIGURED,),
    "initialized": (Status.CREATED,),
    "running": (Status.RUNNING,),
    "paused": (Status.PAUSED,),
    "exited": (Status.EXITED,),
    "stopped": (Status.EXITED,),
    "unknown": (Status.UNKNOWN,),
}
