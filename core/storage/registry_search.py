"""Which repositories of registries fit a word: by the search of Docker Hub, elsewhere by the catalogue of version 2."""

from __future__ import annotations

import urllib.parse
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from core.errors import EngineError, StorageFailed
from core.model.image import FoundRepository, RegistryAccess
from core.settings import Settings
from core.storage.registry_client import RegistryClient
from core.storage.short_names import insecure_registries, search_registries

_HUB: Final = "docker.io"
_HUB_HOST: Final = "index.docker.io"
_AT_ONCE: Final = 6
_PAGE: Final = 1000
"""Repositories that are asked for at once of a catalogue."""


def search(settings: Settings, term: str, access: RegistryAccess, limit: int) -> list[FoundRepository]:
    """What fits, at most `limit` of each registry, which is what `term` has before its first slash.

    Without one all registries are searched that registries.conf names for short names; those that fail are passed over
    where another one has something. Raises `StorageFailed`, `InvalidArgument`.
    """
    registry, slash, word = term.partition("/")
    registries = [registry] if slash else search_registries(settings)
    word = word if slash else term
    insecure = insecure_registries(settings)

    def one(registry: str) -> list[FoundRepository] | EngineError:
        trusting = not access.tls_verify or registry in insecure
        try:
            return _search_one(registry, word, access, limit, insecure=trusting)
        except EngineError as error:
            return error

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        results = list(pool.map(one, registries))
    found = [repository for result in results if not isinstance(result, EngineError) for repository in result]
    failures = [result for result in results if isinstance(result, EngineError)]
    if failures and not found:
        raise failures[0]
    return found


def _search_one(
    registry: str, word: str, access: RegistryAccess, limit: int, *, insecure: bool
) -> list[FoundRepository]:
    client = RegistryClient(_HUB_HOST if registry == _HUB else registry, registry, access, insecure=insecure)
    if registry == _HUB:
        told, _ = client.ask(f"/v1/search?{urllib.parse.urlencode({'q': word, 'n': limit})}")
        return [_of_hub(entry) for entry in (told.get("results") or ())[:limit]]
    return [
        FoundRepository(registry=registry, name=f"{registry}/{name}") for name in _in_catalogue(client, word, limit)
    ]


def _of_hub(entry: dict[str, Any]) -> FoundRepository:
    name = str(entry.get("name") or "")
    return FoundRepository(
        registry=_HUB,
        name=f"{_HUB}/{name}" if "/" in name else f"{_HUB}/library/{name}",
        description=str(entry.get("description") or "").replace("\n", " "),
        stars=int(entry.get("star_count") or 0),
        official=bool(entry.get("is_official")),
        automated=bool(entry.get("is_automated")),
    )


def _in_catalogue(client: RegistryClient, word: str, limit: int) -> Sequence[str]:
    """The names that have the word in them; one that is the word goes first."""
    path, seen, found = f"/v2/_catalog?n={_PAGE}", set[str](), list[str]()
    while path and len(found) < limit:
        if path in seen:
            raise StorageFailed("the registry's list of repositories has no end", hint="tell whoever runs it")
        seen.add(path)
        told, path = client.ask(path, "registry:catalog:*")
        found += [str(name) for name in told.get("repositories") or () if word in str(name)]
    return sorted(found[:limit], key=lambda name: name != word)
