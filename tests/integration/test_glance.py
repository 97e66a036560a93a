"""The quick list of containers: the same as the engine's, and silent as soon as anything is not as stored."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable

import msgspec

from core.engine import Engine
from core.model.image import Image
from core.model.state import Intent
from core.operations.glance import glance
from core.store.listing import ListedContainer
from tests.worksite import Worksite, eventually, make, run


def look(worksite: Worksite) -> list[ListedContainer] | None:
    return glance(str(worksite.paths.root), str(worksite.paths.run_root))


def settled(worksite: Worksite) -> list[ListedContainer]:
    """The quick list, once clean-ups have ended."""
    for _ in eventually():
        containers = look(worksite)
        if containers is not None:
            return containers
    raise AssertionError


def test_it_shows_what_the_engine_shows(
    engine: Engine, demo_image: Image, worksite: Worksite, wharf: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    make(engine, "sh", "-c", "echo a b", name="configured")
    make(engine, name="created").init()
    run(engine, "sleep", "1000", name="running")
    run(engine, "sleep", "1000", name="paused").pause()
    run(engine, "sh", "-c", "exit 3", name="exited").wait()
    quick = settled(worksite)
    for one, picture in zip(quick, engine.containers(), strict=True):
        assert (one.id, one.name, one.image, one.command) == (picture.id, picture.name, picture.image, picture.command)
        assert (one.status, one.exit_code, one.pid) == (picture.status, picture.exit_code, picture.pid)
        assert (one.created_at, one.started_at, one.finished_at) == (
            picture.created_at,
            picture.started_at,
            picture.finished_at,
        )
    table = wharf("ps", "-a", "--no-trunc").stdout
    assert [line.split()[-1] for line in table.splitlines()[1:]] == [one.name for one in quick]
    assert "sh -c echo a b" in table and "Exited (3)" in table and "Paused" in table


def test_it_is_silent_where_something_changed(engine: Engine, demo_image: Image, worksite: Worksite) -> None:
    container = run(engine, "sleep", "1000", name="one")
    assert look(worksite) is not None
    assert engine.containers_as_stored() == engine.containers()
    runc = ["runc", f"--root={worksite.paths.runtime_root}"]
    subprocess.run([*runc, "pause", container.id], check=True)
    assert look(worksite) is None
    assert engine.containers_as_stored() is None
    container.refresh()
    assert look(worksite) is not None
    subprocess.run([*runc, "resume", container.id], check=True)
    assert look(worksite) is None
    state = container.refresh()
    store = engine._parts.store
    stored = store.get(container.id).state
    store.save_state(container.id, msgspec.structs.replace(stored, intent=Intent.STARTING))
    assert look(worksite) is None
    store.save_state(container.id, stored)
    monitor = stored.monitor_pid
    os.kill(monitor, signal.SIGKILL)
    for _ in eventually():
        if look(worksite) is None:
            break
    assert container.refresh().monitor_lost
    assert [one.monitor_lost for one in settled(worksite)] == [1]
    os.kill(state.pid, signal.SIGKILL)
    for _ in eventually():
        if look(worksite) is None:
            break


def test_another_boot_and_another_place_are_left_to_the_engine(engine: Engine, worksite: Worksite) -> None:
    assert look(worksite) == []
    engine._parts.store.set_boot_id("another")
    assert look(worksite) is None
    engine._parts.store.set_boot_id(engine._parts.boot_id)
    assert glance(str(worksite.folder / "nothing"), str(worksite.paths.run_root)) is None
    assert not (worksite.folder / "nothing").exists()
    assert glance(f"{worksite.folder}/a:b", "/run") is None
