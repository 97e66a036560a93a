"""create and run: what their options ask of the engine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.cli.mounts import mount, mounts, tmpfs, volume
from core.errors import InvalidArgument
from core.model.config import BindMount, ImageMount, ResourceLimits, Security, TmpfsMount, VolumeMount
from core.model.health import FailureAction
from core.model.image import Image
from core.model.options import CreateOptions, HealthOptions
from core.model.state import Status
from core.model.surroundings import NotifyMode, Surroundings
from tests.core.cli.conftest import Call
from tests.core.cli.fake_engine import FakeEngine


@pytest.fixture(autouse=True)
def image(fake: FakeEngine) -> None:
    fake.images.stored.append(Image(id="1" * 64, names=("img",)))


def asked(fake: FakeEngine, call: Call, *arguments: str) -> CreateOptions:
    ended = call("create", *arguments)
    assert ended.code == 0, ended.err
    made = fake.held[-1]
    assert ended.out == f"{made.id}\n"
    return made.options


def test_plain(fake: FakeEngine, call: Call) -> None:
    options = asked(fake, call, "img")
    assert options == CreateOptions(
        image="img",
        network="bridge",
        surroundings=Surroundings(notify=NotifyMode.CONTAINER),
        create_command=("wharf", "create", "img"),
    )


def test_all_behind_the_image_is_the_command(fake: FakeEngine, call: Call) -> None:
    options = asked(fake, call, "-it", "img", "ls", "-l", "--name", "x", "--", "-a")
    assert options.command == ("ls", "-l", "--name", "x", "--", "-a")
    assert (options.terminal, options.stdin_open, options.name) == (True, True, "")


def test_options(fake: FakeEngine, call: Call, tmp_path: Path) -> None:
    words = (
        "--name n -w /w -u 1:2 -h host -l a=1 --label b --annotation c=d --stop-signal HUP --stop-timeout 3 "
        "--shm-size 1m -m 64m --memory-swap -1 --cpus 1.5 -c 512 --cpuset-cpus 0-1 --pids-limit -1 --read-only "
        "--cap-add NET_ADMIN --cap-drop all --privileged --security-opt no-new-privileges "
        "--security-opt seccomp=unconfined --network container:x --rm --log-size-max 2k --entrypoint /init img"
    )
    options = asked(fake, call, *words.split())
    assert (options.name, options.workdir, options.user, options.hostname) == ("n", "/w", "1:2", "host")
    assert (options.labels, options.annotations) == ({"a": "1", "b": ""}, {"c": "d"})
    assert (options.stop_signal, options.stop_timeout) == ("HUP", 3)
    assert (options.shm_size, options.log_size_max, options.entrypoint) == (1 << 20, 2048, ("/init",))
    assert options.resources == ResourceLimits(
        memory=64 << 20, memory_swap=-1, cpus=1.5, cpu_shares=512, cpuset_cpus="0-1", pids=0
    )
    assert options.security == Security(
        privileged=True,
        capabilities_add=("NET_ADMIN",),
        capabilities_drop=("all",),
        no_new_privileges=True,
        seccomp_profile="unconfined",
        read_only_root=True,
    )
    assert (options.network, options.auto_remove) == ("container:x", True)


def test_environment(fake: FakeEngine, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FROM_HERE", "here")
    monkeypatch.delenv("NOT_HERE", raising=False)
    file = tmp_path / "env"
    file.write_text("# comment\n\nA=file\n  B=2 \nFROM_HERE\n")
    options = asked(fake, call, "--env-file", str(file), "-e", "A=given", "-e", "NOT_HERE", "-e", "E=", "img")
    assert options.env == ("A=file", "B=2 ", "FROM_HERE=here", "A=given", "E=")


def test_entrypoints(fake: FakeEngine, call: Call) -> None:
    assert asked(fake, call, "img").entrypoint is None
    assert asked(fake, call, "--entrypoint", "", "img").entrypoint == ()
    assert asked(fake, call, "--entrypoint", '["a", "b c"]', "img").entrypoint == ("a", "b c")


def test_root_directory_instead_of_an_image(fake: FakeEngine, call: Call) -> None:
    options = asked(fake, call, "--rootfs", "/srv/root", "sh")
    assert (options.image, options.rootfs, options.command) == ("", "/srv/root", ("sh",))


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--memory", "lots", "img"],
        ["--cpus", "nan", "img"],
        ["--cpus=-1", "img"],
        ["--stop-timeout=-1", "img"],
        ["-e", "", "img"],
        ["--env-file", "/no/such/file", "img"],
        ["--label", "=x", "img"],
        ["--entrypoint", "[1]", "img"],
        ["--security-opt", "magic", "img"],
        ["--bogus", "img"],
        ["--replace", "img"],
    ],
)
def test_refused(fake: FakeEngine, call: Call, arguments: list[str]) -> None:
    ended = call("create", *arguments)
    assert ended.code == 125
    assert ended.err.startswith("Error: ")
    assert fake.held == []


def test_id_file(fake: FakeEngine, call: Call, tmp_path: Path) -> None:
    file = tmp_path / "id"
    asked(fake, call, "--cidfile", str(file), "img")
    assert file.read_text() == fake.held[0].id
    assert call("create", "--cidfile", str(file), "img").code == 125
    assert call("create", "--cidfile", str(tmp_path / "no" / "id"), "img").code == 125
    assert len(fake.held) == 1


def test_replace(fake: FakeEngine, call: Call) -> None:
    fake.add("n", Status.RUNNING)
    asked(fake, call, "--replace", "--name", "n", "img")
    assert [(container.name, container.snapshot().status) for container in fake.held] == [("n", Status.CONFIGURED)]


def test_pull_policies(fake: FakeEngine, call: Call) -> None:
    assert call("create", "--pull", "never", "other").code == 125
    assert fake.images.pulled == []
    ended = call("create", "other")
    assert (ended.code, ended.err) == (0, "Trying to pull other...\n")
    asked(fake, call, "other")
    asked(fake, call, "-q", "--pull", "always", "img")
    assert fake.images.pulled == ["other", "img"]
    asked(fake, call, "-q", "--pull", "newer", "img")
    assert fake.images.pulled == ["other", "img", "img"]


def test_the_kind_of_machine(fake: FakeEngine, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = {"Os": "linux", "Architecture": "amd64"}
    monkeypatch.setattr(fake.images, "inspect", lambda name: facts, raising=False)
    asked(fake, call, "--arch", "amd64", "img")
    assert fake.images.pulled == []
    asked(fake, call, "-q", "--platform", "linux/arm/v7", "img")
    assert fake.images.pulled == ["img"]
    assert call("create", "--platform", "linux/amd64", "--arch", "amd64", "img").code == 125
    assert call("create", "--pull", "never", "--arch", "s390x", "img").code == 125


def test_a_glob_is_each_file_that_fits(tmp_path: Path) -> None:
    for name in ("b.so", "a.so", "c.txt"):
        (tmp_path / name).touch()
    found = mounts(f"type=glob,src={tmp_path}/*.so,dst=/lib,ro")
    assert [(one.source, one.destination) for one in found if isinstance(one, BindMount)] == [
        (str(tmp_path / name), f"/lib/{name}") for name in ("a.so", "b.so")
    ]
    with pytest.raises(InvalidArgument, match="no file of the host fits"):
        mounts(f"type=glob,src={tmp_path}/*.none,dst=/lib")


def test_run_in_the_background(fake: FakeEngine, call: Call) -> None:
    ended = call("run", "-d", "img", "sleep", "1")
    assert ended.out == f"{fake.held[0].id}\n"
    assert fake.held[0].calls == [("start",)]


RW = ("rbind", "rprivate", "rw")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/a:/b", BindMount(source="/a", destination="/b", options=RW)),
        ("/a:/b:ro", BindMount(source="/a", destination="/b", options=("rbind", "ro", "rprivate"))),
        ("/a:/b:bind,shared,Z", BindMount(source="/a", destination="/b", options=("bind", "shared", "rw"))),
        ("./x:/b", BindMount(source=os.path.realpath("x"), destination="/b", options=RW)),
        ("/a:/b:U", BindMount(source="/a", destination="/b", options=RW, chown=True)),
        ("name:/b", VolumeMount(name="name", destination="/b", options=(*RW, "nosuid", "nodev"))),
        ("/b", VolumeMount(destination="/b", options=(*RW, "nosuid", "nodev"))),
        (
            "name:/b:ro,nocopy,suid,noexec,z,U",
            VolumeMount(
                name="name",
                destination="/b",
                options=("rbind", "ro", "suid", "noexec", "rprivate", "nodev"),
                copy=False,
                chown=True,
            ),
        ),
    ],
)
def test_volume(text: str, expected: BindMount | VolumeMount) -> None:
    assert volume(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "name:b",
        "/a:",
        ":/b",
        "/a:/b:magic",
        "/a:/b:ro:x",
        "/a:/b:ro,rw",
        "/a:/b:nocopy",
        "a:/b:shared,slave",
        "a:/b:O",
    ],
)
def test_no_volume(text: str) -> None:
    with pytest.raises(InvalidArgument):
        volume(text)


def test_tmpfs() -> None:
    assert tmpfs("/t") == TmpfsMount(destination="/t", options=("rw", "noexec", "nosuid", "nodev"))
    assert tmpfs("/t:size=1m,exec").options == ("rw", "nosuid", "nodev", "size=1m", "exec")
    with pytest.raises(InvalidArgument):
        tmpfs(":size=1m")


def test_mount() -> None:
    assert mount("type=bind,src=/a,dst=/b") == BindMount(source="/a", destination="/b", options=RW)
    assert mount("type=bind,source=/a,target=/b,readonly=true").options == ("rbind", "ro", "rprivate")
    assert mount("type=bind,src=/a,dst=/b,ro=false,bind-propagation=rslave").options == ("rbind", "rslave", "rw")
    assert mount("source=a,target=/b") == mount("type=volume,src=a,dst=/b") == volume("a:/b")
    assert mount("type=volume,dst=/b,ro,U,volume-nocopy=true,noexec") == VolumeMount(
        destination="/b", options=("rbind", "ro", "noexec", "rprivate", "nosuid", "nodev"), copy=False, chown=True
    )
    assert mount("type=tmpfs,dst=/t,tmpfs-size=1k").options == ("rw", "noexec", "nosuid", "nodev", "size=1024")


def test_mount_of_an_image() -> None:
    assert mounts("type=image,src=a,dst=/b") == [ImageMount(image="a", destination="/b")]
    for writable in ("rw", "rw=true", "readwrite=true"):
        text = f"type=image,source=a,target=/b,{writable}"
        assert mounts(text) == [ImageMount(image="a", destination="/b", writable=True)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "type=image,src=a",
        "type=image,src=a,dst=/b,ro",
        "type=image,src=a,dst=/b,rw=maybe",
        "type=bind,src=/a",
        "type=tmpfs",
        "type=bind,src=/a,dst=/b,magic=1",
    ],
)
def test_no_mount(text: str) -> None:
    with pytest.raises(InvalidArgument):
        mounts(text)


def test_health_options(fake: FakeEngine, call: Call) -> None:
    words = "--health-interval 1m --health-timeout 5s --health-start-period 500ms --health-retries 4"
    options = asked(fake, call, *words.split(), "--health-cmd", "a b", "--health-on-failure", "stop", "img")
    assert options.health == HealthOptions(
        args=("/bin/sh", "-c", "a b"),
        interval=60,
        timeout=5,
        start_period=0.5,
        retries=4,
        on_failure=FailureAction.STOP,
    )
    listed = asked(fake, call, "--health-cmd", '["CMD", "a", "b"]', "--health-interval", "disable", "img")
    assert listed.health == HealthOptions(args=("a", "b"), interval=0)
    assert asked(fake, call, "--no-healthcheck", "img").health == HealthOptions(disabled=True)
    assert asked(fake, call, "--health-cmd", "none", "img").health == HealthOptions(disabled=True)


@pytest.mark.parametrize(
    "wrong", [["--health-timeout", "3"], ["--health-cmd", "[1]"], ["--no-healthcheck", "--health-cmd", "a"]]
)
def test_wrong_health_options(fake: FakeEngine, call: Call, wrong: list[str]) -> None:
    ended = call("create", *wrong, "img")
    assert ended.code == 125 and "health" in ended.err
