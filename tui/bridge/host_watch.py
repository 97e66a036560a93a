"""Other machines, asked again and again while somebody looks at them, each by a thread that waits for nobody else."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from core.cli.ps import status_text
from core.engine import VERSION
from core.model.snapshot import ContainerSnapshot
from core.model.state import podman_state
from core.remote.call import RemoteCall
from core.remote.connections import Connections
from core.remote.host import Host
from core.remote.survey import HostReport, RemoteContainer, survey

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
    """A container and where it is."""

    host: Host
    container: RemoteContainer
    is_here: bool = False

    @property
    def name(self) -> str:
        return self.container.name

    @property
    def key(self) -> str:
        return f"{self.host.name}/{self.container.id}"


class HostWatch:
    """`here`: the containers of this machine, which is the first row: it may wait, and is called in `do`'s threads.

    `tell`: takes a view's name and its rows.
    """

    def __init__(
        self,
        hosts: Iterable[Host],
        here: Callable[[], Iterable[ContainerSnapshot]],
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
        self._is_looking = False
        self._is_closing = False
        self._turn = 0
        self._threads: dict[Host, threading.Thread] = {}

    @property
    def is_looking(self) -> bool:
        """Whether somebody looks at the hosts."""
        return self._is_looking

    def look(self, is_looking: bool) -> None:
        """Ask from now on, or ask no more. Begun anew, everybody is asked at once."""
        with self._changed:
            self._is_looking = is_looking
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
        for host in self._all():
            if host not in self._threads or not self._threads[host].is_alive():
                name = f"wharf-host-{host.name}"
                self._threads[host] = threading.Thread(target=self._watch, args=(host,), name=name, daemon=True)
                self._threads[host].start()

    def show(self) -> None:
        """Tell the rows as they are known, and this machine's as they are."""
        here = Host(name=os.uname().nodename, destination="localhost")
        own = HostReport(here, VERSION, containers=tuple(_told(picture) for picture in self._here()))
        rows = [HostRow(here, own, is_here=True)]
        rows += [HostRow(host, self._reports.get(name)) for name, host in self._hosts.items()]
        self._tell("hosts", tuple(rows))
        placed = [
            PlacedContainer(row.host, container, row.is_here)
            for row in rows
            if row.report is not None
            for container in row.report.containers
        ]
        self._tell("everywhere", tuple(placed))

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

    def _watch(self, host: Host) -> None:
        asked = 0
        while self._wait_for_turn(host, asked):
            asked = self._turn
            report = survey(self._connections, host)
            if self._is_wanted(host):
                self._reports[host.name] = report
                if self._is_looking:
                    self._do(self.show)

    def _is_wanted(self, host: Host) -> bool:
        return not self._is_closing and host in self._all()

    def _wait_for_turn(self, host: Host, asked: int) -> bool:
        """Until it is time to ask, or somebody wants to see it anew; False when nobody will want it any more."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_wanted(host) or self._turn != asked, INTERVAL)
            self._changed.wait_for(lambda: not self._is_wanted(host) or self._is_looking)
            return self._is_wanted(host)


def _told(picture: ContainerSnapshot) -> RemoteContainer:
    """A container of this machine in the words of the others'."""
    state, status = podman_state(picture.status), status_text(picture)
    return RemoteContainer(picture.id, (picture.name,), picture.image, state, status)
