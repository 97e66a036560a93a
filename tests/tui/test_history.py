from __future__ import annotations

import pytest

from core.model.snapshot import ResourceSample
from tui.history import KEPT, History, columns, sparkline


def sample(at: float) -> ResourceSample:
    return ResourceSample(at=at, cpu_ns=0, cpu_percent=0.0, memory=0, memory_limit=0, pids=1)


def test_ten_minutes_are_kept_and_those_that_are_gone_are_not() -> None:
    history = History()
    for second in range(KEPT + 10):
        history.add({"a": sample(second), "b": sample(second)})
    assert [kept.at for kept in history.of("a")] == list(range(10, KEPT + 10))
    history.keep_only(["b"])
    assert history.of("a") == () and len(history.of("b")) == KEPT


def test_a_chart_has_a_block_for_each_of_the_last_values() -> None:
    assert sparkline([0, 50, 100], 10) == "▁▄█"
    assert sparkline([1, 2, 3, 4], 2) == "▆█"
    assert sparkline([50], 10, top=100) == "▄"
    assert sparkline([0, 0], 10) == "▁▁"
    assert sparkline([], 10) == ""


def busy(at: float, percent: float) -> ResourceSample:
    return ResourceSample(at=at, cpu_ns=0, cpu_percent=percent, memory=0, memory_limit=0, pids=1)


def test_a_chart_has_a_column_for_each_sample_as_long_as_they_have_room() -> None:
    samples = [busy(0.3 + second, float(second)) for second in range(60)]
    assert columns(samples, 60, lambda one: one.cpu_percent) == [float(second) for second in range(60)]


def test_a_chart_shows_ten_minutes_with_their_peaks() -> None:
    peaks = {100: 90.0, 599: 70.0}
    samples = [busy(1000.5 + second, peaks.get(second, 1.0)) for second in range(KEPT)]
    shown = columns(samples, 60, lambda one: one.cpu_percent)
    assert len(shown) == 60
    assert [place for place, value in enumerate(shown) if value > 1.0] == [10, 59]
    assert {90.0, 70.0} < set(shown)


@pytest.mark.parametrize("width", [1, 7, 58, 59, 60, 119, 599])
def test_a_chart_is_never_wider_than_its_place(width: int) -> None:
    samples = [busy(7.9 + second, 1.0) for second in range(KEPT)]
    assert width // 2 <= len(columns(samples, width, lambda one: one.cpu_percent)) <= width


def test_a_peak_stays_as_high_while_it_moves() -> None:
    samples = [busy(float(second), 80.0 if second == 450 else 1.0) for second in range(1200)]
    for begin in range(0, 400, 7):
        shown = columns(samples[begin : begin + KEPT], 58, lambda one: one.cpu_percent)
        assert shown.count(80.0) == 1
