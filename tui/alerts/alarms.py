"""Carries out alerts: judges what happens, and tells the operator in the ways that each rule names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from core.events import Event
from core.model.snapshot import ContainerSnapshot
from tui.alerts.log_watch import LogWatch, WatchedLog
from tui.alerts.rules import AlertRules, Raised
from tui.configuration.schema import Alert
from tui.plain_text import printable

LONGEST: Final = 300
"""Characters of a line of a log that are told."""


class Alarms:
    """`toast`, `bell`, `desktop` and `hook` show an alert; they are called in the thread that `told` brings it to."""

    def __init__(
        self,
        alerts: Sequence[Alert],
        *,
        toast: Callable[[str], None],
        bell: Callable[[], None],
        desktop: Callable[[str, str], None],
        hook: Callable[[Sequence[str]], None],
        told: Callable[[Callable[[], None]], object],
    ) -> None:
        self._rules = AlertRules(alerts)
        self._toast, self._bell, self._desktop, self._hook, self._told = toast, bell, desktop, hook, told
        self._pictures: dict[str, ContainerSnapshot] = {}
        self._logs: LogWatch | None = None
        if self._rules.of_logs:
            self._logs = LogWatch(self._rules, self._tell_later)
            self._logs.start()

    def close(self) -> None:
        if self._logs is not None:
            self._logs.close()

    @property
    def passed_over(self) -> int:
        """Bytes of logs that came too fast for the rules."""
        return self._logs.passed_over if self._logs is not None else 0

    def take_pictures(self, pictures: Sequence[ContainerSnapshot]) -> None:
        """The containers as they are now."""
        if not self._rules:
            return
        self._pictures = {picture.id: picture for picture in pictures}
        if self._logs is not None:
            from pathlib import Path

            logs = (WatchedLog(shown.id, shown.name, shown.labels, Path(shown.log_path)) for shown in pictures)
            self._logs.watch(tuple(logs))

    def take_events(self, events: Sequence[Event]) -> None:
        """What has happened."""
        if not self._rules:
            return
        for event in events:
            picture = self._pictures.get(event.container_id)
            labels = picture.labels if picture is not None else {}
            stopped = picture is not None and picture.stopped_by_user
            for raised in self._rules.judge(event, labels, stopped_by_user=stopped):
                self._tell(raised)

    def _tell_later(self, raised: Raised) -> None:
        self._told(lambda: self._tell(raised))

    def _tell(self, raised: Raised) -> None:
        text = printable(raised.text)[:LONGEST]
        for way in raised.alert.notify:
            match way:
                case "toast":
                    self._toast(f"{printable(raised.name)} {text}")
                case "bell":
                    self._bell()
                case "desktop":
                    self._desktop(raised.name, text)
                case "hook":
                    fields = {"name": raised.name, "id": raised.container_id, "text": text}
                    self._hook([_filled(word, fields) for word in raised.alert.hook])


def _filled(word: str, fields: dict[str, str]) -> str:
    for name, value in fields.items():
        word = word.replace(f"{{{name}}}", value)
    return word
