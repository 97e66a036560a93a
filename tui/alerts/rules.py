"""Which events, and which lines of a log, an operator wants to be told of."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

import msgspec

from core.events import Event, EventKind
from core.model.health import HealthStatus
from core.oci.exit_codes import exit_reason
from tui.configuration.schema import Alert
from tui.languages import _


class Raised(msgspec.Struct, frozen=True):
    """An alert that has come true. `text`: what has happened, in a sentence without the name."""

    alert: Alert
    container_id: str
    name: str
    text: str


class AlertRules:
    """Judges what it is told of; remembers no more than what the rules of loops need."""

    def __init__(self, alerts: Sequence[Alert]) -> None:
        self._of_events = [alert for alert in alerts if alert.when != "log"]
        self.of_logs = [(alert, re.compile(alert.pattern)) for alert in alerts if alert.when == "log"]
        self._ends: dict[tuple[int, str], deque[float]] = {}

    def __bool__(self) -> bool:
        return bool(self._of_events or self.of_logs)

    def judge(self, event: Event, labels: Mapping[str, str], *, stopped_by_user: bool) -> list[Raised]:
        """What an event gives rise to. `labels`: of its container."""
        raised = []
        for number, alert in enumerate(self._of_events):
            if not concerns(alert, event.name, labels):
                continue
            text = self._text(number, alert, event, stopped_by_user)
            if text:
                raised.append(Raised(alert, event.container_id, event.name, text))
        return raised

    def judge_line(self, name: str, container_id: str, labels: Mapping[str, str], line: str) -> list[Raised]:
        """What a line of a log gives rise to."""
        return [
            Raised(alert, container_id, name, _("printed: {line}").format(line=line))
            for alert, pattern in self.of_logs
            if concerns(alert, name, labels) and pattern.search(line)
        ]

    def _text(self, number: int, alert: Alert, event: Event, stopped_by_user: bool) -> str:
        if event.kind is EventKind.HEALTH_STATUS:
            is_bad = event.attributes.get("health_status") == HealthStatus.UNHEALTHY
            return _("is unhealthy") if is_bad and alert.when == "unhealthy" else ""
        if event.kind is not EventKind.DIED:
            return ""
        code, oom_killed = exit_code_of(event), event.attributes.get("oom_killed") == "true"
        if alert.when == "restart-loop":
            return self._loop(number, alert, event, stopped_by_user)
        if alert.when == "oom":
            return _("ran out of memory") if oom_killed else ""
        if alert.when == "exit" and code != 0 and not stopped_by_user:
            return _("exited with {code}: {reason}").format(
                code=code, reason=exit_reason(code, oom_killed=oom_killed, stopped_by_user=False)
            )
        return ""

    def _loop(self, number: int, alert: Alert, event: Event, stopped_by_user: bool) -> str:
        """Told once for a series of ends, and again only after a pause in it."""
        ends = self._ends.setdefault((number, event.container_id), deque())
        if stopped_by_user:
            ends.clear()
            return ""
        ends.append(event.time)
        while ends and ends[0] < event.time - alert.within:
            ends.popleft()
        return (
            _("ended {count} times in {seconds} s").format(count=len(ends), seconds=f"{alert.within:.0f}")
            if len(ends) == alert.times
            else ""
        )


def concerns(alert: Alert, name: str, labels: Mapping[str, str]) -> bool:
    """Whether an alert is about a container."""
    key, separator, value = alert.label.partition("=")
    labelled = not alert.label or (key in labels and (not separator or labels[key] == value))
    return labelled and fnmatchcase(name, alert.container)


def exit_code_of(event: Event) -> int:
    """-1 where it is not known."""
    try:
        return int(event.attributes.get("exit_code", "-1"))
    except ValueError:
        return -1
