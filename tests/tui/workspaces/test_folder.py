from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.errors import EngineError, InvalidArgument, NoSuchObject
from tui.start import run
from tui.workspaces.folder import WorkspaceFolder
from tui.workspaces.workspace import KeptConsole, KeptList, Workspace

NIGHT = Workspace(
    view="pods",
    lists={"containers": KeptList(filter="web", marks=("a", "b"), columns=("name",), tab="logs")},
    consoles=(KeptConsole("a" * 64, "web", watch_only=True),),
    in_console=True,
)


@pytest.fixture
def folder(state_folder: Path) -> WorkspaceFolder:
    return WorkspaceFolder()


def test_what_is_written_is_read_again_and_is_the_owners_alone(folder: WorkspaceFolder, state_folder: Path) -> None:
    folder.write("night", NIGHT)
    assert folder.read("night") == NIGHT
    file = state_folder / "workspaces" / "night.json"
    assert file.stat().st_mode & 0o777 == 0o600 and file.parent.stat().st_mode & 0o777 == 0o700


def test_the_last_one_comes_first(folder: WorkspaceFolder, state_folder: Path) -> None:
    for name, moment in (("old", 100), ("new", 300), ("middle", 200)):
        folder.write(name, NIGHT)
        os.utime(state_folder / "workspaces" / f"{name}.json", (moment, moment))
    assert [found.name for found in folder.all()] == ["new", "middle", "old"]
    folder.remove("new")
    assert [found.name for found in folder.all()] == ["middle", "old"]


def test_a_damaged_one_is_told_and_set_aside(folder: WorkspaceFolder, state_folder: Path) -> None:
    folder.write("night", NIGHT)
    file = state_folder / "workspaces" / "night.json"
    file.write_text('{"view": 7}')
    with pytest.raises(EngineError, match="the workspace night is damaged") as caught:
        folder.read("night")
    assert f"{file}.damaged" in caught.value.hint
    assert Path(f"{file}.damaged").read_text() == '{"view": 7}'
    with pytest.raises(NoSuchObject):
        folder.read("night")
    assert folder.all() == []


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "-x", "a b", "x" * 65, "ä"])
def test_a_name_is_no_path(folder: WorkspaceFolder, name: str) -> None:
    with pytest.raises(InvalidArgument):
        folder.write(name, NIGHT)


def test_they_are_listed_and_removed_on_the_command_line(
    folder: WorkspaceFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.write("night", NIGHT)
    folder.write("day", Workspace())
    assert run(["workspace", "ls"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert rows[0] == ["NAME", "VIEW", "CONSOLES", "LEFT"]
    assert sorted(row[:3] for row in rows[1:]) == [["day", "containers", "0"], ["night", "pods", "1"]]
    assert run(["workspace", "rm", "night", "dusk", "day"]) == 125
    printed = capsys.readouterr()
    assert printed.out.split() == ["night", "day"] and "no workspace dusk" in printed.err
    assert folder.all() == []
    assert run(["workspace", "rm"]) == 125 and run(["workspace", "ls", "x"]) == 125
    assert run(["--workspace", "night", "ps"]) == 125
