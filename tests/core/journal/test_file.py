"""The journal's file: appended whole, private, bounded, and read past what is damaged."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from core.errors import InvalidArgument
from core.journal import file as journal_file
from core.journal.file import Journal
from tests.core.journal.conftest import action


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "state" / "wharfinger" / "journal.jsonl")


def test_what_was_added_is_read_and_is_the_owners_alone(journal: Journal) -> None:
    assert journal.read() == ([], 0)
    entries = [action(0), action(1, name="it's\n\x1b[2J", lacking=("the login",), runtime="runc kill 1")]
    for entry in entries:
        journal.add(entry)
    assert journal.read() == (entries, 0)
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(journal.path.parent.stat().st_mode) == 0o700


def test_a_damaged_line_is_passed_over_with_a_word(journal: Journal) -> None:
    journal.add(action(0))
    with journal.path.open("ab") as file:
        file.write(b'{"time": 3}\n\xff\xfe\n{"half": ')
    journal.add(action(1))
    entries, damaged = journal.read()
    assert [entry.name for entry in entries] == ["web-0", "web-1"]
    assert damaged == 3
    assert journal.damage(damaged).endswith("3 damaged lines are passed over")
    assert journal.damage(0) == ""


def test_the_oldest_lines_go_when_it_is_full(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_file, "LARGEST", 4000)
    monkeypatch.setattr(journal_file, "KEPT", 2000)
    for number in range(100):
        journal.add(action(number))
        assert journal.path.stat().st_size <= 4000
    entries, damaged = journal.read()
    assert damaged == 0
    assert [entry.name for entry in entries] == [f"web-{number}" for number in range(100 - len(entries), 100)]
    assert len(entries) >= 5
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600


def test_several_writers_lose_nothing(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_file, "LARGEST", 60_000)
    monkeypatch.setattr(journal_file, "KEPT", 50_000)
    threads = [
        threading.Thread(target=lambda first=first: [journal.add(action(first + n)) for n in range(40)])
        for first in (0, 100, 200, 300)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entries, damaged = journal.read()
    assert damaged == 0
    assert len(entries) == 160


def test_a_full_disk_leaves_no_half_line(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    journal.add(action(0))
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:20]))
    with pytest.raises(OSError, match="only 20 of"):
        journal.add(action(1))
    monkeypatch.setattr(os, "write", write)
    journal.add(action(2))
    assert journal.read() == ([action(0), action(2)], 0)


def test_a_command_without_end_is_left_out(journal: Journal) -> None:
    journal.add(action(0, command=("wharf", "exec", "web", "x" * 100_000)))
    [entry], _ = journal.read()
    assert (entry.command, entry.lacking) == ((), ("a command that is too long",))


def test_a_symbolic_link_is_not_followed_and_a_folder_not_read(journal: Journal, tmp_path: Path) -> None:
    journal.add(action(0))
    journal.path.unlink()
    journal.path.symlink_to(tmp_path / "victim")
    with pytest.raises(OSError):
        journal.add(action(1))
    assert not (tmp_path / "victim").exists()
    journal.path.unlink()
    journal.path.mkdir()
    with pytest.raises(InvalidArgument, match="can not be read"):
        journal.read()
