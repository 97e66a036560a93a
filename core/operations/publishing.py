"""Published ports: chosen when a container is made, and taken on the host while it has a process."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

import msgspec

from core.errors import InvalidArgument, NoSuchContainer, PortInUse
from core.model.config import ContainerConfig, ContainerRecord, NetworkMode
from core.model.image import ImageConfig
from core.model.network import HIGHEST_PORT, PROTOCOLS, PortMapping
from core.model.options import CreateOptions
from core.operations.observe import LIVE_STATUSES, observed_state
from core.operations.parts import Transaction
from core.operations.rootless import is_rootless

if TYPE_CHECKING:
    from socket import socket

    from core.host.ports import PortHolder

_CLEANUP_PATIENCE: Final = 20.0
_PAUSE: Final = 0.02
_MOST_HELD: Final = 256
"""Ports of one container that are kept open; a longer range is looked at and let go."""


def exposed_ports(options: CreateOptions, image: ImageConfig | None) -> tuple[str, ...]:
    """`80/tcp`, of the image and of the request. Raises `InvalidArgument`."""
    texts = [*(image.exposed_ports if image is not None else ()), *options.exposed_ports]
    return tuple(dict.fromkeys(name for text in texts for name in _exposed(text)))


def finalize_ports(options: CreateOptions, exposed: Sequence[str], network: NetworkMode) -> tuple[PortMapping, ...]:
    """What is published, with a free port of the host wherever none was named. Raises `InvalidArgument`."""
    if network is not NetworkMode.BRIDGE and not network.is_user_mode:
        # They have nothing to lead to; the command line says so.
        return ()
    wished = [single for mapping in options.ports for single in _singles(mapping)]
    if options.publish_all:
        covered = {
            (mapping.container_port + step, mapping.protocol) for mapping in wished for step in range(mapping.length)
        }
        for text in exposed:
            port, _, protocol = text.partition("/")
            if (int(port), protocol) not in covered:
                wished.append(PortMapping(container_port=int(port), protocol=protocol))
    chosen: list[PortMapping] = []
    for mapping in wished:
        _check(mapping)
        final = mapping if mapping.host_port else msgspec.structs.replace(mapping, host_port=_free_port(mapping))
        for other in chosen:
            if final.overlaps(other):
                raise InvalidArgument(
                    f"conflicting port mappings for host port {final.host_port} (protocol {final.protocol})",
                    hint="publish it once, or at another port",
                )
        chosen.append(final)
    return tuple(chosen)


@contextmanager
def taken_ports(held: Transaction) -> Iterator[tuple[int, ...]]:
    """Take the published ports for the time of the block; the descriptors that keep them.

    Raises `PortInUse` with the name of who has one, `InvalidArgument` for an address that is not this machine's.
    """
    descriptors: list[int] = []
    with ExitStack() as stack:
        for mapping in held.config.ports:
            _refuse_port_of_other(held, mapping)
            for port in range(mapping.host_port, mapping.host_port + mapping.length):
                opened = _take(held, mapping, port)
                if opened is None:
                    continue
                if len(descriptors) >= _MOST_HELD:
                    opened.close()
                    continue
                stack.enter_context(opened)
                descriptors.append(opened.fileno())
        if held.config.network.is_user_mode or _is_led_in(held.config):
            # The process that carries the traffic takes them itself.
            stack.close()
            descriptors.clear()
        yield tuple(descriptors)


def _take(held: Transaction, mapping: PortMapping, port: int) -> socket | None:
    from core.host.ports import PortTaken, first_unprivileged_port, port_holder, take_port

    try:
        return take_port(mapping.protocol, mapping.host_ip, port)
    except PortTaken:
        raise _in_use(held, port, mapping.protocol, _described(port_holder(mapping.protocol, port))) from None
    except PermissionError as error:
        first = first_unprivileged_port()
        raise InvalidArgument(
            f"cannot expose privileged port {port}/{mapping.protocol}: an ordinary user's ports begin at {first}",
            hint=f"choose one from {first} on, or have root do: sysctl -w net.ipv4.ip_unprivileged_port_start={port}",
            container_id=held.id,
        ) from error
    except OSError as error:
        raise InvalidArgument(
            f"port {port}/{mapping.protocol} can not be published at {mapping.host_ip or 'all addresses'}: "
            f"{error.strerror}",
            hint="give an address of this machine",
            container_id=held.id,
        ) from error


def _refuse_port_of_other(held: Transaction, mapping: PortMapping) -> None:
    for record in held.parts.store.all():
        if record.id == held.id or not record.state.leases:
            continue
        wanted = mapping
        if _is_led_in(held.config) and _is_led_in(record.config):
            # Among the bridges of a user each port is there once, whatever the address that leads to it.
            wanted = msgspec.structs.replace(mapping, host_ip="")
        if any(wanted.overlaps(other) for other in record.config.ports) and not _gives_up(held, record):
            raise _in_use(held, mapping.host_port, mapping.protocol, f"container {record.name}")


def _is_led_in(config: ContainerConfig) -> bool:
    """Whether a process leads the ports into the network namespace that an ordinary user's bridges are in."""
    return config.network is NetworkMode.BRIDGE and is_rootless()


def _gives_up(held: Transaction, holder: ContainerRecord) -> bool:
    """Whether a holder that has ended is cleaned up in time; its monitor is at it, and keeps the port until then."""
    deadline = time.monotonic() + _CLEANUP_PATIENCE
    while time.monotonic() < deadline:
        try:
            present = held.parts.store.get(holder.id)
        except NoSuchContainer:
            present = None
        if present is None or not present.state.leases:
            return held.parts.monitor.wait_gone(holder.id, _CLEANUP_PATIENCE)
        if observed_state(held.parts, present).status in LIVE_STATUSES:
            return False
        time.sleep(_PAUSE)
    return False


def _in_use(held: Transaction, port: int, protocol: str, holder: str) -> PortInUse:
    return PortInUse(
        f"port {port}/{protocol} of the host can not be published for {held.name}: {holder} has it",
        hint="stop that, or publish at another port",
        container_id=held.id,
    )


def _described(holder: PortHolder | None) -> str:
    """A program by its name; one of an engine by the container that it keeps the port for."""
    if holder is None:
        return "another program"
    arguments = holder.arguments
    if holder.name.startswith("conmon "):
        with contextlib.suppress(ValueError, IndexError):
            return f"container {arguments[arguments.index('-n') + 1]} of another engine (conmon, PID {holder.pid})"
    return holder.name


def _free_port(mapping: PortMapping) -> int:
    from core.host.ports import take_port

    try:
        opened = take_port(mapping.protocol, mapping.host_ip, 0)
    except OSError as error:
        raise InvalidArgument(
            f"no port can be published at {mapping.host_ip}: {error.strerror}",
            hint="use an address of this host: ip address",
        ) from error
    if opened is None:
        raise InvalidArgument(f"this machine has no {mapping.protocol}", hint="name a port of the host")
    with opened:
        return int(opened.getsockname()[1])


def _singles(mapping: PortMapping) -> list[PortMapping]:
    """A range that is to have free ports, one by one; anything else as it is."""
    if mapping.host_port:
        return [mapping]
    return [
        msgspec.structs.replace(mapping, container_port=mapping.container_port + step, length=1)
        for step in range(mapping.length)
    ]


def _check(mapping: PortMapping) -> None:
    if mapping.protocol not in PROTOCOLS:
        raise InvalidArgument(f"unrecognized protocol {mapping.protocol!r} in port mapping", hint=", ".join(PROTOCOLS))
    for first in (mapping.host_port or 1, mapping.container_port):
        if not 1 <= first <= first + mapping.length - 1 <= HIGHEST_PORT:
            raise InvalidArgument(
                f"port numbers must be between 1 and {HIGHEST_PORT}: {first} is not, or its range",
                hint="write it as 8080:80, or 8080-8090:80-90",
            )


def _exposed(text: str) -> list[str]:
    numbers, _, protocol = text.partition("/")
    first, _, last = numbers.partition("-")
    protocol = protocol.lower() or "tcp"
    try:
        ports = range(int(first), int(last or first) + 1)
    except ValueError as error:
        raise InvalidArgument(f"{text!r} is no port to expose", hint="use PORT[-PORT][/PROTOCOL]") from error
    for port in ports:
        _check(PortMapping(container_port=port, protocol=protocol))
    return [f"{port}/{protocol}" for port in ports]
