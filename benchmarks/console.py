"""The console pane: throughput, time to echo, floods, memory. Usage: python -m benchmarks.console"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.figures import Figure, median, percentile, write
from benchmarks.operator import COLUMNS, ROWS, Operator, resident
from benchmarks.site import Site, quiet, site
from core.container import Container
from core.engine import Engine
from core.model.options import CreateOptions
from tui.terminal.emulator import Emulator

MEGABYTES: Final = 24
ROUNDS: Final = 5
ECHOES: Final = 100
FLOOD_KEYS: Final = 40
MEMORY_MEGABYTES: Final = 500
ESCAPE: Final = "\x1d"
WHARF: Final = [sys.executable, "-m", "tui"]
OTHERS: Final = 20
CHATTER: Final = "while :; do echo printing a line of some length; sleep 0.05; done"


def payload() -> bytes:
    """Lines of 64 characters, some of them coloured."""
    choose = random.Random(4)
    lines: list[str] = []
    while len(lines) < MEGABYTES * 1_000_000 // 65:
        colour = f"\x1b[{choose.randrange(31, 37)}m" if choose.random() < 0.2 else ""
        end = "\x1b[0m" if colour else ""
        lines.append(f"{colour}{len(lines):08} {'the quick brown fox jumps over the lazy dog, twice'[:54]}{end}")
    return "\n".join(lines).encode() + b"\n"


def make(engine: Engine, place: Site, name: str, *command: str, terminal: bool = True) -> Container:
    options = CreateOptions(
        rootfs=str(place.rootfs), name=name, command=command, terminal=terminal, stdin_open=terminal
    )
    container = engine.create(options)
    container.start()
    return container


def open_pane(place: Site, name: str) -> Operator:
    """The screen with the console of the container on the whole of it."""
    operator = Operator([*WHARF, *place.options])
    operator.wait_text(name)
    operator.settle(0.5)
    operator.type(f"/{name}\r")
    operator.settle(0.5)
    operator.type("a")
    operator.wait_text("d detach")
    operator.type(f"{ESCAPE}f")
    operator.settle(0.5)
    operator.type("\r")
    operator.settle(0.5)
    return operator


def time_of_output(operator: Operator, round_number: int, command: str = "cat /data/payload") -> float:
    """Seconds from the command to the mark after its output."""
    mark = f"END{round_number}"
    operator.type(f"{command}; echo EN''D{round_number}\r")
    return operator.wait_bytes(mark.encode())


def throughput(place: Site, pane: Operator) -> list[Figure]:
    """MB/s of the same output through the pane, through podman attach, and into the emulator alone."""
    data = payload()
    (place.rootfs / "data/payload").write_bytes(data)
    size = len(data) / 1e6
    quiet([*place.podman_create("run", "peer", "-d", "-i", "-t"), "/bin/sh"])
    peer = Operator([*place.podman, "attach", "peer"], look=False)
    peer.settle(0.5)
    peer.type("\r")
    peer.settle(0.3)
    rates: dict[str, list[float]] = {"pane": [], "podman": [], "emulator": []}
    for number in range(ROUNDS):
        rates["pane"].append(size / time_of_output(pane, number))
        rates["podman"].append(size / time_of_output(peer, number))
        emulator = Emulator(COLUMNS, ROWS)
        wire = data.replace(b"\n", b"\r\n")
        began = time.perf_counter()
        for start in range(0, len(wire), 65536):
            emulator.feed(wire[start : start + 65536])
        rates["emulator"].append(size / (time.perf_counter() - began))
    peer.close()
    ours = median(rates["pane"])
    return [
        Figure("throughput of the pane", "MB/s", ours, median(rates["podman"]), "podman attach, thrown away", True),
        Figure("throughput of the pane", "MB/s", ours, median(rates["emulator"]), "emulator alone", True),
    ]


def echo_times(operator: Operator) -> list[float]:
    """Milliseconds from a key to its echo, for keys that are on the screen nowhere else."""
    times = []
    for number in range(ECHOES):
        if number % 20 == 0:
            operator.type("\x15")
            operator.settle(0.2)
        key = chr(0x4E00 + 7 * number).encode()
        operator.settle(0.01 + 0.003 * (number % 7))
        operator.type(key)
        times.append(1000 * operator.wait_bytes(key, seconds=20))
    operator.type("\x15")
    operator.settle(0.2)
    return times


def echoes(place: Site, engine: Engine, pane: Operator, container: Container) -> list[Figure]:
    """The pane against the same container's shell in tmux, idle and with others printing."""
    runc = f"runc --root {place.paths.runtime_root} exec -t {container.id} /bin/sh"
    tmux = ["tmux", "-u", "-S", str(place.folder / "tmux"), "-f", "/dev/null"]
    peer = Operator([*tmux, "new-session", runc])
    peer.settle(1.0)
    figures = []
    for circumstance in ("idle", f"{OTHERS} containers printing"):
        if circumstance != "idle":
            for number in range(OTHERS):
                make(engine, place, f"other{number}", "/bin/sh", "-c", CHATTER, terminal=False)
            pane.settle(2.0)
        ours, theirs = [], []
        for _ in range(3):
            ours += echo_times(pane)
            theirs += echo_times(peer)
        figures += [
            Figure(f"key to echo, median, {circumstance}", "ms", median(ours), median(theirs), "tmux"),
            Figure(
                f"key to echo, 95 %, {circumstance}", "ms", percentile(ours, 0.95), percentile(theirs, 0.95), "tmux"
            ),
        ]
    for number in range(OTHERS):
        engine.lookup(f"other{number}").remove(force=True)
    peer.close()
    quiet([*tmux, "kill-server"])
    return figures


def flood(pane: Operator) -> list[Figure]:
    """Time from the escape key to its menu while the program prints as fast as it can."""
    pane.type("yes 'a line that fills some of the screen'\r")
    pane.settle(1.0)
    times = []
    for _ in range(FLOOD_KEYS):
        pane.settle(0.15)
        pane.type(ESCAPE)
        times.append(1000 * pane.wait_bytes(b"look back"))
        pane.type("\x1b")
        pane.settle(0.1)
    pane.type("\x03")
    pane.settle(1.0)
    return [
        Figure("key to menu in a flood, median", "ms", median(times)),
        Figure("key to menu in a flood, 95 %", "ms", percentile(times)),
    ]


def memory(pane: Operator) -> list[Figure]:
    """What 500 MB of output leave in memory."""
    time_of_output(pane, 90)
    pids = [pane.process.pid, *children(pane.process.pid)]
    before = sum(map(resident, pids))
    loops = MEMORY_MEGABYTES // MEGABYTES
    time_of_output(pane, 91, f"n=0; while [ $n -lt {loops} ]; do cat /data/payload; n=$((n+1)); done")
    return [Figure(f"memory grown by {MEMORY_MEGABYTES} MB of output", "MB", sum(map(resident, pids)) - before)]


def children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def stopped_screen(place: Site, engine: Engine) -> list[Figure]:
    """How long a container takes to print 500 MB: the screen stopped or live, a client that only reads, no client."""
    go = place.rootfs / "data/go"
    loops = MEMORY_MEGABYTES // MEGABYTES
    print_all = f"n=0; while [ $n -lt {loops} ]; do cat /data/payload; n=$((n+1)); done"
    program = f"until [ -e /data/go ]; do sleep 0.1; done; {print_all}"
    times: dict[str, list[float]] = {"stopped": [], "live": [], "reader": [], "none": []}
    for number in range(3):
        for client, taken in times.items():
            container = make(engine, place, f"flood{number}{client}", "/bin/sh", "-c", program)
            pane = open_pane_of_reader(place, container.name) if client in ("stopped", "live") else None
            if pane is not None and client == "stopped":
                os.kill(pane.process.pid, signal.SIGSTOP)
            reader = Operator(reading_client(place, container), look=False) if client == "reader" else None
            time.sleep(0.5)
            began = time.perf_counter()
            go.touch()
            with drained(pane if client == "live" else None):
                container.wait(120)
            taken.append(time.perf_counter() - began)
            go.unlink()
            if pane is not None:
                os.kill(pane.process.pid, signal.SIGCONT)
                pane.close()
            if reader is not None:
                reader.close()
            container.remove(force=True)
    ours, live, reader_time, alone = (median(taken) for taken in times.values())
    name = "500 MB printed, the screen stopped"
    return [
        Figure(name, "s", ours, live, "the screen live"),
        Figure(name, "s", ours, reader_time, "a client that only reads"),
        Figure(name, "s", ours, alone, "no client"),
    ]


@contextlib.contextmanager
def drained(pane: Operator | None) -> Iterator[None]:
    """The operator's terminal shows all the time what it gets."""
    over = threading.Event()

    def drain() -> None:
        while pane is not None and not over.is_set():
            pane.receive(0.05)

    thread = threading.Thread(target=drain)
    thread.start()
    yield
    over.set()
    thread.join()


READING_CLIENT: Final = """\
import os, socket, sys
console = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
console.connect(f"/proc/self/fd/{os.open(sys.argv[1], os.O_PATH)}")
buffer = bytearray(65536)
while console.recv_into(buffer):
    pass
"""


def reading_client(place: Site, container: Container) -> list[str]:
    """A process that reads the console's socket and does nothing else."""
    return [sys.executable, "-c", READING_CLIENT, str(place.paths.attach_socket(container.id))]


def open_pane_of_reader(place: Site, name: str) -> Operator:
    operator = Operator([*WHARF, *place.options])
    operator.wait_text(name)
    operator.type("a")
    operator.wait_text("d detach")
    operator.settle(0.5)
    return operator


def right_screen(place: Site, engine: Engine) -> list[Figure]:
    """Time from the key to the console's screen as it was, on a container that has printed 5 MB."""
    program = "head -c 5000000 /dev/zero | tr '\\0' x; stty -echo; echo; echo SCREEN-IS-HERE; read x"
    make(engine, place, "talker", "/bin/sh", "-c", program)
    time.sleep(1.5)
    times = []
    for _ in range(ROUNDS):
        operator = Operator([*WHARF, *place.options])
        operator.wait_text("talker")
        operator.settle(1.5)
        operator.type("/talker\r")
        operator.settle(0.5)
        operator.type("a")
        times.append(1000 * operator.wait_text(lambda text: "d detach" in text and "SCREEN-IS-HERE" in text))
        operator.close()
    engine.lookup("talker").remove(force=True)
    return [Figure("attach to the right screen", "ms", median(times))]


def main() -> None:
    with site() as place, Engine.open(place.paths) as engine:
        container = make(engine, place, "console", "/bin/sh")
        pane = open_pane(place, "console")
        figures = throughput(place, pane)
        figures += echoes(place, engine, pane, container)
        figures += flood(pane)
        figures += memory(pane)
        pane.close()
        container.remove(force=True)
        figures += stopped_screen(place, engine)
        figures += right_screen(place, engine)
        write("console", "The console", figures)


if __name__ == "__main__":
    main()
