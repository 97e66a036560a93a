"""Other machines, asked again and again while somebody looks at them, each by a thread that waits for nobody else."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from core.cli.ps import status_text
from core.model.amounts import human_size
from core.model.snapshot import ContainerSnapshot, ResourceSample
from core.model.state import podman_state
from core.remote.call import RemoteCall
from core.remote.connections import Connections
from core.remote.host import Host
from core.remote.survey import HostReport, RemoteContainer, survey
from core.version import VERSION

INTERVAL: Final = 5.0
"""Seconds between an answer and the next question."""
_ENDING_PATIENCE: Final = 2.0


@dataclass(frozen=True, slots=True)
class HostRow:
    """A machine. `report`: None until it has answered, or has not."""

    host: Host
    report: HostReport | None
    is_here: bool = False

    @property
    def name(self) -> str:
        return self.host.name

    @property
    def other_version(self) -> bool:
        """Whether the wharf there is not the one here."""
        return self.report is not None and self.report.version not in ("", VERSION)


@dataclass(frozen=True, slots=True)
class PlacedContainer:
    """A container and where it is. `cpu`: per cent of one CPU, negative where it is not known. `memory`: in words."""

    host: Host
    container: RemoteContainer
    is_here: bool = False
    cpu: float = -1.0
    memory: str = ""

    @property
    def name(self) -> str:
        return self.container.name

    @property
    def key(self) -> str:
        return f"{self.host.name}/{self.container.id}"


class Here(Protocol):
    """The engine of this machine, as far as it is needed here. What it does may wait."""

    def containers(self) -> list[ContainerSnapshot]:
        """All containers."""

    def samples(self, container_ids: Iterable[str]) -> dict[str, ResourceSample]:
        """What those use that run."""


class HostWatch:
    """`here`: of this machine, which is the first row; it is called in the threads of `do`.

    `tell`: takes a view's name and its rows.
    """

    def __init__(
        self,
        hosts: Iterable[Host],
        here: Here,
        do: Callable[[Callable[[], None]], None],
        tell: Callable[[str, tuple[HostRow | PlacedContainer, ...]], object],
    ) -> None:
        self._hosts = {host.name: host for host in hosts}
        self._here = here
        self._do = do
        self._tell = tell
        self._connections = Connections()
        self._reports: dict[str, HostReport] = {}
        self._changed = threading.Condition()
        self._cpu: dict[str, dict[str, float]] = {}
        self._samples: dict[str, ResourceSample] = {}
        self._is_looking = False
        self._with_usage = False
        self._is_closing = False
        self._turn = 0
        self._threads: dict[Host | None, threading.Thread] = {}
        """None: this machine's."""

    @property
    def is_looking(self) -> bool:
        """Whether somebody looks at the hosts."""
        return self._is_looking

    def look(self, is_looking: bool, *, with_usage: bool = False) -> None:
        """Ask from now on, or ask no more. Begun anew, everybody is asked at once. `with_usage`: for figures, too."""
        with self._changed:
            self._is_looking = is_looking
            self._with_usage = with_usage
            self._turn += is_looking
            self._changed.notify_all()
        if is_looking:
            self._begin()

    def take(self, hosts: Iterable[Host]) -> None:
        """Go on with these hosts; those that are not among them any more are asked no more."""
        with self._changed:
            self._hosts = {host.name: host for host in hosts}
            self._reports = {name: report for name, report in self._reports.items() if report.host in self._all()}
            self._changed.notify_all()
        if self._is_looking:
            self._begin()

    def _all(self) -> set[Host]:
        return set(self._hosts.values())

    def _begin(self) -> None:
        """Tell what is known, and have a thread for each host."""
        self._do(self.show)
        for host in (None, *self._all()):
            if host not in self._threads or not self._threads[host].is_alive():
                name = f"wharf-host-{host.name if host is not None else 'here'}"
                self._threads[host] = threading.Thread(target=self._watch, args=(host,), name=name, daemon=True)
                self._threads[host].start()

    def show(self) -> None:
        """Tell the rows as they are known, and this machine's as they are."""
        here = Host(name=os.uname().nodename, destination="localhost")
        pictures = self._here.containers()
        own = HostReport(here, VERSION, containers=tuple(_told(picture) for picture in pictures))
        rows = [HostRow(here, own, is_here=True)]
        rows += [HostRow(host, self._reports.get(name)) for name, host in self._hosts.items()]
        self._tell("hosts", tuple(rows))
        placed = [self._placed_here(here, container) for container in own.containers]
        for row in rows[1:]:
            if row.report is not None:
                placed += [self._placed(row.report, container) for container in row.report.containers]
        self._tell("everywhere", tuple(placed))

    def _placed_here(self, here: Host, container: RemoteContainer) -> PlacedContainer:
        sample = self._samples.get(container.id)
        if sample is None:
            return PlacedContainer(here, container, is_here=True)
        return PlacedContainer(here, container, True, sample.cpu_percent, human_size(sample.memory))

    def _placed(self, report: HostReport, container: RemoteContainer) -> PlacedContainer:
        short = container.id[:12]
        cpu = self._cpu.get(report.host.name, {}).get(short, -1.0)
        memory = report.usage[short].memory if short in report.usage else ""
        return PlacedContainer(report.host, container, cpu=cpu, memory=memory)

    def call(self, host: Host, arguments: Sequence[str]) -> RemoteCall:
        """A `wharf` there that has this terminal. Raises `HostIncomplete` where there is no ssh."""
        return RemoteCall(self._connections, host, arguments, terminal=True, lasting=True)

    def close(self) -> None:
        """Ask nobody any more, and end the connections."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        self._connections.close()
        for thread in self._threads.values():
            thread.join(_ENDING_PATIENCE)

    def _watch(self, host: Host | None) -> None:
        asked = 0
        while self._wait_for_turn(host, asked):
            asked = self._turn
            if host is not None:
                report = survey(self._connections, host, with_usage=self._with_usage)
                if not self._is_wanted(host):
                    return
                self._cpu[host.name] = report.cpu_percent(self._reports.get(host.name))
                self._reports[host.name] = report
            if self._is_looking:
                self._do(self.show if host is not None else self._read_here)

    def _read_here(self) -> None:
        if self._with_usage:
            self._samples = self._here.samples([picture.id for picture in self._here.containers() if picture.pid])
        self.show()

    def _is_wanted(self, host: Host | None) -> bool:
        return not self._is_closing and (host is None or host in self._all())

    def _wait_for_turn(self, host: Host | None, asked: int) -> bool:
        """Until it is time to ask, or somebody wants to see it anew; False when nobody will want it any more."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_wanted(host) or self._turn != asked, INTERVAL)
            self._changed.wait_for(lambda: not self._is_wanted(host) or self._is_looking)
            return self._is_wanted(host)


def _told(picture: ContainerSnapshot) -> RemoteContainer:
    """A container of this machine in the words of the others'."""
    state, status = podman_state(picture.status), status_text(picture)
    return RemoteContainer(picture.id, (picture.name,), picture.image, state, status)
