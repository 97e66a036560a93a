"""A program that runs from memory, as the real kernel runs it."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import ExitStack
from fcntl import F_GET_SEALS, F_SEAL_GROW, F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_WRITE, fcntl
from pathlib import Path

import pytest

from core.host import sealed_program
from core.host.processes import find_program, run
from core.host.sealed_program import MANY, SealedProgram, sealed_copy


def paths_of(program: SealedProgram, users: int, held: ExitStack) -> list[str]:
    return [held.enter_context(program.path()) for _ in range(users)]


@pytest.fixture
def runc() -> str:
    return find_program("runc")


def test_many_share_a_copy_that_is_the_same(runc: str) -> None:
    with ExitStack() as held:
        paths = paths_of(SealedProgram(runc), MANY + 2, held)
        copy = paths[-1]
        assert paths == [runc] * (MANY - 1) + [copy] * 3
        assert Path(copy).read_bytes() == Path(runc).read_bytes()
        told = [subprocess.run([one, "--version"], capture_output=True, check=True).stdout for one in (copy, runc)]
        assert told[0] == told[1]
    assert not os.path.exists(copy)


def test_a_few_run_the_program_itself(runc: str) -> None:
    program = SealedProgram(runc)
    for _ in range(MANY):
        with ExitStack() as held:
            assert paths_of(program, MANY - 1, held) == [runc] * (MANY - 1)


def test_it_is_made_again_for_the_next_and_tried_once(runc: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []
    monkeypatch.setattr(sealed_program, "run", lambda argv, **options: tried.append(argv) or run(argv, **options))
    program = SealedProgram(runc)
    for _ in range(2):
        with ExitStack() as held:
            assert paths_of(program, MANY, held)[-1] != runc
    assert [argv[1:] for argv in tried] == [["--version"]]


def test_nobody_can_write_to_it(runc: str) -> None:
    descriptor = sealed_copy(runc)
    assert descriptor is not None
    try:
        assert fcntl(descriptor, F_GET_SEALS) == F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE
        with pytest.raises(PermissionError):
            os.pwrite(descriptor, b"x", 0)
        with pytest.raises(PermissionError):
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def test_no_other_program_is_copied(runc: str, tmp_path: Path) -> None:
    other = shutil.copy(runc, tmp_path / "other")
    with ExitStack() as held:
        assert set(paths_of(SealedProgram(str(other)), MANY + 1, held)) == {str(other)}


def test_what_does_not_run_from_memory_is_run_as_it_is(tmp_path: Path) -> None:
    tried = tmp_path / "tried"
    script = tmp_path / "runc"
    script.write_text(f'#!/bin/sh\necho tried >> {tried}\ncase "$0" in /proc/*) exit 1 ;; esac\n')
    script.chmod(0o755)
    program = SealedProgram(str(script))
    for _ in range(2):
        with ExitStack() as held:
            assert set(paths_of(program, MANY + 1, held)) == {str(script)}
    assert tried.read_text() == "tried\n"


@pytest.mark.parametrize("refused", ["user namespace", "SELinux", "no executable memory"])
def test_where_none_may_be_had(refused: str, runc: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_memory(name: str, flags: int) -> int:
        raise PermissionError(name)

    if refused == "user namespace":
        monkeypatch.setattr(sealed_program, "outside_user", lambda: (1000, 1000))
    elif refused == "SELinux":
        monkeypatch.setattr(sealed_program, "_SELINUX", str(tmp_path))
    else:
        monkeypatch.setattr(os, "memfd_create", no_memory)
    assert sealed_copy(runc) is None


def test_a_kernel_that_does_not_know_the_flag(runc: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed_program, "_MFD_EXEC", 1 << 30)
    descriptor = sealed_copy(runc)
    assert descriptor is not None
    os.close(descriptor)


def test_a_failed_trial_leaves_nothing_open(tmp_path: Path) -> None:
    before = sorted(os.listdir("/proc/self/fd"))
    (tmp_path / "runc").write_bytes(b"no program")
    assert sealed_copy(str(tmp_path / "runc")) is None
    assert sealed_copy(str(tmp_path / "not there")) is None
    assert sorted(os.listdir("/proc/self/fd")) == before
