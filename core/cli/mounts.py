"""--volume, --mount and --tmpfs: what of the host, or of memory, is shown in a container."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final

from core.cli.sizes import parse_size
from core.errors import InvalidArgument
from core.model.config import BindMount, TmpfsMount

_PROPAGATION: Final = frozenset({"private", "rprivate", "shared", "rshared", "slave", "rslave"})
_FLAGS: Final = frozenset({"nosuid", "nodev", "noexec", "suid", "dev", "exec"})
_RELABEL: Final = frozenset({"z", "Z"})
"""For SELinux, which is not used: taken, and without effect."""
_BIND_OPTIONS: Final = _PROPAGATION | _FLAGS | _RELABEL | {"ro", "rw", "bind", "rbind"}
_MOUNT_FIELDS: Final = {
    "bind": {"type", "src", "source", "dst", "destination", "target", "ro", "readonly", "rw", "bind-propagation"},
    "tmpfs": {"type", "dst", "destination", "target", "ro", "readonly", "rw", "tmpfs-size", "tmpfs-mode"},
}
_TMPFS_DEFAULTS: Final = (("rw", "ro"), ("noexec", "exec"), ("nosuid", "suid"), ("nodev", "dev"))
"""Each with what takes its place."""


def volume(text: str) -> BindMount:
    """`HOST:CONTAINER[:OPTIONS]`. Raises `InvalidArgument`."""
    parts = text.split(":")
    if len(parts) not in (2, 3) or not all(parts):
        raise InvalidArgument(f"the volume {text!r} is not HOST:CONTAINER[:OPTIONS]")
    if not parts[0].startswith(("/", ".")):
        raise InvalidArgument(
            f"the volume {text!r} does not begin with a path", hint="named volumes are not there yet: give a directory"
        )
    return _bind(parts[0], parts[1], parts[2].split(",") if len(parts) == 3 else [])


def tmpfs(text: str) -> TmpfsMount:
    """`DIRECTORY[:OPTIONS]`; what the options do not say is rw, noexec, nosuid, nodev. Raises `InvalidArgument`."""
    destination, _, options = text.partition(":")
    return _tmpfs(destination, [option for option in options.split(",") if option], text)


def mount(text: str) -> BindMount | TmpfsMount:
    """`type=bind,src=…,dst=…` or `type=tmpfs,dst=…`. Raises `InvalidArgument`."""
    fields = {key: value for key, _, value in (part.partition("=") for part in text.split(","))}
    kind = fields.get("type", "bind")
    if kind not in _MOUNT_FIELDS:
        raise InvalidArgument(f"the mount type {kind!r} is not known", hint="use type=bind or type=tmpfs")
    for key in fields:
        if key not in _MOUNT_FIELDS[kind]:
            raise InvalidArgument(f"the mount option {key!r} is not known", hint=", ".join(sorted(_MOUNT_FIELDS[kind])))
    destination = fields.get("dst") or fields.get("destination") or fields.get("target") or ""
    read_only = _says_yes(fields, "ro") or _says_yes(fields, "readonly")
    access = ["ro"] if read_only else []
    if kind == "tmpfs":
        size, mode = fields.get("tmpfs-size"), fields.get("tmpfs-mode")
        extra = [*([f"size={parse_size(size)}"] if size else []), *([f"mode={mode}"] if mode else [])]
        return _tmpfs(destination, access + extra, text)
    source, propagation = fields.get("src") or fields.get("source") or "", fields.get("bind-propagation")
    if not source or not destination:
        raise InvalidArgument(f"the mount {text!r} is not understood", hint="use type=bind,src=DIRECTORY,dst=DIRECTORY")
    return _bind(source, destination, access + ([propagation] if propagation else []))


def _says_yes(fields: dict[str, str], key: str) -> bool:
    return key in fields and fields[key] in ("", "true", "1")


def _bind(source: str, destination: str, wanted: Sequence[str]) -> BindMount:
    unknown = [option for option in wanted if option not in _BIND_OPTIONS]
    if unknown:
        raise InvalidArgument(f"the mount option {unknown[0]!r} is not known")
    options = [option for option in wanted if option not in _RELABEL]
    if not {"bind", "rbind"} & set(options):
        options.insert(0, "rbind")
    if not _PROPAGATION & set(options):
        options.append("rprivate")
    if not {"ro", "rw"} & set(options):
        options.append("rw")
    return BindMount(source=os.path.realpath(source), destination=destination, options=tuple(options))


def _tmpfs(destination: str, wanted: Sequence[str], text: str) -> TmpfsMount:
    if not destination:
        raise InvalidArgument(f"{text!r} names no directory of the container")
    defaults = [name for name, opposite in _TMPFS_DEFAULTS if not {name, opposite} & set(wanted)]
    return TmpfsMount(destination=destination, options=(*defaults, *wanted))
