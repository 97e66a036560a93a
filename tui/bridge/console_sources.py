"""Consoles and shells of containers, made ready for a pane. All of it may wait: for threads only."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from typing import Final

from core.console.log import ReplayBegin
from core.container import Container
from core.errors import EngineError, NoSuchExecutable
from core.foreign import ForeignHandle
from core.host.pty import PtyProcess
from core.model.options import ExecOptions
from tui.languages import N_, _
from tui.terminal.source import ConsoleSource

PROBE_TIMEOUT: Final = 20.0
"""Seconds for the question whether there is a shell."""
END_TIMEOUT: Final = 10.0
_MISSING_ABOVE: Final = {
    ReplayBegin.CUT: N_("── earlier output is in the log ──"),
    ReplayBegin.ROTATED: N_("── earlier output is gone: the log was full and was begun anew ──"),
}
_BEST_SHELL: Final = """\
me=$(id -u)
login=$(while IFS=: read -r x x id x x x shell; do [ "$id" = "$me" ] && echo "$shell" && break; done </etc/passwd)
for shell in "$login" bash ash; do
  [ -n "$shell" ] && command -v "$shell" >/dev/null && [ "${shell##*/}" != nologin ] && [ "${shell##*/}" != false ] \
    && exec "$shell"
done 2>/dev/null
exec /bin/sh
"""
"""The user's own shell, else the first of bash, ash and sh that is there."""


def attached(container: Container | ForeignHandle) -> ConsoleSource:
    """The container's own console. Raises what `Container.attach` raises."""
    console = container.attach()
    terminal = container.terminal if isinstance(container, ForeignHandle) else container.config.process.terminal
    return ConsoleSource(
        kind="attach",
        title=container.name,
        fileno=console.fileno(),
        resize=lambda columns, rows: _resize_quietly(container, columns, rows),
        replay=lambda: _marked_replay(container),
        close=console.close,
        wait_exit=lambda: container.wait(timeout=END_TIMEOUT),
        terminal=terminal,
        container_id=row_id_of(container),
        size=container.console_size if terminal else None,
    )


def _marked_replay(container: Container | ForeignHandle) -> bytes:
    """The log's end, under a line that says what is missing above it."""
    mark = _(_MISSING_ABOVE.get(container.replay_begin(), ""))
    return (f"\x1b[2m{mark}\x1b[0m\r\n" if mark else "").encode() + container.replay()


def has_shell(container: Container | ForeignHandle) -> bool:
    """Whether /bin/sh runs in the container."""
    try:
        container.run_exec(ExecOptions(args=("/bin/sh", "-c", "exit 0")), timeout=PROBE_TIMEOUT)
    except NoSuchExecutable:
        return False
    return True


def best_shell(container: Container | ForeignHandle) -> ConsoleSource:
    """A shell of the container, as its own user. Raises what `Container.exec` raises."""
    return executed(container, ExecOptions(args=("/bin/sh", "-c", _BEST_SHELL), terminal=True), "shell")


def executed(container: Container | ForeignHandle, options: ExecOptions, title: str = "") -> ConsoleSource:
    """A further process in the container. Raises what `Container.exec` raises."""
    session = container.exec(options)
    process = PtyProcess.spawn(session.argv, options.columns, options.rows)

    def close() -> None:
        process.terminate()
        session.close()

    return _on_pty(container, process, title or " ".join(options.args), close)


def host_tools(container: Container) -> ConsoleSource:
    """The host's busybox in the container's namespaces. Raises what `Container.open_host_tools` raises."""
    tools = container.open_host_tools()
    try:
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TERM": "xterm-256color", "PS1": "(host tools) \\w # "}
        process = PtyProcess.spawn(tools.argv, 80, 24, env=environment, pass_fds=[tools.descriptor])
    finally:
        os.close(tools.descriptor)
    return _on_pty(container, process, "host tools", process.terminate)


def on_host(row_id: str, title: str, argv: Sequence[str]) -> ConsoleSource:
    """A program of this host. Raises `HostIncomplete` where it can not be run."""
    process = PtyProcess.spawn(argv, 80, 24)
    return ConsoleSource(
        kind="exec",
        title=title,
        fileno=process.fd,
        resize=process.resize,
        replay=lambda: b"",
        close=process.terminate,
        wait_exit=process.wait,
        container_id=row_id,
    )


def _on_pty(
    container: Container | ForeignHandle, process: PtyProcess, title: str, close: Callable[[], None]
) -> ConsoleSource:
    return ConsoleSource(
        kind="exec",
        title=f"{container.name}: {title}",
        fileno=process.fd,
        resize=process.resize,
        replay=lambda: b"",
        close=close,
        wait_exit=process.wait,
        container_id=row_id_of(container),
    )


def row_id_of(container: Container | ForeignHandle) -> str:
    """What a container's row is known by."""
    return container.picture.key if isinstance(container, ForeignHandle) else container.id


def _resize_quietly(container: Container | ForeignHandle, columns: int, rows: int) -> None:
    """A console that ends just now takes no size any more; its end is told in another way."""
    with contextlib.suppress(EngineError):
        container.resize(columns, rows)
