"""Containers of podman and CRI-O that do not run: their runtime knows nothing of them, but their storage does.

containers-storage keeps a list of all containers beside their layers, whatever database podman itself has. How they
ended is beside that: in a file of CRI-O's, in the database of podman.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from core.foreign.crio import Ending, crio_ending, crio_labels
from core.foreign.reading import Readings
from core.foreign.state_files import Bundle, BundleProcess, read_bundle
from core.host.files import read_regular_file
from core.host.process_table import user_name
from core.model.foreign import SAFE_VERBS, ForeignContainer, Keeper
from core.model.state import Status

LIST: Final = "containers.json"
_LIMIT: Final = 16 << 20
_STORES: Final = ("/var/lib/containers/storage",)
_OF_USERS: Final = ".local/share/containers/storage"
_ROOT: Final = 0
_NOTHING: Final = BundleProcess()


class Metadata(msgspec.Struct, rename="kebab"):
    """What the keeper wrote of a container; podman has no pod, and buildah writes nothing."""

    name: str = ""
    image_name: str = ""
    created_at: float = 0.0
    pod_name: str = ""
    pod_id: str = ""
    container_name: str = ""


class Entry(msgspec.Struct):
    """Of a list. `metadata`: JSON of its keeper's."""

    id: str
    names: list[str] | None = None
    metadata: str = ""

    def told(self) -> Metadata | None:
        """What the keeper wrote; None where that is damaged."""
        try:
            return _metadata.decode(self.metadata or "{}")
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            return None


_metadata = msgspec.json.Decoder(Metadata)
_lists = msgspec.json.Decoder(list[Entry])


def read_list(file: Path) -> list[Entry]:
    """The containers of a list; none where it can't be read."""
    try:
        return _lists.decode(read_regular_file(file, _LIMIT) or b"[]")
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return []


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
        self._readings = Readings(lambda file, status: _pictures(file, status.st_uid))

    def pictures(self, folders: Iterable[Path]) -> list[ForeignContainer]:
        """All that are stored there, whether they run or not. A list that can't be read is passed over."""
        return [_as_now(picture) for picture in self._readings.of(folder / LIST for folder in folders)]


def _pictures(file: Path, owner: int) -> Iterator[ForeignContainer]:
    for entry in read_list(file):
        metadata = entry.told()
        if metadata is not None and "/" not in entry.id and (metadata.name or metadata.pod_id):
            yield _picture(file.parent, owner, entry, metadata)


def _picture(folder: Path, owner: int, entry: Entry, metadata: Metadata) -> ForeignContainer:
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
        owner=user_name(owner),
        image=metadata.image_name,
        command=tuple((read_bundle(str(bundle)).process or _NOTHING).args or ()),
        status=Status.CONFIGURED,
        created_at=metadata.created_at,
        bundle=str(bundle),
        console_refusal="it does not run" if of_root else f"it is {user_name(owner)}'s: work as that user",
        log_path=str(log) if of_root else "",
        log_hint=f"see podman logs {name}" if of_root else f"it is {user_name(owner)}'s: work as that user",
        verbs=SAFE_VERBS if of_root else frozenset(),
    )


def _as_now(picture: ForeignContainer) -> ForeignContainer:
    """Whether it has ever run: only then is there a spec in its bundle."""
    if not os.path.exists(f"{picture.bundle}/config.json"):
        return picture
    of_crio = picture.keeper is Keeper.CRIO
    bundle = read_bundle(picture.bundle) if of_crio or not picture.command else Bundle()
    annotations = bundle.annotations or {}
    ending = crio_ending(picture.bundle) if of_crio else Ending()
    return msgspec.structs.replace(
        picture,
        status=Status.EXITED,
        command=picture.command or tuple((bundle.process or _NOTHING).args or ()),
        exit_code=ending.exit_code,
        finished_at=ending.finished_at,
        labels={**annotations, **crio_labels(annotations)} if of_crio else picture.labels,
    )
