"""The columns of the view of containers."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from core.model.health import HealthStatus
from core.model.snapshot import ContainerSnapshot, ResourceSample
from core.model.state import Status
from tui.history import sparkline
from tui.live import Live
from tui.locks import SIGN
from tui.plain_text import GLYPHS, ago, duration_column, is_unhealthy, shown_image, shown_name, size, span
from tui.state_words import NARROW, doing_text, state_text
from tui.views.view import Column

CHART: Final = 10
"""Columns of the chart, a second each."""
FULL: Final = 100.0
"""Percent of a CPU that a chart reaches to at least."""
ALIVE: Final = (Status.RUNNING, Status.PAUSED)
_STATE_STYLES: Final = {Status.RUNNING: "good", Status.PAUSED: "warning", Status.EXITED: "bad", Status.UNKNOWN: "wrong"}


def _state(picture: ContainerSnapshot, live: Live) -> str:
    doing = live.doing(picture.id)
    if doing:
        return doing_text(doing, live.states)
    word = HealthStatus.UNHEALTHY if is_unhealthy(picture) else "no console" if picture.monitor_lost else picture.status
    return state_text(GLYPHS[picture.status], word, live.states)


def _state_style(picture: ContainerSnapshot, live: Live) -> str:
    if live.doing(picture.id):
        return "busy"
    if is_unhealthy(picture):
        return "bad"
    if picture.status is Status.EXITED and picture.exit_code == 0:
        return "faint"
    return _STATE_STYLES.get(picture.status, "")


def _name(picture: ContainerSnapshot, live: Live) -> str:
    name = shown_name(picture)
    return f"{name} {SIGN}" if live.is_locked(picture.labels) else name


def _image(picture: ContainerSnapshot, live: Live) -> str:
    return shown_image(picture).removeprefix("localhost/").removeprefix("docker.io/library/")


def _command(picture: ContainerSnapshot, live: Live) -> str:
    return " ".join(picture.command)


def _since(picture: ContainerSnapshot, live: Live) -> float:
    """By which the column of times is ordered: what began or ended last stands first."""
    return -(picture.started_at if picture.status in ALIVE else picture.finished_at)


def _faint(picture: ContainerSnapshot, live: Live) -> str:
    return "faint"


def _health(picture: ContainerSnapshot, live: Live) -> str:
    return str(picture.health.status) if picture.health is not None else "–"


def _up(picture: ContainerSnapshot, live: Live) -> str:
    return span(time.time() - picture.started_at) if picture.status in ALIVE else "–"


def _ports(picture: ContainerSnapshot, live: Live) -> str:
    return " ".join(str(mapping) for mapping in picture.ports)


def _exit(picture: ContainerSnapshot, live: Live) -> str:
    return "–" if picture.exit_code is None or picture.status is not Status.EXITED else str(picture.exit_code)


def _chart(picture: ContainerSnapshot, live: Live) -> str:
    if picture.status not in ALIVE or picture.id not in live.samples:
        return "–"
    return sparkline((kept.cpu_percent for kept in live.history.last(picture.id, CHART)), CHART, FULL)


def _busy(picture: ContainerSnapshot, live: Live) -> float:
    """The CPU of the seconds that the chart shows."""
    return sum(sample.cpu_percent for sample in live.history.last(picture.id, CHART))


def _sample(picture: ContainerSnapshot, live: Live) -> ResourceSample | None:
    return live.samples.get(picture.id) if picture.status in ALIVE else None


def _figure(
    name: str, title: str, width: int, rank: int, of: Callable[[ResourceSample, Live], float], *, shown: str = "",
    chosen: bool = True, network: bool = False,
) -> Column:  # fmt: skip
    """A column of a figure that is sampled. `shown`: how it is written; as bytes where empty.

    `network`: for one on the host's network there is no such figure.
    """

    def text(picture: ContainerSnapshot, live: Live) -> str:
        sample = _sample(picture, live)
        if sample is None:
            return "–"
        if network and sample.network_shared:
            return "host"
        number = of(sample, live)
        return format(number, shown) if shown else size(number)

    def order(picture: ContainerSnapshot, live: Live) -> float:
        sample = _sample(picture, live)
        return -1.0 if sample is None else of(sample, live)

    return Column(
        name, title, text, width=width, rank=rank, right=True, sort=order, falls=True, live=True, chosen=chosen
    )


def _share(name: str, title: str, width: int, of: Callable[[ContainerSnapshot, ResourceSample], float]) -> Column:
    """A column of percent of a limit; `of`: below 0 where there is no limit."""

    def order(picture: ContainerSnapshot, live: Live) -> float:
        sample = _sample(picture, live)
        return -1.0 if sample is None else of(picture, sample)

    def text(picture: ContainerSnapshot, live: Live) -> str:
        percent = order(picture, live)
        return "–" if percent < 0 else f"{percent:.0f}"

    return Column(name, title, text, width=width, rank=9, right=True, sort=order, falls=True, live=True, chosen=False)


def _of_memory(picture: ContainerSnapshot, sample: ResourceSample) -> float:
    return 100 * sample.memory / sample.memory_limit if sample.memory_limit else -1.0


def _of_cpus(picture: ContainerSnapshot, sample: ResourceSample) -> float:
    return sample.cpu_percent / picture.resources.cpus if picture.resources.cpus else -1.0


def _plain(
    name: str, title: str, text: Callable[[ContainerSnapshot], str], *, width: int = 0, share: int = 0,
    sort: Callable[[ContainerSnapshot], float] | None = None, right: bool = False, falls: bool = False,
) -> Column:  # fmt: skip
    """A column that is there to be chosen."""
    order = None if sort is None else (lambda picture, live: sort(picture))
    return Column(
        name, title, lambda picture, live: text(picture), width=width, rank=9, share=share, right=right, sort=order,
        falls=falls, chosen=False,
    )  # fmt: skip


COLUMNS: Final = (
    Column("state", "STATE", _state, width=16, style=_state_style, narrow=NARROW),
    Column("name", "NAME", _name, share=3),
    Column("image", "IMAGE", _image, share=3, rank=6),
    Column("command", "COMMAND", _command, share=4, rank=8, style=_faint),
    Column(
        "since", "UP / EXIT", lambda picture, live: duration_column(picture), width=12, rank=1, sort=_since
    ),
    _figure("cpu", "CPU %", 6, 2, lambda sample, live: sample.cpu_percent / live.cpu_parts, shown=".1f"),
    Column("cpu_chart", "CPU 10 S", _chart, width=10, rank=4, sort=_busy, falls=True, live=True),
    _figure("memory", "MEMORY", 8, 3, lambda sample, live: sample.memory),
    _figure("pids", "PIDS", 5, 5, lambda sample, live: sample.pids, shown=".0f"),
    Column("id", "ID", lambda picture, live: picture.id[:12], width=12, rank=7, style=_faint),
    Column("ports", "PORTS", _ports, share=3, rank=9, chosen=False,
           sort=lambda p, live: p.ports[0].host_port if p.ports else 0),
    Column("health", "HEALTH", _health, width=9, rank=9, chosen=False),
    Column("exit", "EXIT", _exit, width=4, rank=9, right=True, falls=True, chosen=False,
           sort=lambda p, live: -1 if p.exit_code is None or p.status is not Status.EXITED else p.exit_code),
    _plain("restarts", "RESTARTS", lambda p: str(p.restarts), width=8, right=True, sort=lambda p: p.restarts,
           falls=True),
    Column("up", "UPTIME", _up, width=7, rank=9, right=True, chosen=False,
           sort=lambda p, live: -p.started_at if p.status in ALIVE else 0.0),
    _plain("created", "CREATED", lambda p: ago(p.created_at), width=12, sort=lambda p: -p.created_at),
    _plain("started", "STARTED", lambda p: ago(p.started_at) if p.started_at else "–", width=12,
           sort=lambda p: -p.started_at),
    _plain("ended", "ENDED", lambda p: ago(p.finished_at) if p.finished_at else "–", width=12,
           sort=lambda p: -p.finished_at),
    _share("memory_share", "MEM %LIM", 8, _of_memory),
    _share("cpu_share", "CPU %LIM", 8, _of_cpus),
    _figure("read", "READ/S", 8, 9, lambda sample, live: sample.block_read_rate, chosen=False),
    _figure("written", "WRITE/S", 8, 9, lambda sample, live: sample.block_written_rate, chosen=False),
    _figure("read_all", "READ", 8, 9, lambda sample, live: sample.block_read, chosen=False),
    _figure("written_all", "WRITTEN", 8, 9, lambda sample, live: sample.block_written, chosen=False),
    _figure("received", "NET IN/S", 9, 9, lambda s, live: s.network_received_rate, chosen=False, network=True),
    _figure("sent", "NET OUT/S", 9, 9, lambda s, live: s.network_sent_rate, chosen=False, network=True),
    _figure("received_all", "NET IN", 8, 9, lambda s, live: s.network_received, chosen=False, network=True),
    _figure("sent_all", "NET OUT", 8, 9, lambda s, live: s.network_sent, chosen=False, network=True),
    _plain("policy", "POLICY", lambda p: p.restart_policy, width=14),
    _plain("pid", "PID", lambda p: str(p.pid or "–"), width=7, right=True, sort=lambda p: p.pid),
    _plain("pod", "POD", lambda p: p.pod_name, width=14),
    _plain("network", "NETWORK", lambda p: p.network, width=12),
    _plain("addresses", "ADDRESS", lambda p: " ".join(p.addresses), width=15),
    _plain("mounted", "MOUNTED AT", lambda p: p.mount_point, share=3),
    _plain("mounts", "VOLUMES", lambda p: " ".join(p.mounts), share=3),
)  # fmt: skip
