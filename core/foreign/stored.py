"""Containers of podman and CRI-O that do not run: their runtime knows nothing of them, but their storage does.

containers-storage keeps a list of all containers beside their layers, whatever database podman itself has. What it does
not have (the exit code) only podman can tell.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from core.foreign.state_files import BundleProcess, read_bundle
from core.host.files import read_regular_file
from core.host.process_table import user_name
from core.model.foreign import SAFE_VERBS, ForeignContainer, Keeper, LogFormat
from core.model.state import Status

LIST: Final = "containers.json"
_LIMIT: Final = 16 << 20
_STORES: Final = ("/var/lib/containers/storage",)
_OF_USERS: Final = ".local/share/containers/storage"
_ROOT: Final = 0
_NOTHING: Final = BundleProcess()


class _Metadata(msgspec.Struct, rename="kebab"):
    """What the keeper wrote of a container; podman has no pod, and buildah writes nothing."""

    name: str = ""
    image_name: str = ""
    created_at: float = 0.0
    pod_name: str = ""
    pod_id: str = ""
    container_name: str = ""


class _Entry(msgspec.Struct):
    id: str
    names: list[str] | None = None
    metadata: str = ""


_lists = msgspec.json.Decoder(list[_Entry])


def known_lists(stores: Iterable[str]) -> list[Path]:
    """The folders with a list of containers: of these stores, of root's usual one, and of every user's."""
    homes = {entry.pw_dir for entry in pwd.getpwall() if entry.pw_dir.startswith("/") and entry.pw_dir != "/"}
    places = [*map(Path, stores), *map(Path, _STORES), *(Path(home) / _OF_USERS for home in sorted(homes))]
    folders: dict[str, Path] = {}
    for place in places:
        for folder in _lists_in(place):
            folders.setdefault(os.path.realpath(folder), folder)
    return list(folders.values())


def _lists_in(store: Path) -> Iterator[Path]:
    """A folder for each driver that the store has been used with."""
    try:
        with os.scandir(store) as entries:
            names = sorted(entry.name for entry in entries if entry.name.endswith("-containers"))
    except OSError:
        return
    yield from (store / name for name in names if (store / name / LIST).is_file())


class StoredContainers:
    """The containers of some lists, read anew when a list has changed."""

    def __init__(self) -> None:
        self._read: dict[Path, tuple[tuple[int, int, int], list[ForeignContainer]]] = {}

    def pictures(self, folders: Iterable[Path]) -> list[ForeignContainer]:
        """All that are stored there, whether they run or not. A list that can't be read is passed over."""
        found: list[ForeignContainer] = []
        for folder in folders:
            try:
                status = os.stat(folder / LIST)
            except OSError:
                self._read.pop(folder, None)
                continue
            signature = (status.st_ino, status.st_mtime_ns, status.st_size)
            known = self._read.get(folder)
            if known is None or known[0] != signature:
                known = (signature, list(_pictures(folder, status.st_uid)))
                self._read[folder] = known
            found += [_as_now(picture) for picture in known[1]]
        return found


def _pictures(folder: Path, owner: int) -> Iterator[ForeignContainer]:
    content = read_regular_file(folder / LIST, _LIMIT)
    try:
        entries = _lists.decode(content or b"[]")
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return
    for entry in entries:
        try:
            metadata = msgspec.json.decode(entry.metadata or "{}", type=_Metadata)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            continue
        if "/" not in entry.id and (metadata.name or metadata.pod_id):
            yield _picture(folder, owner, entry, metadata)


def _picture(folder: Path, owner: int, entry: _Entry, metadata: _Metadata) -> ForeignContainer:
    bundle = folder / entry.id / "userdata"
    in_pod = "/".join(filter(None, (metadata.pod_name, metadata.container_name)))
    name = in_pod if metadata.pod_id else (entry.names or [metadata.name])[0]
    log = bundle / "ctr.log"
    of_root = owner == _ROOT
    return ForeignContainer(
        key=str(folder / entry.id),
        id=entry.id,
        name=name or entry.id,
        keeper=Keeper.CRIO if metadata.pod_id else Keeper.PODMAN,
        namespace="",
        owner=user_name(owner),
        image=metadata.image_name,
        command=tuple((read_bundle(str(bundle)).process or _NOTHING).args or ()),
        status=Status.CONFIGURED,
        pid=0,
        pid_start=0,
        created_at=metadata.created_at,
        runtime="",
        runtime_root="",
        bundle=str(bundle),
        cgroup_paths={},
        monitor_pid=0,
        terminal=False,
        stdin_open=False,
        console="",
        console_refusal="it does not run" if of_root else f"it is {user_name(owner)}'s: work as that user",
        log_path=str(log) if of_root else "",
        log_format=LogFormat.CRI,
        log_hint=f"see podman logs {name}" if of_root else f"it is {user_name(owner)}'s: work as that user",
        verbs=frozenset(SAFE_VERBS if of_root else ()),
        error="",
    )


def _as_now(picture: ForeignContainer) -> ForeignContainer:
    """Whether it has ever run: only then is there a spec in its bundle."""
    if not os.path.exists(f"{picture.bundle}/config.json"):
        return picture
    command = picture.command or tuple((read_bundle(picture.bundle).process or _NOTHING).args or ())
    return msgspec.structs.replace(picture, status=Status.EXITED, command=command)
