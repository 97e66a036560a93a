"""What podman's own database tells of its containers: their labels and annotations, and how they ended.

It is a bolt database (libpod/boltdb_state.go) up to podman 4.7 and where it was one then, else one of SQLite.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from core.foreign.bolt import Database, NotWhole
from core.foreign.state_files import moment
from core.log import LOG
from core.model.foreign import ForeignContainer, Keeper
from core.model.state import Status
from core.store.podman import podman_rows

_BOLT: Final = "libpod/bolt_state.db"
_SQLITE: Final = "db.sql"
_TRIES: Final = 3
_FOLDERS_TO_STORE: Final = 3
"""A bundle is STORE/DRIVER-containers/ID/userdata."""


class _Spec(msgspec.Struct):
    annotations: dict[str, str] | None = None


class _Config(msgspec.Struct):
    labels: dict[str, str] | None = None
    spec: _Spec | None = None


class _State(msgspec.Struct, rename="camel"):
    exited: bool = False
    exit_code: int = 0
    finished_time: str = ""


class PodmanRecord(NamedTuple):
    """`labels`: with the annotations. `exit_code`: None where it has not ended since its last start."""

    labels: dict[str, str]
    exit_code: int | None
    finished_at: float


_configs = msgspec.json.Decoder(_Config)
_states = msgspec.json.Decoder(_State)
_Records = dict[str, PodmanRecord]
_Signature = tuple[int, int, int]


class PodmanRecords:
    """What the databases of some stores tell, read anew when one was written."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[_Signature, _Records]] = {}
        self._told: dict[str, tuple[ForeignContainer, PodmanRecord, ForeignContainer]] = {}

    def told(self, pictures: Iterable[ForeignContainer]) -> list[ForeignContainer]:
        """The pictures, those of podman's with what it has of them. One that has not changed is the same as before."""
        former, self._told = self._told, {}
        known, self._known = self._known, {}
        found: list[ForeignContainer] = []
        for picture in pictures:
            record = self._record(picture, known) if picture.keeper is Keeper.PODMAN and picture.bundle else None
            if record is None:
                found.append(picture)
                continue
            before = former.get(picture.key)
            if before is None or before[0] is not picture or before[1] != record:
                before = (picture, record, _with(picture, record))
            self._told[picture.key] = before
            found.append(before[2])
        return found

    def _record(self, picture: ForeignContainer, known: dict[str, tuple[_Signature, _Records]]) -> PodmanRecord | None:
        store = picture.bundle.rsplit("/", _FOLDERS_TO_STORE)[0]
        for path in (f"{store}/{_SQLITE}", f"{store}/{_BOLT}"):
            if path not in self._known:
                signature = _signature(path)
                before = known.get(path)
                if before is None or before[0] != signature:
                    before = (signature, _read(Path(path)) if any(signature) else {})
                self._known[path] = before
            if picture.id in self._known[path][1]:
                return self._known[path][1][picture.id]
        return None


def _signature(path: str) -> _Signature:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return 0, 0, 0
    return status.st_ino, status.st_mtime_ns, status.st_size


def _with(picture: ForeignContainer, record: PodmanRecord) -> ForeignContainer:
    has_ended = picture.status is Status.EXITED and record.exit_code is not None
    return msgspec.structs.replace(
        picture,
        labels={**picture.labels, **record.labels},
        exit_code=record.exit_code if has_ended else None,
        finished_at=record.finished_at if has_ended else 0.0,
    )


def _read(path: Path) -> _Records:
    if path.name == _SQLITE:
        return _understood(podman_rows(path))
    for _ in range(_TRIES):
        try:
            with Database(path) as database:
                containers = database.root().bucket(b"ctr")
                found = _understood(
                    (name.decode(errors="replace"), values.get(b"config", b""), values.get(b"state", b""))
                    for name, bucket in (containers.buckets() if containers is not None else ())
                    for values in [bucket.values()]
                )
                database.check()
                return found
        except OSError as error:
            LOG.info("podman's %s can not be read: %s", path, error)
            break
        except NotWhole as error:
            LOG.info("podman's %s is not understood: %s", path, error)
    return {}


def _understood(rows: Iterable[tuple[str, bytes, bytes]]) -> _Records:
    return dict(_each(rows))


def _each(rows: Iterable[tuple[str, bytes, bytes]]) -> Iterator[tuple[str, PodmanRecord]]:
    for container_id, config_text, state_text in rows:
        try:
            config, state = _configs.decode(config_text), _states.decode(state_text)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            continue
        annotations = (config.spec or _Spec()).annotations or {}
        yield (
            container_id,
            PodmanRecord(
                labels={**annotations, **(config.labels or {})},
                exit_code=state.exit_code if state.exited else None,
                finished_at=moment(state.finished_time),
            ),
        )
