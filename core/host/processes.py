"""Starting other programs: with a list of arguments, no terminal, nothing inherited that was not asked for."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import msgspec

from core.errors import HostIncomplete, TimedOut
from core.host.quoting import shell_line
from core.log import LOG

_SYSTEM_FOLDERS: Final = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
_HELPER_FOLDERS: Final = (
    "/usr/libexec/podman",
    "/usr/lib/podman",
    "/usr/local/libexec/podman",
    "/usr/local/lib/podman",
)
"""Where podman's packages keep what only engines call (netavark, aardvark-dns, catatonit)."""
_PACKAGES: Final = {
    "busybox": "busybox-static",
    "tar": "tar",
    "newuidmap": "uidmap",
    "zstd": "zstd",
    "gzip": "gzip",
    "ssh": "openssh-client",
}

Stream = int | IO[bytes] | None
PIPE: Final = -1
"""That of `subprocess`, which is loaded by the first that starts a program: many commands start none."""
if TYPE_CHECKING:
    import subprocess

    Process = subprocess.Popen[bytes]
    StillRunning = subprocess.TimeoutExpired
    """Raised by `Process.wait` when its time is over."""


def __getattr__(name: str) -> object:
    if name not in ("Process", "StillRunning"):
        raise AttributeError(name)
    import subprocess

    return subprocess.Popen[bytes] if name == "Process" else subprocess.TimeoutExpired


class Finished(msgspec.Struct, frozen=True):
    """A program that has ended. `returncode`: negative for a death by a signal."""

    argv: tuple[str, ...]
    returncode: int
    stdout: bytes
    stderr: bytes

    def error_text(self) -> str:
        """What it said on standard error, else on standard output, without the white space around it."""
        return (self.stderr.strip() or self.stdout.strip()).decode(errors="replace")


def search_path() -> str:
    """PATH, with the folders of the system and of podman's helpers behind."""
    return os.pathsep.join([*os.environ.get("PATH", "").split(os.pathsep), *_SYSTEM_FOLDERS, *_HELPER_FOLDERS])


def find_program(name: str) -> str:
    """The path of a program in PATH or in the system's folders; a path is checked. Raises `HostIncomplete`."""
    folders = [""] if "/" in name else search_path().split(os.pathsep)
    candidates = (os.path.join(folder, name) for folder in folders if folder or "/" in name)
    found = next((path for path in candidates if os.access(path, os.X_OK) and not os.path.isdir(path)), None)
    if found is None:
        package = _PACKAGES.get(Path(name).name, Path(name).name)
        hint = f"install it: apt-get install {package}" if "/" not in name else "correct the path"
        raise HostIncomplete(f"the program {name} is not on this machine", hint=hint)
    return found


def run(
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes | None = None,
    timeout: float | None = None,
    pass_fds: Sequence[int] = (),
    collects: bool = True,
    started: Callable[[Process], object] = lambda process: None,
) -> Finished:
    """Run to the end and collect the output. After `timeout` seconds its process group is killed: `TimedOut`.

    `collects` False: what it says is lost; for what leaves a process behind, which would keep the output open.
    `started`: gets the process, for those who may have to end it earlier by `kill_group`.
    """
    from subprocess import TimeoutExpired

    output = PIPE if collects else None
    process = spawn(
        argv,
        cwd=cwd,
        env=env,
        stdin=PIPE if stdin is not None else None,
        stdout=output,
        stderr=output,
        pass_fds=pass_fds,
    )
    try:
        started(process)
        stdout, stderr = (content or b"" for content in process.communicate(stdin, timeout))
    except TimeoutExpired as error:
        _end(process)
        raise TimedOut(
            f"{Path(argv[0]).name} did not answer within {timeout:g} seconds",
            hint=f"see whether it hangs: {shell_line(argv)}",
            argv=argv,
        ) from error
    except BaseException:
        _end(process)
        raise
    if process.returncode:
        LOG.info("exit %d: %s: %s", process.returncode, shell_line(argv), stderr.decode(errors="replace").strip())
    return Finished(tuple(argv), process.returncode, stdout, stderr)


def spawn(
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: Stream = None,
    stdout: Stream = None,
    stderr: Stream = None,
    pass_fds: Sequence[int] = (),
    new_session: bool = True,
) -> Process:
    """Start a program. A stream that is not given is /dev/null. Raises `HostIncomplete` where it can't be executed."""
    from subprocess import DEVNULL, Popen

    try:
        return Popen(
            argv,
            cwd=cwd,
            env=dict(env) if env is not None else None,
            stdin=DEVNULL if stdin is None else stdin,
            stdout=DEVNULL if stdout is None else stdout,
            stderr=DEVNULL if stderr is None else stderr,
            pass_fds=pass_fds,
            start_new_session=new_session,
        )
    except OSError as error:
        blamed = "" if error.filename in (None, argv[0]) else f" ({error.filename})"
        raise HostIncomplete(f"{argv[0]} can not be executed: {error.strerror}{blamed}", argv=argv) from error


def _end(process: Process) -> None:
    """Kill and reap. A grandchild that left the group may still hold the pipes: they are not waited for."""
    kill_group(process)
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def kill_session(leader: int) -> None:
    """Kill a process that leads a group, and all of its group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def kill_group(process: Process) -> None:
    """Kill a process started in a session of its own, and all of its group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
