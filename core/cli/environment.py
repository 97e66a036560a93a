"""--env and --env-file of create, run and exec."""

from __future__ import annotations

import os
from pathlib import Path

from core.cli.parser import CommandParser, Options
from core.errors import InvalidArgument


def add_environment(parser: CommandParser) -> None:
    """The two options, for `environment`."""
    parser.add_argument("--env", "-e", action="append", default=[], metavar="NAME[=VALUE]", help="a variable")
    parser.add_argument("--env-file", action="append", default=[], metavar="FILE", help="a file of variables")


def environment(options: Options) -> tuple[str, ...]:
    """`NAME=VALUE` lines: the files' first. Raises `InvalidArgument` for a file that can't be read.

    A name alone takes the value of the caller's environment, and is left out where that has none.
    """
    lines: list[str] = []
    for name in options.env_file:
        lines += _lines(Path(name))
    lines += options.env
    known = (line if "=" in line else _from_here(line) for line in lines)
    return tuple(line for line in known if line is not None)


def _lines(file: Path) -> list[str]:
    try:
        content = file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidArgument(f"the environment file {file} can not be read: {error}") from error
    return [line.lstrip() for line in content.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def _from_here(name: str) -> str | None:
    if not name:
        raise InvalidArgument("an environment variable needs a name", hint="use NAME=VALUE")
    return f"{name}={os.environ[name]}" if name in os.environ else None
