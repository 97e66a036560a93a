"""A small image made of the host's static busybox, for trying things without a registry."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Final

from core.errors import HostIncomplete
from core.host.files import temporary_directory
from core.host.processes import run
from core.model.image import Image
from core.storage.containers_storage import ContainersStorage
from core.storage.layout import write_layout

DEMO_IMAGE: Final = "localhost/wharf-demo:latest"

_TOP_FOLDERS: Final = ("bin", "dev", "etc", "home", "proc", "run", "sys", "sbin", "usr", "var", "www")
_FOLDERS: Final = (*_TOP_FOLDERS, "usr/bin", "usr/sbin", "var/log", "var/tmp")
_PROFILE: Final = b"""\
export PS1='\\[\\e[1;36m\\]\\h\\[\\e[0m\\]:\\[\\e[1;34m\\]\\w\\[\\e[0m\\]\\$ '
alias ls='ls --color=auto' ll='ls -l'
"""
_FILES: Final[dict[str, bytes]] = {
    "etc/passwd": (
        b"root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/:/bin/false\n"
        b"wharf:x:1000:1000:wharf:/home/wharf:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"
    ),
    "etc/group": b"root:x:0:\ndaemon:x:1:\ntty:x:5:\nwharf:x:1000:\nnogroup:x:65534:\n",
    "etc/os-release": b'NAME="Wharfinger demo"\nID=wharf-demo\nPRETTY_NAME="Wharfinger demo (busybox)"\n',
    "etc/profile": _PROFILE,
    "www/index.html": b"<!doctype html><title>Wharfinger</title><h1>It runs.</h1>\n",
}


def build_demo(storage: ContainersStorage, busybox: Path, transfers: Path) -> Image:
    """Make the image `localhost/wharf-demo`. Raises `HostIncomplete` where busybox is not a static program."""
    with temporary_directory(transfers) as folder:
        layer = folder / "layer.tar"
        write_busybox_layer(layer, busybox)
        config = {
            "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "ENV=/etc/profile"],
            "Cmd": ["/bin/sh"],
            "WorkingDir": "/",
            "Labels": {"wharf.demo": "1"},
        }
        write_layout(folder / "layout", "demo", layer, config, "wharf demo")
        return storage.copy_layout(folder / "layout", "demo", DEMO_IMAGE)


def write_busybox_layer(target: Path, busybox: Path) -> None:
    """Write a root file system around busybox as a tar. Raises `HostIncomplete`."""
    listing = run([str(busybox), "--list"], timeout=10)
    applets = listing.stdout.decode().split()
    program = busybox.read_bytes()
    if listing.returncode or not applets or b"ld-linux" in program[:4096]:
        raise HostIncomplete(f"{busybox} is not a static busybox", hint="install it: apt-get install busybox-static")
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as tar:
        for name in _FOLDERS:
            _add_folder(tar, name, 0o755)
        _add_folder(tar, "root", 0o700)
        _add_folder(tar, "tmp", 0o1777)
        _add_folder(tar, "home/wharf", 0o755, owner=1000)
        _add_file(tar, "bin/busybox", program, 0o755)
        for applet in applets:
            if applet != "busybox":
                link = tarfile.TarInfo(f"bin/{applet}")
                link.type, link.linkname, link.mode = tarfile.SYMTYPE, "busybox", 0o777
                tar.addfile(link)
        for name, content in _FILES.items():
            _add_file(tar, name, content, 0o644)


def _add_folder(tar: tarfile.TarFile, name: str, mode: int, owner: int = 0) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode, entry.uid, entry.gid = tarfile.DIRTYPE, mode, owner, owner
    tar.addfile(entry)


def _add_file(tar: tarfile.TarFile, name: str, content: bytes, mode: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), mode
    tar.addfile(entry, io.BytesIO(content))
