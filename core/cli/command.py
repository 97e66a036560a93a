"""What the subcommands share: their parsers, the containers they are about, and acting on several one by one."""

from __future__ import annotations

import os

from core.cli.commands import COMMANDS
from core.cli.main import Invocation, report
from core.cli.parser import CommandParser, Options
from core.errors import EngineError, InvalidArgument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from core.container import Container
    from core.engine import Engine
    from core.model.snapshot import ContainerSnapshot

    ExitCodes = Sequence[tuple[type[EngineError], int]]

AT_ONCE = 8
"""How many containers are worked at the same time by a verb that waits for them."""


def command_parser(invocation: Invocation, description: str | None = None, *, short_help: bool = True) -> CommandParser:
    """A parser for the subcommand; without `short_help`, -h is free for another option.

    `description`: for what is none of `COMMANDS`, which have theirs there.
    """
    if description is None:
        _, description = COMMANDS[invocation.command]
    parser = CommandParser(f"wharf {invocation.command}", description)
    parser.add_argument(*(["-h"] if short_help else []), "--help", action="help", help="show this and end")
    return parser


def open_engine(invocation: Invocation) -> Engine:
    """The engine of the directories that the command line names."""
    enter_as_user(invocation)
    from core.engine import Engine

    return Engine.open(invocation.paths, invocation.settings, until_exit=invocation.ends_process)


def enter_as_user(invocation: Invocation) -> None:
    """For who is not root: begin this program anew in the namespaces of the user's own containers."""
    if os.geteuid() == 0:
        return
    from core.host.rootless import enter

    paths, settings = invocation.paths, invocation.settings
    enter(paths.root, paths.run_root, settings.subuid_file, settings.subgid_file)


def add_selection(parser: CommandParser, verb: str, *, short_all: bool = True, short_filter: bool = False) -> None:
    """Names, or --all, --latest, --filter and --cidfile in their place; `short_…`: also -a and -f."""
    add = parser.add_argument
    add("containers", nargs="*", metavar="CONTAINER")
    add(*(["-a"] if short_all else []), "--all", action="store_true", help=f"{verb} all containers")
    add("--latest", "-l", action="store_true", help=f"{verb} the one created last")
    filters = ["--filter", "-f"] if short_filter else ["--filter"]
    add(*filters, action="append", default=[], metavar="KEY=VALUE", help=f"{verb} those that fit; see wharf ps")
    add("--cidfile", action="append", default=[], metavar="FILE", help="a file that has the id")


def selected(engine: Engine, options: Options, fits: Callable[[ContainerSnapshot], bool] = lambda _: True) -> list[str]:
    """The names or ids that the options mean; with --all those that fit. Raises `InvalidArgument` for none at all."""
    if options.all or options.latest:
        if options.all and options.latest:
            raise InvalidArgument("--all and --latest cannot be used together", hint="choose one of them")
        if options.containers or options.cidfile:
            wrong = "--latest and containers cannot be used together"
            raise InvalidArgument(
                "no arguments are needed with --all" if options.all else wrong,
                hint="leave the names out, or --all and --latest",
            )
        pictures = engine.containers()
        chosen = pictures[-1:] if options.latest else [picture for picture in pictures if fits(picture)]
        return [picture.id for picture in _filtered(chosen, pictures, options)]
    names = [*options.containers, *(_read_id(name) for name in options.cidfile)]
    if options.filter:
        pictures = engine.containers()
        wanted = {engine.lookup(name).id for name in names}
        chosen = [picture for picture in pictures if not names or picture.id in wanted]
        return [picture.id for picture in _filtered(chosen, pictures, options)]
    if not names:
        raise InvalidArgument("you must provide at least one name or id", hint="or use --all or --latest")
    return names


def _filtered(
    chosen: list[ContainerSnapshot], pictures: list[ContainerSnapshot], options: Options
) -> list[ContainerSnapshot]:
    if not options.filter:
        return chosen
    from core.cli.filters import container_filter

    fits = container_filter(options.filter, pictures)
    return [picture for picture in chosen if fits(picture)]


def _read_id(name: str) -> str:
    try:
        with open(name) as file:
            return file.read().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidArgument(
            f"the id file {name} can not be read: {error}", hint="check its path, or name the container itself"
        ) from error


def only_existing(engine: Engine, names: Sequence[str]) -> list[str]:
    """The names that mean a container."""
    existing = []
    for name in names:
        try:
            if engine.find(name) is None:
                continue
        except EngineError:
            pass
        existing.append(name)
    return existing


class Order:
    """In which order containers that need each other are worked: one of these two."""

    NEEDED_FIRST = "needed first"
    DEPENDANTS_FIRST = "dependants first"


def in_order(engine: Engine, names: Sequence[str], order: str) -> list[list[str]]:
    """The names in groups, each to be worked after those before it."""
    from core.model.dependencies import dependencies, graph_of, waves

    configs = {}
    for name in names:
        try:
            configs[name] = engine.lookup(name).config
        except EngineError:
            continue
    if not any(dependencies(config) for config in configs.values()):
        return [list(names)]
    spelling: dict[str, list[str]] = {}
    for name, config in configs.items():
        spelling.setdefault(config.id, []).append(name)
    groups = waves(graph_of(configs.values()))
    if order == Order.DEPENDANTS_FIRST:
        groups.reverse()
    unknown = [name for name in names if name not in configs]
    return [[name for one in group for name in spelling[one]] for group in groups] + ([unknown] if unknown else [])


def each(
    engine: Engine,
    names: Sequence[str],
    act: Callable[[Container], object],
    exit_codes: ExitCodes = (),
    *,
    at_once: bool = False,
    order: str = "",
) -> int:
    """Act on each container and print what was typed, or what `act` gave; an error does not keep the others from it.

    The exit code is 0, or that of the last error, by `exit_codes` where its class is listed. With `at_once` several
    are worked at the same time, and told of in their order; with `order` as well, as far as they do not need each
    other.
    """
    if order:
        codes = [each(engine, wave, act, exit_codes, at_once=True) for wave in in_order(engine, names, order)]
        return next((code for code in reversed(codes) if code), 0)

    def attempt(name: str) -> object:
        try:
            return act(engine.lookup(name))
        except EngineError as error:
            return error

    if not at_once or len(names) < 2:
        return _tell(names, map(attempt, names), exit_codes)
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return _tell(names, pool.map(attempt, names), exit_codes)


def _tell(names: Sequence[str], results: Iterable[object], exit_codes: ExitCodes) -> int:
    code = 0
    for name, result in zip(names, results, strict=True):
        if isinstance(result, EngineError):
            code = report(result, next((value for kind, value in exit_codes if isinstance(result, kind)), None))
        else:
            print(name if result is None else result, flush=True)
    return code


def confirmed(warning: str) -> bool:
    """Ask on the terminal, as podman's prune does; no answer is a no."""
    try:
        answer = input(f"WARNING! {warning}\nAre you sure you want to continue? [y/N] ")
    except EOFError:
        return False
    return answer.strip().lower() in ("y", "yes")
