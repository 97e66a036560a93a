"""The runtime spec: safe where nothing is asked, and what was asked where it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from core.model.config import (
    BindMount,
    ContainerConfig,
    NetworkMode,
    ProcessConfig,
    ResourceLimits,
    Security,
    TmpfsMount,
)
from core.model.options import ExecOptions
from core.oci.seccomp import translate
from core.oci.spec import SpecRequest, build_spec, process_for_exec
from core.oci.systemd import SystemdPlace, runs_systemd
from core.oci.user import ResolvedUser

ROOT = ResolvedUser(0, 0, (), "/root", "/bin/sh")
ALICE = ResolvedUser(1000, 100, (10,), "/home/alice", "/bin/sh")
PROFILE = Path("/usr/share/containers/seccomp.json")


def spec(config: dict[str, Any] | None = None, **request: Any) -> dict[str, Any]:
    made = ContainerConfig(id="a" * 64, created_at=1.0, process=ProcessConfig(args=("sh",)), **(config or {}))
    fields: dict[str, Any] = {
        "config": made,
        "limits": made.resources,
        "root_path": "/merged",
        "user": ROOT,
        "capabilities": ("CAP_KILL",),
        "seccomp": {"defaultAction": "SCMP_ACT_ERRNO"},
        "shm_path": "/run/shm",
        "etc_files": {"/etc/hosts": "/run/hosts"},
        "network_namespace": "",
        "hostname": "box",
        "nofile_limit": 1024,
        "nproc_limit": -1,
        "cgroup_path": "/wharfinger/a",
        **request,
    }
    return build_spec(SpecRequest(**fields))


def mount(made: dict[str, Any], destination: str) -> dict[str, Any]:
    found = [entry for entry in made["mounts"] if entry["destination"] == destination]
    assert len(found) == 1, found
    return dict(found[0])


def namespaces(made: dict[str, Any]) -> dict[str, str]:
    return {entry["type"]: entry.get("path", "") for entry in made["linux"]["namespaces"]}


def test_it_is_safe_where_nothing_is_asked() -> None:
    made = spec()
    assert namespaces(made) == {"pid": "", "ipc": "", "uts": "", "mount": "", "network": ""}
    assert "/proc/kcore" in made["linux"]["maskedPaths"]
    assert "/proc/sys" in made["linux"]["readonlyPaths"]
    assert made["linux"]["seccomp"] == {"defaultAction": "SCMP_ACT_ERRNO"}
    assert made["linux"]["resources"]["devices"] == [{"allow": False, "access": "rwm"}]
    assert made["linux"]["resources"]["pids"]["limit"] > 0
    assert "ro" in mount(made, "/sys")["options"]
    assert made["process"]["capabilities"]["bounding"] == ["CAP_KILL"]
    assert "ambient" not in made["process"]["capabilities"]
    assert json.loads(json.dumps(made)) == made


def test_shm_is_its_own_and_etc_files_are_bound() -> None:
    made = spec()
    assert mount(made, "/dev/shm")["source"] == "/run/shm"
    assert {"nosuid", "noexec", "nodev"} <= set(mount(made, "/dev/shm")["options"])
    assert mount(made, "/etc/hosts")["source"] == "/run/hosts"


@pytest.mark.parametrize(("target", "path"), [("/proc/7/ns/net", "/proc/7/ns/net"), ("", "")])
def test_a_network_namespace_is_new_or_joined(target: str, path: str) -> None:
    assert namespaces(spec(network_namespace=target))["network"] == path


def test_the_hosts_network_has_no_namespace_and_the_hosts_sysfs() -> None:
    made = spec({"network": NetworkMode.HOST}, network_namespace=None)
    assert "network" not in namespaces(made)
    assert mount(made, "/sys")["source"] == "/sys"
    assert "ro" in mount(made, "/sys")["options"]


def test_a_privileged_container_is_not_confined() -> None:
    made = spec({"security": Security(privileged=True)})
    assert "maskedPaths" not in made["linux"] and "seccomp" not in made["linux"]
    assert made["linux"]["resources"]["devices"] == [{"allow": True, "access": "rwm"}]
    assert "rw" in mount(made, "/sys")["options"]


def test_another_user_has_no_capabilities_in_effect() -> None:
    made = spec(user=ALICE)
    assert made["process"]["user"] == {"uid": 1000, "gid": 100, "additionalGids": [100, 10]}
    assert made["process"]["capabilities"]["effective"] == []
    assert made["process"]["capabilities"]["permitted"] == []
    assert "HOME=/home/alice" in made["process"]["env"]


def test_what_is_asked_of_security_is_there() -> None:
    made = spec({"security": Security(no_new_privileges=True, read_only_root=True)})
    assert made["process"]["noNewPrivileges"] is True
    assert made["root"] == {"path": "/merged", "readonly": True}


def test_limits() -> None:
    limits = ResourceLimits(memory=1 << 20, cpus=1.5, cpu_shares=512, cpuset_cpus="0", pids=7)
    resources = spec({"resources": limits})["linux"]["resources"]
    assert resources["memory"] == {"limit": 1 << 20, "swap": 2 << 20}
    assert resources["cpu"] == {"quota": 150_000, "period": 100_000, "shares": 512, "cpus": "0"}
    assert resources["pids"] == {"limit": 7}
    unlimited = spec({"resources": ResourceLimits(memory=1 << 20, memory_swap=-1, pids=0)})["linux"]["resources"]
    assert unlimited["memory"]["swap"] == -1
    assert "pids" not in unlimited and "cpu" not in unlimited


def test_no_more_open_files_are_asked_for_than_the_machine_gives() -> None:
    rlimits = {entry["type"]: entry["hard"] for entry in spec(nofile_limit=1024)["process"]["rlimits"]}
    assert rlimits["RLIMIT_NOFILE"] == 1024
    assert rlimits["RLIMIT_NPROC"] > 1024


def test_mounts_asked_for_replace_the_standard_ones_and_parents_come_first() -> None:
    binds = (BindMount(source="/a", destination="/data/deep/er"), BindMount(source="/b", destination="/etc/hosts"))
    made = spec({"bind_mounts": binds, "tmpfs_mounts": (TmpfsMount(destination="/data"),)})
    assert mount(made, "/etc/hosts")["source"] == "/b"
    order = [entry["destination"] for entry in made["mounts"]]
    assert order.index("/data") < order.index("/data/deep/er")


def test_an_init_is_shown_in_a_run_of_ones_own() -> None:
    made = spec({"tmpfs_mounts": (TmpfsMount(destination="/run"),)}, init_program="/usr/bin/catatonit")
    order = [entry["destination"] for entry in made["mounts"]]
    assert order.index("/run") < order.index("/run/podman-init")


@pytest.mark.parametrize(
    ("mode", "program", "expected"),
    [
        ("true", "/sbin/init", True),
        ("true", "/lib/systemd/systemd", True),
        ("true", "init", False),
        ("true", "sh", False),
        ("false", "/sbin/init", False),
        ("always", "sh", True),
    ],
)
def test_what_counts_as_systemd(mode: str, program: str, expected: bool) -> None:
    assert runs_systemd(mode, (program, "x")) is expected


def test_systemd_finds_what_it_needs() -> None:
    binds = (BindMount(source="/a", destination="/tmp"),)
    made = spec({"bind_mounts": binds}, systemd=SystemdPlace(cgroup_v2=False, hierarchy=True))
    assert f"container_uuid={'a' * 32}" in made["process"]["env"]
    assert mount(made, "/tmp")["source"] == "/a"
    for place in ("/run", "/run/lock", "/var/log/journal"):
        assert (mount(made, place)["type"], "tmpcopyup" in mount(made, place)["options"]) == ("tmpfs", True)
    assert mount(made, "/sys/fs/cgroup/systemd")["type"] == "bind"
    assert "ro" not in mount(made, "/sys/fs/cgroup/systemd")["options"]
    assert "/sys/fs/cgroup/systemd/release_agent" in made["linux"]["maskedPaths"]
    elsewhere = spec(systemd=SystemdPlace(cgroup_v2=False, hierarchy=False))
    assert "release_agent" not in str(elsewhere["linux"]["maskedPaths"])


@pytest.mark.parametrize(("namespace", "kind"), [("", "cgroup"), (None, "bind")])
def test_systemd_may_write_control_groups_of_version_2(namespace: str | None, kind: str) -> None:
    made = spec(systemd=SystemdPlace(cgroup_v2=True, hierarchy=False), namespaces={"cgroup": namespace})
    assert mount(made, "/sys/fs/cgroup")["type"] == kind
    assert "rw" in mount(made, "/sys/fs/cgroup")["options"]


def test_an_exec_has_the_containers_environment_and_its_own() -> None:
    process = ProcessConfig(args=("sh",), env=("A=one", "B=two"), cwd="/srv")
    config = ContainerConfig(id="a" * 64, created_at=1.0, process=process)
    options = ExecOptions(args=("env",), env=("B=mine",), terminal=True, columns=100, rows=30, workdir="/tmp")
    made = process_for_exec(config, ALICE, options, ("CAP_KILL",))
    assert set(made["env"]) >= {"A=one", "B=mine", "TERM=xterm-256color", "HOME=/home/alice"}
    assert made["cwd"] == "/tmp"
    assert made["consoleSize"] == {"height": 30, "width": 100}
    assert "consoleSize" not in process_for_exec(config, ROOT, msgspec.structs.replace(options, terminal=False), ())


def names(profile: dict[str, Any], action: str = "SCMP_ACT_ALLOW") -> set[str]:
    return {name for rule in profile["syscalls"] if rule["action"] == action for name in rule["names"]}


def test_the_real_profile_gives_only_what_the_capabilities_allow() -> None:
    profile = json.loads(PROFILE.read_text())
    plain = translate(profile, "x86_64", ())
    assert plain["defaultAction"] == profile["defaultAction"] != "SCMP_ACT_ALLOW"
    assert plain["architectures"][0] == "SCMP_ARCH_X86_64"
    assert "read" in names(plain)
    assert "init_module" not in names(plain)
    assert "init_module" in names(translate(profile, "x86_64", ("CAP_SYS_MODULE",)))
    assert "bpf" not in names(plain)
    assert "bpf" in names(translate(profile, "x86_64", ("CAP_SYS_ADMIN",)))
    assert "arch_prctl" in names(plain)
    assert "arch_prctl" not in names(translate(profile, "aarch64", ()))


def test_no_rules_are_made_for_an_abi_that_the_kernel_does_not_run() -> None:
    profile = json.loads(PROFILE.read_text())
    with_all = translate(profile, "x86_64", ())
    lean = translate(profile, "x86_64", (), has_x32=False)
    assert with_all["architectures"] == ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"]
    assert lean == {**with_all, "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"]}


def test_arguments_of_rules_are_kept_and_conditions_are_not() -> None:
    profile = {
        "defaultAction": "SCMP_ACT_ERRNO",
        "defaultErrnoRet": 38,
        "syscalls": [
            {
                "names": ["clone"],
                "action": "SCMP_ACT_ALLOW",
                "args": [{"index": 0, "value": 0, "valueTwo": 0, "op": "SCMP_CMP_EQ"}],
                "excludes": {"caps": ["CAP_SYS_ADMIN"]},
                "includes": {},
            }
        ],
    }
    made = translate(profile, "x86_64", ())
    assert made["defaultErrnoRet"] == 38
    assert made["syscalls"] == [
        {
            "names": ["clone"],
            "action": "SCMP_ACT_ALLOW",
            "args": [{"index": 0, "value": 0, "valueTwo": 0, "op": "SCMP_CMP_EQ"}],
        }
    ]
    assert translate(profile, "x86_64", ("CAP_SYS_ADMIN",))["syscalls"] == []
