"""An image, as the store lists it."""

from __future__ import annotations

import msgspec

from core.model.health import HealthCheck


class ImageConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The part of an OCI image configuration that a container inherits (image-spec, config.md)."""

    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    working_dir: str = ""
    user: str = ""
    stop_signal: str = ""
    labels: dict[str, str] = {}
    exposed_ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    health_check: HealthCheck | None = None


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """`id`: 64 hexadecimal digits. `size`: bytes of all layers. `created_at`: Unix seconds.

    `read_only`: from an additional store, so it can be used but not removed.
    """

    id: str
    names: tuple[str, ...] = ()
    digest: str = ""
    created_at: float = 0.0
    size: int = 0
    read_only: bool = False
