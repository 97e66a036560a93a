"""What a container was asked to be is what its process really sees."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from core.engine import Engine
from core.errors import ContainerInUse
from core.model.config import BindMount, ResourceLimits, Security, TmpfsMount
from core.model.options import CreateOptions, ExecOptions
from tests.worksite import DEMO, eventually, make, run

pytestmark = pytest.mark.usefixtures("demo_image")

CGROUPS = Path("/sys/fs/cgroup")


def output(engine: Engine, script: str, **options: object) -> str:
    """What `script` prints in a container with these options; its end must be good."""
    container = run(engine, "sh", "-c", script, **options)
    code = container.wait(60)
    printed = container.replay().decode()
    assert code == 0, printed
    return printed


def limit(container_id: str, controller: str, old: str, new: str) -> str:
    """A limit as the kernel has it, of the first or of the second version of cgroups."""
    for file in (CGROUPS / controller / "wharfinger" / container_id / old, CGROUPS / "wharfinger" / container_id / new):
        if file.exists():
            return file.read_text().strip()
    raise AssertionError(f"no cgroup of {controller} for {container_id}")


def test_environment_directory_and_user(engine: Engine) -> None:
    printed = output(
        engine, "id -u; id -g; pwd; echo $A-$B; echo $HOME", env=("A=1", "B=x y"), workdir="/www", user="wharf:tty"
    )
    assert printed.splitlines() == ["1000", "5", "/www", "1-x y", "/home/wharf"]


def test_entrypoint_and_command(engine: Engine) -> None:
    container = make(engine, "b", "c", entrypoint=("echo", "a"))
    assert container.config.process.args == ("echo", "a", "b", "c")
    container.start()
    container.wait(60)
    assert container.replay() == b"a b c\n"


def test_a_working_directory_that_is_not_there_is_made(engine: Engine) -> None:
    assert output(engine, "pwd", workdir="/new/place") == "/new/place\n"


def test_host_names(engine: Engine) -> None:
    assert output(engine, "hostname; cat /etc/hostname; grep -c box /etc/hosts", hostname="box").split() == [
        "box",
        "box",
        "1",
    ]
    container = run(engine, "hostname")
    container.wait(60)
    assert container.replay().decode().strip() == container.id[:12]


def test_bind_mounts(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("from the host\n")
    mounts = (
        BindMount(source=str(tmp_path), destination="/rw"),
        BindMount(source=str(tmp_path / "file"), destination="/ro/file", options=("rbind", "rprivate", "ro")),
    )
    printed = output(engine, "cat /ro/file; echo x > /rw/made; ! echo y > /ro/file", bind_mounts=mounts)
    assert printed.startswith("from the host\n")
    assert (tmp_path / "made").read_text() == "x\n"
    assert (tmp_path / "file").read_text() == "from the host\n"


def test_tmpfs_and_shm(engine: Engine) -> None:
    mounts = (TmpfsMount(destination="/scratch", options=("rw", "noexec", "size=1m", "mode=700")),)
    script = (
        "df -k /scratch /dev/shm | awk 'NR > 1 { print $2 }'; stat -c %a /scratch /dev/shm; "
        "grep -c 'scratch.*noexec' /proc/mounts"
    )
    assert output(engine, script, tmpfs_mounts=mounts, shm_size=2 << 20).split() == ["1024", "2048", "700", "1777", "1"]
    assert output(engine, "df -k /dev/shm | awk 'NR > 1 { print $2 }'").split() == ["65536"]


def test_limits(engine: Engine) -> None:
    resources = ResourceLimits(memory=64 << 20, cpus=0.5, pids=20)
    container = run(engine, "sleep", "1000", resources=resources)
    assert limit(container.id, "memory", "memory.limit_in_bytes", "memory.max") == str(64 << 20)
    assert limit(container.id, "pids", "pids.max", "pids.max") == "20"
    assert limit(container.id, "cpu", "cpu.cfs_quota_us", "cpu.max").split()[0] == "50000"
    sample = engine.samples([container.id])[container.id]
    assert sample.memory_limit == 64 << 20


def test_out_of_memory_is_told(engine: Engine) -> None:
    script = "x=$(head -c 60000000 /dev/zero | tr '\\0' x); echo ${#x}"
    resources = ResourceLimits(memory=16 << 20, memory_swap=16 << 20)
    container = run(engine, "sh", "-c", script, resources=resources, name="hungry")
    assert container.wait(60) != 0
    assert container.snapshot().oom_killed


def test_too_many_processes(engine: Engine) -> None:
    script = "for i in $(seq 40); do sleep 5 & done; wait"
    container = run(engine, "sh", "-c", script, resources=ResourceLimits(pids=10))
    assert container.wait(60) != 0
    assert b"fork" in container.replay()


def test_confined_by_default(engine: Engine) -> None:
    script = """
grep -E '^(CapEff|Seccomp|NoNewPrivs):' /proc/self/status
! mount -t tmpfs none /mnt 2>/dev/null && echo no mount
! mknod /dev/x b 8 0 2>/dev/null || ! head -c 1 /dev/x 2>/dev/null && echo no disk
! echo 1 > /proc/sys/kernel/printk && echo no sysctl
head -c 1 /proc/kcore | wc -c
! mkdir /sys/x 2>/dev/null && echo no sysfs
ls /proc/acpi /sys/firmware 2>/dev/null | grep -vc : """
    printed = output(engine, script + "|| true")
    status = dict(line.split(":\t") for line in printed.splitlines() if ":\t" in line)
    assert status["Seccomp"] == "2"
    assert int(status["CapEff"], 16) & (1 << 21) == 0, "CAP_SYS_ADMIN"
    for sentence in ("no mount", "no disk", "no sysctl", "no sysfs"):
        assert sentence in printed


def test_capabilities_and_privileges_as_asked(engine: Engine) -> None:
    script = "grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status"

    def status(security: Security) -> dict[str, int]:
        printed = output(engine, script, security=security)
        return {key: int(value, 16) for key, value in (line.split(":\t") for line in printed.splitlines())}

    assert status(Security(capabilities_drop=("ALL",)))["CapBnd"] == 0
    only = status(Security(capabilities_drop=("all",), capabilities_add=("NET_ADMIN", "cap_sys_time")))
    assert only["CapEff"] == (1 << 12) | (1 << 25)
    assert status(Security(no_new_privileges=True))["NoNewPrivs"] == 1
    assert status(Security(seccomp_profile="unconfined"))["Seccomp"] == 0
    assert status(Security(privileged=True))["CapEff"] & (1 << 21)


def test_a_root_that_can_not_be_written(engine: Engine) -> None:
    printed = output(engine, "! touch /x 2>/dev/null && echo refused", security=Security(read_only_root=True))
    assert printed == "refused\n"


def test_networks(engine: Engine) -> None:
    assert output(engine, "ls /sys/class/net", network="none").split() == ["lo"]
    assert output(engine, "readlink /proc/self/ns/net", network="host").strip() == os.readlink("/proc/self/ns/net")
    server = run(engine, "httpd", "-f", "-p", "127.0.0.1:80", "-h", "/www", name="server")
    for _ in eventually():
        if server.run_exec(ExecOptions(args=("wget", "-qO-", "127.0.0.1:80")), timeout=60).returncode == 0:
            break
    assert "html" in output(engine, "wget -qO- http://127.0.0.1:80/", network="container:server")


def test_a_network_of_another_ties_them(engine: Engine) -> None:
    server = make(engine, "sleep", "1000", name="server")
    guest = make(engine, "true", name="guest", network="container:server")
    with pytest.raises(ContainerInUse, match="guest"):
        server.remove()
    guest.remove()
    server.remove()


def test_labels_and_annotations(engine: Engine) -> None:
    container = run(engine, "sleep", "1000", labels={"team": "a"}, annotations={"note": "b"})
    assert container.config.labels == {"team": "a", "wharf.demo": "1"}
    spec = json.loads(engine.paths.spec(container.id).read_text())
    assert spec["annotations"]["note"] == "b"


def test_a_terminal_and_none(engine: Engine) -> None:
    assert "not a tty" in run_and_read(engine, "tty || true", terminal=False)
    assert "/dev/" in run_and_read(engine, "tty", terminal=True)
    assert "xterm" in run_and_read(engine, "echo $TERM", terminal=True)


def run_and_read(engine: Engine, script: str, *, terminal: bool) -> str:
    container = engine.create(CreateOptions(image=DEMO, command=("sh", "-c", script), terminal=terminal))
    container.start()
    container.wait(60)
    return container.replay().decode()


def test_open_standard_input_without_a_terminal(engine: Engine) -> None:
    container = make(engine, "sh", "-c", "read a; read b; echo $a+$b", stdin_open=True)
    container.start()
    first = container.attach()
    first.send(b"one\n")
    first.close()
    second = container.attach()
    second.send(b"two\n")
    assert container.wait(60) == 0
    assert b"one+two" in container.replay()
    second.close()
