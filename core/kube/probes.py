"""Probes of Kubernetes as health checks, and health checks as probes."""

from __future__ import annotations

import math
from typing import Final

from core.errors import InvalidArgument
from core.kube import manifest
from core.kube.mounting import Document
from core.model.health import FailureAction, HealthCheck, HealthOptions, StartupCheck, StartupOptions
from core.model.restart import RestartName

_NEVER_GIVEN_UP: Final = 2**31 - 1
"""The most failures that a manifest can allow: a startup check here may be one that is never given up."""


def probes_of_health(check: HealthCheck) -> Document:
    """The probes of a container. A check that runs only when somebody asks for it is none."""
    return ({"livenessProbe": _probe(check)} if check.interval > 0 else {}) | (
        {"startupProbe": _startup_probe(check.startup)} if check.startup is not None else {}
    )


def _probe(check: HealthCheck) -> Document:
    return {
        "exec": {"command": list(check.args)},
        "initialDelaySeconds": int(check.start_period),
        "periodSeconds": max(1, int(check.interval)),
        "timeoutSeconds": max(1, int(check.timeout)),
        "failureThreshold": max(1, check.retries),
    }


def _startup_probe(check: StartupCheck) -> Document:
    return {
        "exec": {"command": list(check.args)},
        "periodSeconds": max(1, int(check.interval)),
        "timeoutSeconds": max(1, int(check.timeout)),
        "failureThreshold": check.retries or _NEVER_GIVEN_UP,
    }


def health_of_probes(container: manifest.Container, restart: RestartName) -> HealthOptions:
    """The probes as a health check, which restarts the container where the pod's policy lets it.

    A container here has one check beside its startup check: that of the liveness probe. A readiness probe is taken
    where there is no other, and nothing follows from its failures. Where there is only a startup probe, nothing is run
    once that has succeeded, unless somebody asks for it. Raises `InvalidArgument` for a probe that does nothing.
    """
    startup, deadly = container.startup_probe, container.liveness_probe
    probe = deadly or container.readiness_probe
    action = FailureAction.KILL if restart is RestartName.NO else FailureAction.RESTART
    until_then = StartupOptions() if startup is None else _startup(container, startup, action)
    if probe is None and startup is None:
        return HealthOptions()
    if probe is None:
        return HealthOptions(args=until_then.args, interval=0.0, startup=until_then)
    return HealthOptions(
        args=_command(container, probe),
        interval=float(probe.period_seconds),
        timeout=float(probe.timeout_seconds),
        start_period=float(probe.initial_delay_seconds),
        retries=probe.failure_threshold,
        on_failure=FailureAction.NONE if deadly is None else action,
        startup=until_then,
    )


def _startup(container: manifest.Container, probe: manifest.Probe, action: FailureAction) -> StartupOptions:
    """Checks begin at once here: those within the initial delay are further ones that may fail."""
    return StartupOptions(
        args=_command(container, probe),
        interval=float(probe.period_seconds),
        timeout=float(probe.timeout_seconds),
        retries=probe.failure_threshold + math.ceil(probe.initial_delay_seconds / max(probe.period_seconds, 1)),
        on_failure=action,
    )


def _command(container: manifest.Container, probe: manifest.Probe) -> tuple[str, ...]:
    if probe.exec is not None:
        return probe.exec.command
    if probe.http_get is not None:
        get = probe.http_get
        url = f"{get.scheme.lower()}://{get.host or 'localhost'}:{_port(container, get.port)}{get.path}"
        return ("/bin/sh", "-c", 'curl -fsS "$0" >/dev/null 2>&1 || wget -q -O /dev/null "$0"', url)
    if probe.tcp_socket is not None:
        socket = probe.tcp_socket
        return ("nc", "-z", "-v", socket.host or "localhost", str(_port(container, socket.port)))
    raise InvalidArgument(f"a probe of container {container.name} does nothing", hint="use exec, httpGet or tcpSocket")


def _port(container: manifest.Container, port: int | str) -> int:
    """A port by its number, or by its name among the container's."""
    for one in container.ports:
        if port == one.name:
            return one.container_port
    try:
        return int(port)
    except ValueError:
        raise InvalidArgument(
            f"container {container.name} has no port {port}", hint="use a number, or the name of one of its ports"
        ) from None
