"""Networks without root: a process that carries a namespace's traffic through sockets of the host, as podman has them.

slirp4netns(1) and pasta(1). Each serves one namespace. It is known by that namespace's path among its arguments, so
that whoever cleans up after a crash finds it without a note of its PID.
"""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from core.errors import HostIncomplete, InvalidArgument, NetworkFailed
from core.host.files import make_private_directory
from core.host.process_table import find_by_arguments, open_pidfd, wait_pidfd
from core.host.processes import find_program, run, spawn
from core.model.config import NetworkMode
from core.model.network import Lease, PortMapping
from core.network.slirp_options import SlirpOptions, parse_slirp
from core.network.slirp_ports import check_ports, forward

_PATIENCE: Final = 20.0
TUN_DEVICE: Final = "/dev/net/tun"
_INTERFACE: Final = "tap0"
"""What slirp4netns makes inside, as with podman."""


def user_mode_lease(mode: NetworkMode, options: str) -> Lease:
    """What a container has in such a network. Raises `InvalidArgument` for options that there are not."""
    if mode is NetworkMode.PASTA:
        return Lease(network=mode, interface="")
    parsed = parse_slirp(options)
    return Lease(
        network=mode,
        interface=_INTERFACE,
        addresses=(parsed.address,),
        gateways=(parsed.gateway,) if parsed.allow_host_loopback else (),
        dns_servers=(),
    )


def name_servers(mode: NetworkMode, options: str) -> tuple[str, ...]:
    """Who answers for the host's own name servers inside."""
    return (parse_slirp(options).name_server,) if mode is NetworkMode.SLIRP4NETNS else ()


def start_user_mode(
    mode: NetworkMode, options: str, namespace: Path, folder: Path, ports: Sequence[PortMapping]
) -> None:
    """Connect a namespace; back once it works. `folder`: for sockets, on a short path.

    Raises `HostIncomplete`, `NetworkFailed`, `PortInUse`, `InvalidArgument`.
    """
    if mode is NetworkMode.PASTA:
        _start_pasta(options, namespace, ports)
        return
    check_ports(ports)
    make_private_directory(folder)
    parsed = parse_slirp(options)
    _start_slirp(parsed, namespace, folder)
    forward(folder, ports, parsed.address.partition("/")[0], same_port=False)


def end_user_mode(namespace: Path) -> None:
    """End what serves a namespace, and wait for its end. No error where nothing does. Raises `NetworkFailed`."""
    for program in ("slirp4netns", "pasta", "pasta.avx2"):
        end_program(program, os.fspath(namespace))


def end_program(program: str, argument: str) -> None:
    """End each process of a program that has `argument` among its arguments, and wait. Raises `NetworkFailed`.

    One of another user is left alone: it only looks like ours.
    """
    while (pid := find_by_arguments(program, argument)) is not None:
        descriptor = open_pidfd(pid)
        if descriptor is None:
            continue
        try:
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
            if not wait_pidfd(descriptor, _PATIENCE):
                raise NetworkFailed(f"{program} (PID {pid}) does not end", hint="see what holds it: ps -ef")
        except ProcessLookupError:
            continue
        except PermissionError:
            return
        finally:
            os.close(descriptor)


def _start_slirp(options: SlirpOptions, namespace: Path, folder: Path) -> None:
    program = find_program("slirp4netns")
    if not os.access(TUN_DEVICE, os.R_OK | os.W_OK):
        raise HostIncomplete(
            f"slirp4netns needs {TUN_DEVICE}, and this user may not open it",
            hint=f"have root do: modprobe tun; chmod 0666 {TUN_DEVICE}; or use --network none or host",
        )
    ready, tell = os.pipe()
    with tempfile.TemporaryFile() as complaints, os.fdopen(ready, "rb", buffering=0) as answer:
        # setsid forks, so that no child of ours is left to be waited for.
        argv = [find_program("setsid"), "--fork", program, f"--ready-fd={tell}", "--api-socket=api", *options.argv]
        argv += ["--configure", "--netns-type=path", str(namespace), _INTERFACE]
        (folder / "api").unlink(missing_ok=True)
        try:
            spawn(argv, cwd=folder, pass_fds=(tell,), stderr=complaints.fileno()).wait()
        finally:
            os.close(tell)
        if not answer.read(1):
            complaints.seek(0)
            text = complaints.read().decode(errors="replace").strip()
            last = text.splitlines()[-1] if text else "it ended at once"
            raise NetworkFailed(f"slirp4netns could not connect the container: {last}", argv=argv, stderr=text)


def _start_pasta(options: str, namespace: Path, ports: Sequence[PortMapping]) -> None:
    argv = [find_program("pasta"), "--config-net", "--quiet", "--no-map-gw"]
    given = {"tcp": "--tcp-ports", "udp": "--udp-ports"}
    for mapping in ports:
        if mapping.protocol not in given:
            raise InvalidArgument(f"pasta publishes no ports of {mapping.protocol}", hint="use tcp or udp")
        last_host, last = mapping.host_port + mapping.length - 1, mapping.container_port + mapping.length - 1
        where = f"{mapping.host_ip}/" if mapping.host_ip else ""
        spans = f"{mapping.host_port}-{last_host}:{mapping.container_port}-{last}"
        argv += [given[mapping.protocol], f"{where}{spans}"]
    for protocol, flag in given.items():
        if not any(mapping.protocol == protocol for mapping in ports):
            argv += [flag, "none"]
    argv += ["--tcp-ns", "none", "--udp-ns", "none", *(word for word in options.split(",") if word)]
    # Back once it works: it goes on in the background.
    finished = run([*argv, "--netns", str(namespace)], timeout=_PATIENCE)
    if finished.returncode:
        text = finished.error_text()
        last_line = text.splitlines()[-1] if text else "it ended at once"
        raise NetworkFailed(f"pasta could not connect the container: {last_line}", argv=argv, stderr=text)
