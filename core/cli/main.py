"""`wharf SUBCOMMAND`: finds the module of a subcommand, and turns every error into a sentence and an exit code."""

from __future__ import annotations

import gc
import os
import sys

from core.cli.commands import COMMANDS, GROUPS, OTHER_NAMES, SCREEN_COMMANDS
from core.cli.parser import HIDDEN, REST, CommandParser, add_boolean
from core.errors import EngineError, InvalidArgument, VersionMismatch
from core.log import LOG, LOG_LEVELS
from core.paths import LOG_FILE, default_folders
from core.version import CALLER, VERSION, is_compatible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from core.cli.parser import Options
    from core.paths import EnginePaths
    from core.settings import Settings

DEFAULT_ESCAPE_KEY = "ctrl+]"
STAYING = frozenset({"cleanup", "completion", "config", "host", "host ls", "workspace"})
"""Commands that WHARF_HOST sends nowhere: they are about this machine."""
OF_HERE = frozenset({"host", "identity", "config", "version"})
"""Options that another machine is not told."""
INTERRUPTED = 130
FAILED = 125


class Invocation:
    """The options before the subcommand, and what is behind them. `command` is empty for none.

    `ends_process`: the process ends with the command.
    """

    __slots__ = ("_options", "arguments", "command", "ends_process", "escape_key")

    def __init__(self, options: Options, command: str, arguments: Sequence[str], *, ends_process: bool = False) -> None:
        self._options = options
        self.ends_process = ends_process
        self.command = command
        self.arguments = tuple(arguments)
        self.escape_key: str = options.escape_key

    @property
    def root(self) -> str:
        """The directory of what outlives a boot."""
        return os.path.abspath(str(self._options.root))

    @property
    def config(self) -> str:
        """The file of the screen's configuration; empty for the usual one."""
        return os.path.abspath(self._options.config) if self._options.config else ""

    @property
    def has_detach_keys(self) -> bool:
        """Whether detach keys were given, and are not the usual ones for want of that."""
        return self._options.detach_keys is not None

    @property
    def read_only(self) -> bool:
        """Whether the screen is to change nothing."""
        return bool(self._options.read_only)

    @property
    def workspace(self) -> str:
        """The name of the screen's workspace; empty for none in particular."""
        return str(self._options.workspace)

    @property
    def select(self) -> str:
        """The name or id of the container at which the screen opens; empty for the first."""
        return str(self._options.select)

    @property
    def run_root(self) -> str:
        """The directory of what does not."""
        return os.path.abspath(str(self._options.runroot))

    @property
    def host(self) -> str:
        """The other machine that this is for, as it was given; empty for this one."""
        stays = self.command in STAYING and self._options.host == os.environ.get("WHARF_HOST")
        return "" if stays else str(self._options.host)

    @property
    def identity(self) -> str:
        """The file of a key for ssh; empty for the usual ones."""
        return str(self._options.identity)

    @property
    def sent(self) -> list[str]:
        """The whole command line as another machine is to carry it out."""
        return [*self._options.sent, *([self.command] if self.command else []), *self.arguments]

    @property
    def log_level(self) -> str:
        return str(self._options.log_level)

    # These two load much, which the list of containers can mostly do without.

    @property
    def paths(self) -> EnginePaths:
        from pathlib import Path

        from core.paths import EnginePaths

        return EnginePaths(Path(self.root), Path(self.run_root))

    @property
    def settings(self) -> Settings:
        from core.settings import DEFAULT_HOOKS_DIRS, Settings

        options = self._options
        keys = {} if options.detach_keys is None else {"detach_keys": options.detach_keys}
        # podman's variables.
        registries = os.environ.get("CONTAINERS_REGISTRIES_CONF") or os.environ.get("REGISTRIES_CONFIG_PATH")
        if registries:
            keys["registries"] = registries
        return Settings(
            runtime=os.path.abspath(options.runtime) if "/" in options.runtime else options.runtime,
            log_level=options.log_level,
            foreign_roots=tuple(options.foreign_root),
            hooks_dirs=tuple(map(os.path.abspath, options.hooks_dir)) or DEFAULT_HOOKS_DIRS,
            discover_foreign=options.discover_foreign,
            mount_program=os.environ.get("WHARF_MOUNT_PROGRAM", ""),
            **keys,
        )

    def instead(self, command: str, arguments: Sequence[str]) -> Invocation:
        """The same options with another subcommand behind them."""
        return Invocation(self._options, command, arguments, ends_process=self.ends_process)


def parse_global(argv: Sequence[str], *, ends_process: bool = False) -> Invocation:
    """Read the options that every subcommand has. Raises `InvalidArgument`; --help ends by `SystemExit`."""
    parser = CommandParser(
        prog="wharf",
        usage="wharf [OPTIONS] [COMMAND ...]",
        description="Without a command the full-screen interface opens.",
        epilog="commands:\n" + "\n".join(f"  {name:<12} {line}" for name, line in sorted(_help_lines().items())),
    )
    add = parser.add_argument
    add("--help", "-h", action="help", help="show this and end")
    root, run_root = default_folders()
    add("--root", default=root, metavar="DIRECTORY", help="of what outlives a boot")
    add("--runroot", default=run_root, metavar="DIRECTORY", help="of what does not")
    host = os.environ.get("WHARF_HOST", "")
    flags = ("--host", "--connection", "-c", "--url")
    add(*flags, default=host, metavar="HOST", help="work on another machine: a configured one, or ssh://USER@HOST")
    add("--identity", default="", metavar="FILE", help="the key for that machine")
    add("--runtime", default="runc", help="OCI runtime of new containers, by name or path")
    escape_key = os.environ.get("WHARF_ESCAPE_KEY", DEFAULT_ESCAPE_KEY)
    detach_keys = os.environ.get("WHARF_DETACH_KEYS")
    add("--escape-key", default=escape_key, metavar="KEY", help="that leaves a console of the screen, as ctrl+]")
    add("--detach-keys", default=detach_keys, metavar="KEYS", help="as ctrl-p,ctrl-q; empty for none")
    add(
        "--hooks-dir", action="append", default=[], metavar="DIRECTORY", help="of OCI hooks, in place of the usual ones"
    )
    add("--foreign-root", action="append", default=[], metavar="DIRECTORY", help="of another engine's runtime")
    discover = os.environ.get("WHARF_DISCOVER_FOREIGN", "true") != "false"
    add_boolean(parser, "--discover-foreign", default=discover, explanation="look for other engines' containers")
    add("--log-level", choices=tuple(LOG_LEVELS), default="warning", help="what goes into the log file")
    configured = os.environ.get("WHARF_CONFIG", "")
    add("--config", default=configured, metavar="FILE", help="of the screen's keys, colours, commands and alerts")
    add("--read-only", action="store_true", help="let nothing be changed from the screen; a key lifts it")
    add("--workspace", default="", metavar="NAME", help="view, filters and consoles of the screen, kept under a name")
    add("--select", default="", metavar="CONTAINER", help="where the screen's cursor is at first")
    add("--plain", action="store_true", help="lines and numbers in place of the full screen, as for a screen reader")
    add("--version", "-v", action="store_true", help="show the version")
    add("command", nargs="?", default="", help=HIDDEN)
    add("arguments", nargs=REST, help=HIDDEN)
    options = parser.parse_args(argv)
    options.sent = _given(parser, options) if options.host else []
    if options.version:
        return Invocation(options, "version", ["--brief"])
    if options.command != "version":
        _check_caller()
    if options.plain or options.command not in ("", "web"):
        for name, is_given in (("--read-only", options.read_only), ("--workspace", options.workspace)):
            if is_given:
                raise InvalidArgument(f"{name} is of the full screen", hint="leave it out, or open the screen: wharf")
    command = options.command or ("plain" if options.plain else "")
    return Invocation(options, command, options.arguments, ends_process=ends_process)


def _check_caller() -> None:
    """Refuse what a wharf of another kind asks for from its machine. Raises `VersionMismatch`."""
    caller = os.environ.pop(CALLER, "")
    if caller and not is_compatible(caller):
        raise VersionMismatch(
            f"wharf {VERSION} of {os.uname().nodename} does not work with wharf {caller} that calls it",
            hint="install the same version on both machines; until then log in there",
        )


def _given(parser: CommandParser, options: Options) -> list[str]:
    """The options that were given, but for those that are of this machine."""
    words = []
    for argument in parser.declared:
        if argument.name not in parser.given or argument.name in OF_HERE:
            continue
        value = getattr(options, argument.name)
        for each in value if isinstance(value, list) else [value]:
            words.append(f"{argument.flags[0]}={str(each).lower() if isinstance(each, bool) else each}")
    return words


def _help_lines() -> dict[str, str]:
    return {**SCREEN_COMMANDS, **{name: line for name, (_, line) in COMMANDS.items()}}


def end_start() -> None:
    """Let garbage be collected from now on, apart from what the start has made."""
    gc.freeze()
    gc.enable()


def main(argv: Sequence[str]) -> int:
    """Carry out a command line that has a subcommand; the exit code. Prints, and never raises."""
    return guarded(lambda: run_command(parse_global(argv)))


def run_command(invocation: Invocation) -> int:
    """Carry out a subcommand; its exit code. Raises `EngineError`, and whatever `guarded` is there for."""
    if invocation.host:
        from core.cli.elsewhere import run

        return run(invocation)
    invocation = _ungrouped(invocation)
    if invocation.command not in COMMANDS:
        if not invocation.command:
            raise InvalidArgument("no command is given", hint="wharf --help lists the commands")
        from core.cli.complaints import unknown_command

        raise unknown_command(invocation.command, [*_help_lines(), *GROUPS])
    send_log(invocation)
    from core.cli.lean_imports import LeanImports

    with LeanImports():
        # As importlib does it, which would have to be loaded for this.
        module = __import__(f"core.cli.{COMMANDS[invocation.command][0]}", fromlist=["run"])
    end_start()
    return int(module.run(invocation))


def send_log(invocation: Invocation) -> None:
    """Let what is logged go to the file that belongs to the directories of the command."""
    LOG.send_to(os.path.join(invocation.root, LOG_FILE), invocation.log_level)


def _ungrouped(invocation: Invocation) -> Invocation:
    """`image ls` as `images`. Raises `InvalidArgument`."""
    group = GROUPS.get(invocation.command)
    if group is None:
        return invocation.instead(OTHER_NAMES.get(invocation.command, invocation.command), invocation.arguments)
    word, *rest = invocation.arguments or ("",)
    if word in ("--help", "-h"):
        from core.cli.group_help import print_group

        print_group(invocation.command, group)
        raise SystemExit(0)
    if word not in group:
        if not word:
            hint = f"behind {invocation.command}: {', '.join(sorted(group))}"
            raise InvalidArgument(f"wharf {invocation.command} needs a command", hint=hint)
        from core.cli.complaints import unknown_command

        raise unknown_command(f"{invocation.command} {word}", group)
    return invocation.instead(group[word], rest)


def guarded(action: Callable[[], int]) -> int:
    """Do `action`; its exit code. Every end of it becomes a sentence on standard error and an exit code."""
    try:
        code = _ended(action)
        sys.stdout.flush()
    except EngineError as error:
        return report(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _discard_output()
        return 0
    except Exception as error:
        LOG.exception("failed in an unforeseen way")
        said = " ".join(str(error).split())
        print(f"Error: something went wrong that was not foreseen: {type(error).__name__}: {said}", file=sys.stderr)
        if LOG.written:
            print(f"hint: {LOG.written} has the details", file=sys.stderr)
        _discard_output()
        return FAILED
    return code


def _ended(action: Callable[[], int]) -> int:
    try:
        return action()
    except SystemExit as end:
        # --help, or a signal that ended a session on a terminal.
        return end.code if isinstance(end.code, int) else 0


def _discard_output() -> None:
    """Let nothing more be written: whoever read the output has gone, and the interpreter flushes at its end."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)


def report(error: EngineError, exit_code: int | None = None) -> int:
    """Print an error and its hint on standard error; the exit code for it."""
    LOG.info("%s | %s | %s", error.message, " ".join(error.argv), error.stderr)
    print(f"Error: {error.message}", file=sys.stderr)
    if error.hint:
        print(f"hint: {error.hint}", file=sys.stderr)
    return error.exit_code if exit_code is None else exit_code
