"""Whether this is the very first time that somebody opens the screen."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final

from core.host.files import make_private_directory

MARK: Final = "greeted"
"""The name of the file that says that the hint was shown."""


def is_first_run() -> bool:
    """Whether nothing is kept of an earlier run."""
    try:
        return not os.listdir(_folder())
    except OSError:
        return True


def note_first_run() -> None:
    """Have every run from now on be a later one, as far as that can be written."""
    with contextlib.suppress(OSError):
        make_private_directory(_folder())
        (_folder() / MARK).touch(mode=0o600)


def _folder() -> Path:
    from platformdirs import user_state_path

    return user_state_path("wharfinger")
