"""The `wharf` command. The only place that exits."""

from __future__ import annotations

import gc
import sys


def wharf() -> None:
    """The console script."""
    # What is imported stays: looking through it for garbage, again and again, is a tenth of the time of the start.
    gc.disable()
    from tui.start import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    wharf()
