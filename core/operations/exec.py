"""exec: a further process in a running container."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from core.errors import EngineError, InvalidArgument, StateForbids
from core.events import EventKind
from core.host.files import make_private_directory, write_atomically
from core.host.process_table import capability_bounds
from core.model.options import ExecOptions
from core.oci.capabilities import compute
from core.oci.messages import classify
from core.oci.spec import process_for_exec
from core.operations.init import user_of
from core.operations.parts import Transaction
from core.operations.secrets import secret_environment


class ExecSession:
    """A prepared exec. The caller runs `argv`: on a pty where the options ask for a terminal, else with pipes.

    `close` (or the end of a `with` block) removes its files; it ends no process.
    """

    def __init__(self, argv: Sequence[str], process_file: Path, container_id: str, descriptors: int = 0) -> None:
        self.argv = tuple(argv)
        self.descriptors = range(3, 3 + descriptors)
        """Those of our own that `argv` has to be started with."""
        self._process_file = process_file
        self._log = process_file.with_suffix(".log")
        self.pid_file = process_file.with_suffix(".pid")
        """The runtime writes into it which process of the host it is."""
        self._container_id = container_id

    def log_error(self) -> EngineError | None:
        """Why the runtime could not run the command, once it has ended; None where the command itself ran."""
        try:
            lines = self._log.read_bytes().splitlines()
        except OSError:
            return None
        for line in reversed(lines):
            try:
                entry = msgspec.json.decode(line.decode(errors="replace"), type=dict[str, object])
            except msgspec.MsgspecError:
                continue
            if entry.get("level") in ("error", "fatal"):
                error = classify(str(entry.get("msg", "")))
                error.container_id = self._container_id
                error.argv = self.argv
                return error
        return None

    def close(self) -> None:
        self._process_file.unlink(missing_ok=True)
        self._log.unlink(missing_ok=True)
        self.pid_file.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def prepare_exec(
    held: Transaction, options: ExecOptions, *, detach: bool = False, announce: bool = True
) -> ExecSession:
    """Write what the runtime needs for an exec; with `announce` the journal has it. Allowed: running.

    Raises `InvalidArgument`.
    """
    if not options.args:
        raise InvalidArgument("exec needs a command", hint="name a command, as sh")
    if not held.state.mount_point:
        raise StateForbids(
            f"the root of container {held.name} is not mounted any more", container_id=held.id, hint="restart it"
        )
    parts = held.parts
    user = user_of(held, Path(held.state.mount_point), options.user)
    security = held.config.security
    if options.privileged:
        security = msgspec.structs.replace(security, privileged=True)
    # One that was removed meanwhile must not keep anybody out of a container that runs.
    secrets = secret_environment(parts, held.config, strict=False)
    process = process_for_exec(held.config, user, options, compute(security, capability_bounds()), secrets)
    folder = parts.paths.exec_folder(held.id)
    make_private_directory(folder)
    process_file = folder / f"{os.urandom(8).hex()}.json"
    write_atomically(process_file, msgspec.json.encode(process))
    argv = held.runtime.exec_argv(
        held.id,
        process_file=process_file,
        terminal=options.terminal,
        pid_file=process_file.with_suffix(".pid"),
        detach=detach,
        log=process_file.with_suffix(".log"),
        descriptors=options.descriptors,
    )
    if announce:
        held.emit(EventKind.EXEC, command=" ".join(options.args))
    return ExecSession(argv, process_file, held.id, options.descriptors)
