"""What marks a widget that every key belongs to."""

from __future__ import annotations


class TakesEveryKey:
    """While it has the keyboard, no key is looked up anywhere else."""
