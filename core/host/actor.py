"""Who is at work in this process: for the journal of events."""

from __future__ import annotations

import functools
import os
import pwd
import sys
from pathlib import Path
from typing import Final

from core.host.quoting import shell_line

COMMAND_LIMIT: Final = 300
"""Characters of a command line that are kept."""


@functools.cache
def acting_user() -> str:
    """The name of the user behind this process: the one who called sudo, else the one it runs as."""
    return sudo_user() or process_user()


def sudo_user() -> str:
    """Who called sudo, or began a user namespace; empty where nobody did."""
    return os.environ.get("SUDO_USER", "")


def process_user() -> str:
    """The name of the user that this process runs as."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


@functools.cache
def acting_command() -> str:
    """The command line of this process; a program run as a module has the name of its package."""
    first = Path(sys.argv[0] or "python")
    as_module = first.name == "__main__.py" and first.parent.name == "tui"
    name = "wharf" if as_module or first.name == "-c" else first.name
    return shell_line([name, *sys.argv[1:]])[:COMMAND_LIMIT]
