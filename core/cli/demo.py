"""demo: the demo image and five containers in five states."""

from __future__ import annotations

import argparse
import socket
from collections.abc import Sequence
from typing import Final

import msgspec

from core.cli.command import command_parser, open_engine
from core.cli.main import COMMANDS, Invocation
from core.engine import Engine
from core.errors import NoSuchContainer, NoSuchImage
from core.model.options import CreateOptions
from core.model.state import Status

IMAGE: Final = "localhost/wharf-demo:latest"
FIRST_PORT: Final = 8080
_WORKER: Final = (
    "trap 'echo worker: stopping; exit 0' TERM; n=0; "
    'while :; do n=$((n+1)); echo "$(date +%T) worker: job $n done in $((RANDOM % 90 + 10)) ms"; sleep 1 & wait $!; done'
)


def run(invocation: Invocation) -> int:
    parser: argparse.ArgumentParser = command_parser(invocation, COMMANDS[invocation.command][1])
    parser.add_argument("--remove", action="store_true", help="remove the demo containers")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        return _remove(engine) if options.remove else _make(engine)


def _make(engine: Engine) -> int:
    try:
        engine.find_image(IMAGE)
    except NoSuchImage:
        print("making the image localhost/wharf-demo out of busybox")
        engine.build_demo_image()
    port = free_port()
    for options, started in demo_containers(port):
        try:
            container = engine.lookup(options.name)
        except NoSuchContainer:
            container = engine.create(options)
            print(f"created container {options.name}")
        status = container.refresh().status
        if started and status is not Status.RUNNING and not (options.name == "failed" and status is Status.EXITED):
            if status is Status.PAUSED:
                continue
            container.start()
    return 0


def _remove(engine: Engine) -> int:
    for options, _ in demo_containers(FIRST_PORT):
        try:
            engine.lookup(options.name).remove(force=True)
        except NoSuchContainer:
            continue
        print(f"removed container {options.name}")
    return 0


def demo_containers(port: int) -> Sequence[tuple[CreateOptions, bool]]:
    """The containers, and whether each is started. `port`: where the web server listens, on loopback."""
    base = CreateOptions(image=IMAGE, labels={"wharf.demo": "1"})
    web = ("httpd", "-f", "-v", "-p", f"127.0.0.1:{port}", "-h", "/www")
    changed = msgspec.structs.replace
    return (
        (changed(base, name="shell", command=("sh", "-l"), terminal=True, stdin_open=True, hostname="shell"), True),
        (changed(base, name="web", command=web, network="host"), True),
        (changed(base, name="worker", command=("sh", "-c", _WORKER)), True),
        (changed(base, name="failed", command=("sh", "-c", "echo 'no such database' >&2; exit 3")), True),
        (changed(base, name="ready", command=("sleep", "3600")), False),
    )


def free_port() -> int:
    """The first port from `FIRST_PORT` on that nobody listens on."""
    for port in range(FIRST_PORT, FIRST_PORT + 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    return FIRST_PORT
