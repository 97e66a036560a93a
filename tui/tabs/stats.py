"""The figures of a container, with charts of the last minutes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.text import Text
from textual.app import RenderResult

from core.model.snapshot import ResourceSample
from core.model.state import Status
from tui.history import chart, columns
from tui.languages import _
from tui.plain_text import fitted, padded, size
from tui.tabs.overview import label_width, usage
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
            return Text(_("Nothing is selected."), "dim")
        samples = self.context.live.history.of(self.row_id) if self.row_id in self.context.live.samples else ()
        if not samples:
            alive = self.row.status in (Status.RUNNING, Status.PAUSED)
            return Text(
                _("No figures yet.") if alive else _("No figures: it is {state}.").format(state=_(self.row.status)),
                "dim",
            )
        width, height = self.content_size
        known = usage(samples)
        label = label_width(known)
        lines = [Text(fitted(f"{padded(name, label)}{value}", width)) for name, value in known]
        room = (height - len(lines) - 2) // 2
        if room >= LEAST_CHART:
            lines += (
                side_by_side(samples, width, room)
                if width >= SIDE_BY_SIDE
                else one_below_the_other(samples, width, room)
            )
        return Text("\n").join(lines[:height])


def _cpu(samples: Samples, width: int, room: int) -> list[Text]:
    head = _("CPU {percent} %, the last {seconds} s").format(
        percent=f"{samples[-1].cpu_percent:.1f}", seconds=len(samples)
    )
    return _chart(head, samples, lambda sample: sample.cpu_percent, width, room, 100.0)


def _memory(samples: Samples, width: int, room: int) -> list[Text]:
    now = samples[-1]
    of = _(" of {size}").format(size=size(now.memory_limit)) if now.memory_limit else ""
    return _chart(
        _("memory {size}{of}").format(size=size(now.memory), of=of),
        samples,
        lambda sample: sample.memory,
        width,
        room,
        now.memory_limit,
    )


def _network(samples: Samples, width: int, room: int) -> list[Text]:
    now = samples[-1]
    if now.network_shared:
        return [Text(_("network: the host's"), "bold"), *(Text("") for _ in range(room))]
    head = _("network in {received}/s, out {sent}/s").format(
        received=size(now.network_received_rate), sent=size(now.network_sent_rate)
    )
    return _chart(
        head, samples, lambda sample: sample.network_received_rate + sample.network_sent_rate, width, room, LEAST_RATE
    )


def _block(samples: Samples, width: int, room: int) -> list[Text]:
    now = samples[-1]
    head = _("disk read {read}/s, written {written}/s").format(
        read=size(now.block_read_rate), written=size(now.block_written_rate)
    )
    return _chart(
        head, samples, lambda sample: sample.block_read_rate + sample.block_written_rate, width, room, LEAST_RATE
    )


def _chart(
    head: str, samples: Samples, figure: Callable[[ResourceSample], float], width: int, room: int, top: float
) -> list[Text]:
    rows = chart(columns(samples, width, figure), width, room, top)
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
