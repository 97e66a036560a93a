"""The keys that a console pane keeps for itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PaneKeys:
    """`escape`: by name, as ctrl+]. `detach`: the bytes of the detach keys; none for no such keys."""

    escape: str = "ctrl+]"
    detach: bytes = b"\x10\x11"
