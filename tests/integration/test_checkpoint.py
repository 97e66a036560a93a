"""checkpoint and restore: what is called, what is kept, and the refusal where the kernel can not.

Which kernels CRIU knows differs from machine to machine. So its two ends are stood in for: a `criu` that says that all
is well, and a runtime whose `checkpoint` and `restore` do with real processes what CRIU would, and write down how they
were called. All else is real.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.engine import Engine
from core.errors import HostIncomplete, RuntimeFailed, StateForbids
from core.model.options import CheckpointOptions, RestoreOptions
from core.model.restart import parse_restart_policy
from core.model.state import Intent, Status
from core.settings import Settings
from tests.worksite import Worksite, make, run

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
    case " ${rest[*]} " in *" --leave-running "*) ;; *) exec "$real" "${globals[@]}" kill "$id" KILL;; esac;;
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
    for option in (f"--image-path {folder}", f"--work-path {folder.parent}", "--detach", "--tcp-established"):
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
            container.wait(20)
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
