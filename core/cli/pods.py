"""pod create start stop restart kill pause unpause rm prune exists."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from core.cli.command import command_parser, confirmed, open_engine
from core.cli.confinement import security_of
from core.cli.device_limits import device_weight, rate, weight
from core.cli.kernel_options import device, sysctl
from core.cli.main import Invocation, report
from core.cli.mounts import sorted_by_kind, volume
from core.cli.namespaces import add_user_namespace, user_namespace_options
from core.cli.network_options import add_network_options, network_fields
from core.cli.pairs import name_value_pairs
from core.cli.parser import CommandParser, Options, add_boolean, cpu_count, seconds
from core.cli.sizes import parse_size
from core.engine import Engine
from core.errors import EngineError, InvalidArgument, NoSuchObject
from core.model.config import ResourceLimits
from core.model.kernel_settings import KernelSettings
from core.model.namespaces import NamespaceOptions
from core.model.options import CreateOptions
from core.model.pod import ExitPolicy, PodDefaults, PodOptions, PodSnapshot, PodStatus
from core.model.surroundings import Surroundings


def run(invocation: Invocation) -> int:
    # -h is the host name of a new pod.
    word = invocation.command.removeprefix("pod ")
    parser = command_parser(invocation, short_help=word != "create")
    return {
        "create": _create,
        "start": _start,
        "stop": _stop,
        "restart": _restart,
        "kill": _kill,
        "pause": _pause,
        "unpause": _unpause,
        "rm": _remove,
        "prune": _prune,
        "exists": _exists,
    }[word](invocation, parser)


def _create(invocation: Invocation, parser: CommandParser) -> int:
    options, request = read_create(invocation, parser)
    if options.pod_id_file and Path(options.pod_id_file).exists():
        raise InvalidArgument(
            f"the pod id file {options.pod_id_file} exists", hint="ensure another pod is not using it, or delete it"
        )
    with open_engine(invocation) as engine:
        if options.replace:
            _make_room(engine, request.name)
        pod = engine.pods.create(request)
        if options.pod_id_file:
            try:
                Path(options.pod_id_file).write_text(pod.id)
            except OSError as error:
                engine.pods.remove(pod.id, force=True)
                raise InvalidArgument(
                    f"the id file {options.pod_id_file} can not be written: {error.strerror}",
                    hint="choose a directory that is there and can be written to",
                ) from error
        print(pod.id)
    return 0


def read_create(invocation: Invocation, parser: CommandParser) -> tuple[Options, PodOptions]:
    """A command line of pod create as a request. Raises `InvalidArgument`."""
    parser.add_argument("pod", nargs="?", default="", metavar="NAME", help="its name, as --name")
    _add_infra_options(parser)
    add_pod_options(parser)
    options = parser.parse_args(invocation.arguments)
    if options.name and options.pod:
        raise InvalidArgument("give the name once: as an argument, or with --name", hint="leave one of them out")
    if options.infra_command is not None and not options.infra_image:
        raise InvalidArgument(
            "the built-in infra container has nothing but its own program", hint="name an image with --infra-image"
        )
    request = pod_options(options, invocation)
    infra = msgspec.structs.replace(request.infra_options, image=options.infra_image, **network_fields(options))
    return options, msgspec.structs.replace(
        request,
        name=options.name or options.pod,
        infra=options.infra,
        infra_options=infra,
        share=_share(options.share),
        share_parent=options.share_parent,
        exit_policy=ExitPolicy(options.exit_policy),
    )


def _add_infra_options(parser: CommandParser) -> None:
    """Those that a clone takes over from its pod."""
    add = parser.add_argument
    add_boolean(parser, "--infra", default=True, explanation="a container that holds what the pod shares")
    add("--infra-image", default="", help="its image, in place of the built-in one")
    add("--share", default=None, metavar="LIST", help="cgroup, ipc, net, pid, uts or none; as +pid also the default")
    add_boolean(parser, "--share-parent", default=True, explanation="one control group for all of its containers")
    add_network_options(parser)
    add("--exit-policy", choices=("continue", "stop"), default="continue", help="when the last container has ended")
    add("--pod-id-file", default="", metavar="FILE", help="write its id to this file")
    add("--replace", action="store_true", help="remove the pod that has the name, first")


def add_pod_options(parser: CommandParser) -> None:
    """Those of `pod create` that `pod clone` has, too, for `pod_options`."""
    add = parser.add_argument
    add("--name", "-n", default="", help="a name; one is made up otherwise")
    add("--infra-name", default="", help="the name of the container that holds what the pod shares")
    add("--infra-command", default=None, help="its program, with --infra-image")
    add("--hostname", "-h", default="", help="its host name; its name otherwise")
    add("--label", "-l", action="append", default=[], metavar="NAME=VALUE")
    add("--label-file", action="append", default=[], metavar="FILE", help="labels, one a line")
    add("--volume", "-v", action="append", default=[], metavar="[SOURCE:]CONTAINER[:OPTIONS]", help="in each container")
    add("--volumes-from", action="append", default=[], metavar="CONTAINER[:OPTIONS]", help="all that is mounted there")
    add("--device", action="append", default=[], metavar="HOST[:CONTAINER[:rwm]]", help="a device for each container")
    add("--security-opt", action="append", default=[], metavar="OPTION", help="as of wharf run, for each container")
    add("--sysctl", action="append", default=[], metavar="NAME=VALUE", help="a setting of what its containers share")
    add_user_namespace(parser)
    add("--infra-conmon-pidfile", default="", metavar="FILE", help="that gets the PID of the infra container's monitor")
    add("--cgroup-parent", default="", metavar="PATH", help="the control group that its own is in")
    add("--pid", default="", metavar="MODE", help="processes: host, private or ns:PATH")
    add("--uts", default="", metavar="MODE", help="host name: host, private or ns:PATH")
    add("--shm-size", default="64m", help="size of /dev/shm")
    add("--memory", "-m", default="0", help="memory limit of all of its containers together")
    add("--memory-swap", default="0", help="limit of memory and swap together; -1 for none")
    add("--cpus", type=cpu_count, default=0.0, help="number of CPUs")
    add("--cpu-shares", "-c", type=int, default=0, help="weight against others")
    add("--cpuset-cpus", default="", help="the CPUs it may use: 0-1")
    add("--cpuset-mems", default="", help="the memory nodes it may use: 0-1")
    add("--blkio-weight", type=weight, default=0, metavar="WEIGHT", help="10 to 1000, against others' disks")
    add("--blkio-weight-device", action="append", default=[], metavar="DEVICE:WEIGHT", help="--blkio-weight for one")
    for verb in ("read", "write"):
        told = f"bytes a second that all together may {verb}"
        add(f"--device-{verb}-bps", action="append", default=[], metavar="DEVICE:SIZE", help=told)


def pod_options(options: Options, invocation: Invocation) -> PodOptions:
    """What the options of `add_pod_options` mean. Raises `InvalidArgument`."""
    labels = [line for file in options.label_file for line in _lines(file)] + options.label
    return PodOptions(
        name=options.name,
        infra_name=options.infra_name,
        infra_options=CreateOptions(
            entrypoint=None if options.infra_command is None else tuple(options.infra_command.split()),
            namespaces=NamespaceOptions(pid=options.pid, uts=options.uts),
            user_namespace=user_namespace_options(options),
            kernel=KernelSettings(sysctls=dict(map(sysctl, options.sysctl))),
            surroundings=Surroundings(
                monitor_pid_file=os.path.abspath(options.infra_conmon_pidfile) if options.infra_conmon_pidfile else ""
            ),
        ),
        defaults=_defaults(options),
        cgroup_parent=options.cgroup_parent,
        hostname=options.hostname,
        labels=name_value_pairs(labels),
        resources=ResourceLimits(
            memory=parse_size(options.memory),
            memory_swap=-1 if options.memory_swap == "-1" else parse_size(options.memory_swap),
            cpus=options.cpus,
            cpu_shares=options.cpu_shares,
            cpuset_cpus=options.cpuset_cpus,
            pids=0,
            cpuset_mems=options.cpuset_mems,
            blkio_weight=options.blkio_weight,
            blkio_weight_devices=tuple(map(device_weight, options.blkio_weight_device)),
            read_bps=tuple(rate(text, of_bytes=True) for text in options.device_read_bps),
            write_bps=tuple(rate(text, of_bytes=True) for text in options.device_write_bps),
        ),
        create_command=("wharf", *invocation.command.split(), *invocation.arguments),
    )


def _defaults(options: Options) -> PodDefaults:
    """What each of its containers has."""
    binds, _, volumes = sorted_by_kind(map(volume, options.volume))
    return PodDefaults(
        bind_mounts=binds,
        volume_mounts=volumes,
        volumes_from=tuple(options.volumes_from),
        devices=tuple(map(device, options.device)),
        security=security_of(options.security_opt),
        shm_size=parse_size(options.shm_size),
    )


def _share(text: str | None) -> tuple[str, ...] | None:
    """The namespaces to share; what begins with a plus is added to podman's default."""
    from core.model.pod import DEFAULT_SHARE

    if text is None:
        return None
    words = [word for word in text.removeprefix("+").split(",") if word and word != "none"]
    return (*DEFAULT_SHARE, *words) if text.startswith("+") else tuple(words)


def _lines(file: str) -> list[str]:
    try:
        lines = Path(file).read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidArgument(
            f"the file of labels {file} can not be read: {error}", hint="check its path and its permissions"
        ) from error
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def _make_room(engine: Engine, name: str) -> None:
    if not name:
        raise InvalidArgument("cannot replace pod without a name", hint="use --name")
    with contextlib.suppress(NoSuchObject):
        holder = engine.pods.lookup(name)
        if holder.name == name:
            engine.pods.remove(holder.id, force=True)


def _start(invocation: Invocation, parser: CommandParser) -> int:
    options = _selection(invocation, parser, "start")
    with open_engine(invocation) as engine:
        return _each(engine, options, engine.pods.start, lambda pod: pod.status is not PodStatus.RUNNING)


def _stop(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("--time", "-t", type=seconds, default=None, help="seconds until a container is killed")
    parser.add_argument("--ignore", "-i", action="store_true", help="no error for a pod that is not there")
    options = _selection(invocation, parser, "stop")
    with open_engine(invocation) as engine:
        return _each(engine, options, lambda pod: engine.pods.stop(pod, options.time))


def _restart(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("--time", "-t", type=seconds, default=None, help="seconds until a container is killed")
    options = _selection(invocation, parser, "restart")
    with open_engine(invocation) as engine:
        return _each(engine, options, lambda pod: engine.pods.restart(pod, options.time))


def _kill(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("--signal", "-s", default="KILL", help="by name or number")
    options = _selection(invocation, parser, "kill")
    with open_engine(invocation) as engine:
        return _each(engine, options, lambda pod: engine.pods.kill(pod, options.signal))


def _pause(invocation: Invocation, parser: CommandParser) -> int:
    options = _selection(invocation, parser, "pause")
    with open_engine(invocation) as engine:
        return _each(engine, options, engine.pods.pause)


def _unpause(invocation: Invocation, parser: CommandParser) -> int:
    options = _selection(invocation, parser, "unpause")
    with open_engine(invocation) as engine:
        return _each(engine, options, engine.pods.unpause)


def _remove(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("--force", "-f", action="store_true", help="remove those that run, too")
    parser.add_argument("--ignore", "-i", action="store_true", help="no error for a pod that is not there")
    parser.add_argument("--time", "-t", type=seconds, default=None, help="seconds to stop politely, with --force")
    options = _selection(invocation, parser, "remove")
    if options.time is not None and not options.force:
        raise InvalidArgument(
            "--force option must be specified to use the --time option", hint="give --force, too, or leave --time out"
        )
    with open_engine(invocation) as engine:
        return _each(
            engine,
            options,
            lambda pod: engine.pods.remove(pod, force=options.force, timeout=options.time),
            missing_code=1,
        )


def _prune(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("--force", "-f", action="store_true", help="do not ask")
    options = parser.parse_args(invocation.arguments)
    if not options.force and not confirmed("This will remove all stopped/exited pods."):
        return 0
    with open_engine(invocation) as engine:
        for pod_id in engine.pods.prune():
            print(pod_id)
    return 0


def _exists(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("pod", metavar="POD")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        try:
            engine.pods.lookup(options.pod)
        except NoSuchObject:
            return 1
    return 0


def _selection(invocation: Invocation, parser: CommandParser, verb: str) -> Options:
    add = parser.add_argument
    add("pods", nargs="*", metavar="POD")
    add("--all", "-a", action="store_true", help=f"{verb} all pods")
    add("--latest", "-l", action="store_true", help=f"{verb} the one created last")
    add("--pod-id-file", action="append", default=[], metavar="FILE", help="a file that has the id")
    return parser.parse_args(invocation.arguments)


def _each(
    engine: Engine,
    options: Options,
    act: Callable[[str], object],
    fits: Callable[[PodSnapshot], bool] = lambda _: True,
    missing_code: int = 125,
) -> int:
    """Act on each pod and print its id; an error does not keep the others from it. The exit code of the last error."""
    code = 0
    for name in _selected(engine, options, fits):
        try:
            pod_id = engine.pods.lookup(name).id
            act(pod_id)
        except NoSuchObject as error:
            if not getattr(options, "ignore", False):
                code = report(error, missing_code)
        except EngineError as error:
            code = report(error)
        else:
            print(pod_id, flush=True)
    return code


def _selected(engine: Engine, options: Options, fits: Callable[[PodSnapshot], bool]) -> list[str]:
    if options.all or options.latest:
        if options.pods or (options.all and options.latest):
            raise InvalidArgument(
                "--all and --latest can not be used together, or with names", hint="leave all but one of them out"
            )
        pods = engine.pods.all()
        return [pod.id for pod in (pods[:1] if options.latest else pods) if options.latest or fits(pod)]
    names = [*options.pods, *(line for file in options.pod_id_file for line in _lines(file)[:1])]
    if not names:
        raise InvalidArgument("you must provide at least one name or id", hint="or use --all or --latest")
    return names
