"""An engine's process that is killed at any step leaves something that the next caller repairs."""

from __future__ import annotations

import contextlib
import functools
import os
import random
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.container import Container
from core.engine import Engine
from core.errors import EngineError, NoSuchContainer, RuntimeFailed, StateForbids
from core.model.limits import LimitChanges
from core.model.options import CreateOptions, ExecOptions
from core.model.snapshot import ContainerSnapshot
from core.model.state import Status
from core.monitor import conmon
from core.operations.image_use import image_layers
from core.runtime.contract import Phase
from core.runtime.runc import Runc
from core.store.sqlite import SqliteStore
from tests.worksite import DEMO, PROJECT, Worksite, eventually, make, run

MOST_STEPS = 80
"""No verb may have more steps than this: the search for the last one would not end."""
ACTIONS: dict[str, tuple[tuple[str, ...], Callable[[Engine], object]]] = {
    "create": ((), lambda engine: make(engine, "sleep", "1000", name="it")),
    "init": (("create",), lambda engine: engine.lookup("it").init()),
    "start": (("create",), lambda engine: engine.lookup("it").start()),
    "start a created one": (("create", "init"), lambda engine: engine.lookup("it").start()),
    "start again": (("create", "start", "stop"), lambda engine: engine.lookup("it").start()),
    "stop": (("create", "start"), lambda engine: engine.lookup("it").stop(0)),
    "kill": (("create", "start"), lambda engine: engine.lookup("it").kill("KILL")),
    "pause": (("create", "start"), lambda engine: engine.lookup("it").pause()),
    "unpause": (("create", "start", "pause"), lambda engine: engine.lookup("it").unpause()),
    "mount": (("create",), lambda engine: engine.lookup("it").mount()),
    "unmount": (("create", "mount"), lambda engine: engine.lookup("it").unmount()),
    "export": (("create",), lambda engine: engine.lookup("it").export(engine.paths.root / "it.tar", overwrite=True)),
    "copy": (("create",), lambda engine: engine.lookup("it").copy_in("/etc/hostname", "/etc/copied")),
    "update": (("create", "start"), lambda engine: engine.lookup("it").update(LimitChanges(memory=64 << 20))),
    "rename": (("create",), lambda engine: engine.lookup("it").rename("other")),
    "remove": (("create", "start", "stop"), lambda engine: engine.lookup("it").remove()),
    "remove by force": (("create", "start", "pause"), lambda engine: engine.lookup("it").remove(force=True)),
}


@pytest.fixture
def site(worksite: Worksite, demo_archive: Path) -> Worksite:
    """Directories with the demo image, and no engine open in this process."""
    with Engine.open(worksite.paths) as engine:
        engine.images.load(demo_archive)
    return worksite


def in_child(site: Worksite, action: Callable[[Engine], object], arm: Callable[[], None] = lambda: None) -> int:
    """Do `action` on an engine of its own in a child process; its wait status. An error ends it with 2."""
    pid = os.fork()
    if pid == 0:
        code = 0
        try:
            with Engine.open(site.paths) as engine:
                arm()
                action(engine)
        except BaseException:
            traceback.print_exc()
            code = 2
        finally:
            os._exit(code)
    return os.waitpid(pid, 0)[1]


def kill_at(step: int) -> None:
    """Let this process kill itself at the given outside effect: a process, a start, a rename, a database write."""
    passed = 0

    def tick() -> None:
        nonlocal passed
        passed += 1
        if passed == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def audit(event: str, arguments: tuple[object, ...]) -> None:
        freezes = event == "open" and str(arguments[0]).endswith("freezer.state") and arguments[1] is None
        starts = event == "os.remove" and str(arguments[0]).endswith("exec.fifo")
        if freezes or starts or event in {"subprocess.Popen", "os.rename", "os.rmdir", "shutil.rmtree"}:
            tick()

    change = SqliteStore._change

    @contextlib.contextmanager
    def counted(store: SqliteStore, *, lasting: bool = True) -> Iterator[object]:
        tick()
        with change(store, lasting=lasting) as connection:
            yield connection
        tick()

    SqliteStore._change = counted  # type: ignore[method-assign, assignment]
    sys.addaudithook(audit)


def runc_statuses(engine: Engine) -> dict[str, str]:
    import json

    argv = ["runc", "--root", str(engine.paths.runtime_root), "list", "--format", "json"]
    finished = subprocess.run(argv, capture_output=True, check=True, timeout=60)
    return {entry["id"]: entry["status"] for entry in json.loads(finished.stdout) or []}


def agrees(picture: ContainerSnapshot, statuses: dict[str, str]) -> bool:
    """Whether the runtime says of a container what the engine says."""
    seen = statuses.get(picture.id, "absent")
    idle = picture.status in (Status.CONFIGURED, Status.EXITED)
    return seen in ("absent", "stopped") if idle else seen == picture.status


def mount_is_told(picture: ContainerSnapshot) -> bool:
    """Whether the root is mounted where the engine says so, and nowhere where it says nothing."""
    return not picture.mount_point or os.path.ismount(picture.mount_point)


def assert_consistent(engine: Engine, site: Worksite) -> None:
    """What the engine says is what is really there, and nothing is there that it does not know."""
    site.note_containers()
    # The clean-up that conmon starts may be the next caller that repairs, and be at it just now.
    # A container may also end between the look at it and the runtime's.
    for _ in eventually():
        pictures = engine.containers()
        statuses = runc_statuses(engine)
        if all(picture.intent is None and agrees(picture, statuses) and mount_is_told(picture) for picture in pictures):
            break
    for picture in pictures:
        assert picture.status is not Status.UNKNOWN, picture
        assert agrees(picture, statuses), (statuses, picture)
        statuses.pop(picture.id, None)
        assert mount_is_told(picture), picture
        if picture.status in (Status.CREATED, Status.RUNNING):
            assert not picture.monitor_lost
            assert picture.mount_point
    assert not {name: status for name, status in statuses.items() if status != "stopped"}
    storage, known = engine._parts.storage, {picture.mount_point for picture in pictures}
    prepared = [engine.lookup(picture.id).config for picture in pictures if picture.mount_point]
    shown = {layer for config in prepared for layer in image_layers(config)}
    known |= {str(storage.mounted_at(layer)) for layer in shown}
    assert {point for point in site.mounts() if point.endswith("/merged")} <= known
    assert set(storage.containers()) <= {picture.id for picture in pictures} | shown


def usable(engine: Engine) -> None:
    """From whatever state: through a whole life to the end."""
    for picture in engine.containers():
        container = engine.lookup(picture.id)
        if picture.status is Status.PAUSED:
            container.unpause()
        container.restart(0)
        assert container.run_exec(ExecOptions(args=("echo", "alive")), timeout=60).stdout == b"alive\n"
        container.attach().close()
        container.stop(0)
        assert container.snapshot().exit_code == 137


@pytest.mark.parametrize("verb", ACTIONS)
def test_killed_at_each_step(site: Worksite, verb: str) -> None:
    preparation, action = ACTIONS[verb]
    for step in range(1, MOST_STEPS):
        with Engine.open(site.paths) as engine:
            for name in preparation:
                ACTIONS[name][1](engine)
        status = in_child(site, action, functools.partial(kill_at, step))
        with Engine.open(site.paths) as engine:
            try:
                assert_consistent(engine, site)
                if step % 4 == 1:
                    usable(engine)
                for picture in engine.containers():
                    engine.lookup(picture.id).remove(force=True)
                assert engine.containers() == []
                assert site.mounts() == []
            except (AssertionError, EngineError) as error:
                raise AssertionError(f"killed at step {step} of {verb}: {error}") from error
        if not os.WIFSIGNALED(status):
            assert os.waitstatus_to_exitcode(status) == 0, f"{verb} itself failed"
            assert step > 2
            break
    else:
        pytest.fail(f"{verb} has no end")


@pytest.mark.parametrize("delay", [0.005, 0.02, 0.04, 0.06, 0.09])
def test_killed_at_a_moment_of_a_start(site: Worksite, delay: float) -> None:
    with Engine.open(site.paths) as engine:
        ACTIONS["create"][1](engine)

    def arm() -> None:
        timer = threading.Timer(delay, os.kill, (os.getpid(), signal.SIGKILL))
        timer.daemon = True
        timer.start()

    in_child(site, lambda engine: engine.lookup("it").start(), arm)
    with Engine.open(site.paths) as engine:
        assert_consistent(engine, site)
        usable(engine)


def test_killed_while_it_pulls_leaves_no_staged_files(site: Worksite, demo_archive: Path) -> None:
    in_child(site, lambda engine: engine.images.load(demo_archive), lambda: kill_at(3))
    with Engine.open(site.paths) as engine:
        engine.images.load(demo_archive)
        assert len(engine.images.all()) == 1
        ACTIONS["create"][1](engine)
        engine.lookup("it").start()


def test_a_monitor_that_is_killed_is_shown_and_a_restart_mends_it(site: Worksite) -> None:
    with Engine.open(site.paths) as engine:
        container = run(engine, "sleep", "1000", name="it")
        monitor = engine._parts.store.get(container.id).state.monitor_pid
        os.kill(monitor, signal.SIGKILL)
        for _ in eventually():
            if container.refresh().monitor_lost:
                break
        assert container.snapshot().status is Status.RUNNING
        with pytest.raises(EngineError, match="monitor"):
            container.attach()
        container.restart(0)
        assert not container.refresh().monitor_lost
        container.attach().close()


def test_a_container_without_a_monitor_still_ends_and_frees_all(site: Worksite) -> None:
    with Engine.open(site.paths) as engine:
        container = run(engine, "sleep", "1000", name="it")
        os.kill(engine._parts.store.get(container.id).state.monitor_pid, signal.SIGKILL)
        container.kill("KILL")
        container.wait(60)
        assert container.snapshot().status is Status.EXITED
        container.remove()


def test_after_a_reboot_nothing_runs_and_nothing_is_mounted(site: Worksite) -> None:
    with Engine.open(site.paths) as engine:
        ran = run(engine, "sleep", "1000", name="ran")
        ended = run(engine, "sh", "-c", "exit 4", name="ended")
        ended.wait(60)
        fresh = make(engine, "true", name="fresh")
        fresh.mount()
        begun = make(engine, "sleep", "1000", name="begun")
        begun.init()
        site.note_containers()
    _switch_off(site)
    with Engine.open(site.paths) as engine:
        states = {p.name: (p.status, p.exit_code, p.pid, p.mount_point) for p in engine.containers()}
        assert states == {
            "ran": (Status.EXITED, -1, 0, ""),
            "ended": (Status.EXITED, 4, 0, ""),
            "fresh": (Status.CONFIGURED, None, 0, ""),
            "begun": (Status.CONFIGURED, None, 0, ""),
        }
        for container in (ran, begun):
            engine.lookup(container.id).start()
            assert engine.lookup(container.id).snapshot().status is Status.RUNNING


def _switch_off(site: Worksite) -> None:
    """What a power cut leaves: no process, no mount, no cgroup; the files of the run directory may stay."""
    import msgspec

    from core.store.sqlite import open_database

    for _ in eventually():
        if not (pids := [*site.processes(), *site.members()]):
            break
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    for point in site.mounts():
        subprocess.run(["umount", "-l", point], check=True)
    for folder in site.cgroups():
        with contextlib.suppress(FileNotFoundError):
            folder.rmdir()
    store = open_database(site.paths.database, site.paths.change_notice)
    for record in store.all():
        store.save_state(record.id, msgspec.structs.replace(record.state, boot_id="the boot before"))
    store.set_boot_id("the boot before")
    store.close()


def test_killed_among_many_creates_leaves_none_a_batch_job(site: Worksite) -> None:
    names = [f"it{number}" for number in range(8)]

    def start_all(engine: Engine) -> None:
        containers = [make(engine, "sleep", "1000", name=name) for name in names]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(Container.init, containers))

    def arm() -> None:
        conmon.schedule_as_usual = lambda pid: os.kill(os.getpid(), signal.SIGKILL)

    def policies(pids: list[int]) -> set[int]:
        return {os.sched_getscheduler(int(thread)) for pid in pids for thread in os.listdir(f"/proc/{pid}/task")}

    assert os.WTERMSIG(in_child(site, start_all, arm)) == signal.SIGKILL
    runtime = Runc("runc", site.paths.runtime_root, 20.0)
    for _ in eventually():
        # conmon goes on with those that it had begun.
        seen = [runtime.observe(folder.name) for folder in site.paths.runtime_root.iterdir()]
        if os.SCHED_BATCH in policies([one.pid for one in seen if one.phase is Phase.CREATED]):
            break
    with Engine.open(site.paths) as engine:
        states = [engine.lookup(name).refresh() for name in names]
        assert Status.CREATED in {state.status for state in states}
        records = [engine._parts.store.get(state.id).state for state in states]
        alive = [pid for record in records for pid in (record.pid, record.monitor_pid) if pid]
        assert policies(alive) == {os.SCHED_OTHER}


VERBS: list[Callable[[Container], object]] = [
    lambda c: c.start(),
    lambda c: c.stop(0),
    lambda c: c.pause(),
    lambda c: c.unpause(),
    lambda c: c.kill("KILL"),
    lambda c: c.mount(),
    lambda c: c.unmount(),
    lambda c: c.cleanup(),
    lambda c: c.init(),
    lambda c: exec_unless_it_ends(c),
    lambda c: c.refresh(),
]


def exec_unless_it_ends(container: Container) -> None:
    """An exec runs without the container's lock: another may kill or pause the container under it."""
    with contextlib.suppress(RuntimeFailed):
        container.run_exec(ExecOptions(args=("true",)), timeout=60)


def test_two_processes_at_one_container(site: Worksite) -> None:
    with Engine.open(site.paths) as engine:
        ACTIONS["create"][1](engine)
    seconds = 6.0

    def hammer(seed: int) -> Callable[[Engine], None]:
        def act(engine: Engine) -> None:
            choose = random.Random(seed)
            container = engine.lookup("it")
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline:
                with contextlib.suppress(StateForbids):
                    choose.choice(VERBS)(container)

        return act

    pids = []
    for seed in (1, 2):
        pid = os.fork()
        if pid == 0:
            os._exit(os.waitstatus_to_exitcode(in_child(site, hammer(seed))))
        pids.append(pid)
    codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
    assert codes == [0, 0]
    with Engine.open(site.paths) as engine:
        assert_consistent(engine, site)
        usable(engine)
        engine.lookup("it").remove(force=True)


def test_two_processes_want_one_name(site: Worksite) -> None:
    code = (
        "import sys; from core.engine import Engine; from core.paths import EnginePaths; from pathlib import Path\n"
        "from core.model.options import CreateOptions; from core.errors import NameInUse\n"
        "with Engine.open(EnginePaths(Path(sys.argv[1]), Path(sys.argv[2]))) as engine:\n"
        "    for _ in range(3):\n"
        "        try:\n"
        f"            engine.create(CreateOptions(image={DEMO!r}, name='wanted', command=('true',)))\n"
        "            print('made')\n"
        "        except NameInUse:\n"
        "            pass\n"
    )
    argv = [sys.executable, "-c", code, str(site.paths.root), str(site.paths.run_root)]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    children = [subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, env=environment) for _ in range(3)]
    made = [child.communicate(timeout=60)[0].split() for child in children]
    assert [child.returncode for child in children] == [0, 0, 0]
    assert [word for words in made for word in words] == ["made"]
    with Engine.open(site.paths) as engine:
        assert [picture.name for picture in engine.containers()] == ["wanted"]
        assert_consistent(engine, site)


def test_a_removal_while_another_waits(site: Worksite) -> None:
    with Engine.open(site.paths) as engine:
        container = run(engine, "sleep", "1000", name="it")
        outcome: list[object] = []

        def wait() -> None:
            try:
                outcome.append(container.wait(60))
            except NoSuchContainer as error:
                outcome.append(error)

        waiter = threading.Thread(target=wait)
        waiter.start()
        time.sleep(0.3)
        container.remove(force=True)
        waiter.join(60)
        assert len(outcome) == 1
        assert engine.create(CreateOptions(image=DEMO, name="it", command=("true",))).name == "it"
