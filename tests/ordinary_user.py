"""An ordinary user of this machine for tests: a real other one, with subordinate ids, on directories of its own."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from core.network.user_mode import TUN_DEVICE
from tests.worksite import PROJECT, eventually

NAME = f"wharf-test-{os.getpid()}"
CARRIERS = (b"slirp4netns", b"pasta", b"pasta.avx2", b"aardvark-dns")
LIBRARIES = ("msgspec", "platformdirs", "ptyprocess")
"""All that the command line loads beside the program itself."""


class User:
    """A user of this machine, made for the test, with a copy of the program that it can read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.account = pwd.getpwnam(NAME)
        self.environment: dict[str, str] = {}
        self.python = next(
            candidate
            for candidate in ("/usr/bin/python3", os.path.realpath(sys.executable))
            if self._can(candidate, "-c", f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})")
        )

    def run(self, *argv: str, timeout: float = 120.0) -> subprocess.CompletedProcess[str]:
        become = ["setpriv", f"--reuid={NAME}", f"--regid={self.account.pw_gid}", "--init-groups", "--inh-caps=-all"]
        return self._started([*become, "--", *argv], timeout)

    def _started(self, argv: list[str], timeout: float) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": str(self.folder / "home"),
            "XDG_RUNTIME_DIR": str(self.folder / "runtime"),
            "PYTHONPATH": str(self.folder / "program"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LANG": "C.UTF-8",
            **self.environment,
        }
        return subprocess.run(
            argv,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
            env=environment,
            cwd="/",
        )

    def in_delegated_group(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run a shell script of the user's in a control group of version 2 that is the user's own.

        Where the machine has version 1 it sees one with what that has left: no controllers, but the freezer.
        `$WHARF` is the command.
        """
        group = f"/sys/fs/cgroup/{NAME}"
        whole = [group, f"{group}/shell"]
        files = [f"{folder}/{name}" for folder in whole for name in ("", "cgroup.procs", "cgroup.subtree_control")]
        prepare = f"""set -e
            mount -t cgroup2 none /sys/fs/cgroup
            mkdir -p {whole[1]}
            chown {NAME} {" ".join(files)}
            echo $$ > {whole[1]}/cgroup.procs
            exec "$@"
        """
        become = ["setpriv", f"--reuid={NAME}", f"--regid={self.account.pw_gid}", "--init-groups", "--inh-caps=-all"]
        own = ["unshare", "--mount", "--propagation", "private", "sh", "-c", prepare, "sh"]
        tidy = f"mount -t cgroup2 none /sys/fs/cgroup; find {group} -depth -type d -exec rmdir {{}} +"
        try:
            return self._started(
                [*own, *become, "--", "sh", "-e", "-c", f'WHARF="{self.python} -m tui"; {script}'], 120.0
            )
        finally:
            subprocess.run([*own[:-2], tidy], check=True, capture_output=True)

    def _can(self, *argv: str) -> bool:
        return self.run(*argv).returncode == 0

    def wharf(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run(self.python, "-m", "tui", *arguments)

    def said(self, *arguments: str) -> str:
        finished = self.wharf(*arguments)
        assert finished.returncode == 0, f"{arguments}: {finished.stderr}"
        return finished.stdout

    def processes(self) -> list[int]:
        """Of the user and of its subordinate ids."""
        ids = [(self.account.pw_uid, 1)]
        for line in Path("/etc/subuid").read_text().splitlines():
            if line.startswith(f"{NAME}:"):
                ids.append((int(line.split(":")[1]), int(line.split(":")[2])))
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                owner = entry.stat().st_uid if entry.name.isdecimal() else -1
                if any(first <= owner < first + count for first, count in ids) and (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
        return found

    def carriers(self) -> list[bytes]:
        """Who carries the traffic of the user's containers and answers their names; pasta hides whose it is."""
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                words = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdecimal() else [b""]
                if words[0].rpartition(b"/")[2] in CARRIERS and os.fsencode(self.folder) in b" ".join(words):
                    found.append(words[0])
        return found


def end_processes_of_user(folder: Path) -> None:
    """By force, whatever a test left; nothing is there where it went well."""
    user = User(folder)
    for _ in eventually():
        left = user.processes()
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if not left:
            break


@contextlib.contextmanager
def for_all(device: str) -> Iterator[None]:
    """A device open to all, as udev makes it on other machines: what an ordinary user has needs it."""
    mode = os.stat(device).st_mode & 0o777
    os.chmod(device, 0o666)
    try:
        yield
    finally:
        os.chmod(device, mode)


@contextlib.contextmanager
def ordinary_user(demo_archive: Path) -> Iterator[User]:
    """A user who has the demo image, and who is gone at the end with all that it had."""
    folder = Path(tempfile.mkdtemp(prefix="wf-", dir="/tmp"))
    folder.chmod(0o755)
    subprocess.run(["useradd", "--no-create-home", "--shell", "/bin/sh", NAME], check=True, capture_output=True)
    try:
        account = pwd.getpwnam(NAME)
        if f"{NAME}:" not in Path("/etc/subuid").read_text():
            ids = f"{account.pw_uid * 65536}-{account.pw_uid * 65536 + 65535}"
            subprocess.run(["usermod", "--add-subuids", ids, "--add-subgids", ids, NAME], check=True)
        for name in ("home", "runtime"):
            (folder / name).mkdir(mode=0o700)
            os.chown(folder / name, account.pw_uid, account.pw_gid)
        for package in ("core", "tui"):
            shutil.copytree(
                PROJECT / package, folder / "program" / package, ignore=shutil.ignore_patterns("__pycache__")
            )
        for library in LIBRARIES:
            found = find_spec(library)
            assert found is not None and found.origin is not None
            shutil.copytree(Path(found.origin).parent, folder / "program" / library)
        shutil.copy(demo_archive, folder / "demo.tar")
        subprocess.run(["chmod", "-R", "a+rX", str(folder / "program"), str(folder / "demo.tar")], check=True)
        made = User(folder)
        made.said("load", "-i", str(folder / "demo.tar"))
        with for_all(TUN_DEVICE), for_all("/dev/fuse"):
            yield made
        made.said("rm", "-fa", "-v")
        for _ in eventually():
            if not made.processes():
                break
    finally:
        end_processes_of_user(folder)
        subprocess.run(["userdel", NAME], check=True, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)
