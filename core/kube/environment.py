"""A container's variables: given, out of ConfigMaps, Secrets and the pod itself, and expanded."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from core.errors import InvalidArgument
from core.kube import manifest
from core.kube.quantity import parse_quantity

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
        raise InvalidArgument(f"the data is no base64: {error}") from error


def variables(container: manifest.Container, sources: Sources) -> dict[str, str]:
    """Name → value, those of `envFrom` first. Raises `InvalidArgument` for what is referred to and not there."""
    found: dict[str, str] = {}
    for source in container.env_from:
        for key, value in _all_of(source, sources).items():
            found[f"{source.prefix}{key}"] = value.decode(errors="surrogateescape")
    for variable in container.env:
        if variable.value_from is None:
            found[variable.name] = expanded(variable.value, found)
        elif (value_from := _from(variable.value_from, container, sources)) is not None:
            found[variable.name] = value_from
    return found


def expanded(text: str, known: Mapping[str, str]) -> str:
    """`$(NAME)` by its value, where it has one; `$$` is a dollar."""
    return _REFERENCE.sub(lambda match: "$" if match[1] is None else known.get(match[1], match[0]), text)


def _all_of(source: manifest.VariablesSource, sources: Sources) -> Mapping[str, bytes]:
    if source.config_map_ref is not None:
        return config_map(source.config_map_ref.name, sources, optional=source.config_map_ref.optional)
    if source.secret_ref is not None:
        return secret(source.secret_ref.name, sources, optional=source.secret_ref.optional)
    return {}


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
    for reference, look_up in ((source.config_map_key_ref, config_map), (source.secret_key_ref, secret)):
        if reference is not None:
            data = look_up(reference.name, sources, optional=reference.optional)
            if reference.key not in data and not reference.optional:
                raise InvalidArgument(f"{reference.name} has no key {reference.key}")
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
