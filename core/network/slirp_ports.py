"""Ports of the host that a slirp4netns leads into its namespace, by its API socket (slirp4netns(1), API SOCKET)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from core.errors import InvalidArgument, NetworkFailed, PortInUse
from core.model.network import PortMapping

_PATIENCE: Final = 20.0


class _Forward(msgspec.Struct, frozen=True, kw_only=True):
    """A port as slirp4netns has it; `id`: its number for it."""

    proto: str
    host_addr: str
    host_port: int
    guest_addr: str
    guest_port: int
    id: int = 0


class _Entries(msgspec.Struct):
    entries: list[_Forward] = []


def check_ports(ports: Sequence[PortMapping]) -> None:
    """Raise `InvalidArgument` for what slirp4netns leads nowhere."""
    for mapping in ports:
        if mapping.protocol == "sctp":
            raise InvalidArgument("slirp4netns publishes no ports of sctp", hint="use tcp or udp")
        if ":" in mapping.host_ip:
            raise InvalidArgument(
                f"slirp4netns publishes no ports at {mapping.host_ip}: it has IPv4 alone", hint="use --network pasta"
            )


def forward(folder: Path, ports: Sequence[PortMapping], address: str, *, same_port: bool) -> None:
    """Lead ports of the host to `address`: to those of the container, or to the same ones with `same_port`.

    `folder`: that has the socket. What leads there already is left. Raises `PortInUse`, `NetworkFailed`.
    """
    known = {msgspec.structs.replace(one, id=0) for one in _forwards(folder)} if ports else set()
    for wanted in _wanted(ports, address, same_port=same_port):
        if wanted in known:
            continue
        arguments = {key: value for key, value in msgspec.to_builtins(wanted).items() if key != "id"}
        if "error" in _ask(folder, {"execute": "add_hostfwd", "arguments": arguments}):
            raise PortInUse(
                f"port {wanted.host_port}/{wanted.proto} of the host can not be published: another program has it",
                hint="stop that, or publish at another port",
            )


def withdraw(folder: Path, ports: Sequence[PortMapping], address: str) -> None:
    """Take back what `forward` did with `same_port`. No error for what leads nowhere. Raises `NetworkFailed`."""
    gone = set(_wanted(ports, address, same_port=True))
    for one in _forwards(folder) if gone else ():
        if msgspec.structs.replace(one, id=0) in gone:
            _ask(folder, {"execute": "remove_hostfwd", "arguments": {"id": one.id}})


def _wanted(ports: Sequence[PortMapping], address: str, *, same_port: bool) -> Iterator[_Forward]:
    for mapping in ports:
        for step in range(mapping.length):
            port = mapping.host_port + step
            yield _Forward(
                proto=mapping.protocol,
                host_addr=mapping.host_ip or "0.0.0.0",
                host_port=port,
                guest_addr=address,
                guest_port=port if same_port else mapping.container_port + step,
            )


def _forwards(folder: Path) -> list[_Forward]:
    answer = _ask(folder, {"execute": "list_hostfwd"})
    try:
        # Versions differ in whether the list is in a field of the answer.
        return msgspec.convert(answer.get("return", answer), _Entries).entries
    except msgspec.ValidationError as error:
        raise NetworkFailed(f"the answer of slirp4netns is not understood: {error}") from error


def _ask(folder: Path, request: dict[str, object]) -> dict[str, object]:
    import socket

    descriptor = os.open(folder, os.O_PATH)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(_PATIENCE)
            # The path of a socket has to be short; that of the folder may not be.
            client.connect(f"/proc/self/fd/{descriptor}/api")
            client.sendall(msgspec.json.encode(request))
            client.shutdown(socket.SHUT_WR)
            pieces = []
            while piece := client.recv(4096):
                pieces.append(piece)
        return msgspec.json.decode(b"".join(pieces), type=dict[str, object])
    except (OSError, msgspec.MsgspecError) as error:
        raise NetworkFailed(f"slirp4netns does not answer: {error}") from error
    finally:
        os.close(descriptor)
