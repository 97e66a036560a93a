"""A container's variables: given, out of ConfigMaps, Secrets and the pod itself, and expanded."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

import msgspec

from core.errors import InvalidArgument
from core.kube import manifest
from core.kube.quantity import parse_quantity
from core.model.secret import SecretKind, SecretUse

SecretData = Callable[[str], Mapping[str, bytes] | None]
"""The keys of the Secret of a name, None where there is none."""
_REFERENCE: Final = re.compile(r"\$\$|\$\(([A-Za-z_][\w.-]*)\)")


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """Where values come from."""

    config_maps: Mapping[str, Mapping[str, bytes]]
    secret: SecretData
    metadata: manifest.Metadata


def config_map_data(config_map: manifest.ConfigMap) -> dict[str, bytes]:
    """All keys of a ConfigMap. Raises `InvalidArgument` for what is no base64."""
    return {key: text.encode() for key, text in config_map.data.items()} | decoded(config_map.binary_data)


def decoded(data: Mapping[str, str]) -> dict[str, bytes]:
    """Raises `InvalidArgument`."""
    try:
        return {key: base64.b64decode(text, validate=False) for key, text in data.items()}
    except (binascii.Error, ValueError) as error:
        raise InvalidArgument(
            f"the data is no base64: {error}", hint="write it as base64 does: base64 -w0 FILE"
        ) from error


class Variables(msgspec.Struct, frozen=True, kw_only=True):
    """`plain`: name → value. `secrets`: those that are only looked up at a start. `mixed`: `NAME=TEXT` with `$(NAME)`
    of one of these.
    """

    plain: dict[str, str]
    secrets: tuple[SecretUse, ...]
    mixed: tuple[str, ...]


def variables(container: manifest.Container, sources: Sources) -> Variables:
    """All of a container, those of `envFrom` first. Raises `InvalidArgument` for what is referred to and not there."""
    plain: dict[str, str] = {}
    secrets: dict[str, SecretUse] = {}
    mixed: dict[str, str] = {}
    for source in container.env_from:
        if source.secret_ref is not None:
            name, optional = source.secret_ref.name, source.secret_ref.optional
            for key in secret(name, sources, optional=optional):
                secrets[f"{source.prefix}{key}"] = _use(name, key, f"{source.prefix}{key}", optional=optional)
        elif source.config_map_ref is not None:
            name, optional = source.config_map_ref.name, source.config_map_ref.optional
            for key, value in config_map(name, sources, optional=optional).items():
                plain[f"{source.prefix}{key}"] = value.decode(errors="surrogateescape")
    for variable in container.env:
        name = variable.name
        for former in (plain, secrets, mixed):
            former.pop(name, None)
        reference = variable.value_from.secret_key_ref if variable.value_from is not None else None
        if reference is not None:
            _require_key(reference, sources)
            secrets[name] = _use(reference.name, reference.key, name, optional=reference.optional)
        elif variable.value_from is None:
            kind = mixed if refers_to(variable.value, (*secrets, *mixed)) else plain
            kind[name] = expanded(variable.value, plain)
        elif (value_from := _from(variable.value_from, container, sources)) is not None:
            plain[name] = value_from
    return Variables(
        plain=plain, secrets=tuple(secrets.values()), mixed=tuple(f"{name}={text}" for name, text in mixed.items())
    )


def refers_to(text: str, names: Iterable[str]) -> str:
    """The first of the names that stands as `$(NAME)` in a text; empty for none."""
    return next((match[1] for match in _REFERENCE.finditer(text) if match[1] in set(names)), "")


def _use(name: str, key: str, variable: str, *, optional: bool) -> SecretUse:
    return SecretUse(name=name, kind=SecretKind.ENV, target=variable, key=key, optional=optional)


def _require_key(reference: manifest.KeyReference, sources: Sources) -> None:
    if reference.key not in secret(reference.name, sources, optional=reference.optional) and not reference.optional:
        raise InvalidArgument(
            f"{reference.name} has no key {reference.key}", hint=f"correct the key, or add it to {reference.name}"
        )


def expanded(text: str, known: Mapping[str, str]) -> str:
    """`$(NAME)` by its value, where it has one; `$$` is a dollar."""
    return _REFERENCE.sub(lambda match: "$" if match[1] is None else known.get(match[1], match[0]), text)


def config_map(name: str, sources: Sources, *, optional: bool) -> Mapping[str, bytes]:
    """Its keys; none for an optional one that is not there. Raises `InvalidArgument`."""
    found = sources.config_maps.get(name)
    if found is None and not optional:
        raise InvalidArgument(
            f"configmap {name} not found", hint="put it into the file, or name its file with --configmap"
        )
    return found or {}


def secret(name: str, sources: Sources, *, optional: bool) -> Mapping[str, bytes]:
    """Its keys; none for an optional one that is not there. Raises `InvalidArgument`."""
    found = sources.secret(name)
    if found is None and not optional:
        raise InvalidArgument(f'no secret with name or id "{name}": no such secret', hint="put it into the file")
    return found or {}


def _from(source: manifest.ValueSource, container: manifest.Container, sources: Sources) -> str | None:
    reference = source.config_map_key_ref
    if reference is not None:
        data = config_map(reference.name, sources, optional=reference.optional)
        if reference.key not in data and not reference.optional:
            raise InvalidArgument(
                f"{reference.name} has no key {reference.key}", hint=f"correct the key, or add it to {reference.name}"
            )
        value = data.get(reference.key)
        return None if value is None else value.decode(errors="surrogateescape")
    if source.field_ref is not None:
        return _of_pod(source.field_ref.field_path, sources.metadata)
    if source.resource_field_ref is not None:
        return _of_resources(source.resource_field_ref.resource, container.resources)
    return None


def _of_pod(path: str, metadata: manifest.Metadata) -> str:
    match = re.fullmatch(r"metadata\.(labels|annotations)\['([^']+)'\]", path)
    if path == "metadata.name":
        return metadata.name
    if match is None:
        raise InvalidArgument(
            f"can not get the field {path} of a pod", hint="metadata.name, labels and annotations are known"
        )
    return (metadata.labels if match[1] == "labels" else metadata.annotations).get(match[2], "")


def _of_resources(path: str, resources: manifest.Resources) -> str:
    kind, _, name = path.partition(".")
    values = {"limits": resources.limits, "requests": resources.requests}.get(kind)
    if values is None or name not in ("cpu", "memory"):
        raise InvalidArgument(
            f"can not get the resource {path} of a container", hint="as limits.cpu or requests.memory"
        )
    amount = parse_quantity(values.get(name, 0))
    return str(max(1, round(amount)) if name == "cpu" and amount else round(amount))
