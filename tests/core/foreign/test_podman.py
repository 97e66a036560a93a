"""The databases of podman: what they tell of its containers, and nothing where they are not understood."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec

from core.foreign.podman import PodmanRecords
from core.model.foreign import ForeignContainer, Keeper
from core.model.state import Status

WEB = "a" * 64
ENDED = {"exited": True, "exitCode": 3, "finishedTime": "2026-01-02T03:06:05.5Z"}
CONFIG = {"labels": {"tier": "front"}, "spec": {"annotations": {"note": "x"}}}
SCHEMA = """
CREATE TABLE ContainerConfig (ID TEXT PRIMARY KEY NOT NULL, Name TEXT, PodID TEXT, JSON TEXT NOT NULL);
CREATE TABLE ContainerState (ID TEXT PRIMARY KEY NOT NULL, State INTEGER, ExitCode INTEGER, JSON TEXT NOT NULL);
"""


def picture(store: Path, status: Status = Status.EXITED, container_id: str = WEB) -> ForeignContainer:
    return ForeignContainer(
        key=container_id,
        id=container_id,
        name="web",
        keeper=Keeper.PODMAN,
        owner="root",
        image="demo",
        status=status,
        created_at=0.0,
        bundle=str(store / "overlay-containers" / container_id / "userdata"),
        console_refusal="",
        log_hint="",
        verbs=frozenset(),
        labels={"of": "its runtime"},
    )


def write(store: Path, state: object, config: object = CONFIG, container_id: str = WEB) -> None:
    path = store / "db.sql"
    is_new = not path.exists()
    with closing(sqlite3.connect(path)) as database:
        if is_new:
            database.executescript(SCHEMA)
        for table, content in (("ContainerConfig", config), ("ContainerState", state)):
            text = content if isinstance(content, str) else json.dumps(content)
            database.execute(f"INSERT OR REPLACE INTO {table} (ID, JSON) VALUES (?, ?)", (container_id, text))
        database.commit()


def test_how_it_ended_and_its_labels(tmp_path: Path) -> None:
    write(tmp_path, ENDED)
    records, ended = PodmanRecords(), picture(tmp_path)
    [told] = records.told([ended])
    assert (told.exit_code, told.finished_at) == (3, 1767323165.5)
    assert told.labels == {"of": "its runtime", "note": "x", "tier": "front"}
    assert records.told([ended])[0] is told, "nothing has changed"


def test_it_is_read_again_when_it_was_written(tmp_path: Path) -> None:
    write(tmp_path, {"exited": False})
    records, ended = PodmanRecords(), picture(tmp_path)
    assert records.told([ended])[0].exit_code is None
    write(tmp_path, ENDED | {"padding": "x" * 9000})
    assert records.told([ended])[0].exit_code == 3


def test_one_that_runs_has_no_exit_code(tmp_path: Path) -> None:
    write(tmp_path, ENDED)
    [told] = PodmanRecords().told([picture(tmp_path, Status.RUNNING)])
    assert (told.exit_code, told.finished_at, told.labels["tier"]) == (None, 0.0, "front")


def test_what_is_not_understood_tells_nothing(tmp_path: Path) -> None:
    write(tmp_path, "{", container_id="b" * 64)
    write(tmp_path, ENDED, {"labels": {"number": 1}}, container_id="c" * 64)
    write(tmp_path, ENDED)
    damaged = [picture(tmp_path, container_id=letter * 64) for letter in "bcd"]
    assert PodmanRecords().told([*damaged, picture(tmp_path)])[3].exit_code == 3
    assert PodmanRecords().told(damaged) == damaged
    for name, content in (("db.sql", b"no database"), ("libpod/bolt_state.db", b"x" * 20000)):
        store = tmp_path / name.partition("/")[0].strip(".")[:2]
        (store / name).parent.mkdir(parents=True)
        (store / name).write_bytes(content)
        one = picture(store)
        assert PodmanRecords().told([one]) == [one]


def test_those_of_others_are_left_alone(tmp_path: Path) -> None:
    write(tmp_path, ENDED)
    others = msgspec.structs.replace(picture(tmp_path), keeper=Keeper.CRIO)
    nowhere = msgspec.structs.replace(picture(tmp_path), bundle="")
    assert PodmanRecords().told([others, nowhere]) == [others, nowhere]
