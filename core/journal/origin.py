"""Who acts, on which engine, and what of the runtime's came of it: what is the same of every action."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable

from core.events import Event
from core.host.actor import process_user, sudo_user
from core.paths import EnginePaths, default_folders
from core.settings import Settings


def who() -> dict[str, str | int]:
    """The fields of an entry that tell who acts."""
    return {"user": process_user(), "sudo_user": sudo_user(), "process": os.getpid()}


def global_options(paths: EnginePaths, settings: Settings) -> tuple[str, ...]:
    """What stands before the command where this engine is not the usual one."""
    root, run_root = default_folders()
    words = [] if str(paths.root) == root else ["--root", str(paths.root)]
    words += [] if str(paths.run_root) == run_root else ["--runroot", str(paths.run_root)]
    words += [] if settings.runtime == Settings().runtime else ["--runtime", settings.runtime]
    return tuple(words)


def runtime_commands(events: Iterable[Event], container_ids: Collection[str]) -> str:
    """The command lines of the runtime that this process has run for these containers."""
    process = os.getpid()
    commands = (
        event.attributes.get("runtime", "")
        for event in events
        if event.process == process and event.container_id in container_ids
    )
    return "; ".join(filter(None, commands))
