"""The hooks of the host's configuration, put into the spec of a container that is about to be created."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import msgspec

from core.errors import EngineError, InvalidArgument, RuntimeFailed, TimedOut
from core.host.processes import run
from core.model.config import ContainerConfig
from core.oci.hooks import PRECREATE, Hook, HookProgram, by_stage, matches, parse_hook

_MOVE_AWAY: Final = "mend it, or move its file out of the directories of hooks"


def with_hooks(spec: dict[str, Any], config: ContainerConfig, folders: Iterable[str], timeout: float) -> dict[str, Any]:
    """The spec with the hooks that are for this container, as the hooks before its creation want it.

    `timeout`: seconds for one of those that says none itself, as the container is locked for as long.
    Raises `InvalidArgument` for a file that is not understood, `RuntimeFailed` for a hook that fails.
    """
    has_bind_mounts = bool(config.bind_mounts or config.volume_mounts)
    wanted = [
        hook
        for hook in read_hooks(folders)
        if matches(hook.when, spec, spec["annotations"], has_bind_mounts=has_bind_mounts)
    ]
    stages = by_stage(wanted)
    before = stages.pop(PRECREATE, [])
    changed = {**spec, **({"hooks": msgspec.to_builtins(stages)} if stages else {})}
    for program in before:
        changed = _run_before(program, changed, timeout)
    return changed


def read_hooks(folders: Iterable[str]) -> list[Hook]:
    """All of the folders in the order of their names; of those with the same name that of the last folder counts."""
    files: dict[str, Path] = {}
    for folder in folders:
        try:
            files |= {file.name: file for file in Path(folder).iterdir() if file.suffix == ".json"}
        except OSError as error:
            raise InvalidArgument(
                f"the directory of hooks {folder} can not be read: {error.strerror}", hint="see --hooks-dir"
            ) from error
    found = []
    for name in sorted(files):
        try:
            hook = parse_hook(str(files[name]), files[name].read_bytes())
        except OSError as error:
            raise InvalidArgument(
                f"the hook {files[name]} can not be read: {error.strerror}", hint="see its permissions, or move it away"
            ) from error
        if not Path(hook.hook.path).exists():
            raise InvalidArgument(
                f"the hook {files[name]} can not be used: there is no program {hook.hook.path}",
                hint="install it, or move the file away",
            )
        found.append(hook)
    return found


def _run_before(program: HookProgram, spec: dict[str, Any], timeout: float) -> dict[str, Any]:
    limit = timeout if program.timeout is None else program.timeout
    environment = dict(line.partition("=")[::2] for line in program.env)
    try:
        finished = run(
            [program.path, *program.args[1:]], env=environment, stdin=msgspec.json.encode(spec), timeout=limit
        )
    except TimedOut as error:
        raise RuntimeFailed(f"the hook {program.path} took more than {limit:g} seconds", hint=_MOVE_AWAY) from error
    except (EngineError, OSError) as error:
        raise RuntimeFailed(f"the hook {program.path} can not be run: {error}", hint=_MOVE_AWAY) from error
    if finished.returncode:
        raise RuntimeFailed(
            f"the hook {program.path} failed with {finished.returncode}: {finished.error_text()}",
            hint=_MOVE_AWAY,
            argv=finished.argv,
        )
    try:
        return msgspec.json.decode(finished.stdout, type=dict[str, Any]) if finished.stdout.strip() else spec
    except msgspec.MsgspecError as error:
        raise RuntimeFailed(f"the hook {program.path} wrote no spec: {error}", hint=_MOVE_AWAY) from error
