"""Limits of a control group that only has others in it, of version 1 and 2."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from core.errors import RuntimeFailed

TOP: Final = Path("/sys/fs/cgroup")
Settings = Mapping[str, Mapping[str, str]]
"""A controller → its files → what to write into them, in this order."""


def is_version_2() -> bool:
    return (TOP / "cgroup.controllers").exists()


def make_limited(path: str, settings: Settings) -> None:
    """Make the control group `path` (below the top) of these controllers, and write `settings` into its files.

    Raises `RuntimeFailed` where the kernel does not take a value, or has no such controller.
    """
    for controller, files in settings.items():
        top = TOP if is_version_2() else TOP / controller
        folder = top / path.strip("/")
        try:
            if is_version_2():
                _enable(top, folder, controller)
            else:
                _make(top, folder, controller)
            for name, value in files.items():
                (folder / name).write_text(value)
        except OSError as error:
            raise RuntimeFailed(
                f"the limit of {controller} can not be set in {folder}: {error.strerror}",
                hint="see whether the kernel has this controller, and the value is not beyond the machine's",
            ) from error


def host_swappiness() -> int:
    """What a control group has that nobody gave another (vm.swappiness)."""
    return int(Path("/proc/sys/vm/swappiness").read_text())


def write_lines(folder: str, lines: Sequence[tuple[str, str]]) -> None:
    """Write into files of a control group, given by its folder; each line by itself, as the kernel takes them.

    Raises `RuntimeFailed` where the kernel does not take a value.
    """
    for name, line in lines:
        try:
            Path(folder, name).write_text(line)
        except OSError as error:
            raise RuntimeFailed(
                f"{line!r} can not be written into {folder}/{name}: {error.strerror}",
                hint="see whether the kernel has this limit, and the value is not beyond the machine's",
            ) from error


def _enable(top: Path, folder: Path, controller: str) -> None:
    """Version 2: a group has a controller where its parent hands it on."""
    folder.mkdir(parents=True, exist_ok=True)
    for parent in reversed([ancestor for ancestor in folder.parents if ancestor.is_relative_to(top)]):
        (parent / "cgroup.subtree_control").write_text(f"+{controller}")


def _make(top: Path, folder: Path, controller: str) -> None:
    """Version 1: a new group of cpuset has neither processors nor memory before somebody gives it some."""
    if not top.is_dir():
        raise FileNotFoundError(2, "no such controller")
    for level in (*reversed([parent for parent in folder.parents if top in parent.parents]), folder):
        level.mkdir(exist_ok=True)
        if controller == "cpuset":
            for name in ("cpuset.cpus", "cpuset.mems"):
                with contextlib.suppress(OSError):
                    if not (level / name).read_text().strip():
                        (level / name).write_text((level.parent / name).read_text())
