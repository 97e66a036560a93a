"""Private directories for the engine and for podman, the same small root file system for both, and their end."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.engine import Engine
from core.host.cgroups import find_cgroups, remove_cgroups
from core.host.mounts import mount_tmpfs
from core.paths import EnginePaths

CGROUP_PATIENCE: Final = 10.0
"""Seconds."""
VOLATILE_SIZE: Final = 1 << 30
"""Bytes, at most."""
PODMAN_OPTIONS: Final = ("--network", "none", "--log-driver", "k8s-file", "--ulimit", "nofile=1024:1024")
PODMAN_MORE: Final = ("--ulimit", "nproc=4096:4096", "--cgroupns", "host")


@dataclass(frozen=True, slots=True)
class Site:
    """Where one run of the benchmarks takes place."""

    folder: Path
    paths: EnginePaths
    rootfs: Path

    @property
    def volatile(self) -> Path:
        """A tmpfs, as /run is, for what need not outlive a boot: of both."""
        return self.folder / "volatile"

    @property
    def options(self) -> list[str]:
        """What moves `wharf` to these directories."""
        return ["--root", str(self.paths.root), "--runroot", str(self.paths.run_root)]

    @property
    def podman(self) -> list[str]:
        """The peer's command, on directories of its own, by the same runtime."""
        lasting, volatile = self.folder / "podman", self.volatile / "podman"
        return [
            *("podman", "--root", f"{lasting}/root", "--runroot", f"{volatile}/run", "--tmpdir", f"{volatile}/tmp"),
            *("--cgroup-manager", "cgroupfs", "--runtime", "runc", "--runtime-flag", f"root={volatile}/runc"),
            *("--events-backend", "file"),
        ]

    @property
    def podman_options(self) -> list[str]:
        """Of each of its containers: as ours has them, below a control group of this site."""
        return [*PODMAN_OPTIONS, *PODMAN_MORE, "--cgroup-parent", f"/{self.folder.name}"]

    def podman_create(self, verb: str, name: str, *options: str) -> list[str]:
        """Its argv up to the command of a container on the root file system of the site."""
        return [
            *self.podman,
            verb,
            "--name",
            name,
            *self.podman_options,
            *options,
            "--rootfs",
            str(self.rootfs),
        ]


def quiet(argv: list[str], timeout: float = 300) -> None:
    """Run to the end. Raises where it fails."""
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout)


@contextlib.contextmanager
def site() -> Iterator[Site]:
    """Directories for one run. All containers in them are removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="wb-", dir="/tmp"))
    place = Site(folder, EnginePaths(folder / "root", folder / "volatile" / "run"), folder / "rootfs")
    make_rootfs(place.rootfs)
    place.volatile.mkdir(mode=0o700)
    mount_tmpfs(place.volatile, size=VOLATILE_SIZE)
    try:
        yield place
    finally:
        with contextlib.suppress(Exception), Engine.open(place.paths) as engine:
            for container in engine.containers():
                engine.lookup(container.id).remove(force=True)
        if shutil.which("podman"):
            subprocess.run([*place.podman, "rm", "--all", "--force", "--time", "0"], capture_output=True, timeout=300)
        # Podman leaves some of its containers' groups, and its last monitors may still be ending.
        remove_cgroups(find_cgroups(folder.name), CGROUP_PATIENCE)
        demolish(folder)


def make_rootfs(folder: Path) -> None:
    """A root file system of the host's static busybox."""
    for name in ("bin", "proc", "sys", "dev", "tmp", "etc", "root", "data"):
        (folder / name).mkdir(parents=True)
    busybox = shutil.which("busybox", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if busybox is None:
        raise SystemExit("the benchmarks need busybox-static: make setup")
    shutil.copy(busybox, folder / "bin/busybox")
    for applet in ("sh", "cat", "echo", "sleep", "head", "yes", "tr", "true", "stty", "printf"):
        (folder / "bin" / applet).symlink_to("busybox")
    (folder / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")


def demolish(folder: Path, patience: float = 10.0) -> None:
    """Take the folder away. The clean-ups that podman leaves behind may mount something in it once more."""
    deadline = time.monotonic() + patience
    while folder.exists() and time.monotonic() < deadline:
        unmount_all(folder)
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.2)


def unmount_all(folder: Path) -> None:
    """Nothing may stay mounted below the folder, whoever mounted it."""
    points = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    for point in reversed([point for point in points if point.startswith(f"{folder}/")]):
        subprocess.run(["umount", "-l", point], capture_output=True)
