"""Members taken out of a tar: all others stay as they are, byte for byte."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

from core.storage.layer_archive import leave_out

LONG = "deep/" * 40 + "name"
ATTRIBUTES = {"SCHILY.xattr.user.text": "ä", "mtime": "1.25"}


def add(tar: tarfile.TarFile, name: str, content: bytes = b"", **headers: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.pax_headers = len(content), headers
    tar.addfile(entry, io.BytesIO(content))


def archive(file: Path, *left_out: str) -> Path:
    with tarfile.open(file, "w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in (("a", b"1" * 1000), ("etc/hosts", b""), (LONG, b"2"), ("etc/hosts.d", b"3"), ("z", b"")):
            if name not in left_out:
                add(tar, name, content, **(ATTRIBUTES if name != "z" else {}))
    return file


def test_the_others_stay_byte_for_byte(tmp_path: Path) -> None:
    whole, expected = archive(tmp_path / "whole.tar"), archive(tmp_path / "expected.tar", "etc/hosts", "z")
    leave_out(whole, {"etc/hosts", "z", "not/there"})
    shorter = whole.read_bytes()
    assert expected.read_bytes().startswith(shorter) and not expected.read_bytes()[len(shorter) :].strip(b"\0")
    listed = subprocess.run(["tar", "-tf", whole], check=True, capture_output=True, text=True)
    assert listed.stdout.split() == ["a", LONG, "etc/hosts.d"]


def test_nothing_to_take_out_leaves_the_file_alone(tmp_path: Path) -> None:
    whole = archive(tmp_path / "whole.tar")
    before = whole.stat().st_ino
    leave_out(whole, {"hosts"})
    assert whole.stat().st_ino == before
