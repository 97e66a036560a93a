"""The smallest real world for tests of runtime and monitor: a busybox root, bundles, and an end that leaves nothing."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from core.errors import EngineError
from core.host.cgroups import find_cgroups, kill_all, remove_cgroups, wait_empty
from core.host.files import make_private_directory
from core.host.process_stat import process_start
from core.host.process_table import find_monitor
from core.host.processes import find_program, run
from core.monitor.conmon import Conmon
from core.monitor.contract import MonitorRequest
from core.paths import EnginePaths
from core.runtime.runc import Runc
from tests.worksite import CGROUPS

_CGROUP_PREFIX: Final = "wharfinger-test-"
"""Behind it stands the PID of the tests."""


def build_rootfs(root: Path) -> Path:
    """A root file system with busybox and a link for each of its programs."""
    for name in ("bin", "dev", "etc", "proc", "root", "run", "sys", "tmp", "var"):
        (root / name).mkdir(parents=True, exist_ok=True)
    busybox = find_program("busybox")
    shutil.copy2(busybox, root / "bin/busybox")
    for name in run([busybox, "--list"]).stdout.decode().split():
        if name != "busybox":
            (root / "bin" / name).symlink_to("busybox")
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    (root / "etc/group").write_text("root:x:0:\n")
    return root


def bundle_spec(
    rootfs: Path, cgroup: str, args: Sequence[str], *, terminal: bool = False, memory: int = 0
) -> dict[str, object]:
    """A runtime configuration without an image. `memory`: limit in bytes."""
    capabilities = ["CAP_KILL", "CAP_DAC_OVERRIDE", "CAP_SETUID", "CAP_SETGID"]
    resources: dict[str, object] = {"devices": [{"allow": False, "access": "rwm"}]}
    if memory:
        resources["memory"] = {"limit": memory, "swap": memory}
    mounts = [("/proc", "proc", []), ("/dev", "tmpfs", ["mode=755"]), ("/dev/pts", "devpts", ["newinstance"])]
    return {
        "ociVersion": "1.0.2",
        "process": {
            "terminal": terminal,
            "user": {"uid": 0, "gid": 0},
            "args": list(args),
            "env": ["PATH=/bin", "TERM=xterm"],
            "cwd": "/",
            "capabilities": dict.fromkeys(("bounding", "effective", "permitted"), capabilities),
        },
        "root": {"path": os.fspath(rootfs)},
        "mounts": [
            {"destination": place, "type": kind, "source": kind, "options": options} for place, kind, options in mounts
        ],
        "linux": {
            "cgroupsPath": cgroup,
            "namespaces": [{"type": kind} for kind in ("pid", "ipc", "uts", "mount", "network")],
            "resources": resources,
        },
    }


def crun_program(folder: Path) -> str:
    """crun, which refuses hosts where some controllers are of version 2 and some are not: there it sees one version."""
    program = find_program("crun")
    unified = Path("/sys/fs/cgroup/unified")
    if not (unified / "cgroup.controllers").exists():
        return program
    wrapper = folder / "crun"
    inner = f'umount {unified}; exec {program} "$@"'
    wrapper.write_text(f"#!/bin/sh\nexec unshare -m --propagation private sh -c '{inner}' crun \"$@\"\n")
    wrapper.chmod(0o755)
    return str(wrapper)


def new_cgroup_name() -> str:
    """For the parent of what one world of these tests makes."""
    return f"{_CGROUP_PREFIX}{os.getpid()}-{os.urandom(6).hex()}"


def remove_abandoned_cgroups() -> None:
    """Remove what worlds of tests that were killed have left, as far as no process is in it."""
    for folder in (*CGROUPS.glob(f"{_CGROUP_PREFIX}*"), *CGROUPS.glob(f"*/{_CGROUP_PREFIX}*")):
        maker = folder.name.removeprefix(_CGROUP_PREFIX).partition("-")[0]
        if maker.isdigit() and process_start(int(maker)) is None:
            remove_cgroups({"": str(folder)})


class RealWorld:
    """A runtime and conmon on directories of their own. At its end their containers, monitors and cgroups are gone."""

    def __init__(self, folder: Path, program: str = "runc") -> None:
        remove_abandoned_cgroups()
        self.paths = EnginePaths(folder / "root", folder / "run")
        self.rootfs = build_rootfs(folder / "rootfs")
        path = crun_program(folder) if program == "crun" else find_program(program)
        self.runtime = Runc(path, self.paths.runtime_root, 20.0)
        self.monitor = self.monitor_with(self.runtime.path)
        self._cgroup_parent = new_cgroup_name()
        self._ids: list[str] = []

    def monitor_with(self, runtime: str, create_timeout: float = 60.0) -> Conmon:
        """A monitor that calls another program as its runtime."""
        return Conmon(find_program("conmon"), self.paths, runtime, self.runtime.create_argv_options(), create_timeout)

    def write_bundle(self, args: Sequence[str], *, terminal: bool = False, memory: int = 0) -> str:
        """A bundle for a new container; its id."""
        container_id = os.urandom(32).hex()
        self._ids.append(container_id)
        make_private_directory(self.paths.container(container_id))
        make_private_directory(self.paths.bundle(container_id))
        cgroup = f"/{self._cgroup_parent}/{container_id}"
        spec = bundle_spec(self.rootfs, cgroup, args, terminal=terminal, memory=memory)
        self.paths.spec(container_id).write_text(json.dumps(spec))
        return container_id

    def create(self, args: Sequence[str], *, terminal: bool = False, memory: int = 0) -> str:
        """A container in the state created; its id."""
        container_id = self.write_bundle(args, terminal=terminal, memory=memory)
        self.monitor.create(request_for(container_id, terminal=terminal))
        return container_id

    def run(self, args: Sequence[str], *, terminal: bool = False, memory: int = 0) -> str:
        """A container that was started; its id."""
        container_id = self.create(args, terminal=terminal, memory=memory)
        self.runtime.start(container_id)
        return container_id

    def end(self, container_id: str, timeout: float = 60.0) -> int:
        """Wait for the end of a container; its exit code."""
        seen = self.runtime.observe(container_id)
        return self.monitor.wait_exit(container_id, seen.pid, seen.pid_start, timeout)

    def close(self) -> None:
        for container_id in self._ids:
            with contextlib.suppress(EngineError):
                self.runtime.delete(container_id, force=True)
            cgroups = find_cgroups(container_id)
            kill_all(cgroups)
            wait_empty(cgroups, 30.0)
            remove_cgroups(cgroups)
            if not self.monitor.wait_gone(container_id, 30.0):
                self._kill_monitor(container_id)
        remove_cgroups(find_cgroups(self._cgroup_parent))

    def _kill_monitor(self, container_id: str) -> None:
        pid = find_monitor(container_id, self.paths.bundle(container_id))
        if pid is not None:
            os.kill(pid, signal.SIGKILL)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def request_for(container_id: str, *, terminal: bool = False, exit_command: Sequence[str] = ()) -> MonitorRequest:
    """What to ask a monitor for."""
    return MonitorRequest(
        container_id=container_id,
        name="test",
        terminal=terminal,
        stdin_open=False,
        log_size_max=1 << 20,
        exit_command=tuple(exit_command),
    )
