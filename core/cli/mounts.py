"""--volume, --mount and --tmpfs: what of the host, of volumes, or of memory is shown in a container."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from core.cli.sizes import parse_size
from core.errors import InvalidArgument
from core.model.config import BindMount, ImageMount, TmpfsMount, VolumeMount

AnyMount = BindMount | TmpfsMount | VolumeMount

_PROPAGATION: Final = frozenset({"private", "rprivate", "shared", "rshared", "slave", "rslave"})
_PAIRS: Final = (("ro", "rw"), ("suid", "nosuid"), ("dev", "nodev"), ("exec", "noexec"), ("copy", "nocopy"))
_RELABEL: Final = frozenset({"z", "Z"})
"""For SELinux: containers here get no label, so there is nothing to do for theirs."""
_APART: Final = _RELABEL | {"U", "copy", "nocopy"}
"""Options that are none of mount(2)."""
_BIND_OPTIONS: Final = (
    _PROPAGATION | _RELABEL | {option for pair in _PAIRS[:4] for option in pair} | {"bind", "rbind", "U"}
)
_VOLUME_OPTIONS: Final = _BIND_OPTIONS | {"copy", "nocopy"}
_SWITCHES: Final = {"ro": "ro", "readonly": "ro", "U": "U", "chown": "U", "volume-nocopy": "nocopy"}
_FLAGS: Final = frozenset({"rw", "suid", "nosuid", "dev", "nodev", "exec", "noexec"})
_PLACES: Final = frozenset({"dst", "destination", "target"})
_MOUNT_FIELDS: Final = {
    "bind": _PLACES
    | _FLAGS
    | {"src", "source", "ro", "readonly", "U", "chown", "bind-propagation", "bind-nonrecursive", "relabel"},
    "volume": _PLACES | _FLAGS | {"src", "source", "ro", "readonly", "U", "chown", "volume-nocopy"},
    "tmpfs": _PLACES | _FLAGS | {"ro", "readonly", "tmpfs-size", "tmpfs-mode"},
    "ramfs": _PLACES | _FLAGS | {"ro", "readonly", "tmpfs-mode"},
    "devpts": _PLACES | {"ro", "readonly", "uid", "gid", "mode", "max"},
    "image": _PLACES | {"src", "source", "rw", "readwrite"},
    "glob": _PLACES | _FLAGS | {"src", "source", "ro", "readonly", "U", "chown", "bind-propagation"},
}
_TMPFS_DEFAULTS: Final = (("rw", "ro"), ("noexec", "exec"), ("nosuid", "suid"), ("nodev", "dev"))
"""Each with what takes its place."""


def volume(text: str) -> BindMount | VolumeMount:
    """`[HOST-OR-VOLUME:]CONTAINER[:OPTIONS]`; without a source it is an anonymous volume. Raises `InvalidArgument`."""
    parts = text.split(":")
    if len(parts) > 3 or not all(parts):
        raise InvalidArgument(
            f"the volume {text!r} is not [SOURCE:]CONTAINER[:OPTIONS]",
            hint="write it as /srv/data:/data:ro, or data:/data for a volume",
        )
    source, destination = parts[:2] if len(parts) > 1 else ("", parts[0])
    options = parts[2].split(",") if len(parts) == 3 else []
    if source.startswith(("/", ".")):
        return _bind(source, destination, options)
    return _volume(source, destination, options)


def tmpfs(text: str) -> TmpfsMount:
    """`DIRECTORY[:OPTIONS]`; what the options do not say is rw, noexec, nosuid, nodev. Raises `InvalidArgument`."""
    destination, _, options = text.partition(":")
    return _tmpfs(destination, [option for option in options.split(",") if option], text)


def mounts(text: str) -> list[AnyMount | ImageMount]:
    """What a --mount stands for: one, or with type=glob each file that fits. Raises `InvalidArgument`."""
    fields = _fields(text)
    if fields.get("type") == "image":
        return [_image(fields)]
    if fields.get("type") != "glob":
        return [mount(text)]
    from glob import glob

    pattern = fields.get("src") or fields.get("source") or ""
    found = sorted(glob(pattern))
    if not found:
        raise InvalidArgument(f"no file of the host fits {pattern!r}", hint="give a pattern with src=/DIRECTORY/NAME*")
    folder, wanted = _destination(fields), _switched_on(fields)
    wanted += [fields[key] for key in ("bind-propagation",) if fields.get(key)]
    return [
        _bind(path, os.path.join(folder or os.path.dirname(path), os.path.basename(path)), wanted) for path in found
    ]


def mount(text: str) -> AnyMount:
    """`type=bind,src=…,dst=…`, `type=volume,src=…,dst=…`, or tmpfs, ramfs and devpts. Raises `InvalidArgument`."""
    fields = _fields(text)
    kind = fields.get("type", "volume")
    destination = _destination(fields)
    if not destination:
        raise InvalidArgument(f"the mount {text!r} has no destination", hint="give it with dst=DIRECTORY")
    source, wanted = fields.get("src") or fields.get("source") or "", _switched_on(fields)
    if kind == "devpts":
        given = [f"{key}={fields[key]}" for key in ("uid", "gid", "mode", "max") if key in fields]
        return TmpfsMount(destination=destination, kind=kind, options=(*wanted, *given))
    if kind in ("tmpfs", "ramfs"):
        size, mode = fields.get("tmpfs-size"), fields.get("tmpfs-mode")
        extra = [*([f"size={parse_size(size)}"] if size else []), *([f"mode={mode}"] if mode else [])]
        return msgspec.structs.replace(_tmpfs(destination, wanted + extra, text), kind=kind)
    if kind == "volume":
        return _volume(source, destination, wanted)
    if not source:
        raise InvalidArgument(f"the mount {text!r} has no source", hint="give it with src=DIRECTORY")
    if _says_yes(fields, "bind-nonrecursive"):
        wanted.append("bind")
    return _bind(source, destination, wanted + [fields[key] for key in ("bind-propagation",) if fields.get(key)])


def _fields(text: str) -> dict[str, str]:
    """The parts of a --mount, each known to its type. Raises `InvalidArgument`."""
    fields = {key: value for key, _, value in (part.partition("=") for part in text.split(","))}
    kind = fields.get("type", "volume")
    if kind not in _MOUNT_FIELDS:
        raise InvalidArgument(f'invalid filesystem type "{kind}"', hint=f"use {', '.join(_MOUNT_FIELDS)}")
    for key in fields:
        if key not in _MOUNT_FIELDS[kind] | {"type"}:
            known = ", ".join(sorted(_MOUNT_FIELDS[kind]))
            raise InvalidArgument(f"{key}: invalid mount option", hint=f"type={kind} has {known}")
    return fields


def _destination(fields: dict[str, str]) -> str:
    return next((fields[key] for key in ("dst", "destination", "target") if fields.get(key)), "")


def sorted_by_kind(
    mounts: Iterable[AnyMount | ImageMount],
) -> tuple[tuple[BindMount, ...], tuple[TmpfsMount, ...], tuple[VolumeMount, ...]]:
    """The mounts of a request, each kind by itself."""
    found = list(mounts)
    return (
        tuple(mount for mount in found if isinstance(mount, BindMount)),
        tuple(mount for mount in found if isinstance(mount, TmpfsMount)),
        tuple(mount for mount in found if isinstance(mount, VolumeMount)),
    )


def _switched_on(fields: dict[str, str]) -> list[str]:
    """The options without a value of a --mount."""
    switches = [option for key, option in _SWITCHES.items() if _says_yes(fields, key)]
    return [*dict.fromkeys(switches), *(key for key in sorted(_FLAGS) if _says_yes(fields, key))]


def _says_yes(fields: dict[str, str], key: str) -> bool:
    return key in fields and fields[key] in ("", "true", "1")


def _check(wanted: Sequence[str], known: frozenset[str], destination: str) -> None:
    for option in wanted:
        if option not in known:
            raise InvalidArgument(f'invalid option type "{option}"', hint=f"use one of {', '.join(sorted(known))}")
    for one, other in _PAIRS:
        if {one, other} <= set(wanted):
            raise InvalidArgument(
                f"invalid options \"{', '.join(wanted)}\", can only specify 1 '{other}' or '{one}' option",
                hint="leave one of them out",
            )
    if len(_PROPAGATION & set(wanted)) > 1:
        raise InvalidArgument(
            f'invalid options "{", ".join(wanted)}", can only specify 1 propagation',
            hint=f"use one of {', '.join(sorted(_PROPAGATION & set(wanted)))}",
        )
    if not destination.startswith("/"):
        raise InvalidArgument(
            f'invalid container path "{destination}", must be an absolute path', hint="begin it with /"
        )


def _completed(wanted: Sequence[str], defaults: Sequence[str]) -> tuple[str, ...]:
    """The options of mount(2), with what they do not say."""
    options = [option for option in wanted if option not in _APART]
    if not {"bind", "rbind"} & set(options):
        options.insert(0, "rbind")
    if not _PROPAGATION & set(options):
        options.append("rprivate")
    if not {"ro", "rw"} & set(options):
        options.append("rw")
    return (*options, *(default for default in defaults if not {default, default.removeprefix("no")} & set(options)))


def _bind(source: str, destination: str, wanted: Sequence[str]) -> BindMount:
    _check(wanted, _BIND_OPTIONS, destination)
    options = _completed(wanted, ())
    return BindMount(source=os.path.realpath(source), destination=destination, options=options, chown="U" in wanted)


def _volume(name: str, destination: str, wanted: Sequence[str]) -> VolumeMount:
    _check(wanted, _VOLUME_OPTIONS, destination)
    return VolumeMount(
        name=name,
        destination=destination,
        options=_completed(wanted, ("nosuid", "nodev")),
        copy="nocopy" not in wanted,
        chown="U" in wanted,
    )


def _image(fields: dict[str, str]) -> ImageMount:
    source, destination = fields.get("src") or fields.get("source") or "", _destination(fields)
    if not source or not destination:
        raise InvalidArgument(
            "must set source and destination for image volume", hint="as type=image,src=IMAGE,dst=DIRECTORY"
        )
    _check((), frozenset(), destination)
    for key in ("rw", "readwrite"):
        if fields.get(key, "") not in ("", "true", "false"):
            raise InvalidArgument(f'invalid rw value "{fields[key]}": invalid mount option', hint="use true or false")
    writable = _says_yes(fields, "rw") or _says_yes(fields, "readwrite")
    return ImageMount(destination=destination, image=source, writable=writable)


def _tmpfs(destination: str, wanted: Sequence[str], text: str) -> TmpfsMount:
    if not destination:
        raise InvalidArgument(
            f"{text!r} names no directory of the container", hint="give it with destination=/DIRECTORY"
        )
    defaults = [name for name, opposite in _TMPFS_DEFAULTS if not {name, opposite} & set(wanted)]
    return TmpfsMount(destination=destination, options=(*defaults, *wanted))
