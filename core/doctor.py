"""What this host lacks for containers, and the command that mends it. Needs no privileges."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from core.errors import EngineError, HostIncomplete
from core.host.processes import find_program, run
from core.paths import EnginePaths
from core.settings import Settings


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at. `required`: nothing works without it. `remedy`: a command or a step, empty where `ok`."""

    name: str
    ok: bool
    required: bool
    detail: str
    remedy: str = ""


_PROGRAMS: Final = (
    ("runc", "runc", True),
    ("conmon", "conmon", True),
    ("containers-storage", "containers-storage", True),
    ("skopeo", "skopeo", True),
    ("tar", "tar", True),
    ("busybox", "busybox-static", False),
    ("zstd", "zstd", False),
    ("gzip", "gzip", False),
)


def diagnose(paths: EnginePaths, settings: Settings) -> list[Finding]:
    """Everything that is looked at, in the order in which it should be mended."""
    findings = [_privileges()]
    findings += [_program(_chosen(name, settings), package, required) for name, package, required in _PROGRAMS]
    findings += [
        _file("seccomp profile", Path(settings.seccomp_profile), "apt-get install golang-github-containers-common"),
        _file_system("overlay"),
        _cgroups(),
        _directory("root directory", paths.root),
        _directory("run directory", paths.run_root),
    ]
    return findings


def _chosen(name: str, settings: Settings) -> str:
    chosen = {
        "runc": settings.runtime,
        "conmon": settings.monitor,
        "containers-storage": settings.storage,
        "skopeo": settings.skopeo,
    }
    return chosen.get(name, name)


def _privileges() -> Finding:
    root = os.geteuid() == 0
    return Finding(
        "privileges",
        root,
        True,
        "root" if root else f"user {os.geteuid()}",
        "" if root else "run wharf as root: sudo wharf",
    )


def _program(name: str, package: str, required: bool) -> Finding:
    try:
        path = find_program(name)
    except HostIncomplete:
        return Finding(name, False, required, "not found", f"apt-get install {package}")
    try:
        lines = run([path, "--version"], timeout=10).stdout.decode(errors="replace").splitlines()
    except EngineError as error:
        return Finding(name, False, required, error.message, f"apt-get install --reinstall {package}")
    return Finding(name, True, required, f"{path} {lines[0] if lines else ''}".strip())


def _file(name: str, path: Path, remedy: str) -> Finding:
    found = path.is_file()
    return Finding(name, found, True, str(path) if found else f"{path} is not there", "" if found else remedy)


def _file_system(name: str) -> Finding:
    known = any(line.split()[-1] == name for line in Path("/proc/filesystems").read_text().splitlines())
    return Finding(name, known, True, "in the kernel" if known else "not loaded", "" if known else f"modprobe {name}")


def _cgroups() -> Finding:
    base = Path("/sys/fs/cgroup")
    checks: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("version 2", (base / "cgroup.controllers").exists),
        ("version 1", (base / "freezer").is_dir),
    )
    for detail, there in checks:
        if there():
            return Finding("cgroups", True, True, detail)
    return Finding("cgroups", False, True, "not mounted", "mount -t cgroup2 cgroup2 /sys/fs/cgroup")


def _directory(name: str, path: Path) -> Finding:
    there = path
    while not there.exists() and there != there.parent:
        there = there.parent
    writable = os.access(there, os.W_OK)
    remedy = "" if writable else f"choose another with --{'root' if name.startswith('root') else 'runroot'}"
    return Finding(name, writable, True, str(path) if writable else f"{there} can not be written", remedy)
