"""The OCI configuration of an image (image-spec, config.md), as far as containers inherit it."""

from __future__ import annotations

from typing import Any

from core.model.health import DEFAULT_INTERVAL, DEFAULT_RETRIES, DEFAULT_TIMEOUT, HealthCheck, check_args
from core.model.image import ImageConfig


def parse_config(raw: dict[str, Any]) -> ImageConfig:
    """The inherited part of an OCI image configuration."""
    config = raw.get("config") or {}
    return ImageConfig(
        entrypoint=tuple(config.get("Entrypoint") or ()),
        cmd=tuple(config.get("Cmd") or ()),
        env=tuple(config.get("Env") or ()),
        working_dir=config.get("WorkingDir") or "",
        user=config.get("User") or "",
        stop_signal=config.get("StopSignal") or "",
        labels=dict(config.get("Labels") or {}),
        exposed_ports=tuple(sorted(config.get("ExposedPorts") or ())),
        volumes=tuple(sorted(config.get("Volumes") or ())),
        health_check=_health_check(config.get("Healthcheck") or {}),
    )


def _health_check(raw: dict[str, Any]) -> HealthCheck | None:
    """The check of an image in Docker's form: times in nanoseconds, 0 for the default."""
    args = check_args(raw.get("Test") or ())
    if not args:
        return None
    return HealthCheck(
        args=args,
        interval=(raw.get("Interval") or 0) / 1e9 or DEFAULT_INTERVAL,
        timeout=(raw.get("Timeout") or 0) / 1e9 or DEFAULT_TIMEOUT,
        start_period=(raw.get("StartPeriod") or 0) / 1e9,
        retries=raw.get("Retries") or DEFAULT_RETRIES,
    )
