"""Another machine for tests: a real sshd on loopback, with keys of its own, and a `wharf` with a root of its own."""

from __future__ import annotations

import contextlib
import os
import shlex
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.ports import free_port
from tests.worksite import PROJECT, Worksite, eventually, installed_command, private_worksite

SERVER: Final = "/usr/sbin/sshd"
PRIVILEGES: Final = Path("/run/sshd")
"""sshd as root refuses to start without it."""


class OtherMachine:
    """`site`: the engine's directories there. What belongs to the side that calls is in `configuration`."""

    def __init__(self, site: Worksite) -> None:
        self.site = site
        self.folder = site.folder / "ssh"
        self.folder.mkdir(mode=0o700)
        self.port = free_port()
        self.destination = f"ssh://root@127.0.0.1:{self.port}"
        self.program = self.folder / "wharf"
        self.known_hosts = self.folder / "known_hosts"
        self.identity = self.folder / "key"
        self.configuration = self.folder / "config.toml"
        self.environment = ["env", f"PYTHONPATH={PROJECT}", "WHARF_NETWORK=none", "WHARF_DISCOVER_FOREIGN=false"]
        """What goes before `wharf` there."""
        self._server: subprocess.Popen[bytes] | None = None
        self._write()

    def _write(self) -> None:
        for path in (self.identity, self.folder / "host_key"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True, timeout=60)
        keys = self.folder / "authorized_keys"
        keys.write_text(self.identity.with_suffix(".pub").read_text())
        keys.chmod(0o600)
        kind, key = (self.folder / "host_key.pub").read_text().split()[:2]
        self.known_hosts.write_text(f"[127.0.0.1]:{self.port} {kind} {key}\n")
        (self.folder / "sshd_config").write_text(
            f"ListenAddress 127.0.0.1\nPort {self.port}\nHostKey {self.folder}/host_key\n"
            f"AuthorizedKeysFile {keys}\nPidFile none\nStrictModes no\nUsePAM no\nPermitRootLogin yes\n"
            "PasswordAuthentication yes\nKbdInteractiveAuthentication no\nPrintMotd no\nPrintLastLog no\n"
        )
        self.set_program(self.environment)
        self.configure()

    def set_program(self, environment: list[str]) -> None:
        """What is called there in place of an installed `wharf`."""
        words = shlex.join([*environment, *installed_command(), *self.site.global_options])
        self.program.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
        self.program.chmod(0o755)

    def configure(self, *more: str, name: str = "far", **changed: str) -> None:
        """Write the configuration of who calls: this machine, with other values of its table where they are given."""
        values = {
            "destination": self.destination,
            "wharf": str(self.program),
            "identity": str(self.identity),
            **changed,
        }
        options = [f"UserKnownHostsFile={self.known_hosts}", "GlobalKnownHostsFile=none", "IdentitiesOnly=yes"]
        lines = ["[[hosts]]", f'name = "{name}"', *(f'{key} = "{value}"' for key, value in values.items())]
        self.configuration.write_text("\n".join([*lines, f"options = {[*options]}", *more]) + "\n")

    def start(self) -> None:
        PRIVILEGES.mkdir(mode=0o755, exist_ok=True)
        log = (self.folder / "log").open("ab")
        argv = [SERVER, "-D", "-e", "-f", str(self.folder / "sshd_config")]
        with log:
            self._server = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        for _ in eventually():
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1.0):
                break

    def calls(self, command: str) -> list[int]:
        """The processes of `wharf COMMAND` there."""
        own = "\0".join([*self.site.global_options, command]).encode()
        found = []
        for pid in self.site.processes():
            with contextlib.suppress(OSError):
                if own in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(pid)
        return found

    def stop(self) -> None:
        """The server and its sessions, as a machine that goes away."""
        if self._server is None:
            return
        for child in children(self._server.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, 15)
        self._server.terminate()
        self._server.wait(60)
        self._server = None

    @contextlib.contextmanager
    def away(self) -> Iterator[None]:
        """The time in which the machine can not be reached."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    def __enter__(self) -> OtherMachine:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def children(pid: int) -> list[int]:
    found = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(word) for word in tasks.read_text().split()]
    return found


def other_machine() -> Iterator[OtherMachine]:
    """For a fixture: a machine that answers, and an end that leaves nothing of it."""
    with private_worksite() as site, OtherMachine(site) as machine:
        yield machine
