"""container checkpoint and container restore."""

from __future__ import annotations

from core.cli.command import add_selection, command_parser, each, open_engine, selected
from core.cli.main import COMMANDS, Invocation
from core.cli.parser import CommandParser
from core.model.options import CheckpointOptions, RestoreOptions
from core.model.state import Status


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation, COMMANDS[invocation.command][1])
    parser.add_argument("--keep", "-k", action="store_true", help="keep CRIU's files, also where it failed")
    parser.add_argument("--tcp-established", action="store_true", help="with TCP connections that are established")
    parser.add_argument("--file-locks", action="store_true", help="with the locks that it holds on files")
    act = _checkpoint if invocation.command == "container checkpoint" else _restore
    return act(invocation, parser)


def _checkpoint(invocation: Invocation, parser: CommandParser) -> int:
    add_selection(parser, "checkpoint")
    parser.add_argument("--leave-running", "-R", action="store_true", help="let it go on")
    options = parser.parse_args(invocation.arguments)
    wanted = CheckpointOptions(
        leave_running=options.leave_running,
        keep=options.keep,
        tcp_established=options.tcp_established,
        file_locks=options.file_locks,
    )
    with open_engine(invocation) as engine:
        names = selected(engine, options, lambda picture: picture.status is Status.RUNNING)
        return each(engine, names, lambda container: container.checkpoint(wanted))


def _restore(invocation: Invocation, parser: CommandParser) -> int:
    add_selection(parser, "restore")
    options = parser.parse_args(invocation.arguments)
    wanted = RestoreOptions(keep=options.keep, tcp_established=options.tcp_established, file_locks=options.file_locks)
    with open_engine(invocation) as engine:
        names = selected(engine, options, lambda picture: picture.checkpointed)
        return each(engine, names, lambda container: container.restore(wanted))
