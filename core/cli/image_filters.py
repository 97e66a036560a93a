"""--filter of images and image prune: podman's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase

from core.cli.moments import moment
from core.engine import Engine
from core.errors import InvalidArgument
from core.model.image import Image

Fits = Callable[[Image], bool]


def image_filter(engine: Engine, texts: Sequence[str]) -> Fits:
    """One filter of many `KEY=VALUE`, all of which have to fit. Raises `InvalidArgument`, `NoSuchImage`."""
    wanted = [_one(engine, text) for text in texts]
    return lambda image: all(fits(image) for fits in wanted)


def _one(engine: Engine, text: str) -> Fits:
    key, separator, value = text.partition("=")
    if not separator or key not in _MAKERS:
        raise InvalidArgument(f"the filter {text!r} is not known", hint=f"use one of {', '.join(_MAKERS)} with =VALUE")
    return _MAKERS[key](engine, value)


def _boolean(value: str) -> bool:
    if value not in ("true", "false"):
        raise InvalidArgument(f"{value!r} is neither true nor false", hint="use true or false")
    return value == "true"


def _dangling(engine: Engine, value: str) -> Fits:
    wanted = _boolean(value)
    return lambda image: (not image.names) == wanted


def _readonly(engine: Engine, value: str) -> Fits:
    wanted = _boolean(value)
    return lambda image: image.read_only == wanted


def _reference(engine: Engine, value: str) -> Fits:
    patterns = (value, f"*/{value}", f"{value}:*", f"*/{value}:*")
    return lambda image: any(fnmatchcase(name, pattern) for name in image.names for pattern in patterns)


def _id(engine: Engine, value: str) -> Fits:
    return lambda image: image.id.startswith(value.removeprefix("sha256:"))


def _label(engine: Engine, value: str) -> Fits:
    name, has_value, wanted = value.partition("=")

    def fits(image: Image) -> bool:
        labels: Mapping[str, str] = engine.images.config(image.id).labels
        return name in labels and (not has_value or labels[name] == wanted)

    return fits


def _without_label(engine: Engine, value: str) -> Fits:
    has = _label(engine, value)
    return lambda image: not has(image)


def _before(engine: Engine, value: str) -> Fits:
    created = engine.images.find(value).created_at
    return lambda image: image.created_at < created


def _since(engine: Engine, value: str) -> Fits:
    created = engine.images.find(value).created_at
    return lambda image: image.created_at > created


def _until(engine: Engine, value: str) -> Fits:
    latest = moment(value)
    return lambda image: image.created_at < latest


def _digest(engine: Engine, value: str) -> Fits:
    return lambda image: bool(image.digest) and image.digest.startswith(value)


def _containers(engine: Engine, value: str) -> Fits:
    wanted = _boolean(value)
    used = {picture.image_id for picture in engine.containers()}
    return lambda image: (image.id in used) == wanted


_MAKERS: dict[str, Callable[[Engine, str], Fits]] = {
    "dangling": _dangling,
    "readonly": _readonly,
    "reference": _reference,
    "label": _label,
    "label!": _without_label,
    "before": _before,
    "since": _since,
    "after": _since,
    "id": _id,
    "until": _until,
    "digest": _digest,
    "containers": _containers,
}
