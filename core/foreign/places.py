"""Where the runtimes of other engines keep their state: one folder a container below a runtime root."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from core.foreign.monitors import SHIMS, parse_conmon, parse_shim
from core.host.files import read_regular_file
from core.host.process_table import find_processes, owner_of, working_directory

_ROOTS: Final = ("/run/runc", "/run/crun")
"""podman's, CRI-O's and the runtimes' own."""
_ROOT_FOLDERS: Final = ("/run/containerd/runc", "/run/docker/runtime-runc")
"""One root a namespace below each."""
_USERS: Final = Path("/run/user")
_USERS_ROOTS: Final = ("runc", "crun")
_LEADING: Final = ("runc", "crun", "containerd", "docker", "runtime-runc", "user")


class ShimOptions(msgspec.Struct):
    """What containerd was told of the runtime (options.json of a bundle)."""

    binary_name: str = ""
    root: str = ""


def known_roots() -> Iterator[Path]:
    """Those that are always at the same place, as far as they are there."""
    for root in map(Path, _ROOTS):
        if root.is_dir():
            yield root
    for folder in map(Path, _ROOT_FOLDERS):
        yield from _folders_in(folder)
    for user in _folders_in(_USERS):
        yield from (user / name for name in _USERS_ROOTS if (user / name).is_dir())


def announced_roots() -> Iterator[Path]:
    """Those that a living monitor of root's containers was started with: no other user may send us anywhere."""
    for pid, arguments in find_processes(("conmon", *SHIMS)):
        if owner_of(pid) != 0:
            continue
        conmon = parse_conmon(arguments)
        if conmon is not None and conmon.runtime_root:
            yield Path(conmon.runtime_root)
        shim = parse_shim(arguments)
        if shim is not None:
            options = shim_options(working_directory(pid))
            if options.root:
                yield Path(options.root) / shim.namespace


def birthplaces() -> Iterator[Path]:
    """The folders in which a known root may appear, or what leads to one."""
    for folder in (Path("/run"), *map(Path, _ROOT_FOLDERS), *(Path(f).parent for f in _ROOT_FOLDERS), _USERS):
        if folder.is_dir():
            yield folder
    yield from _folders_in(_USERS)


def leads_to_root(folder: Path, name: str) -> bool:
    """Whether an entry of a birthplace matters: much else comes and goes in /run."""
    return name in _LEADING or folder == _USERS or str(folder) in _ROOT_FOLDERS


def shim_options(bundle: str) -> ShimOptions:
    """The options in a bundle of containerd; the defaults where there are none."""
    content = read_regular_file(Path(bundle) / "options.json") if bundle else None
    try:
        return msgspec.json.decode(content or b"{}", type=ShimOptions)
    except (msgspec.MsgspecError, RecursionError):
        return ShimOptions()


def _folders_in(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return sorted(Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []
