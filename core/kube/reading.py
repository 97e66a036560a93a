"""A file of Kubernetes YAML as manifests, and what of it is not understood."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, get_args

import msgspec

from core.errors import InvalidArgument
from core.kube.manifest import KINDS, Container, Manifest, Pod, Workload

WITHOUT_MEANING: Final = frozenset(
    {
        *("apiVersion", "kind", "status", "creationTimestamp", "namespace", "uid", "resourceVersion", "generation"),
        *("automountServiceAccountToken", "enableServiceLinks", "dnsPolicy", "schedulerName", "serviceAccountName"),
        *("serviceAccount", "terminationMessagePath", "terminationMessagePolicy", "selector", "strategy", "type"),
        *("progressDeadlineSeconds", "revisionHistoryLimit", "successThreshold", "requests"),
    }
)
"""Fields that say nothing to a single machine: they are passed over without a word."""
_ORDER: Final = ("PersistentVolumeClaim", "Secret", "ConfigMap", "Pod", "Deployment", "DaemonSet", "Job")
_RESOURCES: Final = ("cpu", "memory")


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """The manifests in the order in which they are to be played. `warnings`: a sentence for each thing left out."""

    manifests: tuple[Manifest, ...]
    warnings: tuple[str, ...]


def read_manifests(text: str | bytes) -> Reading:
    """Raises `InvalidArgument` for what is no YAML, or not of its kind's shape."""
    found: list[tuple[int, Manifest]] = []
    warnings: list[str] = []
    for document in _documents(text):
        kind = document.get("kind", "") if isinstance(document, dict) else ""
        if kind not in KINDS:
            warnings.append(f"Kube kind {kind or 'of a document'} not supported")
            continue
        try:
            manifest: Manifest = msgspec.convert(document, KINDS[kind])
        except msgspec.ValidationError as error:
            raise InvalidArgument(
                f"unable to read YAML as Kube {kind}: {error}", hint="correct the field that the message names"
            ) from error
        if not manifest.metadata.name:
            raise InvalidArgument(f"{kind.lower()} does not have a name", hint="give it one: metadata.name")
        where = f"{kind} {manifest.metadata.name}"
        warnings += [
            f"{where}: the field {path} is not supported, and left out" for path in _unknown(document, KINDS[kind])
        ]
        if isinstance(manifest, Workload):
            spec = manifest.spec if isinstance(manifest, Pod) else manifest.spec.template.spec
            warnings += [f"{where}: {told}" for one in spec.containers for told in _approximations(one)]
        found.append((_ORDER.index(kind), manifest))
    found.sort(key=lambda entry: entry[0])
    return Reading(manifests=tuple(manifest for _, manifest in found), warnings=tuple(warnings))


def _approximations(container: Container) -> Iterator[str]:
    """What of a container can only be had in part here."""
    of_container = f"container {container.name}"
    if container.readiness_probe is not None and container.liveness_probe is not None:
        yield f"the readinessProbe of {of_container} is left out: a container has one health check"
    for name in container.resources.limits:
        if name not in _RESOURCES:
            yield f"the limit of {name} of {of_container} is not supported, and left out"


def _documents(text: str | bytes) -> list[Any]:
    import yaml

    try:
        loaded = list(yaml.safe_load_all(text))
    except (yaml.YAMLError, ValueError) as error:
        said = " ".join(str(error).split())
        raise InvalidArgument(
            f"multi doc yaml could not be split: {said}", hint="correct it where the message says"
        ) from error
    return [_without_nulls(document) for document in loaded if document is not None]


def _without_nulls(value: Any) -> Any:
    """A field that is null is a field that is not there."""
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def _unknown(value: Any, kind: Any, path: str = "") -> Iterator[str]:
    """The paths of the fields that the records have no place for."""
    structs = [one for one in (kind, *get_args(kind)) if isinstance(one, type) and issubclass(one, msgspec.Struct)]
    if isinstance(value, list):
        for number, item in enumerate(value):
            for inner in get_args(kind)[:1]:
                yield from _unknown(item, inner, f"{path}[{number}]")
    elif isinstance(value, dict) and structs:
        known = {field.encode_name: field.type for field in msgspec.structs.fields(structs[0])}
        for name, item in value.items():
            below = f"{path}.{name}" if path else str(name)
            if name in known:
                yield from _unknown(item, known[name], below)
            elif name not in WITHOUT_MEANING:
                yield below
