"""What ssh prints when it fails, as a sentence and a hint."""

from __future__ import annotations

import re
from typing import Final

from core.errors import RemoteFailed
from core.remote.command_line import MISSING
from core.remote.host import Host

SSH_FAILED: Final = 255
"""The exit code of ssh for its own failures."""
_REASONS: Final = (
    (
        r"HOST IDENTIFICATION HAS CHANGED",
        "the host key of {name} is not the one that is known",
        "somebody may be between; where the machine was made anew: ssh-keygen -R HOST, then ssh {to}",
    ),
    (
        r"Host key verification failed|No .* host key is known",
        "the host key of {name} is not known",
        "connect once by hand and compare the key: ssh {to}",
    ),
    (
        r"Permission denied \(.*(?:password|keyboard-interactive)",
        "{name} wants a password or a key",
        "give it a key (ssh-copy-id), or go there on a terminal and be asked",
    ),
    (
        r"Permission denied|Too many authentication failures|no mutual signature",
        "{name} does not let you in",
        "make that this works: ssh {to}",
    ),
    (r"Could not resolve hostname", "no machine is known as {to}", "correct the name, or its entry for ssh"),
    (r"Connection refused", "{name} refuses the connection", "see whether sshd runs there, and on this port"),
    (
        r"timed out|No route to host|Network is unreachable|Host is down",
        "{name} does not answer",
        "see whether the machine runs and can be reached",
    ),
    (
        r"not responding|Connection (?:to \S+ )?(?:closed|reset)|Broken pipe|kex_exchange|closed by remote",
        "the connection to {name} was lost",
        "try again; what was begun there may go on",
    ),
    (
        r"[Bb]ad configuration option|extra arguments at end|Bad owner or permissions|too long for Unix domain",
        "ssh can not take its configuration for {name}",
        "look at ssh_config and at the options of the host: ssh {to}",
    ),
)  # fmt: skip
"""What ssh says, as a pattern → the sentence and the hint."""


def is_reason(said: str) -> bool:
    """Whether what ssh has printed is said in a sentence of ours, too."""
    return any(re.search(pattern, said) for pattern, _, _ in _REASONS)


def ssh_failure(host: Host, said: str) -> RemoteFailed:
    """The error for an ssh that failed by itself. `said`: its standard error."""
    found = next((reason for reason in _REASONS if re.search(reason[0], said)), None)
    if found is None:
        last = next((line for line in reversed(said.splitlines()) if line.strip()), "it does not say why").strip()
        return RemoteFailed(f"ssh to {host.name} failed: {last}", hint=f"try: ssh {host.destination}", stderr=said)
    names = {"name": host.name, "to": host.destination}
    return RemoteFailed(found[1].format(**names), hint=found[2].format(**names), stderr=said)


def wharf_failure(host: Host, said: str) -> RemoteFailed:
    """The error for a `wharf` there that failed, or is not there."""
    if MISSING in said:
        return RemoteFailed(
            f"there is no {host.program} on {host.name}",
            hint="install it there, or give its path: wharf = … in [[hosts]]",
            stderr=said,
        )
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    last = next((line for line in lines if line.startswith("Error: ")), lines[-1] if lines else "it does not say why")
    hint = next((line.removeprefix("hint: ") for line in lines if line.startswith("hint: ")), "")
    return RemoteFailed(f"wharf on {host.name} failed: {last.removeprefix('Error: ')}", hint=hint, stderr=said)
