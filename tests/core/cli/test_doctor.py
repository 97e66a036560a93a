"""doctor: each lack is found, with what mends it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

import core.doctor as doctor
from core.doctor import Finding, diagnose, program_version
from core.host.delegation import Delegation
from core.paths import EnginePaths
from core.settings import Settings
from tests.core.cli.conftest import Call

NOWHERE = Settings(
    runtime="no-runtime", monitor="no-conmon", storage="no-storage", skopeo="no-skopeo", seccomp_profile="/no/profile"
)


def named(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.name: finding for finding in findings}


def test_this_host_is_complete(private_paths: EnginePaths) -> None:
    assert [finding for finding in diagnose(private_paths, Settings()) if not finding.ok and finding.required] == []


def test_every_lack_has_a_remedy(private_paths: EnginePaths) -> None:
    findings = named(diagnose(private_paths, NOWHERE))
    assert findings["no-runtime"].remedy == "apt-get install runc"
    assert findings["no-conmon"].remedy == "apt-get install conmon"
    assert findings["no-storage"].remedy == "apt-get install containers-storage"
    assert findings["no-skopeo"].remedy == "apt-get install skopeo"
    assert findings["seccomp profile"].remedy == "apt-get install golang-github-containers-common"
    assert all(finding.ok == (finding.remedy == "") for finding in findings.values())


def test_exit_codes(call: Call) -> None:
    complete = call("doctor")
    assert complete.code == 0
    assert "mend it" not in complete.out
    lacking = call("--runtime", "no-such-runtime", "doctor")
    assert lacking.code == 1
    assert "FAIL  no-such-runtime" in lacking.out
    assert "mend it with: apt-get install runc" in lacking.out
    findings = msgspec.json.decode(call("doctor", "--format", "json").out, type=list[Finding])
    assert all(finding.ok for finding in findings if finding.required)


def test_a_user_needs_subordinate_ids(
    private_paths: EnginePaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(os, "getuid", lambda: 54321)
    ids = tmp_path / "ids"
    ids.write_text("another:100000:65536\n")
    settings = Settings(subuid_file=str(ids), subgid_file=str(ids))
    lacking = named(diagnose(private_paths, settings))["privileges"]
    assert not lacking.ok
    assert lacking.detail == f"user 1000: the user 54321 has no subordinate ids in {ids}"
    assert "usermod --add-subuids" in lacking.remedy
    ids.write_text("54321:100000:65536\n")
    found = named(diagnose(private_paths, settings))
    assert found["privileges"] == Finding("privileges", True, True, "user 1000, with subordinate ids")
    assert {"user namespaces", "user networks", "user's cgroups"} <= set(found)


def test_what_is_delegated_to_a_user_is_told() -> None:
    whole = doctor._delegated(Delegation("/mine", frozenset({"cpu", "memory", "pids", "io"})), unified=True)
    assert (whole.ok, whole.detail) == (True, "delegated with cpu, io, memory, pids")
    part = doctor._delegated(Delegation("/mine", frozenset({"pids"})), unified=True)
    assert (part.ok, part.detail) == (False, "delegated with pids, without cpu, memory")
    assert "Delegate=cpu memory pids" in part.remedy
    none = [doctor._delegated(None, unified=unified) for unified in (True, False)]
    assert ["Delegate=yes" in none[0].remedy, "unified_cgroup_hierarchy" in none[1].remedy] == [True, True]
    assert not any(finding.ok or finding.required for finding in none)


def test_a_kernel_that_lets_no_user_have_namespaces(tmp_path: Path) -> None:
    assert doctor._user_namespaces(tmp_path).ok
    (tmp_path / "sys" / "user").mkdir(parents=True)
    (tmp_path / "sys" / "user" / "max_user_namespaces").write_text("0\n")
    finding = doctor._user_namespaces(tmp_path)
    assert (finding.ok, finding.detail) == (False, "user.max_user_namespaces is 0")
    assert finding.remedy.startswith("sysctl -w user.max_user_namespaces=")


@pytest.mark.parametrize(("release", "ok"), [("6.1.0-13-amd64", True), ("5.6", True), ("5.4.0", False), ("odd", False)])
def test_kernel(release: str, ok: bool) -> None:
    assert doctor._kernel(release).ok is ok


def test_overlay_may_be_a_module(tmp_path: Path) -> None:
    (tmp_path / "filesystems").write_text("nodev\tproc\n\text4\n")
    modules = tmp_path / "modules"
    assert not doctor._overlay(tmp_path, modules).ok
    modules.mkdir()
    (modules / "modules.dep").write_text("kernel/fs/overlayfs/overlay.ko.xz:\n")
    assert doctor._overlay(tmp_path, modules).ok
    (tmp_path / "filesystems").write_text("nodev\toverlay\n")
    assert doctor._overlay(tmp_path, tmp_path / "none").detail == "in the kernel"


def test_cgroups(tmp_path: Path) -> None:
    assert doctor._cgroups(tmp_path).remedy.startswith("mount -t cgroup2")
    base = tmp_path / "fs" / "cgroup"
    (base / "freezer").mkdir(parents=True)
    assert doctor._cgroups(tmp_path).detail == "version 1, without memory, cpu, pids"
    (base / "cgroup.controllers").write_text("cpuset cpu io memory pids\n")
    assert doctor._cgroups(tmp_path) == Finding("cgroups", True, True, "version 2")
    (base / "cgroup.controllers").write_text("cpu pids\n")
    assert doctor._cgroups(tmp_path).detail == "version 2, without memory"


def test_a_busybox_that_needs_libraries_is_of_no_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor._busybox().ok
    dynamic = tmp_path / "busybox"
    shutil.copy(Path("/bin/ls").resolve(), dynamic)
    monkeypatch.setenv("PATH", str(tmp_path))
    finding = doctor._busybox()
    assert (finding.ok, finding.required, finding.remedy) == (False, False, "apt-get install busybox-static")


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str], str]:
    def write(body: str) -> str:
        file = tmp_path / "program"
        file.write_text(f"#!/bin/sh\n{body}\n")
        file.chmod(0o755)
        return str(file)

    return write


def test_versions(script: Callable[[str], str]) -> None:
    assert program_version(script("echo program 1.2; echo more")) == "program 1.2"
    path = script("echo 'no such flag: --version'; exit 1")
    assert program_version(path) == path
    assert program_version("no-such-program") == "not found"


def test_the_version_command_knows_what_is_missing(call: Call) -> None:
    ended = call("--runtime", "no-such-runtime", "version", "--format", "json")
    assert ended.code == 0
    assert json.loads(ended.out)["Runtime"] == "not found"


def test_directories(tmp_path: Path) -> None:
    assert doctor._directory("root directory", tmp_path / "a" / "b", "--root").ok
    (tmp_path / "file").write_text("")
    assert not doctor._directory("root directory", tmp_path / "file" / "b", "--root").ok
