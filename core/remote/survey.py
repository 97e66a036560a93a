"""What is asked of another machine: which wharf is there, and its containers."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import msgspec

from core.errors import EngineError, RemoteFailed
from core.model.durations import parse_duration
from core.remote.connections import Connections
from core.remote.host import Host
from core.version import VERSION, is_compatible

ANSWER_TIME: Final = 15.0
"""Seconds that a host has to answer."""
AT_ONCE: Final = 16
"""Hosts that are asked at the same time."""
_VERSION_WORDS: Final = "wharf version "


class RemoteContainer(msgspec.Struct, frozen=True):
    """A container there, in the words of `ps`. `status`: as `Up 3 minutes (healthy)`."""

    id: str = msgspec.field(name="Id")
    names: tuple[str, ...] = msgspec.field(name="Names")
    image: str = msgspec.field(name="Image")
    state: str = msgspec.field(name="State")
    status: str = msgspec.field(name="Status")

    @property
    def name(self) -> str:
        return self.names[0] if self.names else self.id[:12]

    @property
    def is_unhealthy(self) -> bool:
        return self.state == "running" and "unhealthy" in self.status


class Usage(msgspec.Struct, frozen=True):
    """What a container that runs uses. `cpu_time`: seconds since it began. `memory`: bytes, in words."""

    cpu_time: float
    memory: str


class HostReport(msgspec.Struct, frozen=True):
    """What a host has answered, or why it has not: `error` and `hint` are for a person.

    `is_compatible`: whether the wharf there works with this one; where not, nothing else is asked.
    `usage`: by the first 12 characters of an id, where it was asked for, at `asked_at` (monotonic seconds here).
    """

    host: Host
    version: str = ""
    containers: tuple[RemoteContainer, ...] = ()
    error: str = ""
    hint: str = ""
    is_compatible: bool = True
    usage: dict[str, Usage] = {}
    asked_at: float = 0.0

    @property
    def reachable(self) -> bool:
        return not self.error

    @property
    def running(self) -> int:
        return sum(1 for container in self.containers if container.state in ("running", "paused"))

    @property
    def unhealthy(self) -> int:
        return sum(1 for container in self.containers if container.is_unhealthy)

    def cpu_percent(self, before: HostReport | None) -> dict[str, float]:
        """Per cent of one CPU since the report before, of those that are in both."""
        if before is None or self.asked_at <= before.asked_at:
            return {}
        return {
            short: max(0.0, 100 * (usage.cpu_time - before.usage[short].cpu_time) / (self.asked_at - before.asked_at))
            for short, usage in self.usage.items()
            if short in before.usage
        }


def survey(
    connections: Connections, host: Host, timeout: float = ANSWER_TIME, *, with_usage: bool = False
) -> HostReport:
    """Ask one host; never raises for what is wrong with it."""
    version = ""
    try:
        said = connections.ask(host, ["--version"], timeout)
        version = _version_of(host, said)
        if not is_compatible(version):
            error, hint = _incompatible(host, version)
            return HostReport(host, version, error=error, hint=hint, is_compatible=False)
        containers = _containers_of(host, connections.ask(host, ["ps", "--all", "--format", "json"], timeout))
        runs = any(container.state == "running" for container in containers)
        usage = _usage_of(connections, host, timeout) if with_usage and runs else {}
    except EngineError as error:
        return HostReport(host, version, error=error.message, hint=error.hint)
    return HostReport(host, version, containers, usage=usage, asked_at=time.monotonic())


def survey_all(connections: Connections, hosts: Sequence[Host], timeout: float = ANSWER_TIME) -> Iterable[HostReport]:
    """Ask all hosts at the same time; in their order."""
    with ThreadPoolExecutor(min(AT_ONCE, len(hosts) or 1)) as pool:
        return list(pool.map(lambda host: survey(connections, host, timeout), hosts))


def _version_of(host: Host, said: bytes) -> str:
    """The version in `wharf version 1.2.3`. Raises `RemoteFailed`."""
    line = next((line for line in said.decode(errors="replace").splitlines() if line.startswith(_VERSION_WORDS)), "")
    if not line:
        raise _not_understood(host, "")
    return line.removeprefix(_VERSION_WORDS).strip()


def _incompatible(host: Host, version: str) -> tuple[str, str]:
    """A sentence and a hint."""
    return (
        f"wharf {version} of {host.name} does not work with wharf {VERSION} of this machine",
        f"install the same version on both; until then: ssh {host.destination}",
    )


def _containers_of(host: Host, said: bytes) -> tuple[RemoteContainer, ...]:
    """What `ps --format json` prints. Raises `RemoteFailed`."""
    try:
        return msgspec.json.decode(said, type=tuple[RemoteContainer, ...])
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise _not_understood(host, str(error)) from error


class _Stats(msgspec.Struct, frozen=True):
    """A line of `stats --format json`, as far as it is looked at."""

    id: str
    cpu_time: str
    mem_usage: str


def _usage_of(connections: Connections, host: Host, timeout: float) -> dict[str, Usage]:
    """The figures there; without them the rest of a report holds."""
    usage = {}
    with contextlib.suppress(RemoteFailed, msgspec.DecodeError):
        said = connections.ask(host, ["stats", "--no-stream", "--format", "json"], timeout)
        for line in msgspec.json.decode(said, type=list[_Stats]):
            # One that has just ended has no figures.
            with contextlib.suppress(ValueError):
                usage[line.id[:12]] = Usage(parse_duration(line.cpu_time), line.mem_usage.partition(" / ")[0])
    return usage


def _not_understood(host: Host, why: str) -> RemoteFailed:
    return RemoteFailed(
        f"what {host.name} answers is not understood",
        hint=f"another version of wharf may be there, or its shell prints something: ssh {host.destination} wharf ps",
        stderr=why,
    )
