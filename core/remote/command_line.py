"""The words for ssh, and those for the shell that it starts on the other machine."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Final

from core.host.processes import find_program
from core.remote.host import Host
from core.version import CALLER, VERSION

MISSING: Final = "is not on this machine, or not in the PATH that ssh has there"
"""Said there of a `wharf` that can not be found."""
_SCRIPT: Final = f"""\
command -v "$1" >/dev/null 2>&1 || {{ echo "Error: $1 {MISSING}" >&2; exit 127; }}
case $0 in sh) ;; *) echo "$0 $$" >&2 ;; esac
export {CALLER}={VERSION}
exec "$@"\
"""
_KEEP_ALIVE: Final = ("ServerAliveInterval=10", "ServerAliveCountMax=3")
"""A machine that is gone ends the session after half a minute."""


def remote_words(host: Host, arguments: Sequence[str], mark: str = "sh") -> str:
    """The one text that the login shell there reads: it starts `wharf` with exactly these arguments.

    `mark`: a word that is printed on standard error with the process's id, before anything else; `sh` for none.
    """
    return shlex.join(["exec", "sh", "-c", _SCRIPT, mark, host.program, *arguments])


def ssh_words(host: Host, command: str, options: Sequence[str] = (), *, terminal: bool = False) -> list[str]:
    """The argv of ssh. `options`: lines of ssh_config(5). Host keys are checked as the operator's ssh does.

    Raises `HostIncomplete` where there is no ssh.
    """
    lines = [*host.options, *options, *_KEEP_ALIVE]
    identity = ["-i", host.identity] if host.identity else []
    return [
        find_program("ssh"),
        "-t" if terminal else "-T",
        *(word for line in lines for word in ("-o", line)),
        *identity,
        "--",
        host.destination,
        command,
    ]
