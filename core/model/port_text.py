"""How a published port is written. By itself, as the list of containers needs nothing else of networks."""

from __future__ import annotations


def port_text(host_ip: str, host_port: int, container_port: int, length: int, protocol: str) -> str:
    """As podman lists it: `0.0.0.0:8080->80/tcp`, `127.0.0.1:7000-7002->7000-7002/udp`."""
    ip = f"[{host_ip}]" if ":" in host_ip else host_ip or "0.0.0.0"
    return f"{ip}:{_span(host_port, length)}->{_span(container_port, length)}/{protocol}"


def _span(first: int, length: int) -> str:
    return str(first) if length == 1 else f"{first}-{first + length - 1}"
