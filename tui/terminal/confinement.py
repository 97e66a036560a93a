"""Takes every privilege from the present process, for good: what runs here is fed with hostile bytes."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import resource
from typing import Final

ADDRESS_SPACE_LIMIT: Final = 1 << 30
"""Bytes of virtual memory; the scrollback of a wide terminal needs a tenth of this."""
DESCRIPTOR_LIMIT: Final = 64

_PR_SET_DUMPABLE: Final = 4
_PR_SET_NO_NEW_PRIVS: Final = 38
_CLONE_NEWIPC: Final = 0x08000000
_CLONE_NEWNET: Final = 0x40000000
_FALLBACK_ID: Final = 65534


def drop_privileges() -> None:
    """Become nobody, with no network, no new processes, bounded memory and no core file.

    Without root, what is left to give up is given up. Raises OSError when root cannot be left behind.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    for limit, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, DESCRIPTOR_LIMIT),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_AS, ADDRESS_SPACE_LIMIT),
    ):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(limit, (value, value))
    if os.geteuid() == 0:
        libc.unshare(_CLONE_NEWNET | _CLONE_NEWIPC)  # best effort: not every host allows it
        try:
            entry = pwd.getpwnam("nobody")
            user, group = entry.pw_uid, entry.pw_gid
        except KeyError:
            user = group = _FALLBACK_ID
        os.setgroups([])
        os.setresgid(group, group, group)
        os.setresuid(user, user, user)
        if 0 in os.getresuid() + os.getresgid():
            raise PermissionError("the console's keeper is still root")
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "the console's keeper could not give up new privileges")
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
