from __future__ import annotations

import pytest

from core.events import Event, EventKind
from tui.alerts.notices import desktop_notice
from tui.alerts.rules import AlertRules
from tui.configuration.schema import Alert


def died(code: int, *, at: float = 0.0, name: str = "web-1", oom: bool = False) -> Event:
    attributes = {"exit_code": str(code), "oom_killed": str(oom).lower()}
    return Event(kind=EventKind.DIED, time=at, container_id="c1", name=name, attributes=attributes)


def texts(rules: AlertRules, event: Event, *, stopped: bool = False, **labels: str) -> list[str]:
    return [raised.text for raised in rules.judge(event, labels, stopped_by_user=stopped)]


def test_an_exit_is_told_unless_it_was_well_or_wanted() -> None:
    rules = AlertRules([Alert(when="exit")])
    assert texts(rules, died(3)) == ["exited with 3: it says that it failed"]
    assert texts(rules, died(0)) == []
    assert texts(rules, died(143), stopped=True) == []


def test_out_of_memory_and_bad_health() -> None:
    rules = AlertRules([Alert(when="oom"), Alert(when="unhealthy")])
    assert texts(rules, died(137, oom=True)) == ["ran out of memory"]
    assert texts(rules, died(137)) == []
    for status, told in (("unhealthy", ["is unhealthy"]), ("healthy", [])):
        event = Event(kind=EventKind.HEALTH_STATUS, time=0.0, name="web", attributes={"health_status": status})
        assert texts(rules, event) == told


def test_a_loop_is_told_once() -> None:
    rules = AlertRules([Alert(when="restart-loop", times=3, within=10)])
    told = [texts(rules, died(1, at=float(second))) for second in range(6)]
    assert told == [[], [], ["ended 3 times in 10 s"], [], [], []]
    assert texts(rules, died(1, at=100.0)) == []


@pytest.mark.parametrize(
    ("alert", "concerned"),
    [
        (Alert(when="exit", container="web-*"), True),
        (Alert(when="exit", container="db"), False),
        (Alert(when="exit", label="tier"), True),
        (Alert(when="exit", label="tier=front"), True),
        (Alert(when="exit", label="tier=back"), False),
        (Alert(when="exit", label="other"), False),
    ],
)
def test_whom_it_is_about(alert: Alert, concerned: bool) -> None:
    assert bool(texts(AlertRules([alert]), died(1), tier="front")) is concerned


def test_a_notice_carries_no_command_of_a_container() -> None:
    sent = desktop_notice("web", "printed \x1b]52;c;x\x07 this")
    assert sent.count("\x1b") == 2 and sent.count("\x07") == 2
