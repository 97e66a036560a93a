"""What is built to be installed holds all that the program needs."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from core.cli.manual import manual_page
from core.version import VERSION

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    target = tmp_path_factory.mktemp("wheel")
    code = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    finished = subprocess.run(
        [sys.executable, "-c", code, str(target)], cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False
    )
    assert finished.returncode == 0, finished.stderr
    return zipfile.ZipFile(target / finished.stdout.split()[-1])


def test_every_source_and_data_file_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    kinds = {".py", ".sql", ".tcss", ".typed"}
    expected = {
        str(file.relative_to(PROJECT))
        for package in ("core", "tui")
        for file in (PROJECT / package).rglob("*")
        if file.suffix in kinds
    }
    assert "core/store/schema.sql" in expected
    assert any(name.endswith(".tcss") for name in expected)
    assert expected <= set(wheel.namelist())


def test_nothing_else_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert tops == {"core", "tui", *(top for top in tops if top.endswith((".dist-info", ".data")))}
    data = [name.partition("/")[2] for name in wheel.namelist() if ".data/" in name]
    assert data == ["data/share/man/man1/wharf.1"]
    assert not [name for name in wheel.namelist() if name.endswith(".pyc")]


def test_the_manual_page_is_of_this_version(wheel: zipfile.ZipFile) -> None:
    page = next(name for name in wheel.namelist() if name.endswith("share/man/man1/wharf.1"))
    assert wheel.read(page).decode() == manual_page(VERSION)


def test_the_command_is_declared(wheel: zipfile.ZipFile) -> None:
    entry_points = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    text = wheel.read(entry_points).decode()
    assert "wharf = tui.__main__:" in text


def test_the_versions_agree(wheel: zipfile.ZipFile) -> None:
    metadata = next(name for name in wheel.namelist() if name.endswith("METADATA"))
    assert f"\nVersion: {VERSION}\n" in wheel.read(metadata).decode()
