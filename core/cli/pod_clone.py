"""pod clone: a pod like another one, with what the command line asks for changed."""

from __future__ import annotations

from typing import Any

import msgspec

from core.cli.clone_names import free_clone_name
from core.cli.command import command_parser, open_engine
from core.cli.main import Invocation
from core.cli.pods import add_pod_options, pod_options
from core.errors import InvalidArgument
from core.model.pod import PodOptions


def run(invocation: Invocation) -> int:
    # -h is the host name of the new pod.
    parser = command_parser(invocation, short_help=False)
    parser.add_argument("--start", action="store_true", help="start it")
    parser.add_argument("--destroy", action="store_true", help="remove the original")
    add_pod_options(parser)
    parser.add_argument("pod", metavar="POD")
    parser.add_argument("new_name", nargs="?", default="", metavar="NAME", help="its name, as --name")
    options = parser.parse_args(invocation.arguments)
    if options.name and options.new_name:
        raise InvalidArgument("give the name once: as an argument, or with --name", hint="leave one of them out")
    # What nobody asks for: what differs from it was asked for, and goes before what the original has.
    usual = pod_options(parser.parse_args([options.pod]), invocation)
    asked = pod_options(options, invocation)
    with open_engine(invocation) as engine:
        original = engine.pods.lookup(options.pod)
        request: PodOptions = _changed(engine.pods.options(original.id), asked, usual)
        name = options.name or options.new_name or free_clone_name(engine, original.name)
        pod = engine.pods.clone(original.id, msgspec.structs.replace(request, name=name))
        if options.destroy:
            engine.pods.remove(original.id, force=True)
        if options.start:
            engine.pods.start(pod.id)
        print(pod.id)
    return 0


def _changed(base: Any, asked: Any, usual: Any) -> Any:
    """`base` with each field of `asked` that is not the usual one; records in it the same, field by field."""
    changes = {}
    for field in base.__struct_fields__:
        own, wanted, plain = getattr(base, field), getattr(asked, field), getattr(usual, field)
        if wanted == plain:
            continue
        changes[field] = _changed(own, wanted, plain) if isinstance(wanted, msgspec.Struct) else wanted
    return msgspec.structs.replace(base, **changes)
