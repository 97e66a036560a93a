"""What a name without a registry means: aliases and search registries of containers-registries.conf(5)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, NamedTuple

from core.errors import InvalidArgument
from core.model.image import ImageNames
from core.settings import Settings
from core.storage.alias_file import alias_file, keep_alias, read_aliases
from core.storage.archive_names import own_name
from core.storage.references import TRANSPORTS, candidates, with_tag
from core.storage.registries_files import registries_contents, registries_file

_UNCONFIGURED: Final = ("docker.io",)
"""Where a name is looked for on a host that names no registry: where Docker looks."""
_MODES: Final = ("permissive", "enforcing", "disabled")
_TAG: Final = re.compile(r"(?::[^/:@]+)?(?:@[^/@]+)?$")


class _Rules(NamedTuple):
    """`aliases`: with the file that each is in. `mode`: short-name-mode."""

    aliases: dict[str, tuple[str, Path]]
    registries: list[str]
    mode: str


def sources(reference: str, settings: Settings) -> list[tuple[str, str]]:
    """What skopeo may copy from, in the order to be tried, each with the name to keep it under (empty for its own).

    A transport is taken as it is, a name with a registry is one of that. Raises `InvalidArgument` as `full_names`.
    """
    if reference.startswith("docker://"):
        name = candidates(reference.removeprefix("docker://"))[-1]
        return [(f"docker://{name}", name)]
    if reference.startswith(TRANSPORTS):
        return [(reference, own_name(reference))]
    return [(f"docker://{name}", name) for name in full_names(reference, settings)]


def full_names(name: str, settings: Settings) -> list[str]:
    """The names in registries that a name may mean, the one to try first at the front.

    Raises `InvalidArgument` where several are, and the configuration lets nobody guess (short-name-mode).
    """
    found = meant_names(name, settings)
    if found.must_choose:
        raise InvalidArgument(
            f'short-name resolution enforced: "{name}" may be of {len(found.names)} registries',
            hint=f"name it: {' or '.join(found.names)}",
        )
    return list(found.names)


def meant_names(name: str, settings: Settings) -> ImageNames:
    """What a name stands for in registries. Raises `InvalidArgument` for a configuration that can not be read."""
    if name.startswith(TRANSPORTS):
        return ImageNames(names=(name,))
    if len(candidates(name)) == 1:
        return ImageNames(names=(with_tag(name),))
    rules = _read(settings)
    short = _repository(name)
    repository, file = rules.aliases.get(short, ("", Path()))
    if repository:
        return ImageNames(names=(with_tag(repository + name[len(short) :]),), alias_file=str(file))
    names = tuple(_in_registry(registry, name) for registry in rules.registries or _UNCONFIGURED)
    several = len(names) > 1
    return ImageNames(
        names=names,
        registries_file=registries_file(settings) if rules.registries else "",
        may_choose=several and rules.mode != "disabled",
        must_choose=several and rules.mode == "enforcing",
    )


def further_names(name: str, settings: Settings) -> list[str]:
    """The full names under which an image that is here may be meant, beside `candidates`."""
    if len(candidates(name)) == 1 or not re.match(r"[a-z0-9]", name):
        return []
    rules = _read(settings)
    short = _repository(name)
    repository = rules.aliases.get(short, ("", Path()))[0]
    aliased = [with_tag(repository + name[len(short) :])] if repository else []
    return [*aliased, *(_in_registry(registry, name) for registry in rules.registries)]


def keep_choice(name: str, full: str, settings: Settings) -> None:
    """Let a short name stand for the repository of `full` from now on. Raises `InvalidArgument`."""
    keep_alias(alias_file(settings.short_name_aliases), _repository(name), _repository(full))


def search_registries(settings: Settings) -> list[str]:
    """Where a name without a registry is looked for. Raises `InvalidArgument` for a file that can not be read."""
    found: list[str] = []
    for _, content in registries_contents(settings):
        found = [str(one) for one in content.get("unqualified-search-registries") or found]
    return found or list(_UNCONFIGURED)


def insecure_registries(settings: Settings) -> set[str]:
    """The registries that need not prove who they are. Raises `InvalidArgument` as above."""
    tables = [table for _, content in registries_contents(settings) for table in content.get("registry") or ()]
    told = {str(table.get("prefix") or table.get("location")): bool(table.get("insecure")) for table in tables}
    return {name for name, insecure in told.items() if insecure}


def _repository(name: str) -> str:
    return _TAG.sub("", name)


def _in_registry(registry: str, name: str) -> str:
    return candidates(name)[-1] if registry == "docker.io" else f"{registry}/{with_tag(name)}"


def _read(settings: Settings) -> _Rules:
    """A later file goes before an earlier one, what was chosen before all."""
    mode = _MODES[0]
    aliases: dict[str, tuple[str, Path]] = {}
    registries: list[str] = []
    for path, content in registries_contents(settings):
        aliases |= {str(short): (str(full), path) for short, full in (content.get("aliases") or {}).items()}
        registries = [str(one) for one in content.get("unqualified-search-registries") or registries]
        mode = str(content.get("short-name-mode") or mode)
        if mode not in _MODES:
            raise InvalidArgument(f'invalid short-name mode "{mode}" in {path}', hint=f"use {', '.join(_MODES)}")
    chosen = alias_file(settings.short_name_aliases)
    aliases |= {short: (full, chosen) for short, full in read_aliases(chosen).items()}
    return _Rules(aliases, registries, mode)
