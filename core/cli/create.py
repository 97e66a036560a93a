"""create and run."""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path
from typing import Final

from core.cli.command import command_parser, open_engine
from core.cli.main import COMMANDS, Invocation
from core.engine import Engine
from core.errors import EngineError, InvalidArgument, NoSuchContainer, NoSuchImage
from core.model.config import DEFAULT_PIDS_LIMIT, BindMount, ResourceLimits, Security, TmpfsMount
from core.model.options import CreateOptions

_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([bkmgt]?)(?:i?b)?", re.IGNORECASE)
_FACTORS: Final = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_BIND_OPTIONS: Final = frozenset(
    ["ro", "rw", "z", "Z", "bind", "rbind", "private", "rprivate", "shared", "rshared", "slave", "rslave", "nosuid", "nodev", "noexec", "suid", "dev", "exec"]
)
_PROPAGATION: Final = frozenset(["private", "rprivate", "shared", "rshared", "slave", "rslave"])


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation, COMMANDS[invocation.command][1], short_help=False)
    _add_options(parser)
    if invocation.command == "run":
        parser.add_argument("--detach", "-d", action="store_true", help="run it in the background and print its id")
        parser.add_argument("--detach-keys", default=None, help="keys that leave the console")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        request = create_options(options, invocation)
        if not options.rootfs:
            _have_image(engine, options)
        container = engine.create(request)
        if options.cidfile:
            Path(options.cidfile).write_text(container.id)
        if invocation.command == "create":
            print(container.id)
            return 0
        if options.detach:
            try:
                container.start()
            except EngineError:
                _discard(engine, container.id, options.rm)
                raise
            print(container.id)
            return 0
        from core.cli.sessions import run_attached

        return run_attached(engine, container, options.interactive, options.detach_keys)


def _discard(engine: Engine, container_id: str, wanted: bool) -> None:
    if wanted:
        try:
            engine.lookup(container_id).remove(force=True)
        except NoSuchContainer:
            return


def _have_image(engine: Engine, options: argparse.Namespace) -> None:
    """Pull the image where the policy says so."""
    missing = False
    try:
        engine.find_image(options.image)
    except NoSuchImage:
        missing = True
        if options.pull == "never":
            raise
    if options.pull == "always" or missing:
        print(f"Trying to pull {options.image}...", file=sys.stderr)
        engine.pull(options.image)


def _add_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--name", default="", help="a name; one is made up otherwise")
    add("--rootfs", action="store_true", help="IMAGE is a directory of the host to be used as the root")
    add("--env", "-e", action="append", default=[], metavar="NAME[=VALUE]", help="an environment variable")
    add("--env-file", action="append", default=[], metavar="FILE", help="a file of environment variables")
    add("--workdir", "-w", default=None, help="the working directory")
    add("--user", "-u", default=None, metavar="USER[:GROUP]", help="who runs it, by name or number")
    add("--entrypoint", default=None, help="the program, in place of the image's; a JSON list for several words")
    add("--tty", "-t", action="store_true", help="give it a terminal")
    add("--interactive", "-i", action="store_true", help="keep its standard input open")
    add("--hostname", "-h", default="", help="its host name")
    add("--label", "-l", action="append", default=[], metavar="NAME=VALUE")
    add("--annotation", action="append", default=[], metavar="NAME=VALUE")
    add("--stop-signal", default=None, help="the signal of a polite stop")
    add("--stop-timeout", type=int, default=None, help="seconds from the polite stop to the kill")
    add("--volume", "-v", action="append", default=[], metavar="HOST:CONTAINER[:OPTIONS]", help="a bind mount")
    add("--mount", action="append", default=[], metavar="type=bind,src=…,dst=…[,ro]")
    add("--tmpfs", action="append", default=[], metavar="DIRECTORY[:OPTIONS]")
    add("--shm-size", default="64m", help="size of /dev/shm")
    add("--memory", "-m", default="0", help="memory limit")
    add("--memory-swap", default="0", help="limit of memory and swap together; -1 for none")
    add("--cpus", type=float, default=0.0, help="number of CPUs")
    add("--cpu-shares", "-c", type=int, default=0, help="weight against other containers")
    add("--cpuset-cpus", default="", help="the CPUs it may use: 0-1")
    add("--pids-limit", type=int, default=DEFAULT_PIDS_LIMIT, help="how many processes it may have; -1 for no limit")
    add("--read-only", action="store_true", help="its root can not be written")
    add("--cap-add", action="append", default=[], metavar="CAPABILITY")
    add("--cap-drop", action="append", default=[], metavar="CAPABILITY")
    add("--privileged", action="store_true", help="all capabilities and no confinement")
    add("--security-opt", action="append", default=[], help="no-new-privileges, seccomp=FILE, seccomp=unconfined")
    add("--network", "--net", default="none", help="none, host or container:NAME")
    add("--rm", action="store_true", help="remove it when it has ended")
    add("--log-size-max", default="64m", help="size at which its log begins anew")
    add("--cidfile", default="", help="write its id to this file")
    add("--pull", choices=("missing", "always", "never"), default="missing", help="when to pull the image")
    add("image", metavar="IMAGE")
    add("command", nargs=argparse.REMAINDER, metavar="COMMAND")


def create_options(options: argparse.Namespace, invocation: Invocation) -> CreateOptions:
    """The request that the options stand for. Raises `InvalidArgument`."""
    binds, tmpfs = [_volume(text) for text in options.volume], [_tmpfs(text) for text in options.tmpfs]
    for text in options.mount:
        mount = _mount(text)
        if isinstance(mount, BindMount):
            binds.append(mount)
        else:
            tmpfs.append(mount)
    return CreateOptions(
        image="" if options.rootfs else options.image,
        rootfs=options.image if options.rootfs else "",
        name=options.name,
        command=tuple(options.command),
        entrypoint=_entrypoint(options.entrypoint),
        env=_environment(options),
        workdir=options.workdir,
        user=options.user,
        terminal=options.tty,
        stdin_open=options.interactive,
        hostname=options.hostname,
        labels=_pairs(options.label),
        annotations=_pairs(options.annotation),
        stop_signal=options.stop_signal,
        stop_timeout=options.stop_timeout,
        bind_mounts=tuple(binds),
        tmpfs_mounts=tuple(tmpfs),
        shm_size=parse_size(options.shm_size),
        resources=ResourceLimits(
            memory=parse_size(options.memory),
            memory_swap=-1 if options.memory_swap == "-1" else parse_size(options.memory_swap),
            cpus=options.cpus,
            cpu_shares=options.cpu_shares,
            cpuset_cpus=options.cpuset_cpus,
            pids=max(0, options.pids_limit),
        ),
        security=_security(options),
        network=options.network,
        auto_remove=options.rm,
        log_size_max=parse_size(options.log_size_max),
        create_command=("wharf", invocation.command, *invocation.arguments),
    )


def parse_size(text: str) -> int:
    """`64m`, `1.5g`, `1024` → bytes. Raises `InvalidArgument`."""
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise InvalidArgument(f"{text!r} is not a size", hint="use a number with b, k, m or g behind it")
    return int(float(match[1]) * _FACTORS[match[2].lower()])


def _entrypoint(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    if text.startswith("["):
        import msgspec

        try:
            return msgspec.json.decode(text, type=tuple[str, ...])
        except msgspec.MsgspecError as error:
            raise InvalidArgument(f"the entrypoint {text} is no JSON list of words: {error}") from error
    return (text,) if text else ()


def _environment(options: argparse.Namespace) -> tuple[str, ...]:
    lines: list[str] = []
    for name in options.env_file:
        try:
            content = Path(name).read_text()
        except OSError as error:
            raise InvalidArgument(f"the environment file {name} can not be read: {error.strerror}") from error
        lines += [line for line in content.splitlines() if line.strip() and not line.startswith("#")]
    lines += options.env
    # A name alone takes the value from the caller's environment, and is left out where that has none.
    known = [
        line if "=" in line else f"{line}={os.environ[line]}" for line in lines if "=" in line or line in os.environ
    ]
    return tuple(known)


def _pairs(texts: list[str]) -> dict[str, str]:
    pairs = {}
    for text in texts:
        name, _, value = text.partition("=")
        if not name:
            raise InvalidArgument(f"{text!r} has no name", hint="use NAME=VALUE")
        pairs[name] = value
    return pairs


def _volume(text: str) -> BindMount:
    parts = text.split(":")
    if len(parts) not in (2, 3) or not all(parts):
        raise InvalidArgument(f"the volume {text!r} is not HOST:CONTAINER[:OPTIONS]")
    if not parts[0].startswith(("/", ".")):
        raise InvalidArgument(
            f"the volume {text!r} does not begin with a path", hint="named volumes are not there yet: give a directory"
        )
    return _bind(parts[0], parts[1], parts[2].split(",") if len(parts) == 3 else [])


def _bind(source: str, destination: str, wanted: list[str]) -> BindMount:
    unknown = [option for option in wanted if option not in _BIND_OPTIONS]
    if unknown:
        raise InvalidArgument(f"the mount option {unknown[0]!r} is not known")
    options = [option for option in wanted if option not in ("z", "Z")]
    if not {"bind", "rbind"} & set(options):
        options.insert(0, "rbind")
    if not _PROPAGATION & set(options):
        options.append("rprivate")
    if not {"ro", "rw"} & set(options):
        options.append("rw")
    return BindMount(source=os.path.realpath(source), destination=destination, options=tuple(options))


def _tmpfs(text: str) -> TmpfsMount:
    destination, _, options = text.partition(":")
    defaults = ("rw", "noexec", "nosuid", "nodev")
    return TmpfsMount(destination=destination, options=tuple(options.split(",")) if options else defaults)


def _mount(text: str) -> BindMount | TmpfsMount:
    fields = dict(part.partition("=")[::2] for part in text.split(","))
    kind = fields.get("type", "bind")
    destination = fields.get("dst") or fields.get("destination") or fields.get("target") or ""
    if kind == "tmpfs":
        size = fields.get("tmpfs-size")
        extra = (f"size={parse_size(size)}",) if size else ()
        return TmpfsMount(destination=destination, options=("rw", "noexec", "nosuid", "nodev", *extra))
    source = fields.get("src") or fields.get("source") or ""
    if kind != "bind" or not source or not destination:
        raise InvalidArgument(f"the mount {text!r} is not understood", hint="use type=bind,src=DIRECTORY,dst=DIRECTORY")
    read_only = fields.get("ro", fields.get("readonly", "false")) in ("", "true", "1")
    return _bind(source, destination, ["ro"] if read_only else [])


def _security(options: argparse.Namespace) -> Security:
    no_new_privileges, seccomp = False, ""
    for text in options.security_opt:
        key, _, value = text.replace(":", "=", 1).partition("=")
        if key == "no-new-privileges":
            no_new_privileges = value in ("", "true")
        elif key == "seccomp" and value:
            seccomp = value
        else:
            raise InvalidArgument(f"the security option {text!r} is not known")
    return Security(
        privileged=options.privileged,
        capabilities_add=tuple(options.cap_add),
        capabilities_drop=tuple(options.cap_drop),
        no_new_privileges=no_new_privileges,
        seccomp_profile=seccomp,
        read_only_root=options.read_only,
    )
