"""Limits and pausing of an ordinary user's containers, by what of the control groups is delegated to the user."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from core.errors import HostIncomplete, InvalidArgument
from core.host.delegation import Delegation
from core.model.config import ContainerConfig, ContainerRecord, ProcessConfig
from core.model.limits import ResourceLimits
from core.model.state import ContainerState, Status
from core.operations import rootless
from core.operations.rootless import (
    cgroup_path,
    controller_of,
    has_cgroup,
    possible_limits,
    refuse_freezing,
    refuse_limits,
    refuse_pod_limits,
)

SERVICE = "/user.slice/user-1000.slice/user@1000.service"
CONFIG = ContainerConfig(id="f" * 64, created_at=0.0, process=ProcessConfig(args=("true",)))
RECORD = ContainerRecord(config=CONFIG, name="it", state=ContainerState(status=Status.RUNNING))


def delegate(monkeypatch: pytest.MonkeyPatch, *controllers: str) -> None:
    """Be an ordinary user to whom a group with these controllers is delegated."""
    monkeypatch.setattr(rootless, "is_rootless", lambda: True)
    monkeypatch.setattr(rootless, "delegation", lambda: Delegation(SERVICE, frozenset(controllers)))


def test_limits_are_had_where_their_controllers_are_delegated(monkeypatch: pytest.MonkeyPatch) -> None:
    delegate(monkeypatch, "memory", "pids")
    refuse_limits(ResourceLimits(memory=1 << 26, memory_swap=-1, pids=50))
    assert possible_limits(ResourceLimits(memory=1 << 26)) == ResourceLimits(memory=1 << 26)
    assert cgroup_path(CONFIG) == f"{SERVICE}/wharfinger/{CONFIG.id}"
    for limits, words in (
        (ResourceLimits(memory=1 << 26, cpus=1.5), "the limit cpus needs the controller cpu, which is not delegated"),
        (ResourceLimits(cpuset_cpus="0"), "the limit cpuset cpus needs the controller cpuset"),
        (ResourceLimits(blkio_weight=100), "the limit blkio weight needs the controller io"),
    ):
        with pytest.raises(InvalidArgument, match=words) as told:
            refuse_limits(limits)
        assert "user@.service" in told.value.hint


def test_the_usual_limit_of_processes_is_left_out_where_it_can_not_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    delegate(monkeypatch, "memory")
    refuse_limits(ResourceLimits())
    assert possible_limits(ResourceLimits()) == ResourceLimits(pids=0)
    with pytest.raises(InvalidArgument, match="the limit pids needs the controller pids"):
        refuse_limits(ResourceLimits(pids=50))


def test_without_delegation_there_is_no_cgroup_and_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rootless, "is_rootless", lambda: True)
    monkeypatch.setattr(rootless, "delegation", lambda: None)
    assert cgroup_path(CONFIG) == ""
    with pytest.raises(InvalidArgument, match="the limit memory needs a cgroup of the container's own") as told:
        refuse_limits(ResourceLimits(memory=1 << 26))
    assert "Delegate=yes" in told.value.hint
    with pytest.raises(InvalidArgument, match="the limit memory of a pod needs root"):
        refuse_pod_limits(ResourceLimits(memory=1 << 26, pids=0))


def test_what_has_a_cgroup_can_be_paused_from_wherever(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(rootless, "is_rootless", lambda: True)
    monkeypatch.setattr(rootless, "delegation", lambda: None)
    (tmp_path / "cgroup.events").touch()
    inside = msgspec.structs.replace(RECORD.state, freezer=str(tmp_path / "cgroup.events"))
    refuse_freezing(msgspec.structs.replace(RECORD, state=inside))
    without = msgspec.structs.replace(RECORD.state, freezer=str(tmp_path / "gone/cgroup.events"))
    for state in (RECORD.state, without):
        record = msgspec.structs.replace(RECORD, state=state)
        assert not has_cgroup(record)
        with pytest.raises(HostIncomplete, match="pausing needs a cgroup of the container's own"):
            refuse_freezing(record)


def test_root_has_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rootless, "is_rootless", lambda: False)
    refuse_limits(ResourceLimits(memory=1, cpus=1, pids=1))
    refuse_pod_limits(ResourceLimits(memory=1))
    refuse_freezing(RECORD)
    assert cgroup_path(CONFIG) == f"/wharfinger/{CONFIG.id}"


def test_each_limit_is_of_a_controller() -> None:
    found = {name: controller_of(name) for name in ResourceLimits.__struct_fields__}
    by_controller = {
        "memory": {"memory", "memory_swap", "memory_reservation", "memory_swappiness", "oom_kill_disable"},
        "cpu": {"cpus", "cpu_shares", "cpu_period", "cpu_quota", "cpu_rt_period", "cpu_rt_runtime"},
        "cpuset": {"cpuset_cpus", "cpuset_mems"},
        "pids": {"pids"},
        "io": {"blkio_weight", "blkio_weight_devices", "read_bps", "write_bps", "read_iops", "write_iops"},
    }
    assert {name: controller for controller, names in by_controller.items() for name in names} == found
