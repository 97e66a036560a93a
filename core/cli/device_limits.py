"""--device-read-bps, --blkio-weight-device and the other limits of single devices, of create, run and update."""

from __future__ import annotations

from core.cli.parser import WrongValue
from core.cli.sizes import parse_size
from core.errors import InvalidArgument
from core.model.limits import BLOCK_WEIGHTS, DeviceLimit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from core.cli.parser import CommandParser, Options

_RATES = {"read_bps": "SIZE", "write_bps": "SIZE", "read_iops": "N", "write_iops": "N"}
"""The limits, and what each is given as."""


def add_device_limits(parser: CommandParser) -> None:
    """The options, for `device_limits`."""
    add = parser.add_argument
    for name, unit in _RATES.items():
        verb, _, what = name.partition("_")
        told = f"{'bytes' if what == 'bps' else 'operations'} a second that it may {verb}"
        flag = f"--device-{verb}-{what}"
        add(flag, action="append", default=[], metavar=f"DEVICE:{unit}", help=told)
    add("--blkio-weight-device", action="append", default=[], metavar="DEVICE:WEIGHT", help="--blkio-weight for one")


def device_limits(options: Options) -> dict[str, Any]:
    """Fields of `ResourceLimits` and `LimitChanges` by their names. Raises `InvalidArgument`."""
    found = {
        name: tuple(rate(text, of_bytes=unit == "SIZE") for text in getattr(options, f"device_{name}"))
        for name, unit in _RATES.items()
    }
    found["blkio_weight_devices"] = tuple(map(device_weight, options.blkio_weight_device))
    return found


def _device_and_value(text: str) -> tuple[str, str]:
    device, separator, value = text.rpartition(":")
    if not separator:
        raise InvalidArgument(f"bad format: {text}", hint="use DEVICE:VALUE, as /dev/sda:1mb")
    if not device.startswith("/dev/"):
        raise InvalidArgument(f"bad format for device path: {text}", hint="name a device below /dev")
    return device, value


def rate(text: str, *, of_bytes: bool) -> DeviceLimit:
    """`DEVICE:NUMBER`, or with a unit where it is `of_bytes`. Raises `InvalidArgument`."""
    device, value = _device_and_value(text)
    try:
        number = parse_size(value) if of_bytes else int(value)
    except (InvalidArgument, ValueError):
        number = -1
    if number < 0:
        wanted = "<device-path>:<number>[<unit>]" if of_bytes else "<device-path>:<number>"
        raise InvalidArgument(
            f"invalid rate for device: {text}. The correct format is {wanted}. Number must be a positive integer",
            hint="write it as /dev/sda:1mb" if of_bytes else "write it as /dev/sda:1000",
        )
    return DeviceLimit(device=device, value=number)


def device_weight(text: str) -> DeviceLimit:
    """`DEVICE:WEIGHT`. Raises `InvalidArgument`."""
    device, value = _device_and_value(text)
    if not value.isdecimal() or (int(value) and not BLOCK_WEIGHTS[0] <= int(value) <= BLOCK_WEIGHTS[1]):
        raise InvalidArgument(f"invalid weight for device: {text}", hint="10 to 1000, or 0 for none")
    return DeviceLimit(device=device, value=int(value))


def weight(text: str) -> int:
    """10 to 1000, for an option's `type`."""
    return between(int(text), *BLOCK_WEIGHTS)


def swappiness(text: str) -> int:
    """0 to 100, or -1 for the host's, for an option's `type`."""
    return between(int(text), -1, 100)


def between(number: int, least: int, most: int) -> int:
    """The number, where it is neither below nor above. Raises `WrongValue`."""
    if not least <= number <= most:
        raise WrongValue(f"it is not between {least} and {most}")
    return number
