"""An ordinary user's own bridges: names, published ports, changes while containers run, and nothing left behind."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.ordinary_user import User
from tests.ports import free_port
from tests.worksite import DEMO, eventually

SERVER = (DEMO, "httpd", "-f", "-p", "80", "-h", "/www")


def eventually_served(port: int) -> None:
    for _ in eventually():
        with contextlib.suppress(OSError), urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
            assert b"It runs" in answer.read()
            return


def eventually_found(user: User) -> None:
    """aardvark-dns takes its time for names that are new."""
    for _ in eventually():
        if "It runs" in user.wharf("exec", "guest", "timeout", "5", "wget", "-qO-", "http://server/").stdout:
            return


def wait_until_all_is_gone(user: User) -> None:
    run_root = user.folder / "runtime/wharfinger"
    for _ in eventually():
        if not user.carriers() and not (run_root / "bridges").exists() and not list((run_root / "netns").iterdir()):
            return


def monitor(user: User, name: str) -> int:
    return int(user.said("inspect", name, "--format", "{{.State.ConmonPid}}"))


def test_containers_find_each_other_and_the_user_their_ports(user: User) -> None:
    port = free_port()
    user.said("network", "create", "sea")
    user.said("run", "-d", "--name", "server", "--network", "sea", "-p", f"{port}:80", *SERVER)
    user.said("run", "-d", "--name", "guest", "--network", "sea", "--userns", "keep-id", DEMO, "sleep", "1000")
    eventually_served(port)
    eventually_found(user)
    hosts = user.said("exec", "guest", "cat", "/etc/hosts", "/etc/resolv.conf")
    assert "guest" in hosts and "nameserver 10." in hosts
    refused = user.wharf("run", "--rm", "--network", "sea", "-p", f"127.0.0.1:{port}:80", DEMO, "true")
    assert refused.returncode == 126 and "container server has it" in refused.stderr
    user.said("network", "connect", "--alias", "friend", "wharfinger", "server")
    user.said("network", "disconnect", "sea", "server")
    assert user.said("exec", "server", "ls", "/sys/class/net").split() == ["eth1", "lo"]
    eventually_served(port)
    user.said("network", "connect", "sea", "server")
    user.said("restart", "-t", "0", "server")
    eventually_served(port)
    eventually_found(user)
    user.said("rm", "-f", "-t", "0", "server")
    assert user.carriers() != []
    assert user.wharf("network", "rm", "sea").returncode == 2
    user.said("network", "rm", "-f", "sea")
    assert user.said("ps", "-aq") == ""
    wait_until_all_is_gone(user)


def test_what_is_killed_leaves_nothing_behind(user: User) -> None:
    port = free_port()
    user.said("run", "-d", "--name", "first", "--network", "bridge", "-p", f"{port}:80", *SERVER)
    user.said("run", "-d", "--name", "second", "--network", "bridge", DEMO, "sleep", "1000")
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            line = (entry / "cmdline").read_bytes() if entry.name.isdecimal() else b""
            if line.startswith(b"/usr/bin/slirp4netns") and os.fsencode(user.folder) in line:
                os.kill(int(entry.name), signal.SIGKILL)
    user.said("restart", "-t", "0", "first")
    eventually_served(port)
    monitors = [monitor(user, name) for name in ("first", "second")]
    for pid in monitors:
        os.kill(pid, signal.SIGKILL)
    user.said("rm", "-fa", "-t", "0")
    wait_until_all_is_gone(user)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("network", "create", "-d", "macvlan", "--subnet", "10.5.0.0/24"), "macvlan networks need root"),
        (("network", "create", "--subnet", "10.0.2.0/25"), "is already used"),
    ],
)
def test_what_a_user_can_not_have_is_refused_by_name(user: User, arguments: tuple[str, ...], words: str) -> None:
    refused = user.wharf(*arguments)
    assert refused.returncode in (125, 126) and words in refused.stderr and "hint:" in refused.stderr
    wait_until_all_is_gone(user)
