"""The selected container in a few lines: what it is, its mounts and labels, and the end of its log."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len
from rich.text import Text
from textual.app import RenderResult

from core.model.health import Health
from core.model.log_target import LogDriver
from core.model.snapshot import ContainerSnapshot, ResourceSample
from core.model.state import Status
from core.oci.exit_codes import exit_reason
from tui.history import sparkline
from tui.languages import _, ngettext
from tui.messages import DetailRead
from tui.plain_text import GLYPHS, fitted, moment, printable, shown_image, size, span
from tui.tabs.tab import DetailTab, TabContext

Selected = ContainerSnapshot | None
CHART: Final = 20
"""Columns of a chart, a second each."""
_LABEL: Final = 9
"""Columns of a name at least."""
SIDE_BY_SIDE: Final = 96
"""Columns from which the output stands beside the facts."""


class OverviewTab(DetailTab):
    """Drawn anew whenever one of its values changes."""

    DEFAULT_CSS = """
    OverviewTab { width: 1fr; height: 1fr; padding: 0 1; background: $surface; }
    """
    row: Selected

    def __init__(self, context: TabContext) -> None:
        super().__init__(context)
        self._output: list[str] = []
        self._health: Health | None = None

    def row_changed(self, *, is_other: bool) -> None:
        if is_other:
            self._output = []
            self._health = None
            self.tick()
        self.refresh()

    def tick(self) -> None:
        """Read the end of the log again, and draw the figures."""
        if self.row is not None and self.size.height:
            self.context.bridge.read_detail("last lines", self.row_id)
            if self.row.health is not None:
                self.context.bridge.read_detail("health", self.row_id)
            self.refresh()

    def take_detail(self, message: DetailRead) -> None:
        if message.kind == "last lines" and message.found is not None:
            if message.found != self._output:
                self._output = message.found
                self.refresh()
        elif message.kind == "health" and message.found is not None:
            self._health = message.found.health
            self.refresh()

    @property
    def _samples(self) -> tuple[ResourceSample, ...]:
        """Of the last ten minutes, oldest first; none where it does not run."""
        live = self.context.live
        return live.history.of(self.row_id) if self.row_id in live.samples else ()

    def render(self) -> RenderResult:
        if self.row is None:
            return Text(_("Nothing is selected."), "dim")
        width, height = self.content_size
        known = facts(self.row, self._samples, self._health)
        output, label = self._output, label_width(known)
        if width < SIDE_BY_SIDE:
            room = max(height // 2, height - len(output) - 1) if output else height
            lines = [_fact(name, value, label, width) for name, value in known[:room]]
            return Text("\n").join([*lines, *_last_output(output, width, height - len(lines))])
        left = width * 55 // 100
        right = width - left - 3
        facts_lines = [_fact(name, value, label, left) for name, value in known[:height]]
        output_lines = _last_output(output or [_no_output(self.row)], right, height)
        rows = []
        for place in range(height):
            row = Text(no_wrap=True)
            row.append_text(facts_lines[place] if place < len(facts_lines) else Text(" " * left))
            row.append(" │ ", "dim")
            rows.append(row.append_text(output_lines[place] if place < len(output_lines) else Text("")))
        return Text("\n").join(rows)


def label_width(lines: Sequence[tuple[str, str]]) -> int:
    """Columns of the names of facts, with the blanks behind them."""
    return max(_LABEL, *(cell_len(name) + 1 for name, _value in lines)) if lines else _LABEL


def _fact(name: str, value: str, label: int, width: int) -> Text:
    line = Text(fitted(name, min(label, width)), "dim", no_wrap=True)
    return line.append(fitted(printable(value), width - label), "not dim")


def _no_output(picture: ContainerSnapshot) -> str:
    if picture.log_driver is LogDriver.K8S_FILE:
        return _("nothing was printed") if picture.status is Status.EXITED else _("nothing was printed yet")
    return f"{_('log')}: {picture.log_driver}"


def _last_output(lines: list[str], width: int, height: int) -> list[Text]:
    """A rule, and as many of the last lines as have room below it."""
    if height < 2 or not lines:
        return []
    title = "── {} ".format(_("last output"))
    return [Text(fitted(title + "─" * (width - cell_len(title)), width), "dim")] + [
        Text(fitted(line, width)) for line in lines[-(height - 1) :]
    ]


def facts(
    picture: ContainerSnapshot, samples: tuple[ResourceSample, ...] = (), health: Health | None = None
) -> list[tuple[str, str]]:
    """Name and value of each line, the most wanted first. `health`: newer than the picture's, which only a change
    of the status makes anew."""
    state = f"{GLYPHS[picture.status]} {_(picture.status)}"
    if picture.status is Status.EXITED:
        state += _(" with {code}").format(code=picture.exit_code) + (
            _(" (out of memory)") if picture.oom_killed else ""
        )
    if picture.pid:
        state += _(", PID {pid}").format(pid=picture.pid)
    if picture.monitor_lost:
        state += _(", its console is lost (conmon is gone)")
    lines = [(_("state"), state)]
    if picture.error:
        lines.append((_("error"), picture.error))
    if picture.status is Status.EXITED:
        lines += ending(picture)
    if picture.health is not None:
        lines.append(
            (
                _("health"),
                health_text(max(picture.health, health or picture.health, key=lambda known: known.checked_at)),
            )
        )
    lines += [(_("image"), shown_image(picture)), (_("command"), " ".join(picture.command))]
    if samples:
        lines += usage(samples)
    lines.append((_("created"), moment(picture.created_at)))
    if picture.started_at:
        lines.append((_("started"), moment(picture.started_at)))
    if picture.finished_at:
        lines.append((_("ended"), moment(picture.finished_at)))
    if picture.restart_policy != "no":
        times = _(", restarted {restarts} times by it").format(restarts=picture.restarts) if picture.restarts else ""
        lines.append((_("restart"), f"{picture.restart_policy}{times}"))
    terminal = _("terminal") if picture.terminal else (_("input open") if picture.stdin_open else _("no input"))
    lines.append(
        (_("console"), _("{terminal}, network {network}").format(terminal=terminal, network=picture.network[:24]))
    )
    if picture.mount_point:
        lines.append((_("mounted"), picture.mount_point))
    if picture.labels:
        lines.append((_("labels"), ", ".join(f"{name}={value}" for name, value in sorted(picture.labels.items()))))
    lines.append((_("id"), picture.id))
    return lines


def health_words(health: Health) -> str:
    """`healthy`; `unhealthy, 3 failures in a row`."""
    count, words = health.failing_streak, _(health.status)
    if not count:
        return words
    failures = ngettext("{count} failure in a row", "{count} failures in a row", count).format(count=count)
    return f"{words}, {failures}"


def health_text(health: Health) -> str:
    """`healthy`, `unhealthy, 3 failures in a row`, and when that was seen."""
    words = health_words(health)
    if not health.checked_at:
        return _("{words}, not checked yet").format(words=words)
    return _("{words}, checked {time} ago").format(words=words, time=span(time.time() - health.checked_at))


def usage(samples: tuple[ResourceSample, ...]) -> list[tuple[str, str]]:
    """What it uses now, and charts of the minutes before."""
    now = samples[-1]
    held_back = (
        _(", held back {percent} % of the time").format(percent=f"{now.throttled_percent:.0f}")
        if now.throttled_percent >= 1
        else ""
    )
    cpu = [sample.cpu_percent for sample in samples]
    limit = _(" of {size}").format(size=size(now.memory_limit)) if now.memory_limit else ""
    parts = _("{size} its own, {cache} file cache").format(size=size(now.memory_anonymous), cache=size(now.memory_file))
    if now.oom_kills:
        parts += _(", {count} killed for want of it").format(count=now.oom_kills)
    memory = [float(sample.memory) for sample in samples]
    read, written = (now.block_read_rate, now.block_read), (now.block_written_rate, now.block_written)
    lines = [
        (_("cpu"), f"{sparkline(cpu, CHART)} {now.cpu_percent:.1f} %{held_back}"),
        (_("memory"), f"{sparkline(memory, CHART, now.memory_limit)} {size(now.memory)}{limit} ({parts})"),
        (_("block"), _traffic(_("read"), read, _("written"), written)),
    ]
    if now.network_shared:
        lines.append((_("network"), _("the host's: its share can not be told apart")))
    elif now.network_received or now.network_sent:
        received, sent = (now.network_received_rate, now.network_received), (now.network_sent_rate, now.network_sent)
        lines.append((_("network"), _traffic(_("in"), received, _("out"), sent)))
    waits = [f"{name} {percent:.0f} %" for name, percent in now.pressure.items() if percent >= 1]
    tasks = ngettext("{count} PID", "{count} PIDs", now.pids).format(count=now.pids)
    if waits:
        tasks += _(", waiting for {names}").format(names=", ".join(waits))
    lines.append((_("tasks"), tasks))
    return lines


def _traffic(first: str, first_flow: tuple[float, int], second: str, second_flow: tuple[float, int]) -> str:
    """Two directions, each with bytes a second and all bytes so far."""
    flows = ((first, *first_flow), (second, *second_flow))
    return "; ".join(
        _("{direction} {rate}/s, {total} in all").format(direction=word, rate=size(rate), total=size(total))
        for word, rate, total in flows
    )


def ending(picture: ContainerSnapshot) -> list[tuple[str, str]]:
    """Why it died: what the exit code means, how long it ran, the limits that it ran under, restarts so far."""
    why = exit_reason(picture.exit_code, oom_killed=picture.oom_killed, stopped_by_user=picture.stopped_by_user)
    lines = [(_("why"), why)]
    if picture.started_at and picture.finished_at:
        restarts = _(", {restarts} restarts so far").format(restarts=picture.restarts) if picture.restarts else ""
        lines.append((_("ran"), f"{span(picture.finished_at - picture.started_at)}{restarts}"))
    limits = picture.resources
    words = [
        _("memory {size}").format(size=size(limits.memory)) if limits.memory else _("memory without limit"),
        _("{cpus} CPUs").format(cpus=f"{limits.cpus:g}") if limits.cpus else "",
        _("{pids} processes").format(pids=limits.pids) if limits.pids else "",
    ]
    lines.append((_("limits"), ", ".join(filter(None, words))))
    return lines
