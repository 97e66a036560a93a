"""An ordinary user's containers: a real other user, with subordinate ids, on directories of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import tarfile
from pathlib import Path
from urllib.request import urlopen

import pytest

from core.network.user_mode import TUN_DEVICE
from tests.ordinary_user import User
from tests.ports import free_port
from tests.worksite import DEMO, eventually


def test_namespaces_outlive_whom_they_are_taken_from(user: User) -> None:
    last_moment = """
import os, signal, subprocess, sys
from tui.__main__ import wharf

other = subprocess.Popen([sys.executable, "-m", "tui", "events"], stdout=subprocess.PIPE)
holders = f"{sys.argv[sys.argv.index('--runroot') + 1]}/holders"
while not os.path.exists(f"{holders}/{other.pid}"):
    pass
execute = os.execve

def kill_then_execute(program, argv, environment):
    assert "nsenter" in program, argv
    other.kill()
    other.wait()
    execute(program, argv, environment)

os.execve = kill_then_execute
wharf()
"""
    run_root = user.said("info", "--format", "{{.Store.RunRoot}}").strip()
    for _ in range(3):
        finished = user.run(user.python, "-c", last_moment, "--runroot", run_root, "images", "--quiet")
        assert (finished.returncode, finished.stderr) == (0, "")
        assert finished.stdout


def test_the_main_job(user: User, tmp_path: Path) -> None:
    assert DEMO.rpartition(":")[0] in user.said("images")
    script = "trap 'exit 3' TERM; echo begun; while :; do sleep 0.1; done"
    user.said("run", "-d", "--name", "it", DEMO, "sh", "-c", script)
    assert "Up" in user.said("ps")
    assert user.said("exec", "it", "cat", "/proc/self/uid_map").split()[:3] == ["0", str(user.account.pw_uid), "1"]
    assert user.said("exec", "--user", "1000", "it", "id", "-u") == "1000\n"
    for _ in eventually():
        if user.said("logs", "it") == "begun\n":
            break
    assert "sleep 0.1" in user.said("top", "it") or "sh -c" in user.said("top", "it")
    processes, memory = user.said("stats", "--no-stream", "--format", "{{.PIDS}} {{.MemUsage}}", "it").split()[:2]
    assert int(processes) >= 1 and memory != "0B"
    user.said("stop", "it")
    assert "Exited (3)" in user.said("ps", "-a")
    user.said("start", "it")
    user.said("exec", "it", "sh", "-c", "touch /own && chown 7:8 /own")
    user.said("export", "it", "-o", str(user.folder / "home/it.tar"))
    with tarfile.open(user.folder / "home/it.tar") as archive:
        assert (archive.getmember("own").uid, archive.getmember("own").gid) == (7, 8)
    user.said("commit", "--pause=false", "it", "made")
    assert user.said("run", "--rm", "made", "stat", "-c", "%u:%g", "/own") == "7:8\n"
    user.said("rm", "-f", "it")
    user.said("rmi", "made")


def test_all_is_the_users_own(user: User) -> None:
    user.said("create", "--name", "own", "-v", "files:/www", DEMO, "cat", "/www/index.html")
    assert "It runs" in user.said("start", "-a", "own")
    root, run_root = user.folder / "home/.local/share/wharfinger", user.folder / "runtime/wharfinger"
    assert (root / "wharfinger.db").stat().st_uid == user.account.pw_uid
    assert (root / "volumes/files/_data/index.html").stat().st_uid == user.account.pw_uid
    assert run_root.stat().st_mode & 0o777 == 0o700
    table = Path("/proc/self/mountinfo").read_text()
    assert str(user.folder) not in table, "what is mounted is seen in the user's own namespace alone"
    user.said("rm", "own")
    user.said("volume", "rm", "files")
    for _ in eventually():
        if not user.processes():
            break


def test_doctor_wants_no_root_of_a_user_with_subordinate_ids(user: User) -> None:
    said = user.said("doctor")
    assert "FAIL" not in said
    assert f"user {user.account.pw_uid}, with subordinate ids" in said
    assert f"{TUN_DEVICE} can be opened" in said


def test_commands_at_the_same_time_are_in_one_namespace(user: User) -> None:
    user.said("run", "-d", "--name", "first", DEMO, "sleep", "100")
    user.said("run", "-d", "--name", "second", DEMO, "sleep", "100")
    pids = user.said("inspect", "first", "second", "--format", "{{.State.ConmonPid}}").split()
    assert len({os.readlink(f"/proc/{pid}/ns/{kind}") for pid in pids for kind in ("user", "mnt")}) == 2
    assert len(pids) == 2
    user.said("rm", "-fa")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "--rm", "--network", "slirp4netns:mtu=1", DEMO, "true"), "invalid mtu"),
        (("run", "--rm", "-m", "64m", DEMO, "true"), "the limit memory needs a cgroup"),
        (("run", "--rm", "--cpus", "1", DEMO, "true"), "the limit cpus needs a cgroup"),
        (("pause", "paused"), "pausing needs a cgroup"),
    ],
)
def test_what_the_host_can_not_give_is_refused_by_name(user: User, arguments: tuple[str, ...], words: str) -> None:
    if "pause" in arguments:
        user.said("run", "-d", "--name", "paused", DEMO, "sleep", "100")
    refused = user.wharf(*arguments)
    assert refused.returncode == 125 and words in refused.stderr and "hint:" in refused.stderr
    user.said("rm", "-fa")
    assert user.said("ps", "-aq") == ""


def test_where_a_control_group_is_delegated_its_containers_can_be_paused(user: User) -> None:
    script = f"""
        $WHARF run -d --name held --network none {DEMO} sleep 1000 >&2
        $WHARF pause held
        $WHARF ps --format '{{{{.Status}}}}'
        $WHARF unpause held
        $WHARF top held args
        ! $WHARF run --rm -m 64m {DEMO} true
        $WHARF rm -f -t 0 held
    """
    finished = user.in_delegated_group(script)
    assert finished.stdout.split() == ["held", "Paused", "held", "COMMAND", "sleep", "1000", "held"], finished.stderr
    assert "the limit memory needs the controller memory, which is not delegated" in finished.stderr
    assert user.said("ps", "-aq") == ""


def test_ports_of_root_are_refused_by_name(user: User) -> None:
    refused = user.wharf("run", "--rm", "-p", "81:80", DEMO, "true")
    assert refused.returncode == 126 and "cannot expose privileged port 81/tcp" in refused.stderr
    assert "ports begin at 1024" in refused.stderr and "net.ipv4.ip_unprivileged_port_start=81" in refused.stderr


@pytest.mark.parametrize("network", ["", "slirp4netns:cidr=10.41.0.0/24", "pasta"])
def test_a_network_of_its_own_without_root(user: User, network: str) -> None:
    port = free_port()
    chosen = ["--network", network] if network else []
    serve = "mkdir -p /w && echo served >/w/index.html && exec httpd -f -p 80 -h /w"
    user.said("run", "-d", "--name", "served", *chosen, "-p", f"{port}:80", DEMO, "sh", "-c", serve)
    for _ in eventually():
        with contextlib.suppress(OSError), urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
            assert answer.read() == b"served\n"
            break
    assert f"80/tcp -> 0.0.0.0:{port}" in user.said("port", "served")
    if network != "pasta":
        resolver = "10.41.0.3" if network else "10.0.2.3"
        assert user.said("exec", "served", "cat", "/etc/resolv.conf").startswith(f"nameserver {resolver}\n")
    refused = user.wharf("run", "--rm", "-p", f"{port}:80", DEMO, "true")
    assert refused.returncode == 126 and "served has it" in refused.stderr
    user.said("stop", "-t", "0", "served")
    for _ in eventually():
        if not user.carriers():
            break
    user.said("start", "served")
    monitor = int(user.said("inspect", "served", "--format", "{{.State.ConmonPid}}"))
    assert monitor > 1
    os.kill(monitor, signal.SIGKILL)
    assert user.carriers() != []
    user.said("rm", "-f", "served")
    for _ in eventually():
        if not user.carriers():
            break


def test_layers_are_mounted_in_user_space_where_that_is_wished(user: User) -> None:
    user.environment["WHARF_MOUNT_PROGRAM"] = "fuse-overlayfs"
    try:
        user.said("run", "-d", "--name", "fused", DEMO, "sh", "-c", "rm /www/index.html; touch /new; exec sleep 1000")
        assert "fuse-overlayfs / fuse.fuse-overlayfs" in user.said("exec", "fused", "cat", "/proc/mounts")
        assert {"A /new", "D /www/index.html"} <= set(user.said("diff", "fused").splitlines())
        user.said("commit", "--pause=false", "fused", "made-by-fuse")
        assert "index.html" not in user.said("run", "--rm", "made-by-fuse", "ls", "/www")
        # Nothing that lives on holds a lock.
        user.said("rm", "-f", "fused")
        user.said("rmi", "made-by-fuse")
    finally:
        del user.environment["WHARF_MOUNT_PROGRAM"]
    assert all(b"fuse-overlayfs" not in Path(f"/proc/{pid}/cmdline").read_bytes() for pid in user.processes())


def test_what_the_users_podman_has_is_there(user: User) -> None:
    loaded = user.run("podman", "load", "-i", str(user.folder / "demo.tar"))
    assert loaded.returncode == 0, loaded.stderr
    assert user.run("podman", "tag", DEMO, "localhost/of-podman:1").returncode == 0
    assert "localhost/of-podman" in user.said("images")
    assert "It runs" in user.said("run", "--rm", "localhost/of-podman:1", "cat", "/www/index.html")
    assert user.run("podman", "image", "exists", "localhost/of-podman:1").returncode == 0
    assert user.run("podman", "system", "reset", "--force").returncode == 0
    # It keeps a process for its namespaces until then.
    assert user.run("podman", "system", "migrate").returncode == 0


def test_a_monitor_that_is_killed_leaves_a_container_that_can_be_removed(user: User) -> None:
    user.said("run", "-d", "--name", "lost", DEMO, "sleep", "1000")
    monitor = int(user.said("inspect", "lost", "--format", "{{.State.ConmonPid}}"))
    os.kill(monitor, 9)
    for _ in eventually():
        if "console lost" in user.said("ps"):
            break
    user.said("rm", "-f", "lost")
    for _ in eventually():
        if not user.processes():
            break
