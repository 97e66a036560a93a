"""kube play, kube down and kube generate."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from core.cli.command import command_parser, open_engine
from core.cli.main import Invocation
from core.cli.network_options import parse_networks, usual_network, with_addresses
from core.cli.pairs import name_value_pairs
from core.cli.parser import CommandParser, add_boolean
from core.cli.registry_options import add_access, registry_access
from core.cli.surroundings import add_log_options, log_fields
from core.errors import DestinationExists, InvalidArgument, PodFailed
from core.kube import manifest
from core.kube.generate import generate
from core.kube.play import Played, PlayOptions, play, take_down
from core.kube.reading import Reading, read_manifests
from core.model.network import NameOptions
from core.model.options import CreateOptions, UserNamespaceOptions


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation)
    return {"kube play": _play, "kube down": _down, "kube generate": _generate}[invocation.command](invocation, parser)


def _play(invocation: Invocation, parser: CommandParser) -> int:
    add = parser.add_argument
    add("--configmap", action="append", default=[], metavar="FILE", help="a file of further ConfigMaps")
    add("--network", "--net", action="append", default=[], metavar="MODE", help="of the pods: none, or networks")
    add("--ip", action="append", default=[], metavar="ADDRESS", help="the first is of the first pod, and so on")
    add("--mac-address", action="append", default=[], metavar="ADDRESS", help="as --ip")
    add("--userns", default="", metavar="MODE", help="users of the pods, as of wharf pod create")
    add("--replace", action="store_true", help="remove the pods of these names first")
    add("--down", action="store_true", help="take down what was played from the file")
    add("--force", action="store_true", help="with --down: remove the volumes, too")
    add_boolean(parser, "--start", default=True, explanation="start the pods")
    add("--quiet", "-q", action="store_true", help="say nothing of a pull")
    add_access(parser)
    add("--annotation", action="append", default=[], metavar="NAME=VALUE", help="an annotation of all containers")
    add("--no-hosts", action="store_true", help="leave the images' /etc/hosts as they are")
    add_log_options(parser)
    root = "/var/lib/kubelet/seccomp"
    add("--seccomp-profile-root", default=root, metavar="DIRECTORY", help="of profiles of the kind Localhost")
    add("file", metavar="FILE|-")
    options = parser.parse_args(invocation.arguments)
    if options.down:
        return _take_down(invocation, options.file, volumes=options.force)
    network, attachments = parse_networks(options.network or [usual_network()])
    ips, macs = (_each_word(texts) for texts in (options.ip, options.mac_address))
    placed = [
        with_addresses(network, attachments, addresses=[ip] if ip else [], mac=mac)
        for ip, mac in itertools.zip_longest(ips, macs, fillvalue="")
    ]
    reading = _read(options.file)
    config_maps = [one for names in options.configmap for name in names.split(",") for one in _config_maps(name)]
    with open_engine(invocation) as engine:

        def pull(image: str) -> None:
            if not options.quiet:
                print(f"Trying to pull {image}...", file=sys.stderr)
            engine.images.pull(image, access=registry_access(options))

        names = NameOptions(no_hosts=options.no_hosts)
        request = PlayOptions(
            config_maps=tuple(config_maps),
            infra_options=CreateOptions(
                network=network,
                attachments=attachments,
                names=names,
                user_namespace=UserNamespaceOptions(mode=options.userns),
            ),
            attachments=tuple(placed),
            annotations=name_value_pairs(options.annotation),
            seccomp_root=options.seccomp_profile_root,
            **log_fields(options),
            replace=options.replace,
            start=options.start,
            pull=pull,
            create_command=("wharf", *invocation.command.split(), *invocation.arguments),
        )
        played = play(engine, reading, request)
    _print_played(played)
    failed = [one for one in played.pods if one.error is not None]
    if failed:
        raise PodFailed(f"failed to start {len(failed)} pods", hint="wharf pod ps and wharf logs say more")
    return 0


def _each_word(texts: Sequence[str]) -> list[str]:
    return [word for text in texts for word in text.split(",")]


def _print_played(played: Played) -> None:
    for one in played.pods:
        print(f"Pod:\n{one.pod}")
        ids = "\n".join(one.containers)
        print(f"{'Container' if len(one.containers) == 1 else 'Containers'}:\n{ids}\n")
        if one.error is not None:
            print(f"{one.error.message}\n", file=sys.stderr)
    for title, names in (("Volumes", played.volumes), ("Secrets", played.secrets)):
        if names:
            print("\n".join((f"{title}:", *names)))


def _down(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("--force", action="store_true", help="remove the volumes, too")
    parser.add_argument("file", metavar="FILE|-")
    options = parser.parse_args(invocation.arguments)
    return _take_down(invocation, options.file, volumes=options.force)


def _take_down(invocation: Invocation, file: str, *, volumes: bool) -> int:
    reading = _read(file)
    with open_engine(invocation) as engine:
        gone = take_down(engine, reading, volumes=volumes)
    print("\n".join(("Pods stopped:", *gone.stopped, "Pods removed:", *gone.removed)))
    for title, names in (("Secrets", gone.secrets), ("Volumes", gone.volumes)):
        if names:
            print("\n".join((f"{title} removed:", *names)))
    return 0


def _generate(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument(
        "--filename", "-f", default="", metavar="FILE", help="where to write it, in place of the output"
    )
    parser.add_argument("--service", "-s", action="store_true", help="with a Service for the ports")
    parser.add_argument("names", nargs="+", metavar="POD|CONTAINER|VOLUME")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        text = generate(engine, options.names, service=options.service)
    if not options.filename:
        sys.stdout.write(text)
        return 0
    try:
        with open(options.filename, "x") as file:
            file.write(text)
    except FileExistsError:
        raise DestinationExists(f'cannot write to "{options.filename}"; file exists') from None
    except OSError as error:
        raise InvalidArgument(
            f"{options.filename} can not be written: {error.strerror}",
            hint="choose another file, or a directory that can be written to",
        ) from error
    return 0


def _read(file: str) -> Reading:
    reading = read_manifests(_content(file))
    for warning in reading.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    return reading


def _config_maps(file: str) -> list[manifest.ConfigMap]:
    found = []
    for one in read_manifests(_content(file)).manifests:
        if not isinstance(one, manifest.ConfigMap):
            raise InvalidArgument(
                f"{file} has something else than ConfigMaps: {one.metadata.name}",
                hint="put the rest into the file that is played",
            )
        found.append(one)
    return found


def _content(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise InvalidArgument(
            f"open {file}: {os.strerror(error.errno or 0).lower()}", hint="check its path and its permissions"
        ) from error
