"""`wharf SUBCOMMAND`: finds the module of a subcommand, and turns every error into a sentence and an exit code."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from core.errors import EngineError
from core.paths import DEFAULT_ROOT, DEFAULT_RUN_ROOT, EnginePaths
from core.settings import Settings

COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "attach": ("sessions", "attach to a running container's console"),
    "cleanup": ("lifecycle", "unmount and free what an ended container holds"),
    "create": ("create", "create a container without starting it"),
    "demo": ("demo", "make the demo image and the demo containers"),
    "doctor": ("host", "say what is missing on this host, and how to mend it"),
    "exec": ("sessions", "run a command in a running container"),
    "export": ("files", "write a container's files as a tar archive"),
    "images": ("images", "list the images"),
    "import": ("images", "make an image of a tar archive of a root file system"),
    "info": ("host", "describe the host and the store"),
    "inspect": ("listing", "show all that is known of containers or images"),
    "kill": ("lifecycle", "send a signal to containers"),
    "load": ("images", "load images from an archive"),
    "logs": ("listing", "show what a container has printed"),
    "mount": ("files", "mount a container's root file system, or list the mounted ones"),
    "pause": ("lifecycle", "pause all processes of containers"),
    "ps": ("listing", "list the containers"),
    "pull": ("images", "pull an image"),
    "rename": ("lifecycle", "give a container another name"),
    "restart": ("lifecycle", "stop containers and start them again"),
    "rm": ("lifecycle", "remove containers"),
    "rmi": ("images", "remove images"),
    "run": ("create", "create a container and start it"),
    "start": ("lifecycle", "start containers"),
    "stop": ("lifecycle", "stop containers"),
    "top": ("listing", "show the processes of a container"),
    "umount": ("files", "unmount a container's root file system"),
    "unpause": ("lifecycle", "let paused containers go on"),
    "version": ("host", "show the versions"),
    "wait": ("lifecycle", "wait for containers to end, and show their exit codes"),
}
"""Subcommand → the module that has it, and its line in the help."""

LOG_LEVELS: Final = ("debug", "info", "warning", "error")
INTERRUPTED: Final = 130
FAILED: Final = 125


class Invocation(msgspec.Struct, frozen=True):
    """The options before the subcommand, and what is behind them. `command` is empty for none."""

    paths: EnginePaths
    settings: Settings
    command: str
    arguments: tuple[str, ...]


def parse_global(argv: Sequence[str]) -> Invocation:
    """Read the options that every subcommand has. Exits for --help and for wrong ones, as argparse does."""
    parser = argparse.ArgumentParser(
        prog="wharf",
        usage="wharf [OPTIONS] [COMMAND ...]",
        description="Without a command the full-screen interface opens.",
        epilog="commands:\n" + "\n".join(f"  {name:<10} {line}" for name, (_, line) in COMMANDS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--root", type=Path, default=DEFAULT_ROOT, help="directory of what outlives a boot")
    parser.add_argument("--runroot", type=Path, default=DEFAULT_RUN_ROOT, help="directory of what does not")
    parser.add_argument("--runtime", default="runc", help="OCI runtime, by name or path")
    parser.add_argument("--log-level", choices=LOG_LEVELS, default="warning", help="what goes into the log file")
    parser.add_argument("--version", "-v", action="store_true", help="show the version")
    parser.add_argument("command", nargs="?", default="", help=argparse.SUPPRESS)
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    return Invocation(
        EnginePaths(options.root.absolute(), options.runroot.absolute()),
        Settings(runtime=options.runtime, log_level=options.log_level),
        "version" if options.version else options.command,
        tuple(options.arguments),
    )


def main(invocation: Invocation) -> int:
    """Carry out a subcommand; the exit code. Prints; never raises but for SystemExit of argparse and signals."""
    if invocation.command not in COMMANDS:
        print(f"Error: unrecognized command `wharf {invocation.command}`", file=sys.stderr)
        print("hint: wharf --help lists the commands", file=sys.stderr)
        return FAILED
    configure_log(invocation.paths, invocation.settings)
    module = importlib.import_module(f"core.cli.{COMMANDS[invocation.command][0]}")
    try:
        code = int(module.run(invocation))
        sys.stdout.flush()
    except EngineError as error:
        return report(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has gone; nothing more must be written at the exit of the interpreter.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except Exception as error:
        logging.getLogger("wharfinger").exception("wharf %s failed", invocation.command)
        print(f"Error: {invocation.command} failed in an unforeseen way: {error}", file=sys.stderr)
        print(f"hint: {invocation.paths.log_file} has the details", file=sys.stderr)
        return FAILED
    return code


def report(error: EngineError, exit_code: int | None = None) -> int:
    """Print an error and its hint on standard error; the exit code for it."""
    logging.getLogger("wharfinger").info("%s | %s | %s", error.message, " ".join(error.argv), error.stderr)
    print(f"Error: {error.message}", file=sys.stderr)
    if error.hint:
        print(f"hint: {error.hint}", file=sys.stderr)
    return error.exit_code if exit_code is None else exit_code


def configure_log(paths: EnginePaths, settings: Settings) -> None:
    """Send the engine's log to its file; nowhere where the file can't be written."""
    log = logging.getLogger("wharfinger")
    log.setLevel(settings.log_level.upper())
    log.propagate = False
    handler: logging.Handler = logging.NullHandler()
    if os.geteuid() == 0:
        try:
            paths.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            handler = logging.FileHandler(paths.log_file, delay=True)
            handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(message)s"))
        except OSError:
            handler = logging.NullHandler()
    log.handlers = [handler]
