"""Limits of processes, settings of the kernel and devices are what a container's process really has."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from core.engine import Engine
from core.errors import HostIncomplete, InvalidArgument
from core.host.cgroup_limits import is_version_2
from core.model.config import ResourceLimits, Security
from core.model.kernel_settings import Device, KernelSettings, Rlimit
from core.model.log_target import LogDriver, LogTarget
from core.operations import create
from tests.integration.test_configuration import limit, output
from tests.worksite import DEMO, make, run

Wharf = Callable[..., subprocess.CompletedProcess[str]]
pytestmark = pytest.mark.usefixtures("demo_image")


def test_settings_of_the_kernel(engine: Engine) -> None:
    script = (
        "ulimit -n; ulimit -Hn; umask; id -G; cat /proc/self/oom_score_adj /proc/sys/kernel/msgmax; "
        "ls -l /dev/zero2 | cut -c1,5-10; head -c 2 /dev/zero2 | wc -c"
    )
    settings = KernelSettings(
        rlimits=(Rlimit(name="nofile", soft=100, hard=200),),
        sysctls={"kernel.msgmax": "4096"},
        oom_score_adj=300,
        umask=0o27,
        devices=(Device(source="/dev/zero", destination="/dev/zero2", access="r"),),
        groups=("tty", "42"),
    )
    printed = output(engine, script, kernel=settings).split()
    assert printed == ["100", "200", "0027", "0", "5", "42", "300", "4096", "crw-rw-", "2"]


def test_paths_of_proc(engine: Engine) -> None:
    asked = Security(masked_paths=("/proc/uptime",), unmasked_paths=("/proc/kcore",), proc_options=("hidepid=2",))
    script = "wc -c </proc/uptime; grep -c kcore /proc/mounts; grep -c '/proc proc.*hidepid' /proc/mounts"
    assert output(engine, f"{script}; true", security=asked).split()[:2] == ["0", "0"]


def test_limits_of_the_control_group(engine: Engine) -> None:
    limits = ResourceLimits(memory=64 << 20, memory_reservation=32 << 20, cpu_period=50000, cpu_quota=25000)
    container = run(engine, "sleep", "100", resources=limits)
    assert limit(container.id, "memory", "memory.soft_limit_in_bytes", "memory.low") == str(32 << 20)
    assert limit(container.id, "cpu", "cpu.cfs_quota_us", "cpu.max").split()[0] == "25000"


def test_no_log_is_kept(engine: Engine) -> None:
    container = run(engine, "echo", "said", log=LogTarget(driver=LogDriver.NONE))
    container.wait(60)
    assert container.replay() == b""
    with pytest.raises(InvalidArgument, match="'none' log driver"):
        next(iter(container.logs()))


def test_a_log_at_a_place_of_its_own(tmp_path: Path, engine: Engine, wharf: Wharf) -> None:
    place = tmp_path / "web.log"
    made = wharf("run", "--name", "it", "--log-opt", f"path={place}", DEMO, "sh", "-c", "echo said; echo more")
    assert (made.returncode, made.stdout) == (0, "said\nmore\n")
    assert b"stdout F said" in place.read_bytes()
    assert wharf("logs", "--tail", "1", "it").stdout == "more\n"
    assert json.loads(wharf("inspect", "it").stdout)[0]["HostConfig"]["LogConfig"]["Path"] == str(place)
    engine.lookup("it").remove()
    assert place.exists(), "it is not the container's own"


def test_what_is_passed_through(engine: Engine, wharf: Wharf) -> None:
    words = ("--log-driver", "passthrough", DEMO, "sh", "-c", "echo out; echo err >&2; exit 3")
    made = wharf("run", "--name", "it", *words)
    assert (made.returncode, made.stdout, made.stderr) == (3, "out\n", "err\n")
    refused = wharf("logs", "it")
    said = (
        "this container is using the 'passthrough' log driver, cannot read logs: this container is not logging output"
    )
    assert (refused.returncode, said in refused.stderr) == (125, True)
    runs = run(engine, "sleep", "1000", log=LogTarget(driver=LogDriver.PASSTHROUGH))
    with pytest.raises(InvalidArgument, match="cannot attach"):
        runs.attach()


def test_a_journal_has_to_be_there(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = tmp_path / "socket"
    monkeypatch.setattr(create, "JOURNAL", str(journal))
    target = LogTarget(driver=LogDriver.JOURNALD, tag="web")
    with pytest.raises(HostIncomplete, match="this host has no journal"):
        make(engine, "true", log=target)
    journal.touch()
    made = make(engine, "true", log=target)
    with pytest.raises(InvalidArgument, match="'journald' log driver") as refused:
        next(iter(made.logs()))
    assert refused.value.hint == f"see journalctl CONTAINER_ID_FULL={made.id}"


def test_a_container_is_killed_when_its_time_is_over(engine: Engine) -> None:
    container = run(engine, "sleep", "1000", time_limit=1)
    assert container.wait(60) != 0


def block_device() -> str:
    """A whole one that this machine has: parts of a disk can not be limited."""
    return next(f"/dev/{path.name}" for path in Path("/sys/block").iterdir() if Path("/dev", path.name).exists())


def test_limits_of_single_devices_hold_and_change_while_it_runs(engine: Engine, wharf: Wharf) -> None:
    disk = block_device()
    options = ("--device-read-bps", f"{disk}:1mb", "--device-cgroup-rule", "c 42:* rmw")
    assert wharf("run", "-d", "--name", "it", "--network", "none", *options, DEMO, "sleep", "100").returncode == 0
    container = engine.lookup("it")

    def throttled() -> list[str]:
        found = limit(container.id, "blkio", "blkio.throttle.read_bps_device", "io.max").split()
        return [word for word in found[1:] if "max" not in word]

    assert throttled()[0].removeprefix("rbps=") == str(1 << 20)
    if not is_version_2():
        assert "c 42:* rwm" in limit(container.id, "devices", "devices.list", "")
    assert wharf("update", "it", "--device-read-bps", f"{disk}:2mb", "--cpu-quota", "20000").returncode == 0
    assert throttled()[0].removeprefix("rbps=") == str(2 << 20)
    shown = container.refresh() and container.inspect()["HostConfig"]
    assert isinstance(shown, dict)
    assert (shown["BlkioDeviceReadBps"], shown["CpuQuota"]) == ([{"Path": disk, "Rate": 2 << 20}], 20000)
    assert wharf("update", "it", "--device-read-bps", f"{disk}:0").returncode == 0
    assert throttled() == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--device-read-bps", "/dev/null:1mb"), "/dev/null is not a block device"),
        (("--device-read-iops", "/dev/sda:1mb"), "invalid rate for device: /dev/sda:1mb"),
        (("--blkio-weight-device", "/dev/sda:3"), "invalid weight for device: /dev/sda:3"),
        (("--device-cgroup-rule", "x 1:2 r"), "invalid device type in device-access-add: x"),
        (("--group-add", "keep-groups", "--group-add", "5"), "is not allowed with any other --group-add options"),
        (("--personality", "PDP11"), "the personality PDP11 is not known"),
    ],
)
def test_what_no_kernel_takes(wharf: Wharf, options: tuple[str, str], message: str) -> None:
    refused = wharf("create", *options, DEMO, "true")
    assert refused.returncode == 125 and message in refused.stderr


def test_a_device_that_is_not_there(engine: Engine) -> None:
    devices = (Device(source="/dev/no-such-device", destination="/dev/x"),)
    container = make(engine, "true", kernel=KernelSettings(devices=devices))
    with pytest.raises(InvalidArgument, match="/dev/no-such-device can not be used"):
        container.start()
