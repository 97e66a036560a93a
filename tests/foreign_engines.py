"""The other engines of the tests: real podman, containerd and runc, and conmon called as CRI-O calls it.

Each has directories and a runtime root of its own below one folder, and takes away all that it made.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from core.host.cgroups import find_cgroups, remove_cgroups
from tests.integration.bundle import build_rootfs, bundle_spec, new_cgroup_name
from tests.worksite import CGROUPS, DEMO, eventually

_LIMITS: Final = ("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=4096:4096")


def call(*argv: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a program to its end."""
    finished = subprocess.run(argv, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, check=False)
    assert not check or finished.returncode == 0, f"{argv}: {finished.stderr}"
    return finished


class Podman:
    """podman on directories of its own."""

    def __init__(self, folder: Path) -> None:
        self.storage = folder / "storage"
        self.runtime_root = folder / "runc"
        self._cgroup_parent = new_cgroup_name()
        self._argv = (
            *("podman", "--root", str(self.storage), "--runroot", f"{folder}/run", "--tmpdir", f"{folder}/tmp"),
            *("--runtime", "runc", "--runtime-flag", f"root={self.runtime_root}", "--cgroup-manager", "cgroupfs"),
            *("--events-backend", "file"),
        )

    def __call__(self, *arguments: str, check: bool = True) -> str:
        return call(*self._argv, *arguments, check=check).stdout.strip()

    def run(self, name: str, *words: str, options: Sequence[str] = ()) -> str:
        """Start a container of the demo image; its id."""
        # It leaves some cgroups at a removal by force; those of a parent of its own are found.
        limits = (
            *_LIMITS,
            "--network",
            "none",
            "--log-driver",
            "k8s-file",
            "--cgroup-parent",
            f"/{self._cgroup_parent}",
        )
        return self("run", "--detach", "--name", name, *limits, *options, DEMO, *words)

    def close(self) -> None:
        self("rm", "--all", "--force", "--time", "0", check=False)
        # A clean-up that conmon started may still mount the storage.
        for _ in eventually():
            if not self._processes():
                break
        call("umount", str(self.storage / "overlay"), check=False)
        remove_cgroups(find_cgroups(self._cgroup_parent))

    def _processes(self) -> list[str]:
        found = []
        for file in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                if os.fsencode(self.storage) in file.read_bytes():
                    found.append(file.parent.name)
        return found


class Containerd:
    """containerd with a socket and directories of its own, and nothing of Kubernetes."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._socket = str(folder / "sock")
        self._runtime_root = folder / "runc"
        self.namespace = f"wharf{os.urandom(4).hex()}"
        self.runtime_root = self._runtime_root / self.namespace
        config = folder / "config.toml"
        config.write_text(
            f'version = 2\nroot = "{folder}/root"\nstate = "{folder}/state"\n'
            'disabled_plugins = ["io.containerd.grpc.v1.cri"]\n'
            f'[grpc]\naddress = "{self._socket}"\n[ttrpc]\naddress = "{self._socket}.ttrpc"\n'
        )
        with (folder / "log").open("wb") as log:
            self._daemon = subprocess.Popen(
                ["containerd", "--config", str(config)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        for _ in eventually():
            if self("version", check=False):
                break

    def __call__(self, *arguments: str, check: bool = True) -> str:
        argv = ("ctr", "--address", self._socket, "--namespace", self.namespace, *arguments)
        return call(*argv, check=check).stdout.strip()

    def run(self, name: str, *words: str) -> None:
        self("run", "--detach", "--runc-root", str(self._runtime_root), DEMO, name, *words)

    def close(self) -> None:
        for name in self("containers", "list", "--quiet", check=False).split():
            self("tasks", "kill", "--signal", "KILL", name, check=False)
            self("tasks", "delete", "--force", name, check=False)
            self("containers", "delete", name, check=False)
        self._daemon.send_signal(signal.SIGTERM)
        self._daemon.wait(timeout=60)
        for folder in (*CGROUPS.glob(f"*/{self.namespace}"), CGROUPS / self.namespace):
            with contextlib.suppress(OSError):
                folder.rmdir()


class PlainRunc:
    """runc called by a person, on a root of its own."""

    def __init__(self, folder: Path) -> None:
        self.runtime_root = folder / "state"
        self._folder = folder
        self._rootfs = build_rootfs(folder / "rootfs")
        self._cgroup = f"wharfinger-test-{os.urandom(6).hex()}"

    def __call__(self, *arguments: str, check: bool = True) -> str:
        return call("runc", "--root", str(self.runtime_root), *arguments, check=check).stdout.strip()

    def bundle(self, name: str, *words: str, annotations: dict[str, str] | None = None, terminal: bool = False) -> Path:
        """A bundle for `name`."""
        place = self._folder / "overlay-containers" / name / "userdata"
        place.mkdir(parents=True)
        spec = bundle_spec(self._rootfs, f"/{self._cgroup}/{name}", words, terminal=terminal)
        (place / "config.json").write_text(json.dumps({**spec, "annotations": annotations or {}}))
        return place

    def create(self, name: str, *words: str) -> None:
        argv = ["runc", "--root", str(self.runtime_root), "create", "--bundle", str(self.bundle(name, *words)), name]
        subprocess.run(argv, check=True, timeout=60, stdin=-3, stdout=-3, stderr=-3)

    def run(self, name: str, *words: str) -> None:
        self.create(name, *words)
        self("start", name)

    def close(self) -> None:
        for name in self("list", "--quiet", check=False).split():
            self("resume", name, check=False)
            self("delete", "--force", name, check=False)
        for folder in CGROUPS.glob(f"*/{self._cgroup}"):
            with contextlib.suppress(OSError):
                folder.rmdir()


class AsCrio(PlainRunc):
    """conmon and runc called as CRI-O calls them: its arguments, annotations and folders (runtime_oci.go)."""

    def run_container(self, container_id: str, pod: str, container: str, *words: str, terminal: bool = False) -> None:
        """Start a container of a pod, whose log is `log(container_id)`."""
        annotations = {
            "io.container.manager": "cri-o",
            "io.kubernetes.container.name": container,
            "io.kubernetes.cri-o.ContainerType": "container",
            "io.kubernetes.cri-o.ImageName": "registry.example/app:1",
            "io.kubernetes.pod.name": pod,
            "io.kubernetes.pod.namespace": "default",
        }
        place = self.bundle(container_id, *words, annotations=annotations, terminal=terminal)
        exits, sockets = self._folder / "exits", self._folder / "sockets"
        for folder in (exits, sockets, self.log(container_id).parent):
            folder.mkdir(exist_ok=True, parents=True)
        argv = [
            *("conmon", "-b", str(place), "-c", container_id, "--exit-dir", str(exits)),
            *("-l", str(self.log(container_id)), "--log-level", "info"),
            *("-n", f"k8s_{container}_{pod}_default_uid_0", "-P", f"{place}/conmon-pidfile", "-p", f"{place}/pidfile"),
            *("--persist-dir", str(place), "-r", call("which", "runc").stdout.strip()),
            *("--runtime-arg", f"--root={self.runtime_root}", "--socket-dir-path", str(sockets), "-u", container_id),
            *(["-t"] if terminal else []),
        ]
        reader, writer = os.pipe()
        try:
            environment = {**os.environ, "_OCI_SYNCPIPE": str(writer)}
            subprocess.run(
                argv, check=True, timeout=60, pass_fds=[writer], env=environment, cwd=place, stdin=-3, stdout=-3
            )
            os.close(writer)
            with os.fdopen(reader) as report:
                assert json.loads(report.readline())["pid"] > 0
        except BaseException:
            with contextlib.suppress(OSError):
                os.close(reader)
            raise
        self("start", container_id)

    def log(self, container_id: str) -> Path:
        return self._folder / "pods" / container_id / "0.log"

    def close(self) -> None:
        super().close()
        deadline = time.monotonic() + 10
        while self._monitors() and time.monotonic() < deadline:
            time.sleep(0.05)
        for pid in self._monitors():
            os.kill(pid, signal.SIGKILL)

    def _monitors(self) -> list[int]:
        found = []
        for file in self._folder.glob("overlay-containers/*/userdata/conmon-pidfile"):
            with contextlib.suppress(OSError, ValueError):
                pid = int(file.read_text())
                if str(self._folder).encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(pid)
        return found


class Peers:
    """All of them, made when they are first asked for."""

    def __init__(self, folder: Path, archive: Path) -> None:
        self.podman = Podman(folder / "podman")
        self.containerd = Containerd(folder / "ctd")
        self.runc = PlainRunc(folder / "plain")
        self.crio = AsCrio(folder / "crio")
        self.podman("load", "--input", str(archive))
        self.containerd("images", "import", str(archive))

    def close(self) -> None:
        with contextlib.ExitStack() as stack:
            for peer in (self.podman, self.containerd, self.runc, self.crio):
                stack.callback(peer.close)
