"""The devices of the host that a container is given: found by their numbers when it starts, as those can change."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.errors import InvalidArgument
from core.model.kernel_settings import Device


def spec_devices(devices: tuple[Device, ...]) -> list[dict[str, Any]]:
    """Entries of `linux.devices` of the runtime spec, each with its `access`. Raises `InvalidArgument`."""
    return [entry for device in devices for entry in _entries(device)]


def _entries(device: Device) -> Iterator[dict[str, Any]]:
    source = Path(device.source)
    if not source.is_dir():
        yield _entry(source, device.destination, device.access)
        return
    for path in sorted(source.rglob("*")):
        if path.is_block_device() or path.is_char_device():
            yield _entry(path, str(Path(device.destination) / path.relative_to(source)), device.access)


def _entry(path: Path, destination: str, access: str) -> dict[str, Any]:
    try:
        found = path.stat()
    except OSError as error:
        raise InvalidArgument(f"the device {path} can not be used: {error.strerror}") from error
    if not (stat.S_ISBLK(found.st_mode) or stat.S_ISCHR(found.st_mode)):
        raise InvalidArgument(f"{path} is not a device", hint="use --volume for files and directories")
    return {
        "path": destination,
        "type": "b" if stat.S_ISBLK(found.st_mode) else "c",
        "major": os.major(found.st_rdev),
        "minor": os.minor(found.st_rdev),
        "fileMode": stat.S_IMODE(found.st_mode),
        "uid": found.st_uid,
        "gid": found.st_gid,
        "access": access,
    }
