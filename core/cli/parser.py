"""The parser of all commands: what is wrong is an `InvalidArgument`, as every other error of the user's."""

from __future__ import annotations

import argparse
import math
from typing import NoReturn

from core.errors import InvalidArgument


class CommandParser(argparse.ArgumentParser):
    """A parser that raises `InvalidArgument`; only --help ends by `SystemExit`."""

    def error(self, message: str) -> NoReturn:
        raise InvalidArgument(message, hint=f"see {self.prog} --help")


def add_boolean(parser: argparse.ArgumentParser, name: str, *, default: bool, explanation: str) -> None:
    """An option as podman's booleans: `--name`, `--name=true`, `--name=false`."""
    parser.add_argument(name, nargs="?", const=True, default=default, type=_boolean, metavar="BOOL", help=explanation)


def seconds(text: str) -> int:
    """A number of whole seconds, for an option's `type`."""
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text} is no number of seconds: it is negative")
    return number


def cpu_count(text: str) -> float:
    """A number of CPUs, such as 1.5, for an option's `type`."""
    number = float(text)
    if not math.isfinite(number) or number < 0:
        raise argparse.ArgumentTypeError(f"{text} is no number of CPUs")
    return number


def _boolean(text: str) -> bool:
    if text.lower() in ("true", "1", "t"):
        return True
    if text.lower() in ("false", "0", "f"):
        return False
    raise argparse.ArgumentTypeError(f"{text!r} is neither true nor false")
