"""The freezer on fixture trees: no machine has both versions."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.host import freezer
from core.host.freezer import file_is_frozen, freeze_command, freezer_file, set_frozen


@pytest.fixture
def version_2(tmp_path: Path) -> Path:
    (tmp_path / "cgroup.events").write_text("populated 1\nfrozen 0\n")
    (tmp_path / "cgroup.freeze").write_text("0")
    return tmp_path


def test_which_file_tells() -> None:
    assert freezer_file({"": "/unified", "freezer": "/v1"}) == "/v1/freezer.state"
    assert freezer_file({"": "/unified"}) == "/unified/cgroup.events"
    assert freezer_file({"memory": "/m"}) == ""


def test_version_2(version_2: Path) -> None:
    events = version_2 / "cgroup.events"
    file = freezer_file({"": str(version_2)})
    assert not file_is_frozen(file)
    events.write_text("populated 1\nfrozen 1\n")
    assert file_is_frozen(file)
    assert set_frozen(file, frozen=True, timeout=60)
    assert (version_2 / "cgroup.freeze").read_text() == "1"
    events.write_text("populated 1\nfrozen 0\n")
    assert set_frozen(file, frozen=False, timeout=60)
    assert (version_2 / "cgroup.freeze").read_text() == "0"
    assert freeze_command(file, frozen=True) == f"echo 1 > {version_2}/cgroup.freeze"


def test_version_1(tmp_path: Path) -> None:
    state = tmp_path / "freezer.state"
    file = freezer_file({"freezer": str(tmp_path)})
    for content, frozen in (("THAWED\n", False), ("FREEZING\n", False), ("FROZEN\n", True)):
        state.write_text(content)
        assert file_is_frozen(file) is frozen
    assert freeze_command(file, frozen=False) == f"echo THAWED > {state}"


def test_what_does_not_freeze_in_time_is_thawed(version_2: Path) -> None:
    assert not set_frozen(freezer_file({"": str(version_2)}), frozen=True, timeout=0.05)
    assert (version_2 / "cgroup.freeze").read_text() == "0"


def test_version_2_is_ordered_once(version_2: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words: list[str] = []
    monkeypatch.setattr(freezer, "_write", lambda target, word: words.append(word))
    monkeypatch.setattr(freezer, "_POLITE", 1)
    monkeypatch.setattr(freezer, "_STUCK", 2)
    assert not set_frozen(freezer_file({"": str(version_2)}), frozen=True, timeout=0.05)
    assert words == ["1", "0"]


def test_a_freeze_that_sticks_is_let_go_and_ordered_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So version 1 does where a task is just becoming another program."""
    state, words = tmp_path / "freezer.state", list[str]()
    state.write_text("FREEZING\n")

    def write(target: str, word: str) -> None:
        words.append(word)
        if words[-2:] == ["THAWED", "FROZEN"]:
            state.write_text("FROZEN\n")

    monkeypatch.setattr(freezer, "_write", write)
    assert set_frozen(freezer_file({"freezer": str(tmp_path)}), frozen=True, timeout=60)
    assert words.count("THAWED") == 1


def test_a_cgroup_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        set_frozen(freezer_file({"": str(tmp_path)}), frozen=True, timeout=1)
