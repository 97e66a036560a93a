"""Where workspaces are kept: a file each, below the folder of what outlives a run."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from core.errors import EngineError, InvalidArgument, NoSuchObject
from core.host.files import make_private_directory, write_atomically
from tui.workspaces.workspace import Workspace

USUAL: Final = "default"
"""The name of the workspace of a screen that was opened without one."""
LARGEST: Final = 1 << 20
"""Bytes of a file that is looked at."""
_NAME: Final = re.compile(r"[A-Za-z0-9][\w.-]{0,63}", re.ASCII)
_SUFFIX: Final = ".json"
_DAMAGED: Final = ".damaged"


class Found(NamedTuple):
    """`saved_at`: Unix seconds."""

    name: str
    saved_at: float


def check_name(name: str) -> str:
    """The name, if it can be one. Raises `InvalidArgument`."""
    if not _NAME.fullmatch(name):
        raise InvalidArgument(
            f"{name!r} can not be the name of a workspace",
            hint="use letters, digits, dots, dashes and underscores: 64 of them at most",
        )
    return name


class WorkspaceFolder:
    """Files are written at once or not at all; of two screens in one workspace the one that ends last is kept."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path if path is not None else _usual_path()

    def all(self) -> list[Found]:
        """The workspaces that are there, the one that was saved last first."""
        found = []
        with contextlib.suppress(OSError):
            for entry in os.scandir(self._path):
                name = entry.name.removesuffix(_SUFFIX)
                if name != entry.name and _NAME.fullmatch(name):
                    found.append(Found(name, entry.stat().st_mtime))
        return sorted(found, key=lambda one: (-one.saved_at, one.name))

    def read(self, name: str) -> Workspace:
        """A workspace. Raises `NoSuchObject`, `EngineError` for one that can't be read; a damaged one is set aside."""
        path = self._file(name)
        try:
            with path.open("rb") as file:
                return msgspec.json.decode(file.read(LARGEST), type=Workspace)
        except FileNotFoundError:
            hint = "wharf workspace ls lists those that there are"
            raise NoSuchObject(f"there is no workspace {name}", hint=hint) from None
        except OSError as error:
            raise EngineError(f"the workspace {name} can not be read: {error}") from None
        except ValueError as error:
            aside = path.with_name(path.name + _DAMAGED)
            with contextlib.suppress(OSError):
                path.replace(aside)
            message = f"the workspace {name} is damaged: {error}"
            raise EngineError(message, hint=f"it was set aside as {aside}") from None

    def write(self, name: str, workspace: Workspace) -> None:
        """Keep a workspace in place of what has its name. Raises OSError where the file can not be written."""
        self._path.parent.parent.mkdir(parents=True, exist_ok=True)
        make_private_directory(self._path.parent)
        make_private_directory(self._path)
        data = msgspec.json.format(msgspec.json.encode(workspace), indent=2)
        write_atomically(self._file(name), data, lasting=False)

    def remove(self, name: str) -> None:
        """Forget a workspace. Raises `NoSuchObject`."""
        try:
            self._file(name).unlink()
        except FileNotFoundError:
            raise NoSuchObject(f"there is no workspace {name}") from None

    def _file(self, name: str) -> Path:
        return self._path / f"{check_name(name)}{_SUFFIX}"


def _usual_path() -> Path:
    from platformdirs import user_state_path

    return user_state_path("wharfinger") / "workspaces"
