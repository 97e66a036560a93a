"""Whether the host has hooks for its containers: what reads them is loaded only then."""

from __future__ import annotations

import os
from typing import Any

from core.operations.parts import Transaction
from core.operations.rootless import is_rootless
from core.settings import DEFAULT_HOOKS_DIRS, Settings


def hook_folders(settings: Settings, *, rootless: bool) -> tuple[str, ...]:
    """Where hooks are configured: the usual places as far as they are there, and those that somebody named in any case.

    For an ordinary user the usual places do not count, as with podman.
    """
    if settings.hooks_dirs != DEFAULT_HOOKS_DIRS:
        return settings.hooks_dirs
    return () if rootless else tuple(folder for folder in DEFAULT_HOOKS_DIRS if os.path.isdir(folder))


def with_host_hooks(held: Transaction, spec: dict[str, Any]) -> dict[str, Any]:
    """The spec with the host's hooks. Raises `InvalidArgument`, `RuntimeFailed`."""
    folders = hook_folders(held.parts.settings, rootless=is_rootless())
    if not folders:
        return spec
    from core.operations.hooks import with_hooks

    return with_hooks(spec, held.config, folders, held.parts.settings.operation_timeout)
