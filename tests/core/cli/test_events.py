from __future__ import annotations

from types import SimpleNamespace

import msgspec
import pytest

from core.cli.events import _as_line, _show, event_filter
from core.errors import InvalidArgument
from core.events import Event, EventKind

ID = "ab" * 32
DIED = Event(kind=EventKind.DIED, time=1.5, container_id=ID, name="web", attributes={"exit_code": "3"}, user="ann")
PULLED = Event(
    kind=EventKind.IMAGE, time=2.0, attributes={"action": "pull", "image": "localhost/x"}, command="wharf pull x"
)


def test_a_line_is_podmans() -> None:
    assert (
        _as_line(DIED) == f"1970-01-01 00:00:01.500000 +0000 UTC container died {ID} (name=web, exit_code=3, user=ann)"
    )
    assert " image pull " in _as_line(PULLED)


def test_a_hostile_name_draws_nothing() -> None:
    assert "\x1b" not in _as_line(Event(kind=EventKind.DIED, time=0.0, name="\x1b[2J"))


def test_json_is_one_line() -> None:
    line = _show(SimpleNamespace(format="json"))(DIED)
    assert "\n" not in line and '"Status": "died"' in line


def test_a_template_for_each_event() -> None:
    assert _show(SimpleNamespace(format="{{.Type}} {{.Status}} {{.Name}}"))(DIED) == f"container died {DIED.name}"
    with pytest.raises(InvalidArgument, match="can't evaluate field Foo in type Event"):
        _show(SimpleNamespace(format="{{.Foo}}"))(DIED)


@pytest.mark.parametrize(
    ("filters", "fits"),
    [
        ([], True),
        (["container=web"], True),
        ([f"container={ID[:6]}"], True),
        (["container=other"], False),
        (["event=died", "event=start"], True),
        (["event=died", "container=other"], False),
        (["type=image"], False),
        (["image=localhost/x"], False),
    ],
)
def test_filters(filters: list[str], fits: bool) -> None:
    assert event_filter(filters)(DIED) is fits


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("pod=web", [EventKind.POD]),
        ("pod=ab", [EventKind.POD]),
        ("volume=web", [EventKind.VOLUME]),
        ("network=lan", [EventKind.NETWORK]),
        ("type=network", [EventKind.NETWORK]),
        ("type=secret", [EventKind.SECRET]),
    ],
)
def test_events_of_other_things(text: str, kinds: list[EventKind]) -> None:
    about = {"action": "create", "pod": "abc", "network": "lan"}
    every = (EventKind.POD, EventKind.VOLUME, EventKind.NETWORK, EventKind.SECRET, EventKind.START)
    events = [msgspec.structs.replace(DIED, kind=kind, name="web", attributes=about) for kind in every]
    assert [event.kind for event in filter(event_filter([text]), events)] == kinds


@pytest.mark.parametrize("text", ["died", "label=x"])
def test_an_unknown_filter_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument, match="not known"):
        event_filter([text])
