"""What an exit code means, in words."""

from __future__ import annotations

import signal
from typing import Final

from core.oci.signals import signal_name

_BY_CONVENTION: Final = {
    0: "it ended well",
    125: "the engine could not run it",
    126: "the program could not be executed",
    127: "the program was not found",
    128: "it gave a wrong exit code",
}
_OF_SIGNALS: Final = {
    signal.SIGHUP: "its terminal went away, or somebody told it so",
    signal.SIGINT: "it was interrupted, as by ctrl-c",
    signal.SIGQUIT: "it was told to quit with a core dump",
    signal.SIGILL: "it ran code that this CPU does not know",
    signal.SIGABRT: "it gave up by itself (abort)",
    signal.SIGBUS: "it used memory that is not there",
    signal.SIGFPE: "it divided by zero, or the like",
    signal.SIGSEGV: "it crashed: it used memory that is not its own",
    signal.SIGPIPE: "nobody read any more what it wrote",
    signal.SIGTERM: "it was asked to end",
    signal.SIGXCPU: "it used more CPU time than allowed",
    signal.SIGSYS: "it made a system call that is forbidden (seccomp)",
}


def exit_reason(exit_code: int | None, *, oom_killed: bool, stopped_by_user: bool) -> str:
    """Why a container ended, as far as its exit code and the kernel's word tell. Codes above 128 are signals."""
    if exit_code is None:
        return "it has not ended yet"
    if exit_code < 0:
        return "nobody saw its end: its monitor was gone, or the machine went down"
    if oom_killed:
        return "out of memory: the kernel killed a process of it at its limit"
    number = exit_code - 128
    if 0 < number <= 64:
        name = signal_name(number)
        if stopped_by_user and number in (signal.SIGTERM, signal.SIGKILL):
            return f"stopped by somebody, with {name}"
        if number == signal.SIGKILL:
            return f"killed with {name}, by a process in it or by somebody on the host"
        return f"{name}: {_OF_SIGNALS.get(signal.Signals(number), 'a signal ended it') if number < 32 else 'a signal'}"
    if stopped_by_user:
        return "stopped by somebody"
    return _BY_CONVENTION.get(exit_code, "it says that it failed")
