"""What a name without a registry means: aliases and search registries of containers-registries.conf(5)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from core.errors import InvalidArgument
from core.storage.archive_names import own_name
from core.storage.references import TRANSPORTS, candidates, with_tag

_UNCONFIGURED: Final = ("docker.io",)
"""Where a name is looked for on a host that names no registry: where Docker looks."""


def sources(reference: str, configuration: str) -> list[tuple[str, str]]:
    """What skopeo may copy from, in the order to be tried, each with the name to keep it under (empty for its own).

    A transport is taken as it is, a name with a registry is one of that. `configuration`: path of registries.conf,
    beside which registries.conf.d may be. Raises `InvalidArgument` for a file that can not be read.
    """
    if reference.startswith("docker://"):
        name = candidates(reference.removeprefix("docker://"))[-1]
        return [(f"docker://{name}", name)]
    if reference.startswith(TRANSPORTS):
        return [(reference, own_name(reference))]
    return [(f"docker://{name}", name) for name in full_names(reference, configuration)]


def full_names(name: str, configuration: str) -> list[str]:
    """The names in registries that a name may mean, the one to try first at the front.

    Raises `InvalidArgument` where several are, and the configuration lets nobody guess (short-name-mode).
    """
    tagged = with_tag(name)
    if len(candidates(name)) == 1:
        return [tagged]
    aliases, registries, mode = _read(Path(configuration))
    repository = name.partition("@")[0].rpartition(":")[0] if ":" in name.rpartition("/")[2] else name
    alias = aliases.get(repository.partition("@")[0])
    if alias:
        return [with_tag(f"{alias}{name[len(repository) :]}")]
    if mode == "enforcing" and len(registries) > 1:
        # Where podman would ask on a terminal.
        meant = " or ".join(f"{registry}/{tagged}" for registry in registries)
        raise InvalidArgument(
            f'short-name resolution enforced: "{name}" may be of {len(registries)} registries', hint=f"name it: {meant}"
        )
    return [
        candidates(name)[-1] if registry == "docker.io" else f"{registry}/{tagged}"
        for registry in registries or _UNCONFIGURED
    ]


def search_registries(configuration: str) -> list[str]:
    """Where a name without a registry is looked for. Raises `InvalidArgument` for a file that can not be read."""
    return _read(Path(configuration))[1] or list(_UNCONFIGURED)


def insecure_registries(configuration: str) -> set[str]:
    """The registries that need not prove who they are. Raises `InvalidArgument` as above."""
    tables = [table for content in _contents(Path(configuration)) for table in content.get("registry") or ()]
    told = {str(table.get("prefix") or table.get("location")): bool(table.get("insecure")) for table in tables}
    return {name for name, insecure in told.items() if insecure}


def _read(file: Path) -> tuple[dict[str, str], list[str], str]:
    """Aliases, the registries to be searched, and short-name-mode; a later file goes before an earlier one."""
    mode = ""
    aliases: dict[str, str] = {}
    registries: list[str] = []
    for content in _contents(file):
        aliases |= {str(short): str(full) for short, full in (content.get("aliases") or {}).items()}
        registries = [str(one) for one in content.get("unqualified-search-registries") or registries]
        mode = str(content.get("short-name-mode") or mode)
    return aliases, registries, mode


def _contents(file: Path) -> Iterator[dict[str, Any]]:
    for path in (file, *sorted(Path(f"{file}.d").glob("*.conf"))):
        try:
            yield tomllib.loads(path.read_text())
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            raise InvalidArgument(
                f"{path} can not be read: {error}", hint="see containers-registries.conf(5)"
            ) from error
