"""On fixture trees: no machine has every layout."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.host.cgroup_reader import CgroupReader
from core.host.cgroups import remove_cgroups


def fill(folder: Path, files: dict[str, str]) -> str:
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_text(content)
    return str(folder)


@pytest.fixture
def version_2(tmp_path: Path) -> Path:
    fill(
        tmp_path / "v2",
        {
            "cgroup.events": "populated 1\nfrozen 0\n",
            "cpu.stat": "usage_usec 1500000\nuser_usec 1000000\nsystem_usec 500000\nthrottled_usec 7000\n",
            "io.stat": "8:0 rbytes=100 wbytes=200 rios=1 wios=2\n8:16 rbytes=1 wbytes=2\n",
            "cpu.pressure": "some avg10=1.50 avg60=0.10 avg300=0.00 total=1\nfull avg10=9.00\n",
            "memory.pressure": "some avg10=0.25 avg60=0.10 avg300=0.00 total=1\n",
            "memory.current": "5000000\n",
            "memory.stat": "anon 100\nfile 2000\ninactive_file 1000000\nactive_file 5\n",
            "memory.max": "max\n",
            "memory.events": "low 0\nhigh 0\nmax 3\noom 2\noom_kill 1\n",
            "pids.current": "7\n",
        },
    )
    return tmp_path / "v2"


class TestVersion2:
    def test_figures(self, version_2: Path) -> None:
        reader = CgroupReader({"": str(version_2)}, 1)
        sample = reader.sample()
        assert sample is not None
        assert sample.cpu_ns == 1_500_000_000
        assert (sample.memory, sample.memory_limit, sample.pids, sample.cpu_percent) == (4_000_000, 0, 7, 0.0)
        assert (sample.memory_anonymous, sample.memory_file) == (100, 2000)
        assert (sample.block_read, sample.block_written, sample.block_read_rate) == (101, 202, 0.0)
        assert sample.pressure == {"cpu": 1.5, "io": 0.0, "memory": 0.25}
        assert reader.oom_kills() == 1
        reader.close()

    def test_the_network_of_the_host_is_not_told_apart(self, version_2: Path) -> None:
        reader = CgroupReader({"": str(version_2)}, os.getpid())
        sample = reader.sample()
        assert sample is not None
        assert (sample.network_shared, sample.network_received, sample.network_sent) == (True, 0, 0)
        reader.close()

    def test_rates_are_of_the_time_between_two_readings(self, version_2: Path) -> None:
        reader = CgroupReader({"": str(version_2)}, 1)
        first = reader.sample()
        (version_2 / "io.stat").write_text("8:0 rbytes=5000100 wbytes=204\n")
        (version_2 / "cpu.stat").write_text("usage_usec 1500000\nthrottled_usec 17000\n")
        second = reader.sample()
        assert first is not None and second is not None
        seconds = second.at - first.at
        assert second.block_read_rate == pytest.approx((5000100 - 101) / seconds)
        assert second.throttled_percent == pytest.approx(1.0 / seconds)
        reader.close()

    def test_changes_are_read_from_the_open_files(self, version_2: Path) -> None:
        reader = CgroupReader({"": str(version_2)}, 1)
        assert not reader.frozen()
        (version_2 / "cgroup.events").write_text("populated 1\nfrozen 1\n")
        assert reader.frozen()
        reader.sample()
        (version_2 / "memory.max").write_text("1048576\n")
        (version_2 / "cpu.stat").write_text("usage_usec 1600000\n")
        sample = reader.sample()
        assert sample is not None
        assert sample.memory_limit == 1 << 20
        assert sample.cpu_percent > 0
        reader.close()

    def test_missing_controllers_count_nothing(self, tmp_path: Path) -> None:
        folder = fill(tmp_path / "bare", {"cgroup.events": "frozen 0\n", "cpu.stat": "usage_usec 1000\n"})
        sample = CgroupReader({"": folder}, 1).sample()
        assert sample is not None
        assert (sample.cpu_ns, sample.memory, sample.memory_limit, sample.pids) == (1_000_000, 0, 0, 0)


class TestVersion1:
    @pytest.fixture
    def paths(self, tmp_path: Path, version_2: Path) -> dict[str, str]:
        """A hybrid machine: version 2 is listed beside version 1 and says something else."""
        memory = {
            "memory.usage_in_bytes": "3000000\n",
            "memory.stat": "inactive_file 1\ntotal_inactive_file 500000\ntotal_rss 70\ntotal_cache 80\n",
            "memory.limit_in_bytes": "9223372036854771712\n",
            "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 4\n",
        }
        return {
            "": str(version_2),
            "freezer": fill(tmp_path / "freezer", {"freezer.state": "FROZEN\n"}),
            "cpuacct": fill(tmp_path / "cpuacct", {"cpuacct.usage": "123\n"}),
            "memory": fill(tmp_path / "memory", memory),
            "pids": fill(tmp_path / "pids", {"pids.current": "2\n"}),
            "cpu": fill(tmp_path / "cpu", {"cpu.stat": "nr_periods 3\nthrottled_time 5\n"}),
            "blkio": fill(
                tmp_path / "blkio",
                {"blkio.throttle.io_service_bytes_recursive": "8:0 Read 7\n8:0 Write 9\n8:16 Read 1\nTotal 17\n"},
            ),
        }

    def test_figures(self, paths: dict[str, str]) -> None:
        reader = CgroupReader(paths, 1)
        sample = reader.sample()
        assert sample is not None
        assert (sample.cpu_ns, sample.memory, sample.memory_limit, sample.pids) == (123, 2_500_000, 0, 2)
        assert reader.oom_kills() == 4
        assert (sample.memory_anonymous, sample.memory_file) == (70, 80)
        assert (sample.block_read, sample.block_written) == (8, 9)
        assert sample.pressure["cpu"] == 1.5, "the unified hierarchy has it on hybrid machines, too"

    def test_frozen_only_when_all_is(self, paths: dict[str, str]) -> None:
        reader = CgroupReader(paths, 1)
        assert reader.frozen()
        for state in ("FREEZING\n", "THAWED\n"):
            Path(paths["freezer"], "freezer.state").write_text(state)
            assert not reader.frozen()

    def test_missing_controllers_count_nothing(self, paths: dict[str, str]) -> None:
        sample = CgroupReader({"freezer": paths["freezer"]}, 1).sample()
        assert sample is not None
        assert (sample.cpu_ns, sample.memory, sample.pids) == (0, 0, 0)


def test_no_cgroup() -> None:
    with pytest.raises(OSError):
        CgroupReader({"freezer": "/nowhere"}, 1)
    with pytest.raises(OSError):
        CgroupReader({}, 1)


def test_removing_takes_what_is_below_and_leaves_the_parent(tmp_path: Path) -> None:
    inner = tmp_path / "parent/container/inner"
    inner.mkdir(parents=True)
    remove_cgroups({"pids": str(tmp_path / "parent/container"), "cpu": str(tmp_path / "nothing")})
    assert list((tmp_path / "parent").iterdir()) == []
