"""The `wharf` command: without a subcommand the screen, else the command line. The only place that exits."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from core.cli.main import configure_log, main, parse_global, report
from core.errors import EngineError


def run(argv: Sequence[str]) -> int:
    """Carry out a command line; the exit code."""
    invocation = parse_global(argv)
    if invocation.command:
        return main(invocation)
    configure_log(invocation.paths, invocation.settings)
    # Imported here, as no subcommand may pay for the screen.
    from tui.app import run_screen

    try:
        return run_screen(invocation.paths, invocation.settings)
    except EngineError as error:
        return report(error)


def wharf() -> None:
    """The console script."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    wharf()
