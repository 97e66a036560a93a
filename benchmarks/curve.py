"""What the number of containers costs: the list, a start and the refresh after a reboot: python -m benchmarks.curve"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import msgspec

from benchmarks.engine import SLEEP, milliseconds
from benchmarks.figures import Figure, median, write
from benchmarks.site import Site, site
from core.engine import Engine
from core.model.options import CreateOptions
from core.store.sqlite import open_database

COUNTS: Final = (10, 100, 1000)
ROUNDS: Final = 9
RUNNING: Final = 10
"""Of each number of containers: what runs costs a machine much more than it costs a list."""


def fill(place: Site, engine: Engine, first: int, count: int) -> None:
    for number in range(first, count):
        container = engine.create(CreateOptions(rootfs=str(place.rootfs), name=f"filler{number}", command=SLEEP))
        if number < RUNNING:
            container.start()


def listing(place: Site, engine: Engine) -> Callable[[], object]:
    return engine.containers


def start(place: Site, engine: Engine) -> Callable[[], object]:
    """A container started and put back; the time to kill it is in each of them alike."""
    container = engine.lookup("filler0")

    def act() -> None:
        container.stop(0)
        container.start()

    return act


def refresh(place: Site, engine: Engine) -> Callable[[], object]:
    """The first opening after a reboot, that finds every container of another boot."""

    def act() -> None:
        Engine.open(place.paths).close()

    return act


def forget_boot(place: Site) -> None:
    """What a reboot leaves: states of a boot that is over."""
    store = open_database(place.paths.database, place.paths.change_notice)
    for record in store.all():
        store.save_state(record.id, msgspec.structs.replace(record.state, boot_id="another"))
    store.set_boot_id("another")
    store.close()


def measured(place: Site, engine: Engine, count: int) -> dict[str, float]:
    """Milliseconds of each, as medians, with so many containers."""
    medians = {}
    for name, prepare in (("list", listing), ("stop and start of one", start), ("refresh after a reboot", refresh)):
        act = prepare(place, engine)
        times = []
        for _ in range(ROUNDS if prepare is not refresh else 3):
            if prepare is refresh:
                forget_boot(place)
            times.append(milliseconds(act))
        medians[name] = median(times)
    return medians


def growth(times: list[float]) -> float:
    """The exponent of the curve from the first number to the last: 1.0 grows as the number of containers does."""
    return math.log(times[-1] / times[0]) / math.log(COUNTS[-1] / COUNTS[0])


def main() -> None:
    by_count = []
    with site() as place, Engine.open(place.paths) as engine:
        made = 0
        for count in COUNTS:
            fill(place, engine, made, count)
            made = count
            by_count.append(measured(place, engine, count))
    figures = []
    for name in by_count[0]:
        times = [medians[name] for medians in by_count]
        figures += [
            Figure(f"{name}, {count} containers", "ms", time) for count, time in zip(COUNTS, times, strict=True)
        ]
        figures.append(Figure(f"{name}: exponent of its growth", "1 is linear", growth(times)))
    write("curve", "The curve", figures)


if __name__ == "__main__":
    main()
