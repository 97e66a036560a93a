"""What this host lacks for containers, and the command that mends it. Needs no privileges, changes nothing."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

import msgspec

from core.errors import EngineError, HostIncomplete, PermissionDenied
from core.host.cgroup_limits import is_version_2
from core.host.delegation import Delegation, delegation
from core.host.processes import find_program, run
from core.host.rootless import outside_user, require_subordinate_ids
from core.network.user_mode import TUN_DEVICE
from core.paths import EnginePaths
from core.settings import Settings

OLDEST_KERNEL: Final = (5, 6)
"""The first with openat2 and pidfd_getfd."""
ANSWER_TIMEOUT: Final = 10.0
"""Seconds that a program has to tell its version."""
CONTROLLERS: Final = ("memory", "cpu", "pids", "freezer")
_FOR_USERS: Final = ("cpu", "memory", "pids")
"""The controllers that systemd can hand on to users."""

_PROC: Final = Path("/proc")
_SYS: Final = Path("/sys")
_MODULES: Final = Path("/lib/modules")


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at. `required`: nothing works without it. `remedy`: a command or a step, empty where `ok`."""

    name: str
    ok: bool
    required: bool
    detail: str
    remedy: str = ""


def diagnose(paths: EnginePaths, settings: Settings) -> list[Finding]:
    """Everything that is looked at, in the order in which it should be mended."""
    as_user = os.geteuid() != 0 or outside_user() is not None
    return [
        _privileges(settings),
        *([_user_namespaces(_PROC)] if as_user else []),
        _kernel(os.uname().release),
        _program(settings.runtime, "runc"),
        _program(settings.monitor, "conmon"),
        _program(settings.storage, "containers-storage"),
        _program(settings.skopeo, "skopeo"),
        _program(settings.network, "netavark", required=False),
        _program(settings.name_server, "aardvark-dns", required=False),
        _program("iptables", "iptables", required=False),
        _program("slirp4netns", "slirp4netns", required=False),
        _program("pasta", "passt", required=False),
        *([_tun(), _delegated(delegation(), unified=is_version_2())] if as_user else []),
        _program("fuse-overlayfs", "fuse-overlayfs", required=False),
        _program("tar", "tar"),
        _busybox(),
        _program("zstd", "zstd", required=False),
        _program("gzip", "gzip", required=False),
        _program("catatonit", "catatonit", required=False),
        _program("criu", "criu", required=False),
        _seccomp_profile(Path(settings.seccomp_profile)),
        _overlay(_PROC, _MODULES / os.uname().release),
        _cgroups(_SYS),
        _directory("root directory", paths.root, "--root"),
        _directory("run directory", paths.run_root, "--runroot"),
    ]


def program_version(name: str) -> str:
    """The first line that a program says of its version, its path where it tells none, `not found` without it."""
    try:
        path = find_program(name)
        finished = run([path, "--version"], timeout=ANSWER_TIMEOUT)
    except HostIncomplete:
        return "not found"
    except EngineError as error:
        return error.message
    lines = finished.stdout.decode(errors="replace").splitlines()
    # Some have no such option (containers-storage), or none that succeeds.
    return lines[0].strip() if lines and not finished.returncode and lines[0].strip() else path


def _privileges(settings: Settings) -> Finding:
    user = outside_user()
    if user is not None:
        return Finding("privileges", True, True, f"user {user[0]}, root in a user namespace")
    if os.geteuid() == 0:
        return Finding("privileges", True, True, "root")
    detail = f"user {os.geteuid()}"
    try:
        require_subordinate_ids(settings.subuid_file, settings.subgid_file)
    except PermissionDenied as refusal:
        return Finding("privileges", False, True, f"{detail}: {refusal.message}", refusal.hint)
    except HostIncomplete:
        return Finding("privileges", False, True, f"{detail}: newuidmap is not there", "apt-get install uidmap")
    return Finding("privileges", True, True, f"{detail}, with subordinate ids")


def _user_namespaces(proc: Path) -> Finding:
    """Whether the kernel lets a user have them. The first setting is Debian's own."""
    for name, remedy in (
        ("kernel/unprivileged_userns_clone", "sysctl -w kernel.unprivileged_userns_clone=1 (as root)"),
        ("user/max_user_namespaces", "sysctl -w user.max_user_namespaces=10000 (as root)"),
    ):
        if _lines(proc / "sys" / name) == ["0"]:
            return Finding("user namespaces", False, True, f"{name.replace('/', '.')} is 0", remedy)
    return Finding("user namespaces", True, True, "allowed to users")


def _tun() -> Finding:
    """What slirp4netns and pasta carry a container's traffic by."""
    usable = os.access(TUN_DEVICE, os.R_OK | os.W_OK)
    remedy = "" if usable else f"modprobe tun; chmod 0666 {TUN_DEVICE} (as root)"
    return Finding("user networks", usable, False, f"{TUN_DEVICE} can {'' if usable else 'not '}be opened", remedy)


def _delegated(found: Delegation | None, *, unified: bool) -> Finding:
    """What limits and pausing of an ordinary user's containers need."""
    name = "user's cgroups"
    if found is None:
        remedy = (
            "systemd-run --user --scope -p Delegate=yes wharf …"
            if unified
            else "boot with the kernel parameter systemd.unified_cgroup_hierarchy=1"
        )
        return Finding(name, False, False, "none is delegated here: neither limits nor pause", remedy)
    missing = [controller for controller in _FOR_USERS if controller not in found.controllers]
    there = ", ".join(sorted(found.controllers)) or "no controller"
    if missing:
        remedy = f"systemctl edit user@.service: [Service] Delegate={' '.join(_FOR_USERS)} (as root)"
        return Finding(name, False, False, f"delegated with {there}, without {', '.join(missing)}", remedy)
    return Finding(name, True, False, f"delegated with {there}")


def _kernel(release: str) -> Finding:
    numbers = re.match(r"(\d+)\.(\d+)", release)
    fits = numbers is not None and (int(numbers[1]), int(numbers[2])) >= OLDEST_KERNEL
    oldest = ".".join(map(str, OLDEST_KERNEL))
    return Finding("kernel", fits, True, release, "" if fits else f"boot a kernel of version {oldest} or later")


def _program(name: str, package: str, *, required: bool = True) -> Finding:
    try:
        path = find_program(name)
    except HostIncomplete:
        remedy = "choose another with --runtime" if "/" in name else f"apt-get install {package}"
        return Finding(name, False, required, "not found", remedy)
    try:
        run([path, "--version"], timeout=ANSWER_TIMEOUT)
    except EngineError as error:
        return Finding(name, False, required, error.message, f"apt-get install --reinstall {package}")
    version = program_version(name)
    return Finding(name, True, required, path if version == path else f"{path} ({version})")


def _busybox() -> Finding:
    """Only for the demo image, and only the static one is of use there."""
    remedy = "apt-get install busybox-static"
    try:
        path = find_program("busybox")
        static = not _needs_loader(Path(path))
    except (HostIncomplete, OSError) as error:
        return Finding(
            "busybox", False, False, "not found" if isinstance(error, HostIncomplete) else str(error), remedy
        )
    return Finding("busybox", static, False, path if static else f"{path} is not static", "" if static else remedy)


def _needs_loader(program: Path) -> bool:
    """Whether an ELF program names a dynamic loader."""
    with program.open("rb") as file:
        head = file.read(4096)
    return head.startswith(b"\x7fELF") and re.search(rb"/ld-[\w.-]+\.so", head) is not None


def _seccomp_profile(path: Path) -> Finding:
    found = path.is_file()
    remedy = "" if found else "apt-get install golang-github-containers-common"
    return Finding("seccomp profile", found, True, str(path) if found else f"{path} is not there", remedy)


def _overlay(proc: Path, modules: Path) -> Finding:
    """In the kernel already, or a module that is loaded at the first mount."""
    if any(line.split()[-1:] == ["overlay"] for line in _lines(proc / "filesystems")):
        return Finding("overlay", True, True, "in the kernel")
    if any("/overlay.ko" in line for name in ("modules.builtin", "modules.dep") for line in _lines(modules / name)):
        return Finding("overlay", True, True, "a module of the kernel")
    return Finding("overlay", False, True, "not in this kernel", "boot a kernel with overlayfs")


def _cgroups(sys: Path) -> Finding:
    base = sys / "fs/cgroup"
    unified = base / "cgroup.controllers"
    if unified.exists():
        there = {*(word for line in _lines(unified) for word in line.split()), "freezer"}
        version = "version 2"
    else:
        there = {name for name in CONTROLLERS if (base / name).is_dir()}
        version = "version 1"
    if not there:
        return Finding("cgroups", False, True, "not mounted", "mount -t cgroup2 cgroup2 /sys/fs/cgroup")
    missing = [name for name in CONTROLLERS if name not in there]
    if missing:
        remedy = "boot with the kernel parameter cgroup_enable=" + ",".join(missing)
        return Finding("cgroups", False, True, f"{version}, without {', '.join(missing)}", remedy)
    return Finding("cgroups", True, True, version)


def _directory(name: str, path: Path, option: str) -> Finding:
    there = path
    while not os.path.lexists(there) and there != there.parent:
        there = there.parent
    writable = there.is_dir() and os.access(there, os.W_OK)
    remedy = "" if writable else f"run wharf as root, or choose another with {option}"
    return Finding(name, writable, True, str(path) if writable else f"{there} can not be written", remedy)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(errors="replace").splitlines()
    except OSError:
        return []
