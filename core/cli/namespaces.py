"""The options of create and run for namespaces that are shared."""

from __future__ import annotations

from core.cli.parser import CommandParser, Options
from core.model.namespaces import NamespaceOptions


def add_namespaces(parser: CommandParser) -> None:
    add = parser.add_argument
    modes = "host, private, container:NAME or ns:PATH"
    add("--ipc", default="", metavar="MODE", help=f"shared memory and queues: {modes}, none or shareable")
    add("--pid", default="", metavar="MODE", help=f"processes: {modes}")
    add("--uts", default="", metavar="MODE", help=f"host name: {modes}")
    add("--cgroupns", default="", metavar="MODE", help=f"control groups: {modes}")
    add("--requires", action="append", default=[], metavar="CONTAINER", help="a container that has to run before it")


def namespace_options(options: Options) -> NamespaceOptions:
    return NamespaceOptions(ipc=options.ipc, pid=options.pid, uts=options.uts, cgroup=options.cgroupns)
