"""The list on the screen: first paint, own cost, and how soon it shows what happens: python -m benchmarks.screen"""

from __future__ import annotations

import os
import signal
import time
from typing import Final

from benchmarks.engine import SLEEP, WHARF
from benchmarks.figures import Figure, median, write
from benchmarks.operator import Operator, cpu_seconds, resident
from benchmarks.site import Site, quiet, site
from core.engine import Engine
from core.model.options import CreateOptions

COUNTS: Final = (10, 50, 100, 1000)
RUNNING: Final = 200
ROUNDS: Final = 7
IDLE_SECONDS: Final = 10.0


def fill(place: Site, engine: Engine, first: int, count: int) -> None:
    for number in range(first, count):
        container = engine.create(CreateOptions(rootfs=str(place.rootfs), name=f"filler{number}", command=SLEEP))
        if number < RUNNING:
            container.start()


def first_paint(place: Site, count: int) -> list[Figure]:
    """From the start of the process to the list, to all that is around it, and to the answer to a key typed then."""
    paints, wholes, answers, work = [], [], [], []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        operator = Operator([WHARF, *place.options], look=False)
        operator.wait_bytes(b"filler0")
        paints.append(1000 * (time.perf_counter() - began))
        work.append(1000 * cpu_seconds(operator.process.pid))
        operator.wait_bytes(b"Containers")
        wholes.append(1000 * (time.perf_counter() - began))
        operator.type("?")
        operator.wait_bytes(b"the keys")
        answers.append(1000 * (time.perf_counter() - began))
        operator.type("qq")
        operator.close()
    return [
        Figure(f"first paint, {count} containers", "ms", median(paints)),
        Figure(f"CPU time until the first paint, {count} containers", "ms", median(work)),
        Figure(f"whole screen, {count} containers", "ms", median(wholes)),
        Figure(f"first key answered, {count} containers", "ms", median(answers)),
    ]


def own_cost(place: Site, count: int) -> list[Figure]:
    """CPU of one core and memory while nobody types."""
    operator = Operator([WHARF, *place.options], look=False)
    operator.wait_bytes(b"filler0")
    operator.settle(3.0)
    before, began = cpu_seconds(operator.process.pid), time.perf_counter()
    operator.settle(IDLE_SECONDS)
    share = 100 * (cpu_seconds(operator.process.pid) - before) / (time.perf_counter() - began)
    memory = resident(operator.process.pid)
    operator.close()
    return [
        Figure(f"CPU of the screen, {count} containers", "% of a core", share),
        Figure(f"memory of the screen, {count} containers", "MB", memory),
    ]


def news(place: Site, engine: Engine) -> list[Figure]:
    """From an exit, and from a pause by raw runc, to the screen."""
    exits, pauses = [], []
    runc = ["runc", "--root", str(place.paths.runtime_root)]
    operator = Operator([WHARF, *place.options], look=False)
    operator.wait_bytes(b"STATE")
    for number in range(ROUNDS):
        container = engine.create(CreateOptions(rootfs=str(place.rootfs), name=f"victim{number}", command=SLEEP))
        container.start()
        operator.settle(1.5)
        quiet([*runc, "pause", container.id])
        pauses.append(1000 * operator.wait_bytes(b"paused"))
        quiet([*runc, "resume", container.id])
        operator.settle(1.5)
        os.kill(container.snapshot().pid, signal.SIGKILL)
        exits.append(1000 * operator.wait_bytes(b"exited"))
        operator.settle(1.0)
        container.remove(force=True)
        operator.settle(0.7)
    operator.close()
    return [
        Figure("exit to screen", "ms", median(exits)),
        Figure("pause by raw runc to screen", "ms", median(pauses)),
    ]


def main() -> None:
    with site() as place, Engine.open(place.paths) as engine:
        figures = news(place, engine)
        made = 0
        for count in COUNTS:
            fill(place, engine, made, count)
            made = count
            figures += first_paint(place, count)
            figures += own_cost(place, count)
        write("screen", "The screen", figures)


if __name__ == "__main__":
    main()
