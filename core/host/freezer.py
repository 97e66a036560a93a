"""The freezer of a container's cgroup: one file that tells, and one that is written. Version 1 and 2."""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_V1_FILE = "freezer.state"
_V2_FILE = "cgroup.events"
_POLITE = 200
"""Looks in a row before the wait between them begins: a small container is frozen within microseconds."""
_PAUSE = 0.0005
_STUCK = 250
"""Looks before the first freeze is taken back and ordered anew; twice as many before the next."""


def freezer_file(cgroup_paths: Mapping[str, str]) -> str:
    """The file that tells whether all processes are frozen; empty where there is none.

    `cgroup_paths` as in runc's state.json: version 1 by controller, version 2 under "".
    """
    if "freezer" in cgroup_paths:
        return f"{cgroup_paths['freezer']}/{_V1_FILE}"
    return f"{cgroup_paths['']}/{_V2_FILE}" if "" in cgroup_paths else ""


def file_is_frozen(file: str) -> bool:
    """Whether all processes are frozen. Raises OSError where the cgroup is gone."""
    with open(file, "rb", buffering=0) as opened:
        return tells_frozen(file, opened.read())


def tells_frozen(file: str, content: bytes) -> bool:
    """What the content of such a file means."""
    return content == b"FROZEN\n" if file.endswith(_V1_FILE) else b"frozen 1" in content


def freeze_command(file: str, *, frozen: bool) -> str:
    """What `set_frozen` does, as one would type it."""
    target, word = _order(file, frozen)
    return f"echo {word} > {target}"


def set_frozen(file: str, *, frozen: bool, timeout: float) -> bool:
    """Freeze or thaw all processes; whether they are within `timeout` seconds. Raises OSError where it is refused.

    Where a freeze takes longer it is taken back: nothing stays frozen by half.
    """
    target, word = _order(file, frozen)
    _, thawing = _order(file, False)
    _write(target, word)
    deadline = time.monotonic() + timeout
    looks, stuck = 0, _STUCK
    while file_is_frozen(file) is not frozen:
        if time.monotonic() >= deadline:
            if frozen:
                _write(target, thawing)
            return False
        looks += 1
        if looks <= _POLITE:
            continue
        if file.endswith(_V1_FILE):
            if frozen and looks >= stuck:
                # Version 1 never catches a task that is just becoming another program until it lets go of it.
                stuck *= 2
                _write(target, thawing)
                time.sleep(_PAUSE)
            # A task that was being made while version 1 froze the others is only caught by another order.
            _write(target, word)
        time.sleep(_PAUSE)
    return True


def _order(file: str, frozen: bool) -> tuple[str, str]:
    """The file to write, and the word for it."""
    if file.endswith(_V1_FILE):
        return file, "FROZEN" if frozen else "THAWED"
    return f"{file.removesuffix(_V2_FILE)}cgroup.freeze", "1" if frozen else "0"


def _write(target: str, word: str) -> None:
    descriptor = os.open(target, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, word.encode())
    finally:
        os.close(descriptor)
