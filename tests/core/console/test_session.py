"""A session on a console: input to it, output from it, its end, and the detach keys."""

from __future__ import annotations

import os
import pty
import socket
import termios
import threading
import time
from collections.abc import Iterator

import pytest

from core.console.attach import AttachSocket
from core.console.session import run_session


class Console:
    """A console that the test holds the other side of."""

    def __init__(self) -> None:
        ours, self.monitor = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.stream = AttachSocket(ours)

    def print(self, data: bytes, stream: int = 2) -> None:
        self.monitor.send(bytes([stream]) + data)

    def close(self) -> None:
        self.monitor.close()
        self.stream.close()


@pytest.fixture
def console() -> Iterator[Console]:
    made = Console()
    yield made
    made.close()


def pipe_with(data: bytes) -> int:
    reader, writer = os.pipe()
    os.write(writer, data)
    os.close(writer)
    return reader


def test_output_goes_where_it_belongs_until_the_end(console: Console) -> None:
    out, err = os.pipe(), os.pipe()
    console.print(b"to out\xff")
    console.print(b"to err", stream=3)
    console.monitor.shutdown(socket.SHUT_WR)
    end = run_session(console.stream, input_fd=None, output_fd=out[1], error_fd=err[1])
    assert not end.detached
    assert os.read(out[0], 100) == b"to out\xff"
    assert os.read(err[0], 100) == b"to err"
    for descriptor in (*out, *err):
        os.close(descriptor)


def test_the_end_of_the_input_is_told_and_the_output_goes_on(console: Console) -> None:
    reader = pipe_with(b"typed")
    out = os.pipe()

    def answer() -> None:
        assert console.monitor.recv(100) == b"typed"
        assert console.monitor.recv(100) == b""
        console.print(b"answer")
        console.monitor.shutdown(socket.SHUT_WR)

    monitor = threading.Thread(target=answer)
    monitor.start()
    assert not run_session(console.stream, input_fd=reader, output_fd=out[1]).detached
    monitor.join()
    assert os.read(out[0], 100) == b"answer"
    for descriptor in (reader, *out):
        os.close(descriptor)


def test_the_detach_keys_leave_the_console_as_it_is(console: Console) -> None:
    reader = pipe_with(b"ab\x10\x11cd")
    assert run_session(console.stream, input_fd=reader, detach_keys=b"\x10\x11").detached
    assert console.monitor.recv(100) == b"ab"
    os.close(reader)


def test_a_lone_first_key_is_sent_a_moment_later(console: Console) -> None:
    reader, writer = os.pipe()
    session = threading.Thread(
        target=run_session, args=(console.stream,), kwargs={"input_fd": reader, "detach_keys": b"\x10\x11"}
    )
    session.start()
    os.write(writer, b"\x10")
    console.monitor.settimeout(5)
    began = time.monotonic()
    assert console.monitor.recv(100) == b"\x10"
    assert time.monotonic() - began > 0.1
    console.monitor.shutdown(socket.SHUT_WR)
    session.join(5)
    assert not session.is_alive()
    os.close(reader)
    os.close(writer)


def test_a_terminal_is_raw_meanwhile_sized_before_and_restored_after(console: Console) -> None:
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (33, 101))
    before = termios.tcgetattr(slave)
    told: list[object] = []

    def ready() -> None:
        told.append("ready")
        told.append(bool(termios.tcgetattr(slave)[3] & termios.ECHO))
        console.monitor.shutdown(socket.SHUT_WR)

    run_session(
        console.stream, input_fd=slave, resize=lambda columns, rows: told.append((columns, rows)), on_ready=ready
    )
    assert told == [(101, 33), "ready", False]
    assert termios.tcgetattr(slave) == before
    os.close(master)
    os.close(slave)


def test_a_terminal_is_restored_after_an_error_too(console: Console) -> None:
    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)

    def fail() -> None:
        raise ValueError("not foreseen")

    with pytest.raises(ValueError, match="not foreseen"):
        run_session(console.stream, input_fd=slave, resize=lambda columns, rows: None, on_ready=fail)
    assert termios.tcgetattr(slave) == before
    os.close(master)
    os.close(slave)
