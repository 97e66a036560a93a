"""The `wharf` command: without a subcommand the screen, else the command line. The only place that exits."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from core.cli.log import configure_log
from core.cli.main import Invocation, guarded, parse_global, run_command
from core.errors import InvalidArgument


def run(argv: Sequence[str]) -> int:
    """Carry out a command line; the exit code."""
    return guarded(lambda: _run(parse_global(argv)))


def _run(invocation: Invocation) -> int:
    if invocation.command:
        return run_command(invocation)
    if not (os.isatty(0) and os.isatty(1)):
        raise InvalidArgument("the screen needs a terminal", hint="wharf --help lists the commands that do not")
    configure_log(invocation.paths, invocation.settings)
    # Imported here, as no subcommand may pay for the screen.
    from tui.app import run_screen

    return run_screen(invocation.paths, invocation.settings)


def wharf() -> None:
    """The console script."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    wharf()
