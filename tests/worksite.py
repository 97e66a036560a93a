"""A private pair of directories for an engine, and an end of a test that leaves nothing of it on the host.

What is left is looked for with plain means (/proc, mountinfo, cgroup directories), not with the code under test.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from core.container import Container
from core.engine import Engine
from core.errors import EngineError, NoSuchContainer
from core.model.options import CreateOptions
from core.model.state import Status
from core.paths import EnginePaths

DEMO: Final = "localhost/wharf-demo:latest"
PROJECT: Final = Path(__file__).resolve().parent.parent
CGROUPS: Final = Path("/sys/fs/cgroup")
SETTLING_TIME: Final = 15.0
"""Seconds that monitors and their clean-ups have to end by themselves."""


class Worksite:
    """The directories of one test. The path is short, as Unix sockets have to live below it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="wf-", dir="/tmp"))
        self.paths = EnginePaths(self.folder / "root", self.folder / "run")
        self._ids: set[str] = set()

    @property
    def global_options(self) -> list[str]:
        """What moves the command to these directories."""
        return ["--root", str(self.paths.root), "--runroot", str(self.paths.run_root)]

    def note_containers(self) -> None:
        """Remember the ids that exist now, for the search for what they leave."""
        for folder in (self.paths.containers, self.paths.runtime_root, self.paths.locks, self.paths.exits):
            with contextlib.suppress(OSError):
                self._ids.update(name for name in os.listdir(folder) if re.fullmatch("[0-9a-f]{64}", name))

    def processes(self) -> list[int]:
        """Every process that has these directories in its arguments."""
        wanted = os.fsencode(self.folder) + b"/"
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                with contextlib.suppress(OSError):
                    if wanted in (entry / "cmdline").read_bytes():
                        found.append(int(entry.name))
        return found

    def mounts(self) -> list[str]:
        """What is mounted below, the storage's own bind mount of itself left out; the last one first."""
        own = str(self.paths.storage_root / "overlay")
        return [point for point in reversed(self._all_mounts()) if point != own]

    def cgroups(self) -> list[Path]:
        """The cgroup directories of all containers there were, deepest first."""
        found: list[Path] = []
        for container_id in self._ids:
            for folder in CGROUPS.glob(f"*/wharfinger/{container_id}"):
                found.extend(sorted((p for p in folder.rglob("*") if p.is_dir()), reverse=True))
                found.append(folder)
            found.extend(CGROUPS.glob(f"wharfinger/{container_id}"))
        return found

    def interfaces(self) -> list[str]:
        """The bridges of these directories' networks, and of networks whose names the test has chosen."""
        mark = f"wf{hashlib.sha256(str(self.paths.root).encode()).hexdigest()[:7]}-"
        return [name for name in os.listdir("/sys/class/net") if name.startswith(mark)]

    def rules(self) -> list[str]:
        """The rules of the firewall that lead to containers of these directories."""
        listed = subprocess.run(["iptables-save", "-t", "nat"], capture_output=True, text=True, check=False).stdout
        return [line for line in listed.splitlines() if any(container_id in line for container_id in self._ids)]

    def cut_networks(self) -> None:
        """Delete the bridges and the rules, as a power cut does."""
        for interface in self.interfaces():
            subprocess.run(["ip", "link", "delete", interface], check=False, capture_output=True)
        for rule in self.rules():
            argv = ["iptables", "-t", "nat", *shlex.split(rule.replace("-A", "-D", 1))]
            subprocess.run(argv, check=False, capture_output=True)

    def leftovers(self, patience: float = SETTLING_TIME) -> list[str]:
        """What of containers is on the host, once `patience` seconds have passed or nothing is there any more."""
        deadline = time.monotonic() + patience
        while True:
            left = [
                *(f"process {pid}: {_command_line(pid)}" for pid in self.processes()),
                *(f"mount {point}" for point in self.mounts()),
                *(f"cgroup {folder}" for folder in self.cgroups()),
                *(f"interface {name}" for name in self.interfaces()),
            ]
            if (self.paths.run_root / "networks").exists():
                left += [f"firewall rule {rule}" for rule in self.rules()]
            if not left or time.monotonic() >= deadline:
                return left
            time.sleep(0.05)

    def remove_containers(self) -> list[str]:
        """Remove all containers by force, as a user would; the errors of that."""
        errors = []
        self.note_containers()
        if not self.paths.database.exists():
            return []
        try:
            with Engine.open(self.paths) as engine:
                for pod in engine.pods.all():
                    engine.pods.remove(pod.id, force=True)
                for picture in reversed(engine.containers()):
                    with contextlib.suppress(NoSuchContainer):
                        engine.lookup(picture.id).remove(force=True)
        except EngineError as error:
            errors.append(f"removal: {error.message} | {error.stderr}")
        return errors

    def demolish(self) -> None:
        """Take everything away by plain force."""
        for _ in range(3):
            for pid in [*self.processes(), *self.members()]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            for folder in CGROUPS.glob("freezer/wharfinger/*"):
                if folder.name in self._ids:
                    with contextlib.suppress(OSError):
                        (folder / "freezer.state").write_text("THAWED")
            if not self.leftovers(0.5):
                break
            for point in self._all_mounts():
                subprocess.run(["umount", "-l", point], check=False, capture_output=True)
            for cgroup in self.cgroups():
                with contextlib.suppress(OSError):
                    cgroup.rmdir()
            self.cut_networks()
        for point in reversed(self._all_mounts()):
            subprocess.run(["umount", "-l", point], check=False, capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def close(self) -> list[str]:
        """End of the test: remove containers as a user would, then all by force; what had to be removed by force."""
        try:
            errors = self.remove_containers()
            return [*errors, *self.leftovers()]
        finally:
            self.demolish()

    def members(self) -> list[int]:
        found = []
        for folder in self.cgroups():
            with contextlib.suppress(OSError):
                found.extend(int(line) for line in (folder / "cgroup.procs").read_text().split())
        return found

    def _all_mounts(self) -> list[str]:
        points = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
        plain = [re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), point) for point in points]
        return [point for point in plain if point.startswith(f"{self.folder}/")]


@contextmanager
def private_worksite() -> Iterator[Worksite]:
    """Private directories. It fails if a process, a mount or a cgroup of theirs is left at the end."""
    site = Worksite()
    try:
        yield site
    finally:
        left = site.close()
    assert not left, "left on the host:\n" + "\n".join(left)


def _command_line(pid: int) -> str:
    with contextlib.suppress(OSError):
        return (Path("/proc") / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return "gone"


def make(engine: Engine, *command: str, name: str = "", **options: object) -> Container:
    """A configured container of the demo image."""
    request = CreateOptions(image=DEMO, name=name, command=command, **options)  # type: ignore[arg-type]
    return engine.create(request)


def run(engine: Engine, *command: str, name: str = "", **options: object) -> Container:
    """A started container of the demo image."""
    container = make(engine, *command, name=name, **options)
    container.start()
    return container


def status_of(engine: Engine, name: str) -> Status:
    """A container's state, as the engine sees it now."""
    return engine.lookup(name).snapshot().status


def eventually(seconds: float = 60.0, pause: float = 0.05) -> Iterator[float]:
    """For loops that try until they break: the time passed at each turn; fails when it is over."""
    began = time.monotonic()
    while (passed := time.monotonic() - began) < seconds:
        yield passed
        time.sleep(pause)
    raise AssertionError(f"it did not happen within {seconds} s")


def installed_command() -> list[str]:
    """The argv that starts `wharf` in this very interpreter's installation."""
    return [sys.executable, "-m", "tui"]


def environment(changed: dict[str, str] | None = None) -> dict[str, str]:
    """The environment for a `wharf` that a test starts; its containers have networks only where they name one."""
    own = {"PYTHONPATH": str(PROJECT), "TERM": "xterm-256color", "WHARF_NETWORK": "none"}
    return {**os.environ, **own, **(changed or {})}
