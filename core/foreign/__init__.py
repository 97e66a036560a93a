"""Containers of other engines on this machine: seen, watched and worked as far as that is safe, never removed."""

from core.foreign.containers import Foreign
from core.foreign.handle import ForeignHandle

__all__ = ["Foreign", "ForeignHandle"]
