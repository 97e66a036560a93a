"""Command lines of conmon as podman and CRI-O write them, and of containerd's shim."""

from __future__ import annotations

import shlex

from core.foreign.monitors import parse_conmon, parse_shim

PODMAN = shlex.split("""
/usr/bin/conmon --api-version 1 -c ID -u ID -r /usr/bin/crun -b /s/ID/userdata -p /r/pidfile -n web
 --exit-dir /t/exits --full-attach -s -l journald -l k8s-file:/s/ID/userdata/ctr.log --log-level warning
 --runtime-arg --log-format=json --runtime-arg --root=/elsewhere --runtime-arg --log --runtime-arg=/r/oci-log -t
 --conmon-pidfile /r/conmon.pid --exit-command /usr/bin/podman --exit-command-arg --root --exit-command-arg -c
 --exit-command-arg cleanup --exit-command-arg -i""")
CRIO = shlex.split("""
/usr/libexec/crio/conmon -b /run/b -c ID --exit-dir /var/run/crio/exits -l /var/log/pods/p/c/0.log
 --log-level info -n k8s_c_p -P /run/b/conmon-pidfile -p /run/b/pidfile --persist-dir /var/lib/p
 -r /usr/bin/runc --runtime-arg
 --root=/run/runc --socket-dir-path /var/run/crio --syslog -u ID -s -i""")


def test_of_podman() -> None:
    call = parse_conmon(PODMAN)
    assert call is not None
    assert (call.container_id, call.bundle, call.name) == ("ID", "/s/ID/userdata", "web")
    assert (call.runtime, call.runtime_root) == ("/usr/bin/crun", "/elsewhere")
    assert (call.log_driver, call.log_path) == ("k8s-file", "/s/ID/userdata/ctr.log")
    assert (call.terminal, call.stdin_open, call.input_ends) == (True, True, False)
    assert call.exit_command == ("/usr/bin/podman", "--root", "-c", "cleanup", "-i")


def test_of_crio() -> None:
    call = parse_conmon(CRIO)
    assert call is not None
    assert (call.log_driver, call.log_path, call.runtime_root) == ("k8s-file", "/var/log/pods/p/c/0.log", "/run/runc")
    assert (call.terminal, call.stdin_open, call.input_ends) == (False, True, True)
    left_open = parse_conmon([*CRIO, "--leave-stdin-open"])
    assert left_open is not None and not left_open.input_ends


def test_of_one_whose_runtime_was_run_by_a_descriptor() -> None:
    call = parse_conmon([word.replace("/usr/bin/runc", "/proc/1/fd/9") for word in CRIO])
    assert call is not None
    assert (call.runtime, call.runtime_root) == ("", "/run/runc")


def test_what_is_no_monitor_of_a_container() -> None:
    assert parse_conmon([]) is None
    assert parse_conmon(["/bin/sleep", "-c", "ID"]) is None
    assert parse_conmon(["conmon", "-c"]) is not None
    assert parse_conmon(["conmon", "--version"]) is None
    assert parse_conmon([*PODMAN, "-e"]) is None
    assert parse_shim(["conmon"]) is None


def test_shim() -> None:
    call = parse_shim(
        ["/usr/bin/containerd-shim-runc-v2", "-namespace", "k8s.io", "-id", "x", "-address", "/run/c.sock"]
    )
    assert call == ("k8s.io", "/run/c.sock")
