"""Ports by the API socket of slirp4netns, with a stand-in at its other end."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from core.errors import InvalidArgument, NetworkFailed, PortInUse
from core.model.network import PortMapping
from core.network.slirp_ports import check_ports, forward, withdraw

WEB = PortMapping(container_port=80, host_port=8080, length=2)
NAMES = PortMapping(container_port=53, host_port=5353, host_ip="127.0.0.1", protocol="udp")


class Slirp:
    """Answers as slirp4netns does, one request a connection. `wrapped`: lists are in a field, as in some versions."""

    def __init__(self, folder: Path, *, wrapped: bool) -> None:
        self.forwards: list[dict[str, Any]] = []
        self.taken: set[int] = set()
        self._wrapped = wrapped
        self._number = 0
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(folder / "api"))
        self._listening.listen()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            with client, client.makefile("rb") as request:
                client.sendall(msgspec.json.encode(self._answer(msgspec.json.decode(request.read()))))

    def _answer(self, request: dict[str, Any]) -> object:
        arguments = request.get("arguments", {})
        if request["execute"] == "list_hostfwd":
            listed = {"entries": self.forwards}
            return {"return": listed} if self._wrapped else listed
        if request["execute"] == "remove_hostfwd":
            self.forwards = [one for one in self.forwards if one["id"] != arguments["id"]]
        elif arguments["host_port"] in self.taken:
            return {"error": {"desc": "bad request: add_hostfwd: slirp_add_hostfwd failed"}}
        else:
            self._number += 1
            self.forwards.append({"id": self._number, **arguments})
        return {"return": {}}


@pytest.fixture(params=[True, False])
def slirp(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Slirp]:
    made = Slirp(tmp_path, wrapped=request.param)
    yield made
    made.close()


def ports(slirp: Slirp) -> list[tuple[str, int, int]]:
    return [(one["host_addr"], one["host_port"], one["guest_port"]) for one in slirp.forwards]


def test_ports_lead_in_once_and_are_taken_back(slirp: Slirp, tmp_path: Path) -> None:
    for _ in range(2):
        forward(tmp_path, (WEB, NAMES), "10.0.2.100", same_port=True)
    assert ports(slirp) == [("0.0.0.0", 8080, 8080), ("0.0.0.0", 8081, 8081), ("127.0.0.1", 5353, 5353)]
    withdraw(tmp_path, (WEB,), "10.0.2.100")
    assert ports(slirp) == [("127.0.0.1", 5353, 5353)]
    withdraw(tmp_path, (WEB,), "10.0.2.100")
    forward(tmp_path, (WEB,), "10.0.2.100", same_port=False)
    assert ports(slirp)[1:] == [("0.0.0.0", 8080, 80), ("0.0.0.0", 8081, 81)]


def test_a_port_of_another_is_told(slirp: Slirp, tmp_path: Path) -> None:
    slirp.taken.add(8081)
    with pytest.raises(PortInUse, match="port 8081/tcp of the host can not be published"):
        forward(tmp_path, (WEB,), "10.0.2.100", same_port=True)


def test_nobody_at_the_other_end_is_told(tmp_path: Path) -> None:
    with pytest.raises(NetworkFailed, match="does not answer"):
        forward(tmp_path, (WEB,), "10.0.2.100", same_port=True)
    forward(tmp_path, (), "10.0.2.100", same_port=True)


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        (PortMapping(container_port=80, host_port=80, protocol="sctp"), "no ports of sctp"),
        (PortMapping(container_port=80, host_port=80, host_ip="::1"), "at ::1: it has IPv4 alone"),
    ],
)
def test_what_leads_nowhere_is_refused(mapping: PortMapping, words: str) -> None:
    with pytest.raises(InvalidArgument, match=words):
        check_ports((WEB, mapping))
