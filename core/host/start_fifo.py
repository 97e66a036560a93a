"""The FIFO at which a created container's first process waits before it becomes the program, as runc has it."""

from __future__ import annotations

import os
import select


def release_process(fifo: str, timeout: float) -> bool:
    """Let the process go on; whether it did within `timeout` seconds. Raises OSError where the FIFO is gone.

    It waits for a reader, writes a byte, and is the program then. That it has done so is seen by the FIFO being gone.
    """
    descriptor = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        if not poll.poll(timeout * 1000) or not os.read(descriptor, 1):
            return False
    finally:
        os.close(descriptor)
    os.unlink(fifo)
    return True


def release_command(fifo: str) -> str:
    """What `release_process` does, as one would type it."""
    return f"cat {fifo}; rm {fifo}"
