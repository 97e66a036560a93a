"""Whose ids an ordinary user's containers have: the user's own, the subordinate ones, or some of them."""

from __future__ import annotations

import os
import tarfile

import pytest

from tests.ordinary_user import User
from tests.worksite import DEMO


def test_files_of_the_user_stay_the_users_with_keep_id(user: User) -> None:
    shared = user.folder / "home/shared"
    user.run("mkdir", str(shared))
    uid, gid, name = user.account.pw_uid, user.account.pw_gid, user.account.pw_name
    script = "id -u; id -g; touch /shared/it; stat -c %u:%g / /shared; tail -n 1 /etc/passwd; tail -n 1 /etc/group"
    said = user.said("run", "--rm", "--userns", "keep-id", "-v", f"{shared}:/shared", DEMO, "sh", "-c", script)
    passwd, group = f"{name}:*:{uid}:{gid}::/:/bin/sh", f"{name}:x:{gid}:{name}"
    assert said.split() == [str(uid), str(gid), "0:0", f"{uid}:{gid}", passwd, group]
    assert ((shared / "it").stat().st_uid, (shared / "it").stat().st_gid) == (uid, gid)
    other = user.said("run", "--rm", "--userns", "keep-id:uid=5,gid=7", DEMO, "sh", "-c", "id -u; id -g; id -G")
    assert other.split() == ["5", "7", "7"]


def test_a_container_with_mapped_ids_is_worked_as_any(user: User) -> None:
    user.said("run", "-d", "--name", "kept", "--userns", "keep-id:uid=9", DEMO, "sleep", "1000")
    assert user.said("top", "kept", "user", "huser", "group").split()[3:] == [
        "9",
        user.account.pw_name,
        str(user.account.pw_gid),
    ]
    user.said("exec", "-d", "kept", "sleep", "2000")
    assert "sleep 2000" in user.said("top", "kept", "args")
    user.said("exec", "--user", "0", "kept", "sh", "-c", "touch /own /other; chown 9 /own; chown 1002:3 /other")
    user.said("export", "kept", "-o", str(user.folder / "home/kept.tar"))
    with tarfile.open(user.folder / "home/kept.tar") as archive:
        assert [archive.getmember(one).uid for one in ("own", "other")] == [9, 1002]
    user.said("commit", "--pause=false", "kept", "of-kept")
    shown = user.said("run", "--rm", "of-kept", "stat", "-c", "%u:%g", "/own", "/other")
    assert shown.split() == ["9:0", "1002:3"]
    joined = user.said("run", "--rm", "--userns", "container:kept", DEMO, "readlink", "/proc/self/ns/user")
    pid = user.said("inspect", "kept", "--format", "{{.State.Pid}}").strip()
    assert joined.strip() == os.readlink(f"/proc/{pid}/ns/user")
    user.said("rm", "-f", "-t", "0", "kept")
    user.said("rmi", "of-kept")


def test_subordinate_ids_alone(user: User) -> None:
    whole = [user.folder / "home", user.folder / "home/.local", user.folder / "home/.local/share"]
    refused = user.wharf("run", "--rm", "--userns", "nomap", DEMO, "true")
    assert refused.returncode == 126 and f"chmod o+x {' '.join(map(str, whole))}" in refused.stderr
    for folder in whole:
        folder.chmod(0o711)
    for mode, first in (("nomap", ["0", "1"]), ("auto:size=100", ["0", "1", "100"])):
        shown = user.said("run", "--rm", "--userns", mode, DEMO, "sh", "-c", "cat /proc/self/uid_map; id -u")
        assert shown.split()[: len(first)] == first and shown.split()[-1] == "0"


def test_the_hosts_network_is_shared_by_way_of_a_container(user: User) -> None:
    user.said("run", "-d", "--name", "on-host", "--network", "host", DEMO, "sleep", "1000")
    joining = ("run", "--rm", "--userns", "keep-id", "--network", "container:on-host", DEMO)
    assert user.said(*joining, "readlink", "/proc/self/ns/net").strip() == os.readlink("/proc/self/ns/net")
    user.said("rm", "-f", "-t", "0", "on-host")


def test_a_pod_gives_its_users_to_its_containers(user: User) -> None:
    user.said("pod", "create", "--name", "pod", "--userns", "keep-id")
    assert user.said("run", "--rm", "--pod", "pod", DEMO, "id", "-u").strip() == str(user.account.pw_uid)
    refused = user.wharf("pod", "create", "--memory", "64m")
    assert refused.returncode == 125 and "the limit memory of a pod needs root" in refused.stderr
    user.said("pod", "rm", "-f", "pod")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--userns", "keep-id:foo=5"), 'unknown option specified: "foo"'),
        (("--userns", "keep-id:uid=me"), "is not a number"),
        (("--userns", "nomap:foo"), "unrecognized namespace mode nomap:foo passed"),
        (("--userns", "auto:size=70000"), "could not find enough available IDs"),
        (("--uidmap", "0:0:70000"), "is not among the ids of this user"),
        (("--subuidname", "root"), "--subuidname and --subgidname need root"),
    ],
)
def test_ids_that_can_not_be_had_are_refused_by_name(user: User, arguments: tuple[str, ...], words: str) -> None:
    refused = user.wharf("run", "--rm", *arguments, DEMO, "true")
    assert refused.returncode == 125 and words in refused.stderr and "hint:" in refused.stderr
