"""The `wharf` command. The only place that exits."""

from __future__ import annotations

import gc
import os
import sys


def wharf() -> None:
    """The console script."""
    # What is imported stays: looking through it for garbage, again and again, is a tenth of the time of the start.
    gc.disable()
    from core.cli.code_cache import CodeCache

    cache = CodeCache()
    sys.meta_path.insert(0, cache)
    from tui.start import run

    code = run(sys.argv[1:], ends_process=True)
    # What the screen loads besides would be more than all that the commands need.
    cache.keep(libraries="textual" not in sys.modules)
    _leave(code)


def _leave(code: int) -> None:
    """End the process; after a command without freeing one by one what the kernel frees at once.

    The screen, and threads that are to be waited for, end in the usual way.
    """
    threading = sys.modules.get("threading")
    if "textual" in sys.modules or (threading is not None and _works_on(threading.enumerate())):
        sys.exit(code)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):
            # It was not there, or is closed, or nobody reads it any more: the exit code has told already.
            continue
    os._exit(code)


def _works_on(threads: list[object]) -> bool:
    """Whether one besides the first thread has to come to its end."""
    return sum(not getattr(thread, "daemon", True) for thread in threads) > 1


if __name__ == "__main__":
    wharf()
