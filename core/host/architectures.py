"""Which further instruction sets and ABIs the kernel runs programs of."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Final

from core.host.libc import libc

_X32: Final = 0x40000000
"""The bit in the number of a system call that makes it one of x32."""
_GETPID: Final = 39


@cache
def runs_x32() -> bool:
    """Whether the kernel knows x32, the ABI of x86_64 with short pointers; most kernels do not.

    True where it can't be asked: a seccomp filter that this process is under might kill it for the question.
    """
    if os.uname().machine != "x86_64":
        return False
    if "\nSeccomp:\t0\n" not in Path("/proc/self/status").read_text():
        return True
    return bool(libc().syscall(_X32 | _GETPID) == os.getpid())
