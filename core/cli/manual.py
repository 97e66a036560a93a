"""The manual page wharf(1), made of what the commands declare: `python -m core.cli.manual > wharf.1`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from core.cli.commands import COMMANDS, GROUPS, SCREEN_COMMANDS
from core.cli.complaints import podman_flags
from core.cli.declarations import declared, global_parser
from core.cli.parser import HIDDEN, Argument

_INTRODUCTION: Final = """
wharf runs containers, and shows all containers of a machine on one screen. Without a command the full-screen
interface opens. Its commands, their flags, what they print and their exit codes are those of podman(1); a flag of
podman that is not supported is refused by its name.
"""
_TEMPLATES: Final = """
Where a command takes --format, the word json gives JSON, and any other text is a Go template that is filled for each
line: '{{.ID}} {{.Names}}'. A template behind the word table is shown as a table with headings. The functions are those
of Go (and, eq, ge, gt, html, index, le, len, lt, ne, not, or, print, printf, println, slice, urlquery) and of podman
(join, json, lower, pad, split, title, truncate, upper); if, else, with, range, break, continue, variables and pipelines
are known.
"""
_EXIT_CODES: Final = (
    ("0", "All went well. For run, start --attach, exec: the program ended with 0."),
    ("1", "A container or image that was to be removed is not there; a health check failed; exists says no."),
    ("2", "A container that runs, or an image in use, was not removed."),
    ("125", "wharf itself found an error: an unknown flag, a wrong state, a failure."),
    ("126", "The program in the container can not be executed."),
    ("127", "The program in the container is not there."),
    ("any other", "The exit code of the program in the container."),
)
_ENVIRONMENT: Final = (
    ("WHARF_DETACH_KEYS", "The keys that leave a console, as ctrl-p,ctrl-q; empty for none."),
    (
        "WHARF_HOST",
        "The machine that commands are for, as --host; cleanup, completion, config, host and workspace stay.",
    ),
    ("WHARF_MOUNT_PROGRAM", "What mounts layers in place of the kernel: fuse-overlayfs."),
    ("WHARF_ESCAPE_KEY", "The key that leaves a console of the screen, as ctrl+]."),
)
_FILES: Final = (
    ("/var/lib/wharfinger", "What outlives a boot: the database, images, containers, the log. Another by --root."),
    ("/run/wharfinger", "What does not: mounts, sockets, exit codes. Another by --runroot."),
)


def manual_page(version: str) -> str:
    """The page as source for man(7)."""
    return "\n".join(_lines(version)) + "\n"


def _lines(version: str) -> Iterator[str]:
    yield f'.TH WHARF 1 "" "wharf {version}" "User Commands"'
    yield ".nh"
    yield ".SH NAME"
    yield r"wharf \- containers: a full\-screen interface and a command line"
    yield ".SH SYNOPSIS"
    yield r"\fBwharf\fR [\fIoptions\fR] [\fIcommand\fR ...]"
    yield ".SH DESCRIPTION"
    yield _paragraph(_INTRODUCTION)
    yield ".SH OPTIONS"
    yield from _options(global_parser().declared)
    yield ".SH COMMANDS"
    for command in sorted(COMMANDS):
        yield from _command(command)
    for command, line in sorted(SCREEN_COMMANDS.items()):
        yield f".SS {_escaped(command)}"
        yield _escaped(_sentence(line))
    yield ".SH OTHER WORDS FOR COMMANDS"
    for group, words in sorted(GROUPS.items()):
        yield from _definition(f"wharf {group}", ", ".join(sorted(words)))
    yield ".SH TEMPLATES"
    yield _paragraph(_TEMPLATES)
    for heading, entries in (("EXIT STATUS", _EXIT_CODES), ("ENVIRONMENT", _ENVIRONMENT), ("FILES", _FILES)):
        yield f".SH {heading}"
        for name, text in entries:
            yield from _definition(name, text)
    yield ".SH FLAGS OF PODMAN THAT ARE REFUSED"
    for command in sorted(COMMANDS):
        refused = podman_flags(command) - {flag for argument in declared(command).declared for flag in argument.flags}
        if refused:
            yield from _definition(f"wharf {command}", " ".join(sorted(refused)))
    yield ".SH SEE ALSO"
    yield r"\fBpodman\fR(1), \fBrunc\fR(8), \fBconmon\fR(8), \fBcontainers\-storage\fR(1), \fBskopeo\fR(1)"


def _command(command: str) -> Iterator[str]:
    parser = declared(command)
    yield f".SS {_escaped(command)}"
    yield _escaped(_sentence(COMMANDS[command][1]))
    yield ".PP"
    yield rf"\fB{_escaped(parser.usage)}\fR"
    yield from _options(argument for argument in parser.declared if argument.action != "help")


def _options(arguments: Iterable[Argument]) -> Iterator[str]:
    for argument in arguments:
        if argument.flags and argument.help != HIDDEN:
            yield from _definition(_flags(argument), argument.help)


def _flags(argument: Argument) -> str:
    flags = ", ".join(sorted(argument.flags, key=len))
    values = "|".join(map(str, argument.choices)) if argument.choices else argument.metavar
    if argument.takes_value:
        return f"{flags} {values}"
    return f"{flags}[={values}]" if argument.nargs == "?" else flags


def _definition(name: str, text: str) -> Iterator[str]:
    yield ".TP"
    yield rf"\fB{_escaped(name)}\fR"
    yield _escaped(_sentence(text)) if text else r"\&"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", ";")) else ".")


def _paragraph(text: str) -> str:
    return _escaped(" ".join(text.split()))


def _escaped(text: str) -> str:
    """Text of which man(7) takes nothing for a request."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-").replace("…", "...")
    return re.sub(r"^(?=[.'])", r"\\&", escaped)


def main() -> None:
    """Print the page."""
    from core.version import VERSION

    print(manual_page(VERSION), end="")


if __name__ == "__main__":
    main()
