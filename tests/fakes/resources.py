"""The pods, networks and volumes of an engine in memory: they keep what is put into them, and note what is done."""

from __future__ import annotations

from collections.abc import Callable

from core.model.files import FileEntry, FileKind, FilePiece
from core.model.network import Network, NetworkRequest, Subnet
from core.model.pod import PodMember, PodOptions, PodSnapshot, pod_status
from core.model.state import Status
from core.model.volume import VolumeSnapshot


class FakePods:
    """`calls`: those of the engine. `told`: called after each change."""

    def __init__(self, calls: list[tuple[object, ...]], told: Callable[[], None]) -> None:
        self._pods: dict[str, PodSnapshot] = {}
        self._calls = calls
        self._told = told

    def add(self, name: str, *statuses: Status) -> PodSnapshot:
        """A pod with a container in each of these states."""
        members = tuple(
            PodMember(id=f"{number:064x}", name=f"{name}-{number}", status=status)
            for number, status in enumerate(statuses)
        )
        made = PodSnapshot(
            id=f"{len(self._pods) + 1:064x}"[::-1], name=name, status=pod_status(statuses), created_at=1e9,
            infra_id=members[0].id if members else "", labels={}, share=("ipc", "net"), members=members,
        )  # fmt: skip
        self._pods[made.id] = made
        self._told()
        return made

    def create(self, request: PodOptions) -> None:
        self._calls.append(("create pod", request))
        self.add(request.name)

    def all(self) -> list[PodSnapshot]:
        return list(self._pods.values())

    def inspect(self, pod_id: str) -> dict[str, object]:
        return {"Id": pod_id, "Name": self._pods[pod_id].name}

    def stop(self, pod_id: str) -> None:
        self._calls.append(("stop pod", self._pods[pod_id].name))

    def remove(self, pod_id: str, *, force: bool) -> None:
        self._calls.append(("remove pod", self._pods.pop(pod_id).name, force))
        self._told()


class FakeForeign:
    """A machine without other engines."""

    def watch(self) -> None:
        """There is nothing to watch."""

    def containers(self) -> list[object]:
        return []


class FakeNetworks:
    """`told`: called after each change. `made`: what was asked for."""

    def __init__(self, told: Callable[[], None]) -> None:
        self.made: list[NetworkRequest] = []
        self._networks: dict[str, Network] = {}
        self._used: dict[str, list[str]] = {}
        self._told = told

    def add(self, name: str, *used_by: str) -> None:
        """A network that these containers are connected to."""
        network_id = f"{len(self._networks) + 1:064x}"[::-1]
        subnets = (Subnet(subnet="10.87.0.0/24", gateway="10.87.0.1"),)
        self._networks[network_id] = Network(id=network_id, name=name, created_at=1e9, subnets=subnets)
        self._used[name] = list(used_by)
        self._told()

    def create(self, request: NetworkRequest) -> None:
        self.made.append(request)
        self.add(request.name)

    def all(self) -> list[Network]:
        return list(self._networks.values())

    def used_by(self) -> dict[str, list[str]]:
        return {name: used for name, used in self._used.items() if used}

    def remove(self, network_id: str) -> None:
        del self._networks[network_id]
        self._told()


class FakeVolumes:
    """`told`: called after each change. `made`: what was asked for."""

    def __init__(self, told: Callable[[], None]) -> None:
        self.made: list[tuple[str, dict[str, str], dict[str, str]]] = []
        self._volumes: dict[str, VolumeSnapshot] = {}
        self.copied: list[tuple[str, str, str]] = []
        self._told = told

    def add(self, name: str, *used_by: str) -> None:
        """A volume that these containers have."""
        self._volumes[name] = VolumeSnapshot(
            name=name, path=f"/srv/{name}", created_at=1e9, labels={}, options={}, anonymous=False,
            needs_copy_up=False, needs_chown=False, mount_count=0, used_by=used_by,
        )  # fmt: skip
        self._told()

    def create(self, name: str, *, labels: dict[str, str], options: dict[str, str]) -> None:
        self.made.append((name, labels, options))
        self.add(name)

    def all(self) -> list[VolumeSnapshot]:
        return list(self._volumes.values())

    def list_files(self, name: str, path: str) -> list[FileEntry]:
        kinds = {"notes": FileKind.FILE, "old": FileKind.DIRECTORY} if path == "/" else {}
        return [
            FileEntry(name=entry, kind=kind, size=9, mode=0o644, uid=0, gid=0, modified=1e9)
            for entry, kind in kinds.items()
        ]

    def read_file(self, name: str, path: str) -> FilePiece:
        return FilePiece(content=f"{path} of {name}".encode(), offset=0, size=9)

    def copy_out(self, name: str, source: str, destination: str) -> None:
        self.copied.append((name, source, destination))

    def remove(self, name: str) -> None:
        del self._volumes[name]
        self._told()
