"""The aliases of short names that an operator has chosen, in the file that podman keeps them in, too.

See containers-registries.conf(5), short-name-aliases.conf.
"""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import Final

from core.errors import InvalidArgument
from core.host.files import write_atomically
from core.host.locks import FileLock
from core.host.rootless import outside_user

_NAME: Final = "containers/short-name-aliases.conf"


def alias_file(configured: str) -> Path:
    """`configured`, or where podman has it for who runs this."""
    if configured:
        return Path(configured)
    if outside_user() is None:
        return Path("/var/cache", _NAME)
    return Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), _NAME)


def read_aliases(file: Path) -> dict[str, str]:
    """Short name → repository, empty for one that is none any more. Raises `InvalidArgument`."""
    try:
        found = tomllib.loads(file.read_text()).get("aliases") or {}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise InvalidArgument(f"{file} can not be read: {error}", hint="correct it, or remove it") from error
    return {str(short): str(full) for short, full in found.items()}


def keep_alias(file: Path, short: str, repository: str) -> None:
    """Let a short name stand for a repository from now on. Raises `InvalidArgument`."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(file.with_name(f"{file.name}.lock")):
            aliases = {**read_aliases(file), short: repository}
            # A string of JSON is one of TOML.
            lines = [f"  {json.dumps(name)} = {json.dumps(full)}" for name, full in sorted(aliases.items())]
            write_atomically(file, "\n".join(["[aliases]", *lines, ""]).encode(), 0o644)
    except OSError as error:
        raise InvalidArgument(
            f"the choice can not be kept in {file}: {error.strerror}", hint=f"see who may write in {file.parent}"
        ) from error
