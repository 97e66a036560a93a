"""A pod's status by those of its containers, as podman computes it."""

from __future__ import annotations

import pytest

from core.model.config import ResourceLimits
from core.model.pod import PodStatus, pod_status
from core.model.state import Status
from core.oci.limits import cgroup_files

CONFIGURED, CREATED, RUNNING, PAUSED, EXITED, UNKNOWN = (
    Status.CONFIGURED,
    Status.CREATED,
    Status.RUNNING,
    Status.PAUSED,
    Status.EXITED,
    Status.UNKNOWN,
)


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([], PodStatus.CREATED),
        ([CONFIGURED, CREATED], PodStatus.CREATED),
        ([RUNNING, RUNNING], PodStatus.RUNNING),
        ([RUNNING, CONFIGURED], PodStatus.DEGRADED),
        ([RUNNING, EXITED], PodStatus.DEGRADED),
        ([RUNNING, PAUSED], PodStatus.DEGRADED),
        ([PAUSED, PAUSED], PodStatus.PAUSED),
        ([EXITED, EXITED], PodStatus.EXITED),
        ([EXITED, CONFIGURED], PodStatus.STOPPED),
        ([EXITED, PAUSED], PodStatus.STOPPED),
        ([PAUSED, CONFIGURED], PodStatus.CREATED),
        ([UNKNOWN, CONFIGURED], PodStatus.ERROR),
    ],
)
def test_status(statuses: list[Status], expected: PodStatus) -> None:
    assert pod_status(statuses) is expected


def test_limits_of_a_pod_as_files() -> None:
    limits = ResourceLimits(memory=1 << 20, cpus=1.5, cpu_shares=1024, cpuset_cpus="0", pids=7)
    assert cgroup_files(limits, version_2=False) == {
        "memory": {"memory.limit_in_bytes": "1048576", "memory.memsw.limit_in_bytes": "2097152"},
        "cpu": {"cpu.cfs_period_us": "100000", "cpu.cfs_quota_us": "150000", "cpu.shares": "1024"},
        "cpuset": {"cpuset.cpus": "0"},
        "pids": {"pids.max": "7"},
    }
    assert cgroup_files(limits, version_2=True) == {
        "memory": {"memory.max": "1048576", "memory.swap.max": "1048576"},
        "cpu": {"cpu.max": "150000 100000", "cpu.weight": "39"},
        "cpuset": {"cpuset.cpus": "0"},
        "pids": {"pids.max": "7"},
    }
    assert cgroup_files(ResourceLimits(pids=0), version_2=True) == {}
