"""Devices of the host that a container has or is limited on: found by their numbers at its start, as these change."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from core.errors import InvalidArgument
from core.model.kernel_settings import Device
from core.model.limits import DEVICE_LIMITS, ResourceLimits

_IN_SPEC: Final = {
    "blkio_weight_devices": ("weightDevice", "weight"),
    "read_bps": ("throttleReadBpsDevice", "rate"),
    "write_bps": ("throttleWriteBpsDevice", "rate"),
    "read_iops": ("throttleReadIOPSDevice", "rate"),
    "write_iops": ("throttleWriteIOPSDevice", "rate"),
}
"""Field of the limits → that of the runtime spec's `blockIO`, and what its value is called there."""


def spec_devices(devices: tuple[Device, ...]) -> list[dict[str, Any]]:
    """Entries of `linux.devices` of the runtime spec, each with its `access`. Raises `InvalidArgument`."""
    return [entry for device in devices for entry in _entries(device)]


def device_numbers(limits: ResourceLimits) -> dict[str, tuple[int, int]]:
    """Major and minor of each block device that is limited. Raises `InvalidArgument` for what is none."""
    return {limit.device: _block_device(limit.device) for field in DEVICE_LIMITS for limit in getattr(limits, field)}


def spec_block_io(limits: ResourceLimits) -> dict[str, Any]:
    """The limits of single devices, as fields of the runtime spec's `blockIO`. Raises `InvalidArgument`."""
    numbers = device_numbers(limits)
    return {
        name: [
            {"major": numbers[limit.device][0], "minor": numbers[limit.device][1], value: limit.value}
            for limit in getattr(limits, field)
        ]
        for field, (name, value) in _IN_SPEC.items()
        if getattr(limits, field)
    }


def _block_device(path: str) -> tuple[int, int]:
    try:
        found = os.stat(path)
    except OSError as error:
        raise InvalidArgument(
            f"the device {path} can not be limited: {error.strerror}", hint="name a device that is there: ls /dev"
        ) from error
    if not stat.S_ISBLK(found.st_mode):
        raise InvalidArgument(f"{path} is not a block device", hint="limits of disks take one, such as /dev/sda")
    return os.major(found.st_rdev), os.minor(found.st_rdev)


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
        raise InvalidArgument(
            f"the device {path} can not be used: {error.strerror}", hint="name a device that is there: ls /dev"
        ) from error
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
