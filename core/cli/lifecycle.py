"""start stop restart kill pause unpause wait rm rename cleanup."""

from __future__ import annotations

import contextlib
import sys

from core.cli.command import Order, add_selection, command_parser, each, only_existing, open_engine, selected
from core.cli.descriptors import STREAMS
from core.cli.main import Invocation, report
from core.cli.parser import HIDDEN, CommandParser, Options, add_boolean, seconds
from core.container import Container
from core.engine import Engine
from core.errors import EngineError, InvalidArgument, NoSuchContainer, NotFound, StateForbids
from core.host.processes import spawn
from core.log import LOG
from core.model.snapshot import ContainerSnapshot
from core.model.state import Status

LIVE = (Status.CREATED, Status.RUNNING)
IDLE = (Status.CONFIGURED, Status.EXITED)


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation)
    return {
        "init": _init,
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


def _is_live(picture: ContainerSnapshot) -> bool:
    return picture.status in LIVE


def _is_idle(picture: ContainerSnapshot) -> bool:
    return picture.status in IDLE


def _init(invocation: Invocation, parser: CommandParser) -> int:
    add_selection(parser, "initialise")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        return each(engine, selected(engine, options, _is_idle), Container.init)


def _start(invocation: Invocation, parser: CommandParser) -> int:
    # -a is --attach here, while it is --all for the other verbs: as in podman.
    add_selection(parser, "start", short_all=False, short_filter=True)
    parser.add_argument("--attach", "-a", action="store_true", help="join the console, and pass the exit code on")
    parser.add_argument("--interactive", "-i", action="store_true", help="type into it, too")
    parser.add_argument("--detach-keys", default=None, help="keys that leave the console")
    add_boolean(parser, "--sig-proxy", default=True, explanation="pass signals on to the container")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        names = selected(engine, options, lambda picture: picture.status in (*IDLE, Status.CREATED))
        if not (options.attach or options.interactive):
            return each(engine, names, lambda container: container.ensure_running(), at_once=True)
        if len(names) != 1:
            raise InvalidArgument(
                "you cannot start and attach multiple containers at once",
                hint="name one, or leave --attach and --interactive out",
            )
        from core.cli.sessions import start_attached

        return start_attached(
            engine,
            engine.lookup(names[0]),
            streams=frozenset(STREAMS if options.interactive else ("stdout", "stderr")),
            detach_keys=options.detach_keys,
            signals=options.sig_proxy,
        )


def _stop(invocation: Invocation, parser: CommandParser) -> int:
    add_selection(parser, "stop", short_filter=True)
    parser.add_argument("--time", "-t", type=seconds, default=None, help="seconds until it is killed")
    parser.add_argument("--ignore", "-i", action="store_true", help="no error for a container that is not there")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        names = selected(engine, options, _is_live)
        if options.ignore:
            names = only_existing(engine, names)

        def stop(container: Container) -> None:
            # One that has never run is stopped already, as in podman.
            if container.snapshot().status is not Status.CONFIGURED:
                container.stop(options.time)

        return each(engine, names, stop, order=Order.DEPENDANTS_FIRST)


def _restart(invocation: Invocation, parser: CommandParser) -> int:
    add_selection(parser, "restart", short_filter=True)
    parser.add_argument("--running", action="store_true", help="only those that run, with --all")
    parser.add_argument("--time", "-t", type=seconds, default=None, help="seconds until it is killed")
    options = parser.parse_args(invocation.arguments)
    options.all = options.all or options.running
    with open_engine(invocation) as engine:
        names = selected(engine, options, lambda picture: not options.running or _is_live(picture))
        return each(engine, names, lambda container: container.restart(options.time), order=Order.NEEDED_FIRST)


def _kill(invocation: Invocation, parser: CommandParser) -> int:
    add_selection(parser, "kill")
    parser.add_argument("--signal", "-s", default="KILL", help="signal by name or number")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        return each(engine, selected(engine, options, _is_live), lambda container: container.kill(options.signal))


def _pause(invocation: Invocation, parser: CommandParser) -> int:
    pausing = invocation.command == "pause"
    add_selection(parser, invocation.command, short_filter=True)
    options = parser.parse_args(invocation.arguments)
    wanted = Status.RUNNING if pausing else Status.PAUSED
    with open_engine(invocation) as engine:
        names = selected(engine, options, lambda picture: picture.status is wanted)
        return each(engine, names, lambda container: container.pause() if pausing else container.unpause())


def _wait(invocation: Invocation, parser: CommandParser) -> int:
    from core.cli.waiting import add_conditions, conditions

    add_selection(parser, "wait for")
    parser.add_argument("--ignore", action="store_true", help="no error for a container that is not there")
    add_conditions(parser)
    options = parser.parse_args(invocation.arguments)
    reached = conditions(options)
    with open_engine(invocation) as engine:
        names = selected(engine, options)
        if options.ignore:
            names = only_existing(engine, names)
        return each(engine, names, reached)


def _remove(invocation: Invocation, parser: CommandParser) -> int:
    add_selection(parser, "remove")
    parser.add_argument("--force", "-f", action="store_true", help="kill it where it runs")
    parser.add_argument("--depend", action="store_true", help="remove those that need it, before")
    parser.add_argument("--ignore", "-i", action="store_true", help="no error for a container that is not there")
    parser.add_argument(
        "--time", "-t", type=seconds, default=None, help="seconds to stop politely before, with --force"
    )
    parser.add_argument("--volumes", "-v", action="store_true", help="with its anonymous volumes")
    options = parser.parse_args(invocation.arguments)
    if options.time is not None and not options.force:
        raise InvalidArgument(
            "--force option must be specified to use the --time option", hint="give --force, too, or leave --time out"
        )

    def remove(container: Container) -> None:
        if options.time:
            with contextlib.suppress(StateForbids):
                container.stop(options.time)
        container.remove(force=options.force, volumes=options.volumes, dependants=options.depend)

    with open_engine(invocation) as engine:
        names = selected(engine, options)
        if options.ignore or options.force:
            # As in podman: who removes by force wants it gone, and it is.
            names = only_existing(engine, names)
        pods = _pods_of_infra(engine, names) if options.all else []
        names = [name for name in names if name not in {infra_id for infra_id, _ in pods}]
        codes = ((NoSuchContainer, 1), (StateForbids, 2))
        code = each(engine, names, remove, codes, order=Order.DEPENDANTS_FIRST)
        # An infra container goes with its pod, as in podman.
        for infra_id, pod in pods:
            try:
                engine.pods.remove(pod, force=options.force)
            except EngineError as error:
                code = report(error)
            else:
                print(infra_id)
        return code


def _pods_of_infra(engine: Engine, ids: list[str]) -> list[tuple[str, str]]:
    """The infra containers among these, with their pods."""
    return [(one, config.pod) for one in ids if (config := engine.lookup(one).config).is_infra]


def _rename(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("container", metavar="CONTAINER")
    parser.add_argument("name", metavar="NEW-NAME")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        engine.lookup(options.container).rename(options.name)
    return 0


def _after_the_end(engine: Engine, container: Container, *, ended: bool, restart: bool) -> None:
    if restart:
        container.restart_by_policy()
        return
    config = container.config
    container.cleanup()
    if ended and not config.auto_remove and container.wants_restart():
        # conmon goes only when this process has gone, and the container can't be started before.
        spawn([*engine.settings.exit_command, "cleanup", "--restart", container.id])
    elif ended and config.pod and not config.is_infra and engine.pods.has_ended(config.pod):
        # Whoever holds the pod may be waiting for conmon, which waits for this process.
        spawn([*engine.settings.exit_command, "cleanup", "--pod", config.pod])


def _clean_up(engine: Engine, container: Container, options: Options) -> None:
    image_id = container.config.image_id
    container.cleanup()
    if options.rm or options.rmi:
        container.remove()
    if options.rmi and image_id:
        engine.images.remove(image_id)


def _cleanup(invocation: Invocation, parser: CommandParser) -> int:
    add_selection(parser, "clean up")
    # For conmon at the end of a container, and for the process that then follows its restart policy.
    parser.add_argument("--rm", action="store_true", help="remove them then")
    parser.add_argument("--rmi", action="store_true", help="remove their images then, too")
    parser.add_argument("--ended", action="store_true", help=HIDDEN)
    parser.add_argument("--restart", action="store_true", help=HIDDEN)
    parser.add_argument("--pod", default="", help=HIDDEN)
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        if options.pod:
            with contextlib.suppress(NotFound):
                engine.pods.end(options.pod)
            return 0
        if options.all or options.latest:
            return each(engine, selected(engine, options, _is_idle), lambda one: _clean_up(engine, one, options))
        code = 0
        for name in selected(engine, options):
            try:
                container = engine.find(name)
                if container is not None and (options.rm or options.rmi):
                    _clean_up(engine, container, options)
                elif container is not None:
                    _after_the_end(engine, container, ended=options.ended, restart=options.restart)
            except (NotFound, StateForbids):
                # conmon calls this when a container ends; it may be gone, or have been started again, by then.
                continue
            except EngineError as error:
                # Nobody reads what conmon's child prints: the log is where this is looked for.
                LOG.error("cleanup of container %s failed: %s: %s", name, error.message, error.stderr)
                print(f"Error: {error.message}", file=sys.stderr)
                code = error.exit_code
    return code
