"""update: other limits for a container."""

from __future__ import annotations

import msgspec

from core.cli.command import command_parser, open_engine
from core.cli.device_limits import add_device_limits, device_limits, swappiness, weight
from core.cli.health import add_health_options, health_options
from core.cli.main import Invocation
from core.cli.parser import CommandParser, Options, cpu_count
from core.cli.sessions import named_or_latest
from core.cli.sizes import parse_size
from core.errors import InvalidArgument
from core.model.health import HealthOptions
from core.model.limits import LimitChanges
from core.model.restart import parse_restart_policy


def run(invocation: Invocation) -> int:
    options = parse(invocation)
    changes = changes_of(options)
    with open_engine(invocation) as engine:
        container = engine.lookup(named_or_latest(engine, options.container, latest=options.latest))
        container.update(changes)
        print(container.id)
    return 0


def parse(invocation: Invocation) -> Options:
    """Raises `InvalidArgument`."""
    parser = command_parser(invocation)
    add = parser.add_argument
    add_limits(parser)
    add("--restart", default=None, metavar="POLICY", help="no, on-failure[:RETRIES], always or unless-stopped")
    add_health_options(parser)
    add("--latest", "-l", action="store_true", help="the one created last")
    add("container", nargs="?", metavar="CONTAINER")
    return parser.parse_args(invocation.arguments)


def add_limits(parser: CommandParser) -> None:
    """The options of limits, for `limit_changes`."""
    add = parser.add_argument
    add("--memory", "-m", default=None, help="memory limit")
    add("--memory-swap", default=None, help="limit of memory and swap together; -1 for none")
    add("--memory-reservation", default=None, help="what it is pushed back to when memory is short")
    add("--cpus", type=cpu_count, default=None, help="number of CPUs; 0 for no limit")
    add("--cpu-shares", "-c", type=int, default=None, help="weight against other containers")
    add("--cpuset-cpus", default=None, help="the CPUs it may use: 0-1")
    add("--cpuset-mems", default=None, help="the memory nodes it may use: 0")
    add("--pids-limit", type=int, default=None, help="how many processes it may have; -1 for no limit")
    add("--memory-swappiness", type=swappiness, default=None, metavar="N", help="0 to 100; -1 for the host's")
    add("--cpu-period", type=int, default=None, metavar="MICROSECONDS", help="in which --cpu-quota counts")
    add("--cpu-quota", type=int, default=None, metavar="MICROSECONDS", help="of CPU time in each period")
    add("--cpu-rt-period", type=int, default=None, metavar="MICROSECONDS", help="in which --cpu-rt-runtime counts")
    add("--cpu-rt-runtime", type=int, default=None, metavar="MICROSECONDS", help="of real-time processes in it")
    add("--blkio-weight", type=weight, default=None, help="weight of its block I/O, 10 to 1000")
    add_device_limits(parser)


def changes_of(options: Options) -> LimitChanges:
    """All that the options ask for. Raises `InvalidArgument`."""
    health = health_options(options)
    return msgspec.structs.replace(
        limit_changes(options),
        health=None if health == HealthOptions() else health,
        restart=None if options.restart is None else parse_restart_policy(options.restart),
    )


def limit_changes(options: Options) -> LimitChanges:
    """What the options of `add_limits` ask for. Raises `InvalidArgument`."""
    if options.cpus is not None and not (options.cpu_period is None and options.cpu_quota is None):
        raise InvalidArgument(
            "--cpus and --cpu-period or --cpu-quota cannot be set together", hint="leave --cpus out, or the other two"
        )
    of_devices = {name: given for name, given in device_limits(options).items() if given}
    return LimitChanges(
        memory=_bytes(options.memory),
        memory_swap=_bytes(options.memory_swap),
        memory_reservation=_bytes(options.memory_reservation),
        cpus=options.cpus,
        cpu_shares=options.cpu_shares,
        cpuset_cpus=options.cpuset_cpus,
        cpuset_mems=options.cpuset_mems,
        pids=None if options.pids_limit is None else max(0, options.pids_limit),
        blkio_weight=options.blkio_weight,
        memory_swappiness=options.memory_swappiness,
        cpu_period=options.cpu_period,
        cpu_quota=options.cpu_quota,
        cpu_rt_period=options.cpu_rt_period,
        cpu_rt_runtime=options.cpu_rt_runtime,
        **of_devices,
    )


def _bytes(text: str | None) -> int | None:
    return None if text is None else -1 if text == "-1" else parse_size(text)
