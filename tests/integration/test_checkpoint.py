"""checkpoint and restore: what is called, what is kept, and the refusal where the kernel can not.

Which kernels CRIU knows differs from machine to machine. So its two ends are stood in for: a `criu` that says that all
is well, and a runtime whose `checkpoint` and `restore` do with real processes what CRIU would, and write down how they
were called. All else is real.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import struct
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.cli.network_options import parse_publish
from core.container import Container
from core.engine import Engine
from core.errors import DamagedArchive, HostIncomplete, InvalidArgument, NameInUse, RuntimeFailed, StateForbids
from core.host.process_table import arguments_of
from core.model.config import VolumeMount
from core.model.network import Attachment, NetworkRequest
from core.model.options import CheckpointOptions, Compression, ImportOptions, RestoreOptions
from core.model.pod import PodOptions
from core.model.restart import parse_restart_policy
from core.model.state import Intent, Status
from core.settings import Settings
from tests.worksite import DEMO, Worksite, eventually, make, run

RUNTIME = r"""#!/bin/bash
real=$(command -v runc || echo /usr/sbin/runc)
globals=(); verb=""; rest=()
for word; do
    if [ -z "$verb" ]; then
        case $word in --*) globals+=("$word");; *) verb=$word;; esac
    else rest+=("$word"); fi
done
id=${rest[-1]}
case $verb in
checkpoint|restore) echo "$verb ${rest[*]}" >>FOLDER/calls;;
esac
value() { local i; for ((i = 0; i < ${#rest[@]}; i++)); do [ "${rest[i]}" = "$1" ] && echo "${rest[i + 1]}"; done; }
case $verb in
checkpoint)
    [ ! -e FOLDER/fail ] || { echo '{"level":"error","msg":"criu failed: type DUMP errno 3"}' >&2; exit 1; }
    touch "$(value --image-path)/inventory.img"
    case " ${rest[*]} " in
    *" --leave-running "*|*" --pre-dump "*) ;;
    *) exec "$real" "${globals[@]}" kill "$id" KILL;;
    esac;;
restore)
    console=(); [ -z "$(value --console-socket)" ] || console=(--console-socket "$(value --console-socket)")
    "$real" "${globals[@]}" create --bundle "$(value --bundle)" --pid-file "$(value --pid-file)" "${console[@]}" "$id" \
        && exec "$real" "${globals[@]}" start "$id";;
*) exec "$real" "$@";;
esac
"""


@pytest.fixture
def able(worksite: Worksite, demo_archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """An engine on a machine that can checkpoint."""
    for name, text in (("criu", "#!/bin/sh\nexit 0\n"), ("runtime", RUNTIME.replace("FOLDER", str(tmp_path)))):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with Engine.open(worksite.paths, Settings(runtime=str(tmp_path / "runtime"))) as engine:
        engine.images.load(demo_archive)
        yield engine
        worksite.note_containers()


def calls(tmp_path: Path) -> list[str]:
    return (tmp_path / "calls").read_text().splitlines()


def test_a_checkpoint_ends_it_and_a_restore_takes_it_up(able: Engine, tmp_path: Path) -> None:
    container = run(able, "sleep", "1000", restart=parse_restart_policy("always"))
    folder = able.paths.checkpoint(container.id)
    container.checkpoint(CheckpointOptions(tcp_established=True, file_locks=True))
    picture = container.refresh()
    assert (picture.status, picture.checkpointed, picture.restarts) == (Status.EXITED, True, 0)
    assert not container.wants_restart(), "its policy leaves it alone"
    assert (folder / "inventory.img").exists()
    assert folder.stat().st_mode & 0o777 == 0o700
    made = f"checkpoint --image-path {folder} --work-path {folder.parent} --tcp-established --file-locks {container.id}"
    assert calls(tmp_path) == [made]
    container.restore(RestoreOptions(tcp_established=True))
    picture = container.refresh()
    assert (picture.status, picture.checkpointed, picture.monitor_lost) == (Status.RUNNING, False, False)
    restored = calls(tmp_path)[1]
    assert restored.startswith("restore ")
    work = able.paths.bundle(container.id)
    for option in (f"--image-path {folder}", f"--work-path {work}", "--detach", "--tcp-established"):
        assert option in restored
    assert not folder.exists()
    container.attach().close()
    container.stop(0)
    assert container.refresh().exit_code == 137


def test_left_running_and_kept(able: Engine, tmp_path: Path) -> None:
    container = run(able, "sleep", "1000")
    pid = container.snapshot().pid
    container.checkpoint(CheckpointOptions(leave_running=True))
    assert (container.refresh().status, container.snapshot().pid) == (Status.RUNNING, pid)
    assert " --leave-running " in calls(tmp_path)[0]
    container.stop(0)
    container.restore(RestoreOptions(keep=True))
    assert (container.refresh().checkpointed, container.snapshot().status) == (True, Status.RUNNING)
    container.stop(0)
    container.restore()
    assert not container.refresh().checkpointed


def test_what_is_refused_changes_nothing(able: Engine, tmp_path: Path) -> None:
    container = run(able, "sleep", "1000")
    (tmp_path / "fail").touch()
    with pytest.raises(RuntimeFailed, match="criu failed"):
        container.checkpoint()
    assert (container.refresh().status, container.snapshot().checkpointed) == (Status.RUNNING, False)
    assert not able.paths.checkpoint(container.id).exists()
    fresh = make(able, "sleep", "1000")
    with pytest.raises(StateForbids, match="no checkpoint"):
        fresh.restore()
    brief = run(able, "sleep", "1000", auto_remove=True)
    with pytest.raises(StateForbids, match="removed when it ends"):
        brief.checkpoint()
    assert brief.refresh().status is Status.RUNNING


def kill_and_wait(pid: int) -> None:
    """Kill a process, as CRIU's caller does with the checkpointed one, and wait until it is dead."""
    descriptor = os.pidfd_open(pid)
    try:
        signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        select.select([descriptor], [], [], 20)
    finally:
        os.close(descriptor)


def test_a_caller_that_was_killed(able: Engine) -> None:
    container = run(able, "sleep", "1000")
    folder = able.paths.checkpoint(container.id)
    for whole in (False, True):
        with container.hold() as held:
            held.save(intent=Intent.CHECKPOINTING)
            folder.mkdir(exist_ok=True)
        if whole:
            (folder / "inventory.img").touch()
            kill_and_wait(container.snapshot().pid)
            container.wait(60)
        picture = container.refresh()
        assert (picture.intent, picture.checkpointed, folder.exists()) == (None, whole, whole)


def test_without_the_kernels_help_it_is_refused_with_the_reason(
    worksite: Worksite,
    engine: Engine,
    demo_image: object,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    wharf: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    container = run(engine, "sleep", "1000", name="c")
    said = "Error (criu/vdso.c:381): vdso: Unexpected rt vDSO area bounds"
    (tmp_path / "criu").write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 1\n")
    (tmp_path / "criu").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(HostIncomplete, match="vdso: Unexpected rt vDSO area bounds"):
        container.checkpoint()
    finished = wharf("container", "checkpoint", "c")
    assert (finished.returncode, "can not checkpoint" in finished.stderr) == (125, True)
    assert container.refresh().status is Status.RUNNING
    assert wharf("container", "restore", "c").returncode == 125
    monkeypatch.undo()
    real = shutil.which("criu")
    assert real is not None, "criu is not installed"
    if subprocess.run([real, "check"], capture_output=True, check=False).returncode:
        with pytest.raises(HostIncomplete, match="this kernel can not"):
            container.checkpoint()
    else:
        container.checkpoint()
        container.restore()
        assert container.refresh().status is Status.RUNNING


CHANGES = (
    "echo added >/etc/added; rm -r /www; rm /etc/profile; mkdir /etc/new; echo shared >/dev/shm/mark;"
    " echo kept >/data/mark; exec sleep 1000"
)


def changed(engine: Engine) -> Container:
    """A container that has written into its root, /dev/shm and a volume."""
    volume = VolumeMount(name="data", destination="/data")
    container = run(engine, "sh", "-c", CHANGES, name="moved", volume_mounts=(volume,), labels={"a": "b"})
    for _ in eventually():
        if arguments_of(container.snapshot().pid)[:1] == ["sleep"]:
            break
    return container


def listed(archive: Path) -> set[str]:
    names = subprocess.run(["tar", "-tf", archive], check=True, capture_output=True, text=True).stdout.split()
    return {name.rstrip("/") for name in names}


def member(archive: Path, name: str) -> bytes:
    return subprocess.run(["tar", "-xOf", archive, name], check=True, capture_output=True).stdout


@pytest.mark.parametrize("compression", ["zstd", "gzip", "none"])
def test_an_archive_has_podmans_layout(able: Engine, tmp_path: Path, compression: Compression) -> None:
    container, archive = changed(able), tmp_path / "c.tar"
    container.checkpoint(CheckpointOptions(export=str(archive), compression=compression, leave_running=True))
    assert container.refresh().status is Status.RUNNING
    magic = {"zstd": b"\x28\xb5\x2f\xfd", "gzip": b"\x1f\x8b", "none": b"checkpoint"}[compression]
    assert archive.read_bytes().startswith(magic)
    assert {
        *("checkpoint/inventory.img", "config.dump", "spec.dump", "network.status", "rootfs-diff.tar", "deleted.files"),
        *("devshm-checkpoint.tar", "volumes/data.tar"),
    } <= listed(archive)
    told = json.loads(member(archive, "config.dump"))
    assert (told["id"], told["name"], told["rootfsImageName"]) == (container.id, "moved", DEMO)
    assert json.loads(member(archive, "spec.dump"))["process"]["args"][:2] == ["sh", "-c"]
    assert json.loads(member(archive, "network.status")) == {}
    assert set(json.loads(member(archive, "deleted.files"))) == {"/etc/profile", "/www"}
    (tmp_path / "diff.tar").write_bytes(member(archive, "rootfs-diff.tar"))
    difference = listed(tmp_path / "diff.tar")
    assert {"etc/added", "etc/new"} <= difference and not any(".wh." in name for name in difference)
    assert list(able.paths.transfers.iterdir()) == []


def test_an_archive_is_restored_where_nothing_of_it_is_left(able: Engine, tmp_path: Path) -> None:
    container, archive = changed(able), tmp_path / "c.tar"
    container.checkpoint(CheckpointOptions(export=str(archive)))
    assert (container.refresh().status, container.snapshot().checkpointed) == (Status.EXITED, True)
    with pytest.raises(NameInUse):
        able.import_checkpoint(archive)
    with pytest.raises(InvalidArgument, match="volume with name data already exists"):
        able.import_checkpoint(archive, ImportOptions(name="twin"))
    container.remove()
    able.volumes.remove("data")
    again = able.import_checkpoint(archive)
    picture = again.refresh()
    assert (again.id, again.name, picture.status, picture.labels["a"]) == (
        container.id, "moved", Status.RUNNING, "b"
    )  # fmt: skip
    root = Path(again.mount())
    assert (root / "etc/added").read_text() == "added\n" and (root / "etc/new").is_dir()
    assert not (root / "www").exists() and not (root / "etc/profile").exists()
    assert (able.paths.shm(again.id) / "mark").read_text() == "shared\n"
    assert (able.paths.volume_data("data") / "mark").read_text() == "kept\n"
    twin = able.import_checkpoint(archive, ImportOptions(name="twin", ignore_volumes=True, ignore_rootfs=True))
    assert twin.id != again.id and twin.refresh().status is Status.RUNNING
    assert {picture.name for picture in able.containers()} == {"moved", "twin"}


def test_an_image_of_a_checkpoint_is_restored(
    able: Engine, tmp_path: Path, wharf: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    own = ("--runtime", str(tmp_path / "runtime"), "container")
    container = changed(able)
    made = wharf(*own, "checkpoint", "--create-image", "saved-state", "moved")
    assert (made.returncode, made.stderr) == (0, "")
    container.remove()
    able.volumes.remove("data")
    manifests = able.paths.storage_root / "overlay-images" / able.images.find("saved-state").id / "manifest"
    told = json.loads(manifests.read_bytes())["annotations"]
    assert told["io.podman.annotations.checkpoint.name"] == "moved"
    assert told["io.podman.annotations.checkpoint.rootfsImageName"] == DEMO
    restored = wharf(*own, "restore", "saved-state", "--name", "again")
    assert (restored.returncode, restored.stderr) == (0, "")
    again = able.lookup("again")
    assert again.refresh().status is Status.RUNNING
    assert (Path(again.mount()) / "etc/added").read_text() == "added\n"
    assert able.images.mounted() == {}
    assert "no such container or image: nothing" in wharf(*own, "restore", "nothing").stderr
    wrong = wharf(*own, "restore", DEMO)
    assert (wrong.returncode, "is no archive of a checkpoint" in wrong.stderr) == (125, True)
    assert "an image can only be restored by itself" in wharf(*own, "restore", "again", "saved-state").stderr


def test_restored_with_other_ports_and_addresses(able: Engine, tmp_path: Path) -> None:
    able.networks.create(NetworkRequest(name="lan", subnets=("10.203.7.0/24",)))
    attachment = Attachment(network="lan", addresses=("10.203.7.9",), mac="02:11:22:33:44:55")
    options = {"network": "bridge", "attachments": (attachment,), "ports": (parse_publish("18181:80"),)}
    container, archive = run(able, "sleep", "1000", name="c", **options), tmp_path / "c.tar"
    container.checkpoint(CheckpointOptions(export=str(archive)))
    container.remove()
    fresh = RestoreOptions(ignore_static_ip=True, ignore_static_mac=True)
    again = able.import_checkpoint(archive, ImportOptions(publish=(parse_publish("18282:80"),)), fresh)
    assert [port.host_port for port in again.config.ports] == [18282]
    lease = again.inspect()["NetworkSettings"]["Networks"]["lan"]
    assert lease["MacAddress"] != attachment.mac and lease["IPAddress"].startswith("10.203.7.")
    again.remove(force=True)
    able.networks.remove("lan")


def test_restored_into_a_pod(able: Engine, tmp_path: Path) -> None:
    former, archive = able.pods.create(PodOptions(name="former")), tmp_path / "c.tar"
    container = run(able, "sleep", "1000", name="c", pod="former", network="")
    container.checkpoint(CheckpointOptions(export=str(archive)))
    able.pods.remove("former", force=True)
    with pytest.raises(InvalidArgument, match="can not be restored alone") as refused:
        able.import_checkpoint(archive)
    assert "--pod" in refused.value.hint
    able.pods.create(PodOptions(name="poor", share=("net",)))
    with pytest.raises(InvalidArgument, match="pod poor does not share the IPC namespace"):
        able.import_checkpoint(archive, ImportOptions(pod="poor"))
    pod = able.pods.create(PodOptions(name="other"))
    again = able.import_checkpoint(archive, ImportOptions(pod="other"))
    assert again.refresh().status is Status.RUNNING
    infra = again.config.network_container
    assert (again.config.pod, again.config.namespaces.containers) == (pod.id, (infra,)) and pod.id != former.id
    assert [one.name for one in able.containers() if one.pod == pod.id and not one.is_infra] == ["c"]
    for name in ("poor", "other"):
        able.pods.remove(name, force=True)


def test_what_is_no_archive_leaves_nothing(able: Engine, tmp_path: Path) -> None:
    container = run(able, "sleep", "1000", name="c")
    pre, foreign = tmp_path / "pre.tar", tmp_path / "foreign.tar"
    container.checkpoint(CheckpointOptions(export=str(pre), pre_checkpoint=True))
    assert (container.refresh().status, container.snapshot().checkpointed) == (Status.RUNNING, False)
    assert " --pre-dump " in calls(tmp_path)[0] and listed(pre) > {"pre-checkpoint", "config.dump"}
    (tmp_path / "config.dump").write_text('{"id": "1", "name": "x"}')
    subprocess.run(["tar", "-cf", foreign, "-C", tmp_path, "config.dump"], check=True)
    for archive, said in ((tmp_path / "none", "not there"), (foreign, "another engine"), (pre, "pre-checkpoint alone")):
        with pytest.raises(DamagedArchive, match=said):
            able.import_checkpoint(archive, ImportOptions(name="twin"))
    (tmp_path / "broken").write_bytes(b"no archive")
    (tmp_path / "odd").mkdir()
    os.mkfifo(tmp_path / "odd/checkpoint")
    for broken in ("broken", "odd"):
        with pytest.raises(DamagedArchive):
            able.import_checkpoint(tmp_path / broken)
    assert [picture.name for picture in able.containers()] == ["c"]
    whole = tmp_path / "whole.tar"
    container.checkpoint(CheckpointOptions(export=str(whole), with_previous=True))
    assert " --parent-path ../pre-checkpoint " in calls(tmp_path)[1]
    container.remove()
    again = able.import_checkpoint(whole, ImportOptions(previous=str(pre)), RestoreOptions(keep=True))
    assert able.paths.pre_checkpoint(again.id).is_dir()
    fresh = run(able, "sleep", "1000")
    with pytest.raises(StateForbids, match="no pre-checkpoint"):
        fresh.checkpoint(CheckpointOptions(with_previous=True))


def test_the_command_line_of_checkpoints(
    able: Engine, worksite: Worksite, tmp_path: Path, wharf: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    own = ("--runtime", str(tmp_path / "runtime"), "container")
    container, archive = run(able, "sleep", "1000", name="c"), str(tmp_path / "c.tar.gz")
    # freezing_time 5, frozen_time 300; as protobuf in an image of CRIU's.
    record = b"\x0a\x05\x08\x05\x10\xac\x02"
    able.paths.checkpoint_statistics(container.id).write_bytes(struct.pack("<III", 1, 2, len(record)) + record)
    done = wharf(*own, "checkpoint", "--print-stats", "--export", archive, "--compress", "gzip", "c")
    told = json.loads(done.stdout)
    assert told["podman_checkpoint_duration"] > 0
    (one,) = told["container_statistics"]
    assert (one["Id"], one["criu_statistics"]) == (container.id, {"freezing_time": 5, "frozen_time": 300})
    assert wharf(*own, "restore", "--import", archive, "--name", "d").returncode == 0
    assert able.lookup("d").refresh().status is Status.RUNNING
    for words in (
        *(("checkpoint", "--ignore-rootfs", "d"), ("checkpoint", "-P", "--with-previous", "d")),
        *(("restore", "--name", "x", "c"), ("restore", "--import", archive, "c"), ("restore", "--pod", "p", "c")),
        *(("restore", "-p", "80:80", "c"), ("checkpoint", "-P", "--create-image", "x", "d")),
    ):
        assert wharf(*own, *words).returncode == 125, words
