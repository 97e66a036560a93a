"""create and run: options that the kernel, the monitor and the confinement carry out."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.model.config import BindMount, Security
from core.model.image import Image
from core.model.kernel_settings import Device, KernelSettings, Rlimit
from core.model.log_target import LogDriver, LogTarget
from core.model.options import CreateOptions
from tests.core.cli.conftest import Call
from tests.core.cli.fake_engine import FakeEngine


@pytest.fixture(autouse=True)
def image(fake: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.images.stored.append(Image(id="1" * 64, names=("img",)))
    for name in ("http_proxy", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)


def asked(fake: FakeEngine, call: Call, *arguments: str) -> CreateOptions:
    ended = call("create", *arguments, "img")
    assert ended.code == 0, ended.err
    return fake.held[-1].options


def test_settings_of_the_kernel(fake: FakeEngine, call: Call) -> None:
    words = (
        "--ulimit nofile=10:20 --ulimit core=-1 --ulimit host --sysctl kernel.msgmax=9 --sysctl net.ipv4.ip_forward=1 "
        "--oom-score-adj=-5 --umask 027 --device /dev/fuse --device /dev/kvm:/dev/x:r --device /dev/tty0:w "
        "--group-add audio --group-add 5"
    )
    assert asked(fake, call, *words.split()).kernel == KernelSettings(
        rlimits=(Rlimit(name="nofile", soft=10, hard=20), Rlimit(name="core", soft=-1, hard=-1)),
        sysctls={"kernel.msgmax": "9", "net.ipv4.ip_forward": "1"},
        oom_score_adj=-5,
        umask=0o27,
        devices=(
            Device(source="/dev/fuse", destination="/dev/fuse"),
            Device(source="/dev/kvm", destination="/dev/x", access="r"),
            Device(source="/dev/tty0", destination="/dev/tty0", access="w"),
        ),
        groups=("audio", "5"),
    )


def test_limits(fake: FakeEngine, call: Call) -> None:
    words = (
        "-m 64m --memory-reservation 32m --memory-swappiness 0 --oom-kill-disable --cpu-period 9000 --cpu-quota 4500"
    )
    limits = asked(fake, call, *words.split(), "--cpuset-mems", "0", "--blkio-weight", "300").resources
    assert (limits.memory_reservation, limits.memory_swappiness, limits.oom_kill_disable) == (32 << 20, 0, True)
    assert (limits.cpu_period, limits.cpu_quota, limits.cpuset_mems, limits.blkio_weight) == (9000, 4500, "0", 300)


def test_confinement(fake: FakeEngine, call: Call) -> None:
    words = ("mask=/proc/a:/proc/b", "unmask=ALL", "proc-opts=hidepid=2", "apparmor=unconfined", "label=disable")
    options = asked(fake, call, *(part for word in words for part in ("--security-opt", word)))
    assert options.security == Security(
        masked_paths=("/proc/a", "/proc/b"), unmasked_paths=("ALL",), proc_options=("hidepid=2",)
    )


def test_where_a_log_goes(fake: FakeEngine, call: Call, tmp_path: Path) -> None:
    options = asked(
        fake, call, "--log-driver", "json-file", "--log-opt", "max-size=2k", "--log-opt", f"path={tmp_path}/log"
    )
    assert (options.log, options.log_size_max) == (LogTarget(path=f"{tmp_path}/log"), 2048)
    options = asked(fake, call, "--log-driver", "journald", "--log-opt", "tag=web")
    assert options.log == LogTarget(driver=LogDriver.JOURNALD, tag="web")


def test_surroundings(fake: FakeEngine, call: Call, tmp_path: Path) -> None:
    options = asked(fake, call, "--log-driver", "none", "--timeout", "9", "--tz", "local")
    assert (options.log, options.time_limit) == (LogTarget(driver=LogDriver.NONE), 9)
    assert options.bind_mounts == (
        BindMount(
            source=str(Path("/etc/localtime").resolve()),
            destination="/etc/localtime",
            options=("rbind", "rprivate", "ro"),
        ),
    )
    assert asked(fake, call, "--log-opt", "max-size=1k", "--log-driver", "json-file").log_size_max == 1024
    writable = asked(fake, call, "--read-only", "--tmpfs", "/tmp").tmpfs_mounts
    assert [mounted.destination for mounted in writable] == ["/tmp", "/run", "/var/tmp"]
    assert asked(fake, call, "--read-only", "--read-only-tmpfs=false").tmpfs_mounts == ()
    usual = asked(fake, call, "--sdnotify", "ignore", "--cgroups", "enabled")
    assert (usual.systemd, usual.without_cgroup) == ("true", False)
    other = asked(fake, call, "--systemd=False", "--cgroups", "disabled")
    assert (other.systemd, other.without_cgroup) == ("false", True)


def test_variables_and_labels_of_others(
    fake: FakeEngine, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "labels").write_text("# of the site\na=1\n\nb\n")
    monkeypatch.setenv("http_proxy", "http://proxy:1")
    monkeypatch.setenv("OTHER", "x")
    options = asked(
        fake, call, "--label-file", str(tmp_path / "labels"), "-l", "b=2", "-e", "A=1", "--unsetenv", "PATH"
    )
    assert (options.labels, options.env) == ({"a": "1", "b": "2"}, ("http_proxy=http://proxy:1", "A=1"))
    assert options.unset_env == ("PATH",)
    assert asked(fake, call, "--http-proxy=false", "--unsetenv-all").env == ()
    assert "OTHER=x" in asked(fake, call, "--env-host").env


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--ulimit files=3", "ulimit option 'files=3' requires name=SOFT:HARD"),
        ("--ulimit nofile=9:3", "ulimit soft limit must be less than or equal to hard limit"),
        ("--ulimit nofile=x", "the ulimit 'nofile=x' is no number"),
        ("--sysctl kernel.panic=1", "sysctl 'kernel.panic' is not allowed"),
        ("--sysctl net.core", "sysctl values must be in the form of KEY=VALUE"),
        ("--oom-score-adj 2000", 'invalid argument "2000" for "--oom-score-adj" flag'),
        ("--umask 9", 'invalid argument "9" for "--umask" flag'),
        ("--memory-swappiness 101", 'invalid argument "101" for "--memory-swappiness" flag'),
        ("--blkio-weight 5", 'invalid argument "5" for "--blkio-weight" flag'),
        ("--device relative", "the device 'relative' is not understood"),
        ("--device /dev/fuse:/dev/fuse:z", "invalid device mode: z"),
        ("--group-add keep-groups --group-add 5", "is not allowed with any other --group-add options"),
        ("--cpus 1 --cpu-quota 5", "--cpus and --cpu-period or --cpu-quota cannot be set together"),
        ("--oom-kill-disable", "--oom-kill-disable needs a limit of memory"),
        ("--security-opt label=type:x", "--security-opt label=type:x is not supported by wharf"),
        ("--security-opt magic", "invalid --security-opt: 'magic'"),
        ("--log-driver syslog", "the log driver syslog is not supported by wharf"),
        ("--log-driver none --log-opt path=/x", "the log option path is of the log driver k8s-file alone"),
        ("--log-opt labels=x", "the log option labels is not supported by wharf"),
        ("--tty --log-driver passthrough", "cannot be used on a TTY"),
        ("--log-opt tag=x", "the log option tag is of the log driver journald alone"),
        ("--tz Mars/Base", "the time zone 'Mars/Base' is not known"),
        ("--tz ../../etc/passwd", "the time zone '../../etc/passwd' is not known"),
        ("--systemd=maybe", '"--systemd" flag: --systemd values must be one of "true, false, always"'),
        ("--cgroups split", 'invalid argument "split" for "--cgroups" flag: it is not supported by wharf'),
        ("--cgroups more", 'invalid cgroup mode "more"'),
    ],
)
def test_what_is_refused(fake: FakeEngine, call: Call, words: str, message: str) -> None:
    ended = call("create", *words.split(), "img")
    assert ended.code == 125
    assert message in ended.err
    assert not fake.held
