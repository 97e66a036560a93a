"""Tabs whose text is asked of the engine: processes, inspect, health, changed files, events, mounts."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, ClassVar

from rich.highlighter import JSONHighlighter
from rich.text import Text

from core.errors import NotFound
from core.events import Event
from core.model.content import FileChange
from core.model.health import HealthReport
from core.model.snapshot import ProcessEntry
from core.model.state import Status
from tui.event_text import event_line
from tui.languages import _
from tui.messages import DetailRead
from tui.plain_text import fitted, moment, padded, printable, size, span
from tui.tabs.overview import health_words
from tui.tabs.tab import LinesTab


class AskedTab(LinesTab):
    """Asks when it is shown and when its row changes. `kind`: what is asked for. `every`: seconds, 0 for once."""

    kind: ClassVar[str]
    every: ClassVar[int] = 0

    def row_changed(self, *, is_other: bool) -> None:
        if is_other:
            self._ticks = 0
            self._fresh = True
        if self.row is None:
            self.set_lines([Text(_("Nothing is selected."), "dim")], to_begin=True)
        else:
            self.ask()

    def ask(self) -> None:
        """Have it read."""
        self.context.bridge.read_detail(self.kind, self.row_id)

    def tick(self) -> None:
        self._ticks += 1
        if self.every and self.row is not None and self._ticks % self.every == 0:
            self.ask()

    def take_detail(self, message: DetailRead) -> None:
        if message.kind != self.kind:
            return
        if message.error is None:
            self.set_lines(self.draw(message.found), to_begin=self._fresh)
        elif not isinstance(message.error, NotFound):
            self.set_lines([Text(printable(text)) for text in (message.error.message, message.error.hint) if text])
        self._fresh = False

    def draw(self, found: Any) -> list[Text]:
        """The lines of what was found."""
        raise NotImplementedError


class InspectTab(AskedTab):
    """All that is known."""

    kind = "inspect"

    def draw(self, found: str) -> list[Text]:
        highlight = JSONHighlighter()
        return [highlight(Text(printable(line))) for line in found.split("\n")]


class TopTab(AskedTab):
    """The processes."""

    kind = "processes"
    every = 2

    def ask(self) -> None:
        if self.row.status in (Status.RUNNING, Status.PAUSED):
            super().ask()
        else:
            self.set_lines(
                [Text(_("No process: it is {state}.").format(state=_(self.row.status)), "dim")], to_begin=True
            )

    def draw(self, found: Sequence[ProcessEntry]) -> list[Text]:
        return process_lines(found)


class EnvironmentTab(AskedTab):
    """The environment that its first process is given, in the order of the names."""

    kind = "environment"

    def draw(self, found: Sequence[str]) -> list[Text]:
        pairs = sorted(entry.partition("=") for entry in found)
        width = max((len(name) for name, _sign, _value in pairs), default=0) + 2
        return [
            Text.assemble((f"{printable(name):<{width}}", "dim"), printable(value)) for name, _sign, value in pairs
        ] or [Text(_("Its environment is empty."), "dim")]


class HealthTab(AskedTab):
    """The last health checks, newest first, with what they said."""

    kind = "health"
    every = 1

    def draw(self, found: HealthReport) -> list[Text]:
        if found.health is None:
            return [Text(_("It has no health check."), "dim")]
        startup = found.startup
        head = health_words(found.health)
        if startup is not None and not found.health.started_up:
            failures = found.health.startup_failures
            allowed = _(" of {count}").format(count=startup.retries) if startup.retries else ""
            head = _("{state}, the startup check failed {failures}{allowed} times").format(
                state=_(found.health.status), failures=failures, allowed=allowed
            )
        if found.due_at:
            head += _("; next in {time}").format(time=span(max(found.due_at - time.time(), 0.0)))
        lines = [Text(head, "bold")]
        for result in reversed(found.results):
            passed = result.exit_code == 0
            words = (
                _("passed")
                if passed
                else _("took too long")
                if result.exit_code < 0
                else _("failed ({code})").format(code=result.exit_code)
            )
            took = result.finished_at - result.started_at
            lines.append(
                Text(
                    f"{moment(result.started_at)}  "
                    + _("{result}, took {seconds} s").format(result=words, seconds=f"{took:.2f}"),
                    "" if passed else "bold",
                )
            )
            lines += [Text(f"    {printable(line)}") for line in result.output.splitlines()]
        return lines if found.results else [*lines, Text(_("Not checked yet: H runs it now."), "dim")]


class DiffTab(AskedTab):
    """Which files differ from the image."""

    kind = "diff"

    def draw(self, found: Sequence[FileChange]) -> list[Text]:
        return [Text(f"{change.kind} {printable(change.path)}") for change in found] or [
            Text(_("No file differs from the image."), "dim")
        ]


class EventsTab(AskedTab):
    """What happened to it, newest first."""

    kind = "events"

    def take_events(self, events: Sequence[Event]) -> None:
        if any(event.container_id in ("", self.row_id) for event in events) and self.row is not None:
            self.ask()

    def draw(self, found: Sequence[Event]) -> list[Text]:
        return [Text(event_line(event)) for event in reversed(found)] or [Text(_("Nothing happened yet."), "dim")]


class MountsTab(AskedTab):
    """What of the host is seen inside, and where its root is."""

    kind = "mounts"

    def draw(self, found: Sequence[dict[str, Any]]) -> list[Text]:
        lines = []
        if self.row.mount_point:
            lines.append(Text(_("root mounted at {path}").format(path=printable(self.row.mount_point))))
        for mount in found:
            access = "" if mount.get("RW", True) else _(", read-only")
            source = mount.get("Name") or mount.get("Source") or "–"
            lines.append(Text(printable(f"{mount.get('Destination')} ← {source} ({mount.get('Type')}{access})")))
        return lines or [Text(_("Nothing of the host is mounted in it."), "dim")]


def _process_heading() -> str:
    left = f"{'PID':>7} {fitted(_('PARENT'), 7, right=True)} {padded(_('USER'), 12)} S "
    return f"{left} {fitted(_('TIME'), 8, right=True)} {fitted(_('MEMORY'), 8, right=True)} {_('COMMAND')}"


def process_lines(found: Sequence[ProcessEntry]) -> list[Text]:
    """Processes, a line each, below a heading."""
    lines = [Text(_process_heading(), "bold dim")]
    for entry in found:
        facts = f"{entry.pid:>7} {entry.parent:>7} {printable(entry.user)[:12]:<12} {entry.state[:1]:<2} "
        lines.append(Text(f"{facts}{span(entry.cpu_time):>8} {size(entry.memory):>8} {printable(entry.command)}"))
    return lines
