"""The bus: every listener gets every event, a slow one loses them all at once and knows it."""

from __future__ import annotations

import threading
import time

from core.events import QUEUE_LIMIT, Event, EventBus, EventKind


def event(number: int) -> Event:
    return Event(kind=EventKind.START, time=float(number))


def test_every_listener_gets_every_event_in_order() -> None:
    bus = EventBus()
    first, second = bus.subscribe(), bus.subscribe()
    for number in range(3):
        bus.publish(event(number))
    assert [told.time for told in first.drain(0)] == [0.0, 1.0, 2.0]
    assert [told.time for told in second.drain(0)] == [0.0, 1.0, 2.0]
    assert first.get(0) is None


def test_who_listens_later_hears_nothing_of_before() -> None:
    bus = EventBus()
    bus.publish(event(1))
    assert bus.subscribe().get(0) is None


def test_a_slow_listener_is_told_to_read_anew_and_costs_no_memory() -> None:
    bus = EventBus()
    slow = bus.subscribe()
    for number in range(QUEUE_LIMIT + 5):
        bus.publish(event(number))
    overflow = slow.get(0)
    assert overflow is not None
    assert overflow.kind is EventKind.OVERFLOW
    assert slow.get(0) is None
    bus.publish(event(9))
    told = slow.get(0)
    assert told is not None
    assert told.time == 9.0


def test_waiting_ends_with_an_event_or_the_end() -> None:
    bus = EventBus()
    listener = bus.subscribe()
    threading.Timer(0.05, lambda: bus.publish(event(1))).start()
    told = listener.get(5)
    assert told is not None
    threading.Timer(0.05, bus.close).start()
    began = time.monotonic()
    assert listener.get(5) is None
    assert time.monotonic() - began < 4
    assert listener.closed


def test_a_closed_listener_gets_nothing() -> None:
    bus = EventBus()
    with bus.subscribe() as listener:
        pass
    bus.publish(event(1))
    assert listener.get(0) is None
