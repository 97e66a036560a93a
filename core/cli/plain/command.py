"""plain: the interface of appended lines, which `wharf --plain` opens, too."""

from __future__ import annotations

from collections.abc import Sequence

from core.cli.command import command_parser, open_engine
from core.cli.commands import COMMANDS, GROUPS
from core.cli.main import Invocation, guarded, run_command
from core.cli.plain.session import PlainSession


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation)
    parser.parse_args(invocation.arguments)

    def carry_out(words: Sequence[str]) -> int:
        typed = invocation.instead(words[0], words[1:])
        typed.ends_process = False
        return guarded(lambda: run_command(typed))

    with open_engine(invocation) as engine:
        return PlainSession(engine, [*COMMANDS, *GROUPS], carry_out).run()
