"""What every store does: the same cases on the one in memory and on SQLite."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from core.errors import AmbiguousName, DatabaseDamaged, NameInUse, NoSuchContainer, NoSuchObject
from core.events import Event, EventKind
from core.model.config import ContainerConfig, ContainerRecord, ProcessConfig
from core.model.health import HEALTH_LOG, HealthResult
from core.model.network import Lease
from core.model.state import ContainerState, Intent, Status
from core.store.catalogue import Catalogue
from core.store.contract import Store
from core.store.memory import MemoryStore
from core.store.sqlite import open_database

Make = Callable[[], Store]


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    notice = tmp_path / "changed"
    notice.touch()
    made: Store = MemoryStore() if request.param == "memory" else open_database(tmp_path / "state.db", notice)
    yield made
    made.close()


def record(number: int, name: str = "", container_id: str = "") -> ContainerRecord:
    config = ContainerConfig(
        id=container_id or f"{number:064x}",
        created_at=float(number),
        process=ProcessConfig(args=("sh", "-c", "ä\x01"), env=("A=b",)),
        rootfs="/somewhere",
        labels={"a": "b"},
    )
    return ContainerRecord(config=config, name=name or f"box-{number}", state=ContainerState(status=Status.CONFIGURED))


def test_what_is_added_comes_back_as_it_was(store: Store) -> None:
    added = record(1)
    store.add(added)
    assert store.get(added.id) == added
    assert list(store.all()) == [added]


def test_an_unknown_container_is_said_by_name(store: Store) -> None:
    for act in (store.get, store.resolve):
        with pytest.raises(NoSuchContainer, match="nobody"):
            act("nobody")
    with pytest.raises(NoSuchContainer):
        store.save_state("nobody", ContainerState(status=Status.RUNNING))
    with pytest.raises(NoSuchContainer):
        store.rename("nobody", "somebody")
    with pytest.raises(NoSuchContainer):
        store.resolve("")
    store.remove("nobody")


def test_a_name_belongs_to_one_container(store: Store) -> None:
    store.add(record(1, "web"))
    with pytest.raises(NameInUse, match="web"):
        store.add(record(2, "web"))
    store.add(record(2, "db"))
    with pytest.raises(NameInUse):
        store.rename(record(2).id, "web")
    assert [kept.name for kept in store.all()] == ["web", "db"]


def test_a_name_goes_before_an_id_and_an_id_before_a_prefix(store: Store) -> None:
    first, second = "ab" + "0" * 62, "abc" + "0" * 61
    store.add(record(1, "one", first))
    store.add(record(2, "two", second))
    store.add(record(3, "ab", "f" * 64))
    assert store.resolve("ab") == "f" * 64
    assert store.resolve(first) == first
    assert store.resolve("abc") == second
    assert store.resolve("ab0") == first
    assert store.resolve("two") == second


def test_a_prefix_of_several_is_ambiguous_and_names_them(store: Store) -> None:
    store.add(record(1, "one", "ab1" + "0" * 61))
    store.add(record(2, "two", "ab2" + "0" * 61))
    with pytest.raises(AmbiguousName, match="ab1") as refusal:
        store.resolve("ab")
    assert "ab2" in refusal.value.message
    store.remove("ab2" + "0" * 61)
    assert store.resolve("ab") == "ab1" + "0" * 61


@pytest.mark.parametrize("name", ["%", "_", "*", "a%", "ab_", "'; DROP TABLE container; --", "AB"])
def test_signs_of_a_pattern_mean_themselves(store: Store, name: str) -> None:
    store.add(record(1, "one", "ab1" + "0" * 61))
    with pytest.raises(NoSuchContainer):
        store.resolve(name)


def test_a_renamed_container_is_found_by_its_new_name_alone(store: Store) -> None:
    store.add(record(1, "old"))
    store.rename(record(1).id, "new")
    assert store.resolve("new") == record(1).id
    with pytest.raises(NoSuchContainer):
        store.resolve("old")
    store.add(record(2, "old"))


def test_the_state_changes_and_the_configuration_never_does(store: Store) -> None:
    store.add(record(1))
    state = ContainerState(status=Status.EXITED, intent=Intent.CLEANING, exit_code=3, oom_killed=True, error="x")
    store.save_state(record(1).id, state)
    assert store.get(record(1).id) == msgspec.structs.replace(record(1), state=state)


def test_the_order_is_that_of_creation(store: Store) -> None:
    for number in (3, 1, 2):
        store.add(record(number))
    assert [kept.name for kept in store.all()] == ["box-1", "box-2", "box-3"]


def test_a_name_is_looked_up_as_it_stands(store: Store) -> None:
    store.add(record(1, "one"))
    assert store.named("one") == record(1).id
    assert (store.named("on"), store.named(record(1).id), store.named("%")) == (None, None, None)


def test_who_mentions_an_id_in_its_configuration(store: Store) -> None:
    for number in (1, 2, 3):
        store.add(record(number))
    needing = msgspec.structs.replace(record(4).config, requires=(record(1).id,))
    member = msgspec.structs.replace(record(5).config, pod="f" * 64)
    for one in (member, needing):
        store.add(ContainerRecord(config=one, name=f"box-{one.id[-1]}", state=record(1).state))
    assert [one.id for one in store.mentioning(record(1).id)] == [record(1).id, needing.id]
    assert [one.name for one in store.mentioning("f" * 64)] == ["box-5"]
    assert store.mentioning("e" * 64) == []


def test_who_is_not_settled(store: Store) -> None:
    """An intent; or, without a process of its own, a mount or a lease."""
    lease = Lease(network="n", interface="eth0")
    configured, exited, running, created = Status.CONFIGURED, Status.EXITED, Status.RUNNING, Status.CREATED
    states = {
        "settled": ContainerState(status=configured),
        "said": ContainerState(status=exited, error='"intent":"x","mount_point":"/x","leases":'),
        "lives": ContainerState(status=running, mount_point="/m", leases=(lease,)),
        "waits": ContainerState(status=created, mount_point="/m"),
        "begun": ContainerState(status=running, intent=Intent.PAUSING),
        "mounted": ContainerState(status=exited, mount_point="/m"),
        "connected": ContainerState(status=configured, leases=(lease,)),
    }
    for number, (name, state) in enumerate(states.items()):
        store.add(msgspec.structs.replace(record(number, name), state=state))
    assert [one.name for one in store.unsettled()] == ["begun", "mounted", "connected"]


def test_a_removed_container_is_gone_and_its_name_is_free(store: Store) -> None:
    store.add(record(1, "web"))
    store.remove(record(1).id)
    assert list(store.all()) == []
    store.add(record(2, "web"))


def test_the_boot_is_remembered(store: Store) -> None:
    assert store.boot_id() == ""
    store.set_boot_id("first")
    store.set_boot_id("second")
    assert store.boot_id() == "second"


def test_events_are_numbered_and_kept_in_order(store: Store) -> None:
    assert store.last_sequence() == 0
    told = [
        store.record_event(Event(kind=EventKind.START, time=float(n), container_id=str(n), attributes={"n": str(n)}))
        for n in range(5)
    ]
    sequences = [event.sequence for event in told]
    assert sequences == sorted(set(sequences))
    assert store.last_sequence() == sequences[-1]
    assert store.events_after(sequences[1]) == told[2:]
    assert store.events_after(0, limit=2) == told[:2]
    assert store.events_after(sequences[-1]) == []


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_the_journal_is_bounded(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.store import memory, sqlite

    for module in (memory, sqlite):
        monkeypatch.setattr(module, "JOURNAL_LIMIT", 20)
    monkeypatch.setattr(sqlite, "_TRIM_EVERY", 10)
    (tmp_path / "changed").touch()
    store: Store = MemoryStore() if kind == "memory" else open_database(tmp_path / "state.db", tmp_path / "changed")
    for number in range(100):
        store.record_event(Event(kind=EventKind.START, time=float(number)))
    kept = store.events_after(0)
    assert len(kept) <= 30
    assert [event.time for event in kept][-20:] == [float(n) for n in range(80, 100)]
    store.close()


def test_threads_do_not_get_in_each_others_way(store: Store) -> None:
    failures: list[BaseException] = []

    def work(first: int) -> None:
        try:
            for number in range(first, first + 20):
                store.add(record(number))
                store.save_state(record(number).id, ContainerState(status=Status.RUNNING, pid=number))
                store.record_event(Event(kind=EventKind.START, time=0.0))
                list(store.all())
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(first,)) for first in (0, 100, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(list(store.all())) == 60
    assert all(kept.state.pid == int(kept.id, 16) for kept in store.all())
    assert len(store.events_after(0)) == 60


def test_the_last_health_results_are_kept_and_go_with_the_container(store: Store) -> None:
    results = [HealthResult(started_at=n, finished_at=n + 0.5, exit_code=n, output="ä") for n in range(HEALTH_LOG + 2)]
    kept, other = record(1), record(2)
    store.add(kept)
    store.add(other)
    for result in results:
        store.add_health_result(kept.id, result)
    assert store.health_results(kept.id) == results[-HEALTH_LOG:]
    assert store.health_results(other.id) == []
    store.remove(kept.id)
    assert store.health_results(kept.id) == []
    with pytest.raises(NoSuchContainer):
        store.add_health_result(kept.id, results[0])


class Thing(msgspec.Struct, frozen=True):
    name: str
    size: int = 0


def test_a_catalogue_keeps_records_of_one_kind_by_name(store: Store) -> None:
    things, others = Catalogue(store, "thing", Thing), Catalogue(store, "other", Thing)
    things.add("b", Thing("b"))
    things.add("a", Thing("ä\x01"))
    others.add("a", Thing("another"))
    assert things.all() == [Thing("ä\x01"), Thing("b")]
    things.save("b", Thing("b", 5))
    assert things.get("b") == Thing("b", 5)
    assert others.get("a") == Thing("another")
    things.remove("a")
    things.remove("a")
    assert things.find("a") is None
    assert others.find("a") is not None


def test_a_catalogue_says_what_is_not_there_and_what_is_there_already(store: Store) -> None:
    things = Catalogue(store, "thing", Thing)
    things.add("a", Thing("a"))
    with pytest.raises(NameInUse, match="thing with name a already exists"):
        things.add("a", Thing("b"))
    assert things.get("a") == Thing("a")
    with pytest.raises(NoSuchObject, match="no such thing"):
        things.get("b")
    with pytest.raises(NoSuchObject):
        things.save("b", Thing("b"))
    store.add_object("thing", "broken", b'{"name": 3}')
    with pytest.raises(DatabaseDamaged, match="thing"):
        things.all()
