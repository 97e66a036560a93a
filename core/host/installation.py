"""This very installation, as a command that another process can run."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import msgspec

_CALL: Final = "from tui.__main__ import wharf; wharf()"


def own_command() -> tuple[str, ...]:
    """What runs `wharf`, before its arguments.

    Without the `site` module, whose work is known: it takes a quarter of the time of a short command.
    """
    here = os.path.dirname(os.path.abspath(__file__))
    packages = os.path.dirname(os.path.dirname(os.path.abspath(msgspec.__file__)))
    places = list(dict.fromkeys((os.path.dirname(os.path.dirname(here)), packages)))
    return (sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:0] = {places}; {_CALL}")


def is_own_command(argv: Sequence[str]) -> bool:
    """Whether a command line runs `wharf`, of this or another installation."""
    return ("-m", "tui") in pairwise(argv) or any(word.endswith(_CALL) for word in argv)
