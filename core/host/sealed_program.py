"""A copy of a program in memory that nobody can change any more, for as long as many want to run it at once.

runc copies itself, and starts itself anew, before it goes into a container: the container could write to its file
otherwise. Of a file in memory that is sealed it knows that nothing can (libcontainer/nsenter/cloned_binary.c, and
contrib/cmd/memfd-bind, which does the same for a whole machine), and spares itself both, a twentieth of a create.
"""

from __future__ import annotations

import contextlib
import errno
import os
import threading
from collections.abc import Iterator
from fcntl import F_ADD_SEALS, F_SEAL_GROW, F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_WRITE, fcntl
from typing import Final

from core.errors import EngineError
from core.host.processes import run
from core.host.rootless import outside_user
from core.log import LOG

MANY: Final = 3
"""Users at once from which the copy is worth its making, some 5 ms, and its trial."""
TRIAL_TIMEOUT: Final = 10.0
_PROGRAM: Final = "runc"
_SEALS: Final = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE
"""All of these, and no other: what runc compares with."""
_ALL: Final = 1 << 30
"""Bytes, more than any runtime has."""
_MFD_EXEC: Final = 0x10
"""linux/memfd.h: may be executed, whatever is usual (sysctl vm.memfd_noexec). Unknown before Linux 6.3."""
_SELINUX: Final = "/sys/fs/selinux/enforce"


class SealedProgram:
    """The copy of one program for all threads of this process; gone with the last of those that use it at once."""

    def __init__(self, program: str) -> None:
        self._program = program
        self._lock = threading.Lock()
        self._users = 0
        self._descriptor: int | None = None
        self._is_possible = os.path.basename(program) == _PROGRAM
        self._has_run = False

    @contextlib.contextmanager
    def path(self) -> Iterator[str]:
        """Where to run it from in the meantime: the copy, or the program itself while few do or no copy can be had."""
        with self._lock:
            self._users += 1
            if self._users >= MANY and self._descriptor is None and self._is_possible:
                self._descriptor = sealed_copy(self._program, has_run=self._has_run)
                self._is_possible = self._has_run = self._descriptor is not None
            copy = self._descriptor
        try:
            yield self._program if copy is None else _path_for_others(copy)
        finally:
            with self._lock:
                self._users -= 1
                if not self._users and self._descriptor is not None:
                    os.close(self._descriptor)
                    self._descriptor = None


def sealed_copy(program: str, *, has_run: bool = False) -> int | None:
    """A descriptor of a copy that was seen to run; None where this machine lets none run, or judges programs by files.

    `has_run`: whether an earlier copy was; this one is not tried then. SELinux gives a process its rights by the label
    of its program's file, which the copy has not. Nor is it made in a user namespace: nobody has seen it work there.
    """
    if outside_user() is not None or os.path.exists(_SELINUX):
        return None
    descriptor = None
    try:
        descriptor = _memory_file(program)
        with open(program, "rb") as file:
            while os.sendfile(descriptor, file.fileno(), None, _ALL):
                pass
        fcntl(descriptor, F_ADD_SEALS, _SEALS)
        if has_run:
            return descriptor
        trial = run([_path_for_others(descriptor), "--version"], timeout=TRIAL_TIMEOUT)
        if trial.returncode == 0:
            return descriptor
        LOG.info("a copy of %s does not run from memory: %s", program, trial.error_text())
    except (EngineError, OSError) as error:
        LOG.info("a copy of %s can not be run from memory: %s", program, error)
    if descriptor is not None:
        os.close(descriptor)
    return None


def _path_for_others(descriptor: int) -> str:
    """Where another process finds it. Inherited it would stay open in a container's monitor as long as that lives."""
    return f"/proc/{os.getpid()}/fd/{descriptor}"


def _memory_file(program: str) -> int:
    name, flags = os.path.basename(program), os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING
    try:
        return os.memfd_create(name, flags | _MFD_EXEC)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        return os.memfd_create(name, flags)
