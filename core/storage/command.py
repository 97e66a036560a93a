"""The containers-storage command, always with our own configuration and directories."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from core.errors import StorageFailed
from core.host.files import make_private_directory, write_atomically
from core.host.locks import held_descriptors
from core.host.processes import Finished, find_program, run, search_path
from core.host.rootless import outside_user, storage_environment
from core.paths import EnginePaths
from core.settings import Settings

_TIMEOUT: Final = 600.0
"""Seconds; a call may wait for the lock of a long import."""
_CONFIG: Final = '[storage]\ndriver = "overlay"\nrunroot = "{run}"\ngraphroot = "{root}"\n'


class StorageCommand:
    """Runs verbs of containers-storage on the engine's root."""

    def __init__(self, paths: EnginePaths, settings: Settings) -> None:
        self._paths = paths
        self._settings = settings
        self._program = ""
        self._mount_program: Path | None = None

    @property
    def additional_stores(self) -> list[Path]:
        """The additional stores that are there."""
        stores = [Path(store) for store in self._settings.additional_image_stores]
        if outside_user() is not None:
            # What an ordinary user's podman has.
            data = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
            stores.insert(0, Path(data, "containers/storage"))
        # os.path: what is closed to this user counts as not there.
        return [
            store
            for store in stores
            if os.path.isdir(store / "overlay-images")
            and os.access(store, os.R_OK)
            and store != self._paths.storage_root
        ]

    @property
    def store_options(self) -> list[str]:
        """The additional stores as options of the overlay driver."""
        return [f"overlay.imagestore={store}" for store in self.additional_stores]

    @property
    def kernel_overlay(self) -> bool:
        """Whether the kernel mounts layers here by itself, with the rights of the host's root."""
        if self._settings.mount_program or outside_user() is not None:
            return False
        try:
            return self._mount_program_flag.read_bytes().strip() == b"false"
        except OSError:
            return False

    @property
    def _mount_program_flag(self) -> Path:
        """What containers-storage notes of whether a program has mounted layers: with one it goes on."""
        return self._paths.storage_root / "overlay" / ".has-mount-program"

    def environment(self) -> dict[str, str]:
        """The packaged configuration of containers-common must not leak in, so every call names ours."""
        own = {**storage_environment(), "CONTAINERS_STORAGE_CONF": str(self._paths.storage_config)}
        if self._mount_program is not None:
            own["PATH"] = f"{self._mount_program.parent}:{search_path()}"
        return {**os.environ, **own}

    def run(self, verb: str, *arguments: str, stdin: bytes | None = None) -> Finished:
        """One verb, whatever its result."""
        if not self._program:
            self._prepare()
        options = ["-s", "overlay", "-g", str(self._paths.storage_root), "-R", str(self._paths.storage_run_root)]
        for option in self.store_options:
            options += ["--storage-opt", option]
        if self._settings.mount_program:
            options += ["--storage-opt", f"overlay.mount_program={self._mount_program}"]
        argv = [self._program, verb, *options, *arguments]
        # A caller that is killed leaves this command to go on: whoever repairs after it must find it ended.
        return run(argv, env=self.environment(), stdin=stdin, timeout=_TIMEOUT, pass_fds=held_descriptors())

    def check(self, verb: str, *arguments: str) -> Finished:
        """One verb that must succeed. Raises `StorageFailed`."""
        finished = self.run(verb, *arguments)
        if finished.returncode:
            raise failure(verb, finished)
        return finished

    def json(self, verb: str, *arguments: str) -> Any:
        """What a verb prints as JSON."""
        finished = self.check(verb, "-j", *arguments)
        try:
            return msgspec.json.decode(finished.stdout)
        except msgspec.MsgspecError as error:
            raise failure(verb, finished) from error

    def _prepare(self) -> None:
        paths = self._paths
        program = find_program(self._settings.storage)
        for folder in (paths.root, paths.run_root, paths.storage_root, paths.storage_run_root):
            make_private_directory(folder)
        config = _CONFIG.format(run=paths.storage_run_root, root=paths.storage_root).encode()
        if not paths.storage_config.exists() or paths.storage_config.read_bytes() != config:
            write_atomically(paths.storage_config, config)
        if self._settings.mount_program or outside_user() is not None or self._mount_program_flag.exists():
            from core.storage.mount_program import mount_program

            self._mount_program = mount_program(paths, self._settings)
        self._program = program


def failure(verb: str, finished: Finished, what: str = "") -> StorageFailed:
    """The error for a verb that failed; some verbs print their errors on standard output."""
    lines: Sequence[str] = finished.error_text().splitlines()
    reason = lines[-1].removeprefix("containers-storage: ") if lines else f"exit code {finished.returncode}"
    return StorageFailed(
        f"the storage could not {what or verb.replace('-', ' ')}: {reason}",
        argv=finished.argv,
        stderr=finished.stderr.decode(errors="replace"),
    )
