"""Signals to `wharf run`, passed on to the container, as podman's --sig-proxy."""

from __future__ import annotations

import contextlib
import queue
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from core.errors import EngineError
from core.log import LOG

PASSED_ON: Final = (
    signal.SIGHUP,
    signal.SIGINT,
    signal.SIGQUIT,
    signal.SIGTERM,
    signal.SIGUSR1,
    signal.SIGUSR2,
)
_PATIENCE: Final = 1.0
"""Seconds that the last signal has at the end to be passed on."""


@contextmanager
def signals_passed_on(send: Callable[[int], object]) -> Iterator[None]:
    """Call `send` with the number of each signal that comes, in a thread: a handler must wait for no lock.

    An error of `send` is logged: the container may not run yet, or not any more.
    """
    numbers: queue.SimpleQueue[int | None] = queue.SimpleQueue()

    def note(number: int, frame: FrameType | None) -> None:
        numbers.put(number)

    def pass_on() -> None:
        while (number := numbers.get()) is not None:
            try:
                send(number)
            except EngineError as error:
                LOG.info("signal %d was not passed on: %s", number, error.message)

    worker = threading.Thread(target=pass_on, name="signal-proxy", daemon=True)
    with contextlib.ExitStack() as stack:
        for number in PASSED_ON:
            former = signal.signal(number, note)
            stack.callback(signal.signal, number, former or signal.SIG_DFL)
        worker.start()
        try:
            yield
        finally:
            numbers.put(None)
            worker.join(_PATIENCE)
