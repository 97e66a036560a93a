"""Signals that are passed on, and the standard error of an exec."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from core.cli.executing import StderrRelay
from core.cli.signal_proxy import PASSED_ON, signals_passed_on
from core.errors import StateForbids


def test_signals_are_passed_on_from_another_thread() -> None:
    came: list[tuple[int, str]] = []
    done = threading.Event()

    def send(number: int) -> None:
        came.append((number, threading.current_thread().name))
        if number == signal.SIGUSR1:
            raise StateForbids("not yet")
        done.set()

    before = {number: signal.getsignal(number) for number in PASSED_ON}
    with signals_passed_on(send):
        os.kill(os.getpid(), signal.SIGUSR1)
        os.kill(os.getpid(), signal.SIGTERM)
        assert done.wait(60)
    assert came == [(signal.SIGUSR1, "signal-proxy"), (signal.SIGTERM, "signal-proxy")]
    assert {number: signal.getsignal(number) for number in PASSED_ON} == before


def test_a_signal_that_is_stuck_holds_up_nothing() -> None:
    gate = threading.Event()
    began = time.monotonic()
    with signals_passed_on(lambda number: gate.wait(60)):
        os.kill(os.getpid(), signal.SIGUSR2)
    assert time.monotonic() - began < 10
    gate.set()


COMPLAINT = b'exec failed: unable to start container process: exec: "x"\n'


def relayed(pieces: list[bytes], *, tell: bool) -> tuple[bytes, bytes]:
    """What is through before the end, and in all."""
    reader, writer = os.pipe()
    try:
        relay = StderrRelay(-1, writer)
        for piece in pieces:
            relay.feed(piece)
        os.set_blocking(reader, False)
        through = _read(reader)
        relay.give_up(tell=tell)
        return through, through + _read(reader)
    finally:
        os.close(reader)
        os.close(writer)


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 1 << 16)
    except BlockingIOError:
        return b""


@pytest.mark.parametrize(
    ("pieces", "through"),
    [
        ([b"plain\n"], b"plain\n"),
        ([b"Password: "], b"Password: "),
        ([COMPLAINT], b""),
        ([COMPLAINT[:7], COMPLAINT[7:]], b""),
        ([b"before\n" + COMPLAINT], b"before\n"),
        ([b"before\n", COMPLAINT], b"before\n"),
        ([COMPLAINT, b"after\n"], COMPLAINT + b"after\n"),
        ([b"no ", COMPLAINT], b"no " + COMPLAINT),
        ([b"ex"], b""),
        ([b"ex", b"it\n"], b"exit\n"),
    ],
)
def test_only_a_last_line_of_the_runtime_is_held_back(pieces: list[bytes], through: bytes) -> None:
    whole = b"".join(pieces)
    assert relayed(pieces, tell=True) == (through, whole)
    assert relayed(pieces, tell=False) == (through, through)
