"""demo: the demo image and five containers in five states."""

from __future__ import annotations

import socket
import sys
from collections.abc import Sequence
from typing import Final

import msgspec

from core.cli.command import command_parser, open_engine
from core.cli.main import Invocation
from core.cli.parser import CommandParser
from core.container import Container
from core.engine import Engine
from core.errors import NoSuchImage
from core.model.options import CreateOptions
from core.model.state import Status

IMAGE: Final = "localhost/wharf-demo:latest"
LABEL: Final = "wharf.demo"
FIRST_PORT: Final = 8080
_WORKER: Final = (
    "trap 'echo worker: stopping; exit 0' TERM; n=0; "
    "while :; do n=$((n+1)); "
    'echo "$(date +%T) worker: job $n done in $((RANDOM % 90 + 10)) ms"; '
    "sleep 1 & wait $!; done"
)


def run(invocation: Invocation) -> int:
    parser: CommandParser = command_parser(invocation)
    parser.add_argument("--remove", action="store_true", help="remove the demo containers")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        return _remove(engine) if options.remove else _make(engine)


def _make(engine: Engine) -> int:
    try:
        engine.images.find(IMAGE)
    except NoSuchImage:
        print("making the image localhost/wharf-demo out of busybox")
        engine.images.build_demo()
    for options, kept_running in demo_containers(free_port()):
        container = _named(engine, options.name)
        if container is None:
            container = engine.create(options)
            print(f"created container {options.name}")
        elif not _is_demo(container):
            print(f"a container of yours has the name {options.name}: it is left alone", file=sys.stderr)
            continue
        _bring_up(container, kept_running)
    return 0


def _bring_up(container: Container, kept_running: bool | None) -> None:
    status = container.refresh().status
    wanted = {
        None: (),
        True: (Status.CONFIGURED, Status.CREATED, Status.EXITED),
        False: (Status.CONFIGURED, Status.CREATED),
    }[kept_running]
    if status in wanted:
        container.start()


def _remove(engine: Engine) -> int:
    for options, _ in demo_containers(FIRST_PORT):
        container = _named(engine, options.name)
        if container is not None and _is_demo(container):
            container.remove(force=True)
            print(f"removed container {options.name}")
    return 0


def _named(engine: Engine, name: str) -> Container | None:
    container = engine.find(name)
    return container if container is not None and container.name == name else None


def _is_demo(container: Container) -> bool:
    return LABEL in container.config.labels


def demo_containers(port: int) -> Sequence[tuple[CreateOptions, bool | None]]:
    """The containers; each with True where it is kept running, False where it runs once, None where it never starts.

    `port`: where the web server listens, on loopback.
    """
    base = CreateOptions(image=IMAGE, labels={LABEL: "1"})
    web = ("httpd", "-f", "-v", "-p", f"127.0.0.1:{port}", "-h", "/www")
    changed = msgspec.structs.replace
    return (
        (changed(base, name="shell", command=("sh", "-l"), terminal=True, stdin_open=True, hostname="shell"), True),
        (changed(base, name="web", command=web, network="host"), True),
        (changed(base, name="worker", command=("sh", "-c", _WORKER)), True),
        (changed(base, name="failed", command=("sh", "-c", "echo 'no such database' >&2; exit 3")), False),
        (changed(base, name="ready", command=("sleep", "3600")), None),
    )


def free_port() -> int:
    """The first port from `FIRST_PORT` on that nobody listens on."""
    for port in range(FIRST_PORT, FIRST_PORT + 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    return FIRST_PORT
