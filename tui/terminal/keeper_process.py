"""Starts keepers, ahead of need where asked."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import tui

KEEPER_MODULE: Final = "tui.terminal.keeper"
_END_PATIENCE: Final = 2.0
"""Seconds that a keeper has to end by itself."""


@dataclass(frozen=True, slots=True)
class KeeperProcess:
    """A keeper and the screen's end of its socket."""

    process: subprocess.Popen[bytes]
    socket: socket.socket

    @property
    def pid(self) -> int:
        return self.process.pid

    def is_alive(self) -> bool:
        return self.process.poll() is None

    def end(self) -> None:
        """Close the socket, which ends the keeper, and see it gone. Blocks for two seconds at most."""
        with contextlib.suppress(OSError):
            self.socket.close()
        try:
            self.process.wait(_END_PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start_keeper() -> KeeperProcess:
    """A keeper that waits for its console. Blocks for the time of a fork; raises OSError."""
    screen_end, keeper_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", KEEPER_MODULE, str(keeper_end.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(keeper_end.fileno(),),
            start_new_session=True,
            cwd="/",
            env={
                "PATH": os.defpath,
                "LANG": "C.UTF-8",
                "PYTHONPATH": str(Path(tui.__file__).resolve().parent.parent),
            },
        )
    except BaseException:
        screen_end.close()
        raise
    finally:
        keeper_end.close()
    return KeeperProcess(process, screen_end)


class KeeperStock:
    """Keeps one keeper ready, once asked to, so that a pane opens at once. For use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ready: KeeperProcess | None = None
        self._wanted = False

    def prepare(self) -> None:
        """From now on have one ready. Blocks for the time of a fork."""
        with self._lock:
            self._wanted = True
            if self._ready is None or not self._ready.is_alive():
                self._ready = start_keeper()

    def take(self) -> KeeperProcess:
        """The one that is ready, or a new one; the stock is then replenished if it is kept at all."""
        with self._lock:
            ready, self._ready = self._ready, None
            if ready is not None and not ready.is_alive():
                ready.end()
                ready = None
            wanted = self._wanted
        keeper = ready or start_keeper()
        if wanted:
            threading.Thread(target=self.prepare, name="keeper-stock", daemon=True).start()
        return keeper

    def close(self) -> None:
        """End the one that is ready and keep none from now on."""
        with self._lock:
            self._wanted = False
            ready, self._ready = self._ready, None
        if ready is not None:
            ready.end()


STOCK: Final = KeeperStock()
