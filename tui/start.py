"""What the `wharf` command does: without a subcommand the screen, else the command line."""

from __future__ import annotations

import os

from core.cli.main import DEFAULT_ESCAPE_KEY, Invocation, end_start, guarded, parse_global, run_command, send_log
from core.errors import InvalidArgument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.configuration.schema import Configuration
    from tui.terminal.pane_keys import PaneKeys


def run(argv: Sequence[str], *, ends_process: bool = False) -> int:
    """Carry out a command line; the exit code. `ends_process`: nothing else is done by this process afterwards."""
    return guarded(lambda: _run(parse_global(argv, ends_process=ends_process)))


def _run(invocation: Invocation) -> int:
    if invocation.host:
        return run_command(invocation)
    if invocation.command == "web":
        from tui.web.command import run as serve

        send_log(invocation)
        return serve(invocation)
    if invocation.command == "config":
        from tui.configuration.command import run as configure

        return configure(invocation)
    if invocation.command == "workspace":
        from tui.workspaces.command import run as work_workspaces

        return work_workspaces(invocation)
    if invocation.command:
        return run_command(invocation)
    if not (os.isatty(0) and os.isatty(1)):
        raise InvalidArgument("the screen needs a terminal", hint="wharf --help lists the commands that do not")
    if os.environ.get("TERM") == "dumb":
        raise InvalidArgument("the screen needs a terminal that it can draw on", hint="wharf --plain works on any")
    send_log(invocation)
    return _show(invocation)


def _show(invocation: Invocation) -> int:
    # Read by Textual when it is imported: the pane paces its frames itself, and nothing here moves for show.
    os.environ.setdefault("TEXTUAL_FPS", "1000")
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    # Imported here, as no subcommand may pay for the screen.
    from tui.lean_imports import ScreenImports

    with ScreenImports():
        from core.cli.command import enter_as_user
        from core.engine import Engine
        from tui import languages
        from tui.configuration.command import file_of
        from tui.configuration.loading import load
        from tui.configuration.looks import draws_ascii, language_of
        from tui.first_frame import FirstFrame, FirstRead
        from tui.first_run import is_first_run
        from tui.opening import Opening
        from tui.workspaces.folder import WorkspaceFolder, check_name
    workspace = check_name(invocation.workspace) if invocation.workspace else ""
    file = file_of(invocation)
    opening = Opening(
        WorkspaceFolder(),
        workspace,
        is_first=is_first_run(),
        configuration_file=file,
        select=invocation.select,
    )
    configuration, problems = load(file)
    languages.use(language_of(configuration))
    keys = _pane_keys(invocation, configuration)
    enter_as_user(invocation)
    if invocation.read_only:
        import msgspec

        configuration = msgspec.structs.replace(configuration, read_only=True)
    ascii_only = draws_ascii(configuration)
    with Engine.open(invocation.paths, invocation.settings) as engine, FirstFrame(configuration, ascii_only) as frame:
        sequence, pictures = engine.last_sequence(), engine.containers_as_stored()
        first = None if pictures is None else FirstRead(sequence, pictures)
        if first is not None and not (workspace or configuration.restore_workspace or invocation.select):
            frame.draw(first.pictures)
        with ScreenImports():
            from tui.app import run_screen
            from tui.bridge import Bridge
            from tui.terminal.driver import WharfDriver
        WharfDriver.ascii_only = ascii_only
        WharfDriver.asks_background = configuration.theme == "auto"
        WharfDriver.first_frame = frame
        end_start()
        return run_screen(Bridge(engine, configuration.hosts, first), keys, configuration, problems, opening)


def _pane_keys(invocation: Invocation, configuration: Configuration) -> PaneKeys:
    """The keys that a console keeps: of the command line, else of the configuration. Raises `InvalidArgument`."""
    from core.console.detach import parse_detach_keys
    from tui.terminal.keys import parse_escape_key
    from tui.terminal.pane_keys import PaneKeys

    escape = invocation.escape_key
    if escape == DEFAULT_ESCAPE_KEY and configuration.escape_key:
        escape = configuration.escape_key
    try:
        parse_escape_key(escape)
    except ValueError as error:
        raise InvalidArgument(str(error), hint="for example --escape-key ctrl+]") from error
    detach = invocation.settings.detach_keys
    if not invocation.has_detach_keys and configuration.detach_keys:
        detach = configuration.detach_keys
    return PaneKeys(escape, parse_detach_keys(detach))
