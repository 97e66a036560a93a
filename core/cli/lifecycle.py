"""start stop restart kill pause unpause wait rm rename cleanup."""

from __future__ import annotations

import argparse
import contextlib
import sys

from core.cli.command import add_selection, command_parser, each, open_engine, selected
from core.cli.main import COMMANDS, Invocation
from core.container import Container
from core.engine import Engine
from core.errors import EngineError, NoSuchContainer, NotFound, StateForbids
from core.model.snapshot import ContainerSnapshot
from core.model.state import Status

LIVE = (Status.CREATED, Status.RUNNING)


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation, COMMANDS[invocation.command][1])
    return {
        "start": _start,
        "stop": _stop,
        "restart": _restart,
        "kill": _kill,
        "pause": _pause,
        "unpause": _pause,
        "wait": _wait,
        "rm": _remove,
        "rename": _rename,
        "cleanup": _cleanup,
    }[invocation.command](invocation, parser)


def _start(invocation: Invocation, parser: argparse.ArgumentParser) -> int:
    add_selection(parser, "start")
    parser.add_argument("--attach", action="store_true", help="attach to the console, and pass the exit code on")
    parser.add_argument("--interactive", "-i", action="store_true", help="type into it, too")
    parser.add_argument("--detach-keys", default=None, help="keys that leave the console")
    options = parser.parse_args(_with_short_attach(invocation.arguments))
    with open_engine(invocation) as engine:
        names = selected(engine, options, lambda picture: picture.status in (Status.CONFIGURED, Status.EXITED))
        if options.attach or options.interactive:
            from core.cli.sessions import start_attached

            return start_attached(engine, engine.lookup(names[0]), options.interactive, options.detach_keys)
        return each(engine, names, _start_if_needed)


def _with_short_attach(arguments: tuple[str, ...]) -> list[str]:
    """`-a` is --attach for start, while it is --all for the other verbs, as in podman."""
    spelled = {"-a": ["--attach"], "-ai": ["--attach", "-i"], "-ia": ["--attach", "-i"]}
    return [word for argument in arguments for word in spelled.get(argument, [argument])]


def _start_if_needed(container: Container) -> None:
    if container.refresh().status is not Status.RUNNING:
        container.start()


def _stop(invocation: Invocation, parser: argparse.ArgumentParser) -> int:
    add_selection(parser, "stop")
    parser.add_argument("--time", "-t", type=int, default=None, help="seconds until it is killed")
    parser.add_argument("--ignore", "-i", action="store_true", help="no error for a container that is not there")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        names = selected(engine, options, _is_live)
        if options.ignore:
            names = [name for name in names if _exists(engine, name)]
        return each(engine, names, lambda container: container.stop(options.time))


def _exists(engine: Engine, name: str) -> bool:
    try:
        engine.lookup(name)
    except NotFound:
        return False
    return True


def _is_live(picture: ContainerSnapshot) -> bool:
    return picture.status in LIVE


def _restart(invocation: Invocation, parser: argparse.ArgumentParser) -> int:
    add_selection(parser, "restart")
    parser.add_argument("--running", action="store_true", help="only those that run, with --all")
    parser.add_argument("--time", "-t", type=int, default=None, help="seconds until it is killed")
    options = parser.parse_args(invocation.arguments)
    options.all = options.all or options.running
    with open_engine(invocation) as engine:
        names = selected(engine, options, lambda picture: not options.running or _is_live(picture))
        return each(engine, names, lambda container: container.restart(options.time))


def _kill(invocation: Invocation, parser: argparse.ArgumentParser) -> int:
    add_selection(parser, "kill")
    parser.add_argument("--signal", "-s", default="KILL", help="signal by name or number")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        return each(engine, selected(engine, options, _is_live), lambda container: container.kill(options.signal))


def _pause(invocation: Invocation, parser: argparse.ArgumentParser) -> int:
    pausing = invocation.command == "pause"
    add_selection(parser, invocation.command)
    options = parser.parse_args(invocation.arguments)
    wanted = Status.RUNNING if pausing else Status.PAUSED
    with open_engine(invocation) as engine:
        names = selected(engine, options, lambda picture: picture.status is wanted)
        return each(engine, names, Container.pause if pausing else Container.unpause)


def _wait(invocation: Invocation, parser: argparse.ArgumentParser) -> int:
    add_selection(parser, "wait for")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        return each(engine, selected(engine, options), Container.wait)


def _remove(invocation: Invocation, parser: argparse.ArgumentParser) -> int:
    add_selection(parser, "remove")
    parser.add_argument("--force", "-f", action="store_true", help="kill it where it runs")
    parser.add_argument("--ignore", "-i", action="store_true", help="no error for a container that is not there")
    parser.add_argument("--time", "-t", type=int, default=None, help="seconds to stop politely before, with --force")
    options = parser.parse_args(invocation.arguments)

    def remove(container: Container) -> None:
        if options.force and options.time:
            with contextlib.suppress(StateForbids):
                container.stop(options.time)
        container.remove(force=options.force)

    with open_engine(invocation) as engine:
        names = selected(engine, options)
        if options.ignore:
            names = [name for name in names if _exists(engine, name)]
        return each(engine, names, remove, ((NoSuchContainer, 1), (StateForbids, 2)))


def _rename(invocation: Invocation, parser: argparse.ArgumentParser) -> int:
    parser.add_argument("container", metavar="CONTAINER")
    parser.add_argument("name", metavar="NEW-NAME")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        engine.lookup(options.container).rename(options.name)
    return 0


def _cleanup(invocation: Invocation, parser: argparse.ArgumentParser) -> int:
    add_selection(parser, "clean up")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        if options.all or options.latest:
            names = selected(engine, options, lambda p: p.status in (Status.CONFIGURED, Status.EXITED))
            return each(engine, names, Container.cleanup)
        for name in options.containers:
            try:
                engine.lookup(name).cleanup()
            except (NoSuchContainer, StateForbids):
                # conmon calls this when a container ends; it may be gone, or have been started again, by then.
                continue
            except EngineError as error:
                print(f"Error: {error.message}", file=sys.stderr)
                return error.exit_code
    return 0
