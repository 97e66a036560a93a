"""cp: files between the host and containers, and between containers."""

from __future__ import annotations

import sys

from core.cli.command import command_parser, open_engine
from core.cli.main import Invocation
from core.cli.parser import add_boolean
from core.container import Container
from core.engine import Engine
from core.errors import InvalidArgument
from core.model.content import CopyOptions


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation)
    add_boolean(
        parser, "--archive", "-a", default=True, explanation="what is copied in belongs to the container's own user"
    )
    add_boolean(parser, "--overwrite", default=False, explanation="a directory may replace what is none, and reverse")
    parser.add_argument("source", metavar="[CONTAINER:]SOURCE")
    parser.add_argument("destination", metavar="[CONTAINER:]DESTINATION")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        _copy(
            engine,
            options.source,
            options.destination,
            CopyOptions(archive=options.archive, overwrite=options.overwrite),
        )
    return 0


def _copy(engine: Engine, source: str, destination: str, options: CopyOptions) -> None:
    from_name, from_path = _parsed(source)
    to_name, to_path = _parsed(destination)
    if not from_path or not to_path:
        raise InvalidArgument(
            f'invalid arguments "{source}", "{destination}": you must specify paths',
            hint="use CONTAINER:PATH for one of them, and a path for the other",
        )
    if not from_name and not to_name:
        raise InvalidArgument("neither of the two is in a container", hint="use CONTAINER:PATH for one of them")
    if from_name and to_name:
        engine.lookup(from_name).copy_to(engine.lookup(to_name), from_path, to_path, options)
    elif from_name:
        _copy_out(engine.lookup(from_name), from_path, to_path, options)
    else:
        _copy_in(engine.lookup(to_name), from_path, to_path, options)


def _copy_in(container: Container, source: str, destination: str, options: CopyOptions) -> None:
    if source == "-":
        container.copy_tar_in(sys.stdin.buffer, destination, options)
    else:
        container.copy_in(source, destination, options)


def _copy_out(container: Container, source: str, destination: str, options: CopyOptions) -> None:
    if destination != "-":
        container.copy_out(source, destination, options)
        return
    if sys.stdout.isatty():
        raise InvalidArgument("refusing to write a tar to a terminal", hint="use a redirection")
    container.copy_tar_out(source, sys.stdout.buffer)
    sys.stdout.flush()


def _parsed(text: str) -> tuple[str, str]:
    """The container, or nothing, and the path. What begins as a path is one, whatever colons it has."""
    if text.startswith(("/", ".")) or ":" not in text:
        return "", text
    name, _, path = text.partition(":")
    return name, path
