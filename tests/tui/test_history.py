from __future__ import annotations

from core.model.snapshot import ResourceSample
from tui.history import KEPT, History, sparkline


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
