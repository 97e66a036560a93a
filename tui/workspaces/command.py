"""workspace: list the screen's workspaces, or remove some."""

from __future__ import annotations

from core.cli.command import command_parser
from core.cli.main import Invocation, report
from core.cli.output import print_table
from core.errors import EngineError
from tui.plain_text import ago
from tui.workspaces.folder import WorkspaceFolder


def run(invocation: Invocation) -> int:
    """Carry out `wharf workspace`; the exit code. Raises `InvalidArgument`."""
    parser = command_parser(invocation, "list the workspaces of the screen, or remove some")
    parser.add_argument("what", choices=("ls", "rm"), help="list them, or remove those that are named")
    parser.add_argument("names", nargs="*", metavar="NAME", help="of a workspace")
    options = parser.parse_args(invocation.arguments)
    if options.what == "rm":
        if not options.names:
            raise parser.error("rm needs the name of a workspace")
        return _remove(options.names)
    if options.names:
        raise parser.error("ls takes no names")
    return _list()


def _list() -> int:
    folder = WorkspaceFolder()
    rows = []
    for found in folder.all():
        try:
            was = folder.read(found.name)
        except EngineError as error:
            report(error)
        else:
            rows.append((found.name, was.view, str(len(was.consoles)), ago(found.saved_at)))
    print_table(("NAME", "VIEW", "CONSOLES", "LEFT"), rows)
    return 0


def _remove(names: list[str]) -> int:
    """All that can be; the exit code of the last that can not."""
    folder, code = WorkspaceFolder(), 0
    for name in names:
        try:
            folder.remove(name)
        except EngineError as error:
            code = report(error)
        else:
            print(name)
    return code
