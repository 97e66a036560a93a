"""Command lines as one would type them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_PLAIN: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@%+=:,./-_")
"""What shlex leaves as it is. It is loaded for the rest alone: most command lines have nothing else."""


def shell_line(words: Sequence[str]) -> str:
    """The words with quotes where a shell needs them."""
    if all(word and _PLAIN.issuperset(word) for word in words):
        return " ".join(words)
    import shlex

    return shlex.join(words)
