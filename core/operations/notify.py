"""Telling systemd that a container is ready (sd_notify(3)), by the socket that our caller has in NOTIFY_SOCKET."""

from __future__ import annotations

import os

from core.host.files import make_private_directory
from core.log import LOG
from core.model.config import BindMount, ContainerConfig
from core.model.surroundings import NotifyMode
from core.operations.parts import EngineParts, Transaction

_VARIABLE = "NOTIFY_SOCKET"
_FOLDER = "/run/notify"
"""In the container; conmon makes the socket in it."""


def socket_for_container(config: ContainerConfig) -> str:
    """The socket of the host to which conmon passes on what the container says; empty for none."""
    return os.environ.get(_VARIABLE, "") if config.surroundings.notify is NotifyMode.CONTAINER else ""


def notify_environment(config: ContainerConfig) -> tuple[str, ...]:
    """`NAME=VALUE` for the container's process."""
    return (f"{_VARIABLE}={_FOLDER}/notify.sock",) if socket_for_container(config) else ()


def notify_mounts(parts: EngineParts, config: ContainerConfig) -> tuple[BindMount, ...]:
    """The folder of the socket, made where it is not there."""
    if not socket_for_container(config):
        return ()
    folder = parts.paths.bundle(config.id) / "notify"
    make_private_directory(folder)
    os.chown(folder, *config.root_owner)
    return (BindMount(source=str(folder), destination=_FOLDER, options=("bind", "rprivate")),)


def tell_of_start(held: Transaction) -> None:
    """Name the monitor as the main process, and with `conmon` say that all is ready. Allowed: running."""
    mode, target = held.config.surroundings.notify, os.environ.get(_VARIABLE, "")
    if mode is NotifyMode.IGNORE or not target:
        return
    import socket

    lines = [f"MAINPID={held.state.monitor_pid}", *(["READY=1"] if mode is NotifyMode.CONMON else [])]
    address = f"\0{target[1:]}" if target.startswith("@") else target
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            sender.sendto("\n".join(lines).encode(), address)
    except OSError as error:
        LOG.warning("systemd could not be told of container %s: %s", held.id, error)
