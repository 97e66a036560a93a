"""--env and --env-file of create, run and exec, and the other options about variables."""

from __future__ import annotations

import os
from pathlib import Path

from core.cli.parser import CommandParser, Options, add_boolean
from core.errors import InvalidArgument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_PROXIES = ("http_proxy", "https_proxy", "ftp_proxy", "no_proxy")


def add_environment(parser: CommandParser) -> None:
    """The two options, for `environment`."""
    parser.add_argument("--env", "-e", action="append", default=[], metavar="NAME[=VALUE]", help="a variable")
    parser.add_argument("--env-file", action="append", default=[], metavar="FILE", help="a file of variables")


def add_inheritance(parser: CommandParser) -> None:
    """The options of create and run about the variables of others, for `passed_on`."""
    add = parser.add_argument
    add("--env-host", action="store_true", help="all variables of the caller")
    add_boolean(parser, "--http-proxy", default=True, explanation="the caller's variables about proxies")
    add(
        "--env-merge",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a variable of the image, $NAME its value",
    )
    add("--unsetenv", action="append", default=[], metavar="NAME", help="a variable of the image to be left out")
    add("--unsetenv-all", action="store_true", help="leave out all variables of the image")


def passed_on(options: Options) -> list[str]:
    """`NAME=VALUE` lines that come from the caller's environment."""
    if options.env_host:
        return [f"{name}={value}" for name, value in os.environ.items()]
    if not options.http_proxy:
        return []
    return [f"{name}={value}" for name, value in os.environ.items() if name.lower() in _PROXIES]


def lines_of_files(files: Iterable[str]) -> list[str]:
    """The lines that are neither empty nor comments. Raises `InvalidArgument` for a file that can't be read."""
    return [line for name in files for line in _lines(Path(name))]


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
        raise InvalidArgument(
            f"the environment file {file} can not be read: {error}", hint="check its path and its permissions"
        ) from error
    return [line.lstrip() for line in content.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def _from_here(name: str) -> str | None:
    if not name:
        raise InvalidArgument("an environment variable needs a name", hint="use NAME=VALUE")
    return f"{name}={os.environ[name]}" if name in os.environ else None
