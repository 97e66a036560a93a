"""The figures of a container, with charts of the last minutes."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.app import RenderResult

from core.model.snapshot import ResourceSample
from core.model.state import Status
from tui.history import chart
from tui.plain_text import fitted, size
from tui.tabs.overview import usage
from tui.tabs.tab import DetailTab

LEAST_CHART = 2
"""Rows of a chart, below which there is none."""
SIDE_BY_SIDE = 90
"""Columns from which there are four charts, two beside each other."""
LEAST_RATE = 1024.0
"""Bytes a second that a chart of a rate reaches to at least."""
Samples = Sequence[ResourceSample]
"""Oldest first."""


class StatsTab(DetailTab):
    """Drawn anew every second, from the samples that the list has taken."""

    DEFAULT_CSS = """
    StatsTab { width: 1fr; height: 1fr; padding: 0 1; background: $surface; }
    """

    def row_changed(self, *, is_other: bool) -> None:
        self.refresh()

    def tick(self) -> None:
        self.refresh()

    def render(self) -> RenderResult:
        if self.row is None:
            return Text("Nothing is selected.", "dim")
        samples = self.context.live.history.of(self.row_id) if self.row_id in self.context.live.samples else ()
        if not samples:
            alive = self.row.status in (Status.RUNNING, Status.PAUSED)
            return Text("No figures yet." if alive else f"No figures: it is {self.row.status}.", "dim")
        width, height = self.content_size
        lines = [Text(fitted(f"{name:<9}{value}", width)) for name, value in usage(samples)]
        room = (height - len(lines) - 2) // 2
        if room >= LEAST_CHART:
            lines += (
                side_by_side(samples, width, room)
                if width >= SIDE_BY_SIDE
                else one_below_the_other(samples, width, room)
            )
        return Text("\n").join(lines[:height])


def _cpu(samples: Samples, width: int, room: int) -> list[Text]:
    head = f"CPU {samples[-1].cpu_percent:.1f} %, the last {min(width, len(samples))} s"
    return _chart(head, [sample.cpu_percent for sample in samples], width, room, 100.0)


def _memory(samples: Samples, width: int, room: int) -> list[Text]:
    now = samples[-1]
    of = f" of {size(now.memory_limit)}" if now.memory_limit else ""
    return _chart(
        f"memory {size(now.memory)}{of}", [sample.memory for sample in samples], width, room, now.memory_limit
    )


def _network(samples: Samples, width: int, room: int) -> list[Text]:
    now = samples[-1]
    if now.network_shared:
        return [Text("network: the host's", "bold"), *(Text("") for _ in range(room))]
    head = f"network in {size(now.network_received_rate)}/s, out {size(now.network_sent_rate)}/s"
    rates = [sample.network_received_rate + sample.network_sent_rate for sample in samples]
    return _chart(head, rates, width, room, LEAST_RATE)


def _block(samples: Samples, width: int, room: int) -> list[Text]:
    now = samples[-1]
    head = f"disk read {size(now.block_read_rate)}/s, written {size(now.block_written_rate)}/s"
    return _chart(
        head, [sample.block_read_rate + sample.block_written_rate for sample in samples], width, room, LEAST_RATE
    )


def _chart(head: str, values: Sequence[float], width: int, room: int, top: float) -> list[Text]:
    rows = chart(values, width, room, top)
    return [Text(fitted(head, width), "bold"), *(Text(row) for row in rows)]


def one_below_the_other(samples: Samples, width: int, room: int) -> list[Text]:
    """CPU and memory, each of `room` rows below its heading."""
    return [*_cpu(samples, width, room), *_memory(samples, width, room)]


def side_by_side(samples: Samples, width: int, room: int) -> list[Text]:
    """CPU and memory, and at their right what goes over the network and to the disks."""
    left, right = width // 2 - 1, width - width // 2 - 1
    rows = zip(
        one_below_the_other(samples, left, room),
        [*_network(samples, right, room), *_block(samples, right, room)],
        strict=True,
    )
    return [Text.assemble(one, "  ", other) for one, other in rows]
