"""Containers of containerd without a task: no runtime knows of them, containerd's own database does.

The layout is that of containerd's metadata/buckets.go: v1, namespace, containers, id.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from core.foreign.bolt import Bucket, Database, NotWhole
from core.foreign.docker import NAMESPACE
from core.foreign.reading import Readings
from core.foreign.state_files import Bundle, BundleProcess
from core.host.files import read_regular_file
from core.host.process_table import find_processes, open_files, owner_of
from core.log import LOG
from core.model.foreign import SAFE_VERBS, ForeignContainer, Keeper
from core.model.state import Status

_FILE: Final = "io.containerd.metadata.v1.bolt/meta.db"
_USUAL: Final = Path("/var/lib/containerd")
_CRI: Final = "io.containerd.grpc.v1.cri/containers"
_OF_KUBERNETES: Final = "k8s.io"
_OF_DOCKER: Final = NAMESPACE.encode()
"""It has a list of its own."""
_TIME: Final = struct.Struct(">BqIh")
"""Go's binary form of a time: version, seconds since the year 1, nanoseconds, zone."""
_YEAR_1: Final = -62_135_596_800
_TRIES: Final = 3


class _CriStatus(msgspec.Struct):
    """`FinishedAt`: nanoseconds since 1970."""

    FinishedAt: int = 0
    ExitCode: int = 0


_statuses = msgspec.json.Decoder(_CriStatus)
_bundles = msgspec.json.Decoder(Bundle)


def known_databases() -> list[Path]:
    """The one at the usual place, and those that a containerd of root's has open."""
    opened = [
        Path(file)
        for pid, _ in find_processes(("containerd",))
        if owner_of(pid) == 0
        for file in open_files(pid)
        if file.endswith(f"/{_FILE}")
    ]
    return list(dict.fromkeys([_USUAL / _FILE, *opened]))


class ContainersWithoutTask:
    """The containers of some databases, read anew when one was written."""

    def __init__(self) -> None:
        self._readings = Readings(lambda path, _: _whole(path))

    def pictures(self, databases: Iterable[Path]) -> list[ForeignContainer]:
        """All of their containers, with or without a task. A database that can't be read is passed over."""
        return [_as_now(picture) for picture in self._readings.of(databases)]


def _whole(path: Path) -> list[ForeignContainer]:
    for _ in range(_TRIES):
        try:
            with Database(path) as database:
                found = list(_pictures(path, database.root()))
                database.check()
                return found
        except OSError as error:
            LOG.info("containerd's %s can not be read: %s", path, error)
            return []
        except NotWhole as error:
            LOG.info("containerd's %s is not understood: %s", path, error)
    return []


def _pictures(path: Path, root: Bucket) -> Iterator[ForeignContainer]:
    version = root.bucket(b"v1")
    for namespace, bucket in version.buckets() if version is not None else ():
        containers = bucket.bucket(b"containers") if namespace != _OF_DOCKER else None
        for name, container in containers.buckets() if containers is not None else ():
            yield _picture(path, _text(namespace), _text(name), container)


def _picture(path: Path, namespace: str, container_id: str, container: Bucket) -> ForeignContainer:
    values = container.values()
    of_labels = container.bucket(b"labels")
    labels = {_text(key): _text(value) for key, value in of_labels.values().items()} if of_labels is not None else {}
    in_pod = [labels.get(f"io.kubernetes.{name}.name", "") for name in ("pod", "container")]
    return ForeignContainer(
        key=f"{path}#{namespace}/{container_id}",
        id=container_id,
        name=labels.get("nerdctl/name") or "/".join(filter(None, in_pod)) or container_id,
        keeper=Keeper.CONTAINERD,
        namespace=namespace,
        owner="root",
        image=_text(values.get(b"image", b"")),
        command=_command(values.get(b"spec", b"")),
        status=Status.CONFIGURED,
        created_at=_moment(values.get(b"createdat", b"")),
        console_refusal="it has no task",
        log_hint="containerd gives the output of a task to whoever started it",
        verbs=SAFE_VERBS,
        labels=labels,
    )


def _as_now(picture: ForeignContainer) -> ForeignContainer:
    """How it ended, where it is Kubernetes': what serves that keeps it (pkg/cri/store/container/status.go)."""
    database, _, _ = picture.key.rpartition("#")
    file = Path(database).parents[1] / _CRI / picture.id / "status"
    if picture.namespace != _OF_KUBERNETES or "/" in picture.id:
        return picture
    try:
        status = _statuses.decode(read_regular_file(file) or b"{}")
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return picture
    if status.FinishedAt <= 0:
        return picture
    return msgspec.structs.replace(
        picture, status=Status.EXITED, exit_code=status.ExitCode, finished_at=status.FinishedAt / 1e9
    )


def _text(value: bytes) -> str:
    return value.decode(errors="replace")


def _command(spec: bytes) -> tuple[str, ...]:
    """Of a runtime spec in a protobuf Any: its type as field 1, its JSON as field 2."""
    begin = spec.find(b"{")
    try:
        bundle = _bundles.decode(spec[begin:]) if begin >= 0 else Bundle()
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return ()
    return tuple((bundle.process or BundleProcess()).args or ())


def _moment(value: bytes) -> float:
    """Unix seconds; 0.0 where it is no time."""
    try:
        _, seconds, nanoseconds, _ = _TIME.unpack_from(value)
    except struct.error:
        return 0.0
    return float(seconds + _YEAR_1) + float(nanoseconds) / 1e9
