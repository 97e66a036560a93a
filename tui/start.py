"""What the `wharf` command does: without a subcommand the screen, else the command line."""

from __future__ import annotations

import os

from core.cli.main import Invocation, end_start, guarded, parse_global, run_command, send_log
from core.errors import InvalidArgument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def run(argv: Sequence[str]) -> int:
    """Carry out a command line; the exit code."""
    return guarded(lambda: _run(parse_global(argv)))


def _run(invocation: Invocation) -> int:
    if invocation.command == "web":
        from tui.web.command import run as serve

        send_log(invocation)
        return serve(invocation)
    if invocation.command:
        return run_command(invocation)
    if not (os.isatty(0) and os.isatty(1)):
        raise InvalidArgument("the screen needs a terminal", hint="wharf --help lists the commands that do not")
    send_log(invocation)
    return _show(invocation)


def _show(invocation: Invocation) -> int:
    # Read by Textual when it is imported: the pane paces its frames itself, and nothing here moves for show.
    os.environ.setdefault("TEXTUAL_FPS", "1000")
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    # Imported here, as no subcommand may pay for the screen.
    from core.cli.command import enter_as_user
    from core.console.detach import parse_detach_keys
    from core.engine import Engine
    from tui.terminal.keys import parse_escape_key
    from tui.terminal.pane_keys import PaneKeys

    try:
        parse_escape_key(invocation.escape_key)
    except ValueError as error:
        raise InvalidArgument(str(error), hint="for example --escape-key ctrl+]") from error
    keys = PaneKeys(invocation.escape_key, parse_detach_keys(invocation.settings.detach_keys))
    enter_as_user(invocation)
    with Engine.open(invocation.paths, invocation.settings) as engine:
        from tui.app import run_screen
        from tui.bridge import Bridge

        end_start()
        return run_screen(Bridge(engine), keys)
