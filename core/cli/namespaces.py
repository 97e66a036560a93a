"""The options of create and run for namespaces that are shared, and for pods."""

from __future__ import annotations

from pathlib import Path

import msgspec

from core.cli.network_options import usual_network
from core.cli.parser import CommandParser, Options
from core.container import Container
from core.engine import Engine
from core.errors import EngineError, InvalidArgument
from core.model.namespaces import NamespaceOptions
from core.model.network import NO_NAME_OPTIONS
from core.model.options import CreateOptions, UserNamespaceOptions

NEW_POD = "new:"
_USER_MODES = "host, auto[:size=N,…], container:NAME, ns:PATH; for an ordinary user keep-id[:uid=N,gid=N], nomap, too"


def add_namespaces(parser: CommandParser) -> None:
    add = parser.add_argument
    modes = "host, private, container:NAME or ns:PATH"
    add("--ipc", default="", metavar="MODE", help=f"shared memory and queues: {modes}, none or shareable")
    add("--pid", default="", metavar="MODE", help=f"processes: {modes}")
    add("--uts", default="", metavar="MODE", help=f"host name: {modes}")
    add("--cgroupns", default="", metavar="MODE", help=f"control groups: {modes}")
    add_user_namespace(parser)
    add("--requires", action="append", default=[], metavar="CONTAINER", help="a container that has to run before it")
    add("--pod", default="", metavar="POD", help="the pod that it is in; new:NAME makes one")
    add("--init-ctr", choices=("always", "once"), default=None, help="it runs to its end before the others of its pod")
    add("--pod-id-file", default="", metavar="FILE", help="a file that has the id of its pod")


def add_user_namespace(parser: CommandParser) -> None:
    """The options, for `user_namespace_options`."""
    add = parser.add_argument
    add("--userns", default="", metavar="MODE", help=f"users: {_USER_MODES}")
    add("--uidmap", action="append", default=[], metavar="CONTAINER:HOST:SIZE", help="users of the host that it has")
    add("--gidmap", action="append", default=[], metavar="CONTAINER:HOST:SIZE", help="groups of the host that it has")
    add("--subuidname", default="", metavar="NAME", help="whose subordinate users it has")
    add("--subgidname", default="", metavar="NAME", help="whose subordinate groups it has")


def namespace_options(options: Options) -> NamespaceOptions:
    return NamespaceOptions(ipc=options.ipc, pid=options.pid, uts=options.uts, cgroup=options.cgroupns)


def user_namespace_options(options: Options) -> UserNamespaceOptions:
    return UserNamespaceOptions(
        mode=options.userns,
        uid_map=tuple(options.uidmap),
        gid_map=tuple(options.gidmap),
        subuid_name=options.subuidname,
        subgid_name=options.subgidname,
    )


def create_in_pod(engine: Engine, request: CreateOptions, pod_id_file: str) -> Container:
    """Make a container; with `new:NAME` its pod before, which takes over the network. Raises what `create` raises."""
    if pod_id_file:
        request = msgspec.structs.replace(request, pod=_read_pod_id(pod_id_file))
    if not request.pod.startswith(NEW_POD):
        if request.pod and not request.network and (request.ports or request.publish_all):
            raise InvalidArgument(
                "published or exposed ports must be defined when the pod is created:"
                " network cannot be configured when it is shared with a pod",
                hint="wharf pod create --publish …",
            )
        return engine.create(request)
    from core.model.pod import PodOptions

    infra = CreateOptions(
        network=request.network or usual_network(),
        attachments=request.attachments,
        ports=request.ports,
        names=request.names,
    )
    request = msgspec.structs.replace(request, attachments=(), ports=(), names=NO_NAME_OPTIONS)
    pod = engine.pods.create(PodOptions(name=request.pod.removeprefix(NEW_POD), infra_options=infra))
    try:
        return engine.create(msgspec.structs.replace(request, pod=pod.id, network=""))
    except EngineError:
        engine.pods.remove(pod.id, force=True)
        raise


def _read_pod_id(file: str) -> str:
    try:
        return Path(file).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidArgument(
            f"the pod id file {file} can not be read: {error}", hint="check its path, or name the pod with --pod"
        ) from error
