"""The one table of transitions against the real thing: random walks over all verbs, and each cell of the table."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from core.container import Container
from core.engine import Engine
from core.errors import StateForbids
from core.model.content import CommitOptions
from core.model.limits import LimitChanges
from core.model.options import ExecOptions
from core.model.state import ALLOWED, Status, Verb
from tests.worksite import Worksite, make

_NUMBERS = itertools.count()
ACTS: dict[Verb, Callable[[Container], object]] = {
    Verb.INIT: Container.init,
    Verb.START: Container.start,
    Verb.STOP: lambda c: c.stop(0),
    Verb.KILL: lambda c: (c.kill("KILL"), c.wait(60)),
    Verb.PAUSE: Container.pause,
    Verb.UNPAUSE: Container.unpause,
    Verb.RESTART: lambda c: c.restart(0),
    Verb.ATTACH: lambda c: c.attach().close(),
    Verb.EXEC: lambda c: c.run_exec(ExecOptions(args=("true",)), timeout=60),
    Verb.MOUNT: Container.mount,
    Verb.UNMOUNT: Container.unmount,
    Verb.CLEANUP: Container.cleanup,
    Verb.RENAME: lambda c: c.rename(f"name-{next(_NUMBERS)}"),
    Verb.TOP: Container.top,
    Verb.DIFF: Container.diff,
    Verb.COMMIT: lambda c: c.commit(CommitOptions()),
    Verb.UPDATE: lambda c: c.update(LimitChanges(memory=(64 + next(_NUMBERS)) << 20)),
    Verb.COPY: lambda c: c.copy_in("/etc/hostname", "/etc/copied"),
    Verb.REMOVE: Container.remove,
    Verb.FORCE_REMOVE: lambda c: c.remove(force=True),
}
"""How each verb is called; `export` needs a place, too. `wait` is left out: it would wait for ever;
a checkpoint needs a kernel that CRIU knows: see test_checkpoint.py."""

TRIED = (*ACTS, Verb.EXPORT)

AFTER: dict[Verb, Status] = {
    Verb.INIT: Status.CREATED,
    Verb.START: Status.RUNNING,
    Verb.STOP: Status.EXITED,
    Verb.KILL: Status.EXITED,
    Verb.PAUSE: Status.PAUSED,
    Verb.UNPAUSE: Status.RUNNING,
    Verb.RESTART: Status.RUNNING,
}
"""The state that a verb ends in; the others leave it as it is, or remove the container."""

WAYS: dict[Status, tuple[Verb, ...]] = {
    Status.CONFIGURED: (),
    Status.CREATED: (Verb.INIT,),
    Status.RUNNING: (Verb.START,),
    Status.PAUSED: (Verb.START, Verb.PAUSE),
    Status.EXITED: (Verb.START, Verb.KILL),
}
"""How to bring a new container into each state."""

REMOVING = (Verb.REMOVE, Verb.FORCE_REMOVE)


def act(container: Container, verb: Verb, folder: Path) -> None:
    if verb is Verb.EXPORT:
        container.export(folder / "export.tar", overwrite=True)
    else:
        ACTS[verb](container)


def test_every_verb_is_tried() -> None:
    assert set(TRIED) == set(Verb) - {Verb.WAIT, Verb.CHECKPOINT, Verb.RESTORE}


@pytest.mark.usefixtures("demo_image")
@pytest.mark.parametrize("verb", TRIED)
def test_the_table_holds_in_every_state(engine: Engine, verb: Verb, tmp_path: Path) -> None:
    for status, way in WAYS.items():
        container = make(engine, "sleep", "1000", name="cell")
        for step in way:
            ACTS[step](container)
        assert container.refresh().status is status
        if status in ALLOWED[verb]:
            act(container, verb, tmp_path)
            if verb in REMOVING:
                assert engine.containers() == []
                continue
            assert container.refresh().status is AFTER.get(verb, status)
        else:
            with pytest.raises(StateForbids) as refusal:
                act(container, verb, tmp_path)
            # What podman says of it, where it refuses the same; with the id and the next step all the same.
            assert refusal.value.message and refusal.value.hint
            assert refusal.value.container_id == container.id
            assert refusal.value.hint
            assert container.refresh().status is status
        container.remove(force=True)


class Walk(RuleBasedStateMachine):
    """A container, the state that the table says it is in, and what the engine says."""

    engine: Engine
    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self.container: Container | None = None
        self.expected = Status.CONFIGURED

    @precondition(lambda self: self.container is None)
    @rule()
    def create(self) -> None:
        self.container = make(self.engine, "sleep", "1000")
        self.expected = Status.CONFIGURED

    @precondition(lambda self: self.container is not None)
    @rule(verb=st.sampled_from([verb for verb in TRIED if verb not in REMOVING]))
    def do(self, verb: Verb) -> None:
        assert self.container is not None
        if self.expected in ALLOWED[verb]:
            act(self.container, verb, self.folder)
            self.expected = AFTER.get(verb, self.expected)
        else:
            with pytest.raises(StateForbids):
                act(self.container, verb, self.folder)

    @precondition(lambda self: self.container is not None)
    @rule(verb=st.sampled_from(REMOVING))
    def remove(self, verb: Verb) -> None:
        assert self.container is not None
        if self.expected in ALLOWED[verb]:
            act(self.container, verb, self.folder)
            self.container = None
        else:
            with pytest.raises(StateForbids):
                act(self.container, verb, self.folder)

    @invariant()
    def the_engine_says_what_the_table_says(self) -> None:
        pictures = self.engine.containers()
        assert [p.status for p in pictures] == ([] if self.container is None else [self.expected])

    def teardown(self) -> None:
        for picture in self.engine.containers():
            self.engine.lookup(picture.id).remove(force=True)


@pytest.mark.usefixtures("demo_image")
def test_random_walks(engine: Engine, worksite: Worksite, tmp_path: Path) -> None:
    bound = type("BoundWalk", (Walk,), {"engine": engine, "folder": tmp_path})
    few = settings(
        max_examples=12,
        stateful_step_count=18,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(bound, settings=few)
    assert worksite.mounts() == []
