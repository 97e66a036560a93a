"""The control group of a pod, in a folder that stands for the kernel's."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import RuntimeFailed
from core.host import cgroup_limits
from core.host.cgroup_limits import make_limited


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(cgroup_limits, "TOP", tmp_path)
    return tmp_path


def test_version_2_hands_the_controller_on_from_the_top(top: Path) -> None:
    (top / "cgroup.controllers").touch()
    make_limited("/wharfinger/pod", {"memory": {"memory.max": "4096", "memory.swap.max": "0"}})
    group = top / "wharfinger" / "pod"
    assert [(folder / "cgroup.subtree_control").read_text() for folder in (top, group.parent)] == ["+memory"] * 2
    assert not (group / "cgroup.subtree_control").exists(), "the containers' own groups are the runtime's to prepare"
    assert ((group / "memory.max").read_text(), (group / "memory.swap.max").read_text()) == ("4096", "0")


def test_version_1_gives_a_new_cpuset_what_its_parent_has(top: Path) -> None:
    (top / "cpuset").mkdir()
    for folder in (top / "cpuset", top / "cpuset" / "wharfinger", top / "cpuset" / "wharfinger" / "pod"):
        folder.mkdir(exist_ok=True)
        for name, value in (("cpuset.cpus", "0-1"), ("cpuset.mems", "0")):
            (folder / name).write_text(value if folder.name == "cpuset" else "\n")
    make_limited("/wharfinger/pod", {"cpuset": {"cpuset.cpus": "1"}})
    group = top / "cpuset" / "wharfinger" / "pod"
    assert (group.parent / "cpuset.cpus").read_text() == "0-1"
    assert ((group / "cpuset.cpus").read_text(), (group / "cpuset.mems").read_text()) == ("1", "0")


def test_a_controller_that_the_kernel_has_not(top: Path) -> None:
    with pytest.raises(RuntimeFailed, match="the limit of memory can not be set"):
        make_limited("/wharfinger/pod", {"memory": {"memory.limit_in_bytes": "1"}})
