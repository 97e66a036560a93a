"""What libseccomp knows of system calls: their numbers on each architecture."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache


@cache
def call_numbers() -> Callable[[str, str], int] | None:
    """A function from an architecture (as the runtime spec names it) and a name to the number there.

    It gives a negative one for a call that the architecture has not. None where the library is not on this machine:
    the runtime may have brought its own.
    """
    from ctypes import CDLL

    try:
        library = CDLL("libseccomp.so.2")
        token, number = library.seccomp_arch_resolve_name, library.seccomp_syscall_resolve_name_arch
    except (OSError, AttributeError):
        return None
    tokens = cache(lambda architecture: token(architecture.removeprefix("SCMP_ARCH_").lower().encode()))
    return lambda architecture, name: int(number(tokens(architecture), name.encode()))
