"""The C library, for system calls that Python does not have. Loaded by the first call, as most commands make none."""

from __future__ import annotations

from functools import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ctypes import CDLL


@cache
def libc() -> CDLL:
    """The library that this program is linked with. Integers are passed as C's int unless they are wrapped."""
    from ctypes import CDLL

    return CDLL(None, use_errno=True)


def last_error() -> int:
    """The errno of this thread's last call by `libc`."""
    from ctypes import get_errno

    return get_errno()
