"""Options of create and run on real containers: streams, descriptors, accounts, files around them, systemd's socket."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.engine import Engine
from core.errors import NoSuchImage
from core.model.image import Image
from tests.worksite import CGROUPS, DEMO, Worksite, environment, installed_command

Wharf = Callable[..., subprocess.CompletedProcess[str]]
RUN = ("run", "--rm", "--network", "none")
ACCOUNTS = "mkdir -p /etc && echo root:x:0:0:root:/root:/bin/sh >/etc/passwd && echo root:x:0: >/etc/group"


@pytest.fixture
def base(engine: Engine, demo_image: Image, wharf: Wharf) -> str:
    """An image with accounts and a variable, as nearly every one has them."""
    assert wharf("run", "--name", "base", "--network", "none", DEMO, "sh", "-c", ACCOUNTS).returncode == 0
    assert wharf("commit", "-q", "-c", "ENV SHIP=dinghy", "base", "localhost/base").returncode == 0
    return "localhost/base"


@pytest.mark.parametrize(
    ("attached", "out", "err"), [("stdout", "to out\n", ""), ("STDERR", "", "to err\n"), ("stdin", "{id}\n", "")]
)
@pytest.mark.usefixtures("demo_image")
def test_the_streams_that_are_joined(wharf: Wharf, tmp_path: Path, attached: str, out: str, err: str) -> None:
    file = tmp_path / "id"
    shown = wharf(*RUN, "-a", attached, "--cidfile", str(file), DEMO, "sh", "-c", "echo to out; echo to err >&2")
    assert (shown.returncode, shown.stdout, shown.stderr) == (0, out.format(id=file.read_text()), err)


def test_descriptors_are_handed_on(worksite: Worksite, engine: Engine, demo_image: Image, wharf: Wharf) -> None:
    reader, writer = os.pipe()
    os.write(writer, b"through a pipe\n")
    os.close(writer)
    argv = [*installed_command(), *worksite.global_options, *RUN, "--preserve-fds", "1", DEMO, "sh", "-c", "cat <&3"]
    worksite.note_containers()

    def as_third() -> None:
        os.dup2(reader, 3)

    # The descriptor has to be the third in the new program, which close_fds would close.
    said = subprocess.run(
        argv, capture_output=True, text=True, timeout=60, env=environment({}), close_fds=False, preexec_fn=as_third
    )
    os.close(reader)
    assert (said.returncode, said.stdout) == (0, "through a pipe\n"), said.stderr
    refused = wharf(*RUN, "--preserve-fds", "1", DEMO, "true")
    assert refused.returncode == 125 and "file descriptor 3 is not available" in refused.stderr


def test_its_user_is_in_its_accounts(base: str, wharf: Wharf) -> None:
    show = "tail -n 1 /etc/passwd; tail -n 1 /etc/group; echo $HOME"
    said = wharf(*RUN, "--user", "1234:55", "-w", "/tmp", base, "sh", "-c", show).stdout.splitlines()
    assert said == ["1234:*:1234:55:container user:/tmp:/bin/sh", "55:x:55:1234", "/tmp"]
    said = wharf(*RUN, "--read-only", "--user", "1234:55", "-w", "/tmp", base, "sh", "-c", show).stdout.splitlines()
    assert said == ["1234:*:1234:55:container user:/tmp:/bin/sh", "55:x:55:1234", "/tmp"]
    entries = (
        "--passwd-entry",
        "x$USERNAME:*:$UID:$GID:$NAME:$HOME:/x",
        "--group-entry",
        "g$GROUPNAME:x:$GID:$USERLIST",
    )
    added = (*entries, "--user", "99:98", "--hostuser", "nobody")
    shown = wharf(*RUN, *added, base, "sh", "-c", f"{show}; cat /etc/passwd")
    assert shown.stdout.splitlines()[:2] == ["x99:*:99:98:container user:/:/x", "g98:x:98:99"]
    assert "xnobody:*:65534:65534:nobody:/:/x" in shown.stdout
    assert wharf(*RUN, "--passwd=false", "--user", "77", base, "grep", "-c", "77", "/etc/passwd").stdout == "0\n"
    refused = wharf("create", "--hostuser", "nobody-at-all", base, "true")
    assert (refused.returncode, "the host has no user nobody-at-all" in refused.stderr) == (125, True)


def test_variables_of_the_image_are_built_upon(base: str, wharf: Wharf) -> None:
    merged = ("--env-merge", "SHIP=${SHIP}-2", "--env-merge", "OTHER=$SHIP", "-e", "GIVEN=1")
    said = wharf(*RUN, *merged, base, "sh", "-c", 'echo "$SHIP $OTHER $GIVEN"')
    assert said.stdout == "dinghy-2  1\n"


def test_files_and_groups_around_it(engine: Engine, base: str, wharf: Wharf, tmp_path: Path) -> None:
    (tmp_path / "hosts").write_text("10.9.8.7\tfar\n")
    (tmp_path / "glob-one").write_text("1")
    pids = ("--pidfile", str(tmp_path / "pid"), "--conmon-pidfile", str(tmp_path / "conmon"))
    parent = f"wharfinger/of-{os.getpid()}"
    mounts = ("--mount", "type=ramfs,dst=/ram", "--mount", f"type=glob,src={tmp_path}/glob-*,dst=/globbed")
    try:
        made = wharf(
            *("run", "-d", "--name", "it", "--network", "none", *pids, "--cgroup-parent", parent, *mounts),
            *("--hosts-file", str(tmp_path / "hosts"), "--chrootdirs", "jail", base, "sleep", "1000"),
        )
        assert made.returncode == 0, made.stderr
        state = engine.lookup("it").snapshot()
        assert (tmp_path / "pid").read_text() == str(state.pid)
        assert (tmp_path / "conmon").read_text() == str(engine.lookup("it").inspect()["State"]["ConmonPid"])  # type: ignore[index]
        show = "grep -c far /jail/etc/hosts; cat /globbed/glob-one; echo; grep -c '/ram ramfs' /proc/mounts"
        assert wharf("exec", "it", "sh", "-c", show).stdout.split() == ["1", "1", "1"]
        assert f"/{parent}/{state.id}" in Path(f"/proc/{state.pid}/cgroup").read_text()
        wharf("rm", "-f", "it")
    finally:
        for folder in (*CGROUPS.glob(f"*/{parent}"), *CGROUPS.glob(parent)):
            folder.rmdir()
    refused = wharf("create", "--cgroup-parent", "a.slice", base, "true")
    assert refused.stderr.startswith("Error: systemd slice received as cgroup parent when using cgroupfs")


@pytest.mark.parametrize("detached", [(), ("-d",)])
def test_the_image_goes_with_its_last_container(engine: Engine, base: str, wharf: Wharf, detached: tuple[str]) -> None:
    wharf("rm", "base")
    assert wharf("run", "--rmi", "--network", "none", *detached, "--name", "it", base, "true").returncode == 0
    if detached:
        deadline = time.monotonic() + 60
        while any(f"{base}:latest" in image.names for image in engine.images.all()):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    with pytest.raises(NoSuchImage):
        engine.images.find(base)
    assert engine.images.find(DEMO)


def test_a_clean_up_takes_the_image_with_it(engine: Engine, base: str, wharf: Wharf) -> None:
    wharf("rm", "base")
    assert wharf("run", "--network", "none", "--name", "it", base, "true").returncode == 0
    cleaned = wharf("cleanup", "--rmi", "it")
    assert (cleaned.returncode, cleaned.stderr) == (0, "")
    assert engine.find("it") is None
    with pytest.raises(NoSuchImage):
        engine.images.find(base)


def test_an_image_brings_its_own_list_of_system_calls(engine: Engine, base: str, wharf: Wharf) -> None:
    profile = '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO"}]}'
    label = f"LABEL io.containers.seccomp.profile={profile}"
    assert wharf("commit", "-q", "-c", label, "base", "localhost/strict").returncode == 0
    assert wharf(*RUN, "--seccomp-policy", "image", "localhost/strict", "mkdir", "/x").returncode != 0
    assert wharf(*RUN, "localhost/strict", "mkdir", "/x").returncode == 0


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A socket as systemd has it for a service that says when it is ready."""
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(path))
        listening.settimeout(60)
        monkeypatch.setenv("NOTIFY_SOCKET", str(path))
        yield listening


@pytest.mark.parametrize("mode", ["conmon", "container", "ignore"])
def test_systemd_is_told(
    engine: Engine, demo_image: Image, wharf: Wharf, systemd: socket.socket, mode: str, tmp_path: Path
) -> None:
    telling = ("run", "-d", "--name", "it", "--network", "none", "--sdnotify", mode, DEMO, "sh", "-c")
    assert wharf(*telling, 'echo "<$NOTIFY_SOCKET>"; sleep 1000').returncode == 0
    container = engine.lookup("it")
    inside = "/run/notify/notify.sock" if mode == "container" else ""
    assert next(iter(container.logs(follow=True))).data == f"<{inside}>".encode()
    if mode == "ignore":
        systemd.setblocking(False)
        with pytest.raises(BlockingIOError):
            systemd.recv(4096)
        return
    monitor = container.inspect()["State"]["ConmonPid"]  # type: ignore[index]
    told = systemd.recv(4096).decode().split()
    assert told == [f"MAINPID={monitor}", *(["READY=1"] if mode == "conmon" else [])]
    if mode == "container":
        # What a program in the container says goes through conmon's own socket.
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as program:
            folder = os.open(engine.paths.bundle(container.id) / "notify", os.O_PATH)
            program.sendto(b"READY=1", f"/proc/self/fd/{folder}/notify.sock")
            os.close(folder)
        assert "READY=1" in systemd.recv(4096).decode()


def test_an_image_is_shown(worksite: Worksite, base: str, wharf: Wharf) -> None:
    words = ("--mount", f"type=image,src={base},dst=/there/it,rw=true", "--mount", f"type=image,src={base},dst=/ro")
    change = "cat /there/it/etc/group && touch /there/it/new && ! touch /ro/new"
    shown = wharf("run", "--name", "shows", "--network", "none", *words, DEMO, "sh", "-c", change)
    assert (shown.returncode, shown.stdout) == (0, "root:x:0:\n"), shown.stderr
    assert [point for point in worksite.mounts() if point.endswith("/merged")] == []
    again = wharf("start", "-a", "shows")
    assert again.returncode == 0, again.stderr
    wharf("rm", "base")
    refused = wharf("rmi", base)
    assert refused.returncode == 2 and f"image {base} is shown in container shows" in refused.stderr
    assert wharf("rmi", "-f", base).returncode == 0
    assert wharf("ps", "-aq").stdout == ""
    missing = wharf(*RUN, "--mount", "type=image,src=nowhere:1,dst=/x", DEMO, "true")
    assert missing.returncode == 125 and 'creating image volume "nowhere:1":"/x": nowhere:1' in missing.stderr


def test_what_systemd_needs(demo_image: Image, wharf: Wharf) -> None:
    probe = "touch /run/lock/a /var/log/journal/a /tmp/a && env | grep container_uuid && ls -l /run/podman-init"
    shown = wharf(
        *RUN, "--read-only", "--read-only-tmpfs=false", "--init", "--systemd", "always", DEMO, "sh", "-c", probe
    )
    assert (shown.returncode, shown.stdout.startswith("container_uuid=")) == (0, True), shown.stderr
    wharf("create", "--name", "pretends", DEMO, "/sbin/init")
    facts = wharf("inspect", "--format", "{{.Config.StopSignalName}} {{.Config.SystemdMode}}", "pretends")
    assert facts.stdout == "SIGRTMIN+3 true\n"
