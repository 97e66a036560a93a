"""Where registries are configured, containers-registries.conf(5): for the machine, and by an ordinary user."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.errors import InvalidArgument
from core.host.rootless import outside_user
from core.settings import Settings


def registries_file(settings: Settings) -> str:
    """The configuration's; for an ordinary user of the usual one their own, where they have one."""
    own = _own_file(settings)
    return own if own and os.path.exists(own) else settings.registries


def registries_contents(settings: Settings) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The file, and those of the folders .d; a later one goes before an earlier one. Raises `InvalidArgument`."""
    folders = dict.fromkeys((f"{settings.registries}.d", f"{_own_file(settings) or settings.registries}.d"))
    further = (path for folder in folders for path in sorted(Path(folder).glob("*.conf")))
    for path in (Path(registries_file(settings)), *further):
        try:
            yield path, tomllib.loads(path.read_text())
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            raise InvalidArgument(
                f"{path} can not be read: {error}", hint="see containers-registries.conf(5)"
            ) from error


def _own_file(settings: Settings) -> str:
    """An ordinary user's; empty for root, and where somebody has chosen another than the usual file."""
    if settings.registries != Settings().registries or outside_user() is None:
        return ""
    folder = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return os.path.join(folder, "containers", "registries.conf")
