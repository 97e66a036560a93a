"""An image made of a tar of a root file system."""

from __future__ import annotations

import gzip
import lzma
import os
import shlex
import shutil
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from core.errors import DamagedArchive, InvalidArgument
from core.host.files import temporary_directory
from core.host.processes import find_program, run
from core.storage.layout import write_layout
from core.storage.references import full_name
from core.storage.skopeo import Skopeo

_LISTS: Final = {"CMD": "Cmd", "ENTRYPOINT": "Entrypoint"}
_TEXTS: Final = {"USER": "User", "WORKDIR": "WorkingDir", "STOPSIGNAL": "StopSignal"}


def import_layout(
    skopeo: Skopeo,
    transfers: Path,
    tar: Path,
    reference: str,
    changes: Sequence[str],
    message: str,
    platform: Mapping[str, str],
) -> str:
    """Import `tar` (plain, gzip, xz or zstd) under `reference`; the full name. `platform`: but for this machine's.

    Raises `DamagedArchive`, `InvalidArgument`.
    """
    config = parse_changes(changes)
    name = full_name(reference) if reference else f"localhost/import-{os.urandom(4).hex()}:latest"
    if not tar.is_file():
        raise InvalidArgument(f"the archive {tar} is not there", hint="check the path")
    with temporary_directory(transfers) as folder:
        layer = folder / "layer.tar"
        _uncompress(tar, layer)
        _check(layer, tar)
        comment = message or f"imported from {tar.name}"
        write_layout(folder / "layout", "import", layer, config, comment, wanted=platform)
        skopeo.copy_in(f"oci:{folder / 'layout'}:import", name)
    return name


def parse_changes(changes: Sequence[str]) -> dict[str, Any]:
    """Lines of a Dockerfile as a configuration.

    Known: CMD, ENTRYPOINT, ENV, LABEL, ONBUILD, USER, WORKDIR, STOPSIGNAL, EXPOSE, VOLUME.
    """
    config: dict[str, Any] = {}
    for change in changes:
        instruction, _, value = change.strip().replace("=", " ", 1).partition(" ")
        word, text = instruction.upper(), value.strip()
        pair = change.strip()[len(instruction) :].lstrip(" =")
        if word in _LISTS:
            config[_LISTS[word]] = _command(text)
        elif word in _TEXTS:
            config[_TEXTS[word]] = text
        elif word == "ONBUILD":
            config.setdefault("OnBuild", []).append(pair)
        elif word == "ENV":
            config.setdefault("Env", []).append(pair if "=" in pair else pair.replace(" ", "=", 1))
        elif word == "LABEL":
            key, _, content = pair.partition("=")
            config.setdefault("Labels", {})[key] = content.strip('"')
        elif word in ("EXPOSE", "VOLUME"):
            key = "ExposedPorts" if word == "EXPOSE" else "Volumes"
            config.setdefault(key, {})[text] = {}
        else:
            raise InvalidArgument(f"the change {change!r} is not known", hint="use CMD, ENTRYPOINT, ENV, LABEL, USER …")
    return config


def _command(text: str) -> list[str]:
    if text.startswith("["):
        try:
            return msgspec.json.decode(text, type=list[str])
        except msgspec.MsgspecError as error:
            raise InvalidArgument(
                f"the command {text} is no JSON list: {error}",
                hint='write it as ["/bin/sh", "-c"], or as one text without brackets',
            ) from error
    return ["/bin/sh", "-c", text] if " " in text and shlex.split(text) else [text]


def _uncompress(source: Path, target: Path) -> None:
    with source.open("rb") as file:
        magic = file.read(6)
    try:
        if magic.startswith(b"\x1f\x8b"):
            with gzip.open(source) as packed, target.open("wb") as plain:
                shutil.copyfileobj(packed, plain)
        elif magic.startswith(b"\xfd7zXZ"):
            with lzma.open(source) as packed, target.open("wb") as plain:
                shutil.copyfileobj(packed, plain)
        elif magic.startswith(b"\x28\xb5\x2f\xfd"):
            finished = run([find_program("zstd"), "-q", "-d", "-f", "-o", str(target), str(source)])
            if finished.returncode:
                raise EOFError(finished.error_text())
        else:
            shutil.copyfile(source, target)
    except (EOFError, OSError, lzma.LZMAError) as error:
        raise DamagedArchive(f"{source} can not be unpacked: {error}", hint="make the archive again") from error


def _check(layer: Path, source: Path) -> None:
    """Read the tar from end to end: a truncated one must not become an image."""
    try:
        with tarfile.open(layer, errorlevel=2) as tar:
            last = None
            for member in tar:
                last = member
            if last is None:
                raise tarfile.ReadError("it is empty")
            if last.isreg() and last.offset_data + last.size > layer.stat().st_size:
                raise tarfile.ReadError("it ends within a file")
    except (tarfile.TarError, EOFError) as error:
        raise DamagedArchive(f"{source} is not a whole tar archive: {error}", hint="make the archive again") from error
