"""Signals, users, capabilities and the runtime's messages, by name and by number."""

from __future__ import annotations

import signal

import pytest

from core.errors import EngineError, InvalidArgument, InvalidSignal, NoSuchExecutable, NotExecutable, RuntimeFailed
from core.model.config import Security
from core.oci.capabilities import ALL, DEFAULT, compute
from core.oci.messages import classify
from core.oci.signals import parse_signal, signal_name
from core.oci.user import ResolvedUser, resolve_user

PASSWD = (
    b"root:x:0:0:root:/root:/bin/sh\nalice:x:1000:100:A:/home/alice:/bin/ash\nbroken:x:notanumber:1:::\nshort:x:5\n"
)
GROUP = b"root:x:0:\nusers:x:100:\nwheel:x:10:alice,bob\nstaff:x:50:alice\nbad:x:x:alice\n"


@pytest.mark.parametrize(
    ("text", "number"),
    [("TERM", 15), ("sigterm", 15), ("15", 15), (" hup ", 1), ("RTMIN+3", signal.SIGRTMIN + 3), ("64", 64)],
)
def test_a_signal_by_name_or_number(text: str, number: int) -> None:
    assert parse_signal(text) == number


@pytest.mark.parametrize("text", ["", "0", "65", "-9", "NOPE", "SIGSIG", "9.0", "٩"])
def test_a_signal_that_is_none(text: str) -> None:
    with pytest.raises(InvalidSignal):
        parse_signal(text)


def test_every_signal_has_its_name_back() -> None:
    for item in signal.Signals:
        assert parse_signal(signal_name(int(item))) == int(item)


def test_nobody_asked_for_is_root() -> None:
    assert resolve_user("", PASSWD, GROUP) == ResolvedUser(0, 0, (), "/root", "/bin/sh")
    assert resolve_user("", None, None) == ResolvedUser(0, 0, (), "", "")


def test_a_user_by_name_and_by_number_is_the_same() -> None:
    by_name = resolve_user("alice", PASSWD, GROUP)
    assert by_name == ResolvedUser(1000, 100, (10, 50), "/home/alice", "/bin/ash")
    assert resolve_user("1000", PASSWD, GROUP) == by_name


def test_a_group_of_ones_own_replaces_all_others() -> None:
    assert resolve_user("alice:wheel", PASSWD, GROUP) == ResolvedUser(1000, 10, (), "/home/alice", "/bin/ash")
    assert resolve_user("alice:77", PASSWD, GROUP) == ResolvedUser(1000, 77, (), "/home/alice", "/bin/ash")


def test_a_number_need_not_be_listed() -> None:
    assert resolve_user("4242", PASSWD, GROUP) == ResolvedUser(4242, 0, (), "", "")


@pytest.mark.parametrize("user", ["nobody-here", "broken", "alice:nogroup", "-1", "2147483648", "1e3", "٣"])
def test_an_unknown_user_or_group_is_refused(user: str) -> None:
    with pytest.raises(InvalidArgument):
        resolve_user(user, PASSWD, GROUP)


@pytest.mark.parametrize("passwd", [b"\xff\xfe\x00:::::::", b":" * 10_000, b"root:x:99999999999999999999:0:::\n"])
def test_hostile_files_break_nothing(passwd: bytes) -> None:
    assert resolve_user("0", passwd, passwd).uid == 0


def test_the_default_capabilities_are_podmans() -> None:
    assert compute(Security()) == tuple(sorted(DEFAULT))
    assert "CAP_SYS_ADMIN" not in DEFAULT and "CAP_NET_RAW" not in DEFAULT


def test_capabilities_are_added_and_dropped_in_any_spelling() -> None:
    got = compute(Security(capabilities_add=("net_admin",), capabilities_drop=("CAP_KILL", "chown")))
    assert set(got) == (set(DEFAULT) | {"CAP_NET_ADMIN"}) - {"CAP_KILL", "CAP_CHOWN"}
    assert compute(Security(capabilities_drop=("ALL",))) == ()
    assert compute(Security(capabilities_drop=("all",), capabilities_add=("KILL",))) == ("CAP_KILL",)


def test_all_of_them_are_those_that_the_machine_has() -> None:
    bounds = (1 << ALL.index("CAP_KILL")) | (1 << ALL.index("CAP_SYS_ADMIN"))
    assert compute(Security(privileged=True), bounds) == ("CAP_KILL", "CAP_SYS_ADMIN")
    assert set(compute(Security(capabilities_add=("ALL",)), bounds)) == {*DEFAULT, "CAP_SYS_ADMIN"}
    assert compute(Security(privileged=True)) == tuple(sorted(ALL))
    # One that is named is asked for, whatever the machine has: the runtime says no in its own words.
    assert "CAP_NET_ADMIN" in compute(Security(capabilities_add=("NET_ADMIN",)), bounds)


@pytest.mark.parametrize("names", [("NOPE",), ("",), ("CAP_",)])
def test_a_capability_that_is_none_is_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(InvalidArgument):
        compute(Security(capabilities_add=names))


def test_adding_and_dropping_the_same_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="CAP_KILL"):
        compute(Security(capabilities_add=("KILL",), capabilities_drop=("kill",)))


CREATE = "runc create failed: unable to start container process: "


@pytest.mark.parametrize(
    ("message", "kind", "exit_code"),
    [
        (f'{CREATE}exec: "nope": executable file not found in $PATH', NoSuchExecutable, 127),
        (f'{CREATE}exec: "/no/such": stat /no/such: no such file or directory', NoSuchExecutable, 127),
        (f'{CREATE}exec: "/etc/passwd": permission denied', NotExecutable, 126),
        (f'{CREATE}exec: "/etc": is a directory', NotExecutable, 126),
        ("runc create failed: invalid rootfs: stat /nope: no such file or directory", RuntimeFailed, 125),
        ("executable file `nope` not found in $PATH: No such file or directory", NoSuchExecutable, 127),
        ("exec container process (missing dynamic library?) `/a`: No such file or directory", NoSuchExecutable, 127),
        ("chdir `/no`: No such file or directory", NoSuchExecutable, 127),
        ("open executable: Operation not permitted", NotExecutable, 126),
        ("exec container process `/a`: Permission denied", NotExecutable, 126),
        ("open executable: Too many open files in system", RuntimeFailed, 125),
        ("", RuntimeFailed, 125),
    ],
)
def test_the_runtimes_messages_and_what_they_mean(message: str, kind: type[EngineError], exit_code: int) -> None:
    error = classify(message)
    assert type(error) is kind
    assert error.exit_code == exit_code
    assert error.message
    assert "runc create failed" not in error.message
    assert "\n" not in classify(message + "\nmore").message
