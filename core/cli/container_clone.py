"""container clone: a container like another one, with other limits, another image or in a pod."""

from __future__ import annotations

import msgspec

from core.cli.clone_names import free_clone_name
from core.cli.command import command_parser, open_engine
from core.cli.image_choice import have_image
from core.cli.main import Invocation
from core.cli.parser import Options
from core.cli.update import add_limits, limit_changes
from core.errors import InvalidArgument, StateForbids
from core.model.options import CreateOptions
from core.model.state import IDLE_STATUSES


def run(invocation: Invocation) -> int:
    options = _parse(invocation)
    with open_engine(invocation) as engine:
        original = engine.lookup(options.container)
        if options.destroy and not options.force and (status := original.refresh().status) not in IDLE_STATUSES:
            raise StateForbids(
                f"container {original.name} is {status} and would have to be removed",
                hint="stop it first, or use --force",
                container_id=original.id,
            )
        name = options.name or options.new_name or free_clone_name(engine, original.name)
        request = msgspec.structs.replace(original.options(options.pod), name=name)
        if options.image:
            have_image(engine, options.image)
            request = msgspec.structs.replace(request, image=options.image, rootfs="")
        container = engine.create(_limited(request, options))
        if options.destroy:
            original.remove(force=options.force)
        if options.run:
            container.start()
        print(container.id)
    return 0


def _parse(invocation: Invocation) -> Options:
    parser = command_parser(invocation)
    add = parser.add_argument
    add("--name", default="", help="its name; that of the original with -clone behind it otherwise")
    add("--run", action="store_true", help="start it")
    add("--destroy", action="store_true", help="remove the original")
    add("--force", "-f", action="store_true", help="with --destroy, also one that runs")
    add("--pod", default="", metavar="POD", help="put it into this pod")
    add_limits(parser)
    add("container", metavar="CONTAINER")
    add("new_name", nargs="?", default="", metavar="NAME", help="its name, as --name")
    add("image", nargs="?", default="", metavar="IMAGE", help="what it is made of, in place of the original's")
    options = parser.parse_args(invocation.arguments)
    if options.name and options.new_name:
        raise InvalidArgument("give the name once: as an argument, or with --name", hint="leave one of them out")
    if options.force and not options.destroy:
        raise InvalidArgument("cannot set --force without --destroy", hint="give --destroy, too, or leave --force out")
    return options


def _limited(request: CreateOptions, options: Options) -> CreateOptions:
    from core.model.limits import changed_limits

    return msgspec.structs.replace(request, resources=changed_limits(request.resources, limit_changes(options)))
