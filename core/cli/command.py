"""What the subcommands share: their parsers, and acting on several containers one by one."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence

from core.cli.main import Invocation, report
from core.container import Container
from core.engine import Engine
from core.errors import EngineError, InvalidArgument
from core.model.snapshot import ContainerSnapshot


class CommandParser(argparse.ArgumentParser):
    """A parser that raises `InvalidArgument` for what is wrong."""

    def error(self, message: str) -> None:  # type: ignore[override]
        raise InvalidArgument(message, hint=f"see {self.prog} --help")


def command_parser(invocation: Invocation, description: str, *, short_help: bool = True) -> CommandParser:
    """A parser for the subcommand; without `short_help`, -h is free for another option."""
    parser = CommandParser(
        prog=f"wharf {invocation.command}", description=description, allow_abbrev=False, add_help=False
    )
    parser.add_argument(*(["-h"] if short_help else []), "--help", action="help", help="show this and end")
    return parser


def open_engine(invocation: Invocation) -> Engine:
    return Engine.open(invocation.paths, invocation.settings)


def add_selection(parser: argparse.ArgumentParser, verb: str) -> None:
    """Names, or --all and --latest in their place."""
    parser.add_argument("containers", nargs="*", metavar="CONTAINER")
    parser.add_argument("--all", "-a", action="store_true", help=f"{verb} all containers")
    parser.add_argument("--latest", "-l", action="store_true", help=f"{verb} the one created last")


def selected(
    engine: Engine, options: argparse.Namespace, fits: Callable[[ContainerSnapshot], bool] = lambda _: True
) -> list[str]:
    """The names or ids that the options mean; with --all those that fit. Raises `InvalidArgument` for none at all."""
    if options.all or options.latest:
        if options.containers:
            raise InvalidArgument("--all and --latest can not be used together with names")
        pictures = engine.containers()
        chosen = pictures[-1:] if options.latest else [picture for picture in pictures if fits(picture)]
        return [picture.id for picture in chosen]
    if not options.containers:
        raise InvalidArgument("you must provide at least one name or id", hint="or use --all")
    return list(options.containers)


def each(
    engine: Engine,
    names: Iterable[str],
    act: Callable[[Container], object],
    exit_codes: Sequence[tuple[type[EngineError], int]] = (),
) -> int:
    """Act on each container and print what was typed; an error does not keep the others from it.

    The exit code is 0, or that of the last error, by `exit_codes` where its class is listed.
    """
    code = 0
    for name in names:
        try:
            container = engine.lookup(name)
            result = act(container)
        except EngineError as error:
            listed = next((value for kind, value in exit_codes if isinstance(error, kind)), None)
            code = report(error, listed)
        else:
            print(name if result is None else result)
    return code
