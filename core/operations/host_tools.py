"""A shell of the host's own in a container that has none: busybox, by an open file, in the container's namespaces."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from core.errors import HostIncomplete
from core.events import EventKind
from core.host.processes import find_program
from core.operations.parts import Transaction


class HostTools(NamedTuple):
    """What to run, and the descriptor that it must inherit; closing that is the caller's."""

    argv: tuple[str, ...]
    descriptor: int


def open_host_tools(held: Transaction) -> HostTools:
    """Prepare a shell with the host's privileges in the container's namespaces (nsenter(1)). Allowed: running.

    The program is found by a descriptor of its folder: its path means another file, or none, in the container. Its own
    name has to stay, as busybox goes by the name that it is called by.
    Raises `HostIncomplete` where nsenter or a static busybox is missing.
    """
    enter, busybox = find_program("nsenter"), Path(find_program("busybox"))
    try:
        descriptor = os.open(busybox.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise HostIncomplete(f"{busybox} can not be opened: {error.strerror}") from error
    namespaces = ("--mount", "--uts", "--ipc", "--net", "--pid")
    program = f"/proc/self/fd/{descriptor}/{busybox.name}"
    argv = (enter, "--target", str(held.state.pid), *namespaces, "--", program, "sh")
    held.emit(EventKind.EXEC, command="busybox sh (the host's)")
    return HostTools(argv, descriptor)
