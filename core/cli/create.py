"""create and run."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from core.cli.command import command_parser, open_engine
from core.cli.confinement import add_confinement, security
from core.cli.descriptors import attached_streams, count, require_inherited
from core.cli.environment import add_environment, add_inheritance, environment, lines_of_files, passed_on
from core.cli.health import add_health_options, health_options
from core.cli.image_choice import add_image_choice, have_chosen_image
from core.cli.kernel_options import add_kernel_options, kernel_settings, resource_limits
from core.cli.main import FAILED, Invocation
from core.cli.mounts import mounts, sorted_by_kind, tmpfs, volume
from core.cli.namespaces import add_namespaces, create_in_pod, namespace_options, user_namespace_options
from core.cli.network_options import add_exposed_ports, add_network_options, network_fields, warn_of_discarded_ports
from core.cli.pairs import name_value_pairs
from core.cli.parser import REST, CommandParser, Options, add_boolean, cpu_count, seconds
from core.cli.secret_options import secret_use
from core.cli.sizes import parse_size
from core.cli.surroundings import add_surroundings, log_fields, surroundings, time_zone, writable_places
from core.container import Container
from core.engine import Engine
from core.errors import EngineError, InvalidArgument, NoSuchContainer
from core.model.config import DEFAULT_PIDS_LIMIT, ImageMount, InitKind
from core.model.options import CreateOptions
from core.model.restart import parse_restart_policy

_NOT_INVOKED: Final = 126


def run(invocation: Invocation) -> int:
    options = parse(invocation)
    require_inherited(getattr(options, "preserve_fds", 0))
    streams = attached_streams(options)
    request = create_options(options, invocation)
    warn_of_discarded_ports(request)
    if options.cidfile and os.path.exists(options.cidfile):
        raise InvalidArgument(
            f"the container id file {options.cidfile} exists",
            hint="ensure another container is not using it, or delete it",
        )
    with open_engine(invocation) as engine:
        if not options.rootfs:
            have_chosen_image(engine, options)
        if options.replace:
            _make_room(engine, options.name)
        container = create_in_pod(engine, request, options.pod_id_file)
        if options.cidfile:
            _write_id(container, options.cidfile)
        if invocation.command == "create":
            print(container.id)
            return 0
        with _told_from_the_creation(container):
            if options.detach:
                start_detached(container, descriptors=options.preserve_fds)
                print(container.id)
                return 0
            from core.cli.sessions import run_attached

            return run_attached(
                engine,
                container,
                streams=streams,
                detach_keys=options.detach_keys,
                signals=options.sig_proxy,
                descriptors=options.preserve_fds,
            )


@contextlib.contextmanager
def _told_from_the_creation(container: Container) -> Iterator[None]:
    """What keeps a new container from its start has an exit code of its own, as podman's."""
    try:
        yield
    except EngineError as error:
        with contextlib.suppress(NoSuchContainer):
            if container.refresh().started_at:
                raise error from None
        if error.exit_code == FAILED:
            error.exit_code = _NOT_INVOKED
        raise


def start_detached(container: Container, *, descriptors: int = 0) -> None:
    """Start it; where that fails and nobody would see what is left, remove it. Raises what `start` raises."""
    auto_remove = container.config.auto_remove
    try:
        if descriptors:
            container.init(descriptors)
        container.start()
    except EngineError:
        if auto_remove:
            with contextlib.suppress(NoSuchContainer):
                container.remove(force=True)
        raise


def _make_room(engine: Engine, name: str) -> None:
    if not name:
        raise InvalidArgument("--replace needs a --name", hint="give it a --name, or leave --replace out")
    with contextlib.suppress(NoSuchContainer):
        holder = engine.find(name)
        if holder is not None and holder.name == name:
            holder.remove(force=True)


def _write_id(container: Container, file: str) -> None:
    try:
        Path(file).write_text(container.id)
    except OSError as error:
        container.remove(force=True)
        raise InvalidArgument(
            f"the id file {file} can not be written: {error.strerror}",
            hint="choose a directory that is there and can be written to",
        ) from error


def parse(invocation: Invocation) -> Options:
    """The options of create or run. Raises `InvalidArgument`."""
    parser = command_parser(invocation, short_help=False)
    _add_options(parser)
    if invocation.command == "run":
        parser.add_argument("--detach", "-d", action="store_true", help="run it in the background and print its id")
        parser.add_argument("--detach-keys", default=None, help="keys that leave the console")
        add_boolean(parser, "--sig-proxy", default=True, explanation="pass signals on to the container")
        parser.add_argument("--rmi", action="store_true", help="remove its image, too, when it has ended, with --rm")
        parser.add_argument(
            "--preserve-fds", type=count, default=0, metavar="N", help="descriptors from 3 on that it gets"
        )
    parser.add_argument("image", metavar="IMAGE")
    parser.add_argument("command", nargs=REST, metavar="COMMAND [ARGUMENT ...]")
    return parser.parse_args(invocation.arguments)


def _add_options(parser: CommandParser) -> None:
    add = parser.add_argument
    add("--name", default="", help="a name; one is made up otherwise")
    add("--rootfs", action="store_true", help="IMAGE is a directory of the host to be used as the root")
    add_environment(parser)
    add_inheritance(parser)
    add("--workdir", "-w", default=None, help="the working directory")
    add("--user", "-u", default=None, metavar="USER[:GROUP]", help="who runs it, by name or number")
    add("--entrypoint", default=None, help="the program, in place of the image's; a JSON list for several words")
    add("--tty", "-t", action="store_true", help="give it a terminal")
    add("--interactive", "-i", action="store_true", help="keep its standard input open")
    add("--hostname", "-h", default="", help="its host name")
    add("--label", "-l", action="append", default=[], metavar="NAME=VALUE", help="a label")
    add("--label-file", action="append", default=[], metavar="FILE", help="a file of labels")
    add("--annotation", action="append", default=[], metavar="NAME=VALUE", help="an annotation for the runtime")
    add("--stop-signal", default=None, help="the signal of a polite stop")
    add("--stop-timeout", type=seconds, default=None, help="seconds from the polite stop to the kill")
    add(
        "--volume", "-v", action="append", default=[], metavar="[SOURCE:]CONTAINER[:OPTIONS]", help="a folder or volume"
    )
    add("--mount", action="append", default=[], metavar="type=bind|volume|image|tmpfs|…,src=…,dst=…")
    add("--volumes-from", action="append", default=[], metavar="CONTAINER[:OPTIONS]", help="all that is mounted there")
    add(
        "--image-volume",
        choices=("bind", "anonymous", "tmpfs", "ignore"),
        default="anonymous",
        help="of the image's own",
    )
    add("--tmpfs", action="append", default=[], metavar="DIRECTORY[:OPTIONS]")
    add("--shm-size", default="64m", help="size of /dev/shm")
    add("--memory", "-m", default="0", help="memory limit")
    add("--memory-swap", default="0", help="limit of memory and swap together; -1 for none")
    add("--cpus", type=cpu_count, default=0.0, help="number of CPUs")
    add("--cpu-shares", "-c", type=int, default=0, help="weight against other containers")
    add("--cpuset-cpus", default="", help="the CPUs it may use: 0-1")
    add("--pids-limit", type=int, default=DEFAULT_PIDS_LIMIT, help="how many processes it may have; -1 for no limit")
    add_kernel_options(parser)
    add_confinement(parser)
    add_surroundings(parser)
    add_network_options(parser)
    add_exposed_ports(parser)
    add_namespaces(parser)
    add("--secret", action="append", default=[], metavar="NAME[,OPTIONS]", help="type=mount or env, target, uid, mode")
    add("--restart", default="no", metavar="POLICY", help="no, on-failure[:RETRIES], always or unless-stopped")
    add_health_options(parser)
    add("--init", action="store_true", help="with an init as the first process, which reaps and passes signals on")
    add("--rm", action="store_true", help="remove it when it has ended")
    add("--cidfile", default="", help="write its id to this file")
    add("--replace", action="store_true", help="remove the container that has the name, first")
    add("--attach", "-a", action="append", default=[], metavar="STREAM", help="stdin, stdout or stderr alone")
    add_image_choice(parser)
    add_boolean(parser, "--tls-verify", default=True, explanation="whether the registry has to prove who it is")
    add("--disable-content-trust", action="store_true", help="as without it: Docker alone has such a trust")


def create_options(options: Options, invocation: Invocation) -> CreateOptions:
    """The request that the options stand for. Raises `InvalidArgument`."""
    given = [one for text in options.mount for one in mounts(text)]
    wanted = [*map(volume, options.volume), *map(tmpfs, options.tmpfs), *given, *time_zone(options)]
    binds, in_memory, volumes = sorted_by_kind(
        [*wanted, *writable_places(options, {mounted.destination for mounted in wanted})]
    )
    return CreateOptions(
        image="" if options.rootfs else options.image,
        rootfs=options.image if options.rootfs else "",
        name=options.name,
        command=tuple(options.command),
        entrypoint=_entrypoint(options.entrypoint),
        env=(*passed_on(options), *environment(options)),
        workdir=options.workdir,
        user=options.user,
        terminal=options.tty,
        stdin_open=options.interactive,
        stdin_once=options.interactive and not getattr(options, "detach", False),
        hostname=options.hostname,
        labels=name_value_pairs([*lines_of_files(options.label_file), *options.label]),
        annotations=name_value_pairs(options.annotation),
        stop_signal=options.stop_signal,
        stop_timeout=options.stop_timeout,
        bind_mounts=binds,
        tmpfs_mounts=in_memory,
        volume_mounts=volumes,
        image_mounts=tuple(one for one in given if isinstance(one, ImageMount)),
        volumes_from=tuple(options.volumes_from),
        image_volumes="anonymous" if options.image_volume == "bind" else options.image_volume,
        shm_size=parse_size(options.shm_size),
        resources=resource_limits(options),
        security=security(options),
        **network_fields(options, in_pod=bool(options.pod or options.pod_id_file)),
        namespaces=namespace_options(options),
        user_namespace=user_namespace_options(options),
        requires=tuple(options.requires),
        pod=options.pod,
        init_kind=InitKind(options.init_ctr) if options.init_ctr else None,
        secrets=tuple(secret_use(text) for text in options.secret),
        init=options.init,
        auto_remove=options.rm or getattr(options, "rmi", False),
        restart=parse_restart_policy(options.restart),
        health=health_options(options),
        **log_fields(options),
        time_limit=options.timeout,
        kernel=kernel_settings(options),
        image_env=tuple(options.env_merge),
        surroundings=surroundings(options),
        systemd=options.systemd,
        without_cgroup=options.cgroups == "disabled",
        cgroup_parent=options.cgroup_parent,
        removes_image=getattr(options, "rmi", False),
        unset_env=("*",) if options.unsetenv_all else tuple(options.unsetenv),
        create_command=("wharf", invocation.command, *invocation.arguments),
    )


def _entrypoint(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    if text.startswith("["):
        import msgspec

        try:
            return msgspec.json.decode(text, type=tuple[str, ...])
        except msgspec.MsgspecError as error:
            raise InvalidArgument(
                f"the entrypoint {text} is no JSON list of words: {error}",
                hint='write it as ["/bin/sh", "-c"], or as one word without brackets',
            ) from error
    return (text,) if text else ()
