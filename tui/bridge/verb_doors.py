"""The doors of the bridge to verbs: they are done side by side, told of as they go on, and written to the journal."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import EngineError
from core.host.processes import Finished, run
from core.log import LOG
from core.model.content import CommitOptions
from core.model.snapshot import ExportProgress
from core.storage.tar_output import Compression
from tui.bridge.workers import Workers
from tui.languages import _
from tui.messages import (
    Answered,
    ExportEnded,
    ExportProgressed,
    VerbFailed,
    VerbProgressed,
    VerbsEnded,
    VerbSucceeded,
)
from tui.read_only import refusal
from tui.step import Step

if TYPE_CHECKING:
    from core.engine import Engine
    from tui.bridge.verbs import Batch


class VerbDoors(Workers):
    """A part of the bridge. What a verb needs is loaded by the first."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._under_way: dict[str, str] = {}

    def _read(self) -> None:
        """Read the list of containers, and tell it."""
        raise NotImplementedError

    def under_way(self) -> list[str]:
        """The verbs that go on, such as `web (stopping)`: the program ends when they have."""
        names = {picture.id: picture.name for picture in self._engine.containers()} if self._under_way else {}
        verbs = list(self._under_way.items())
        return [f"{names[row_id]} ({doing})" if row_id in names else doing for row_id, doing in verbs]

    def run(self, *steps: Step) -> None:
        """Do verbs side by side. One alone ends in `VerbSucceeded` or `VerbFailed`, several in one `VerbsEnded`."""
        from tui.bridge.verbs import LOOKING_VERBS, Batch

        if self.read_only and any(step.verb not in LOOKING_VERBS for step in steps):
            self._post(VerbFailed(refusal()))
            return
        if len(steps) == 1:
            self._do(lambda: self._run_alone(steps[0]))
            return
        batch = Batch(steps, self._tell_batch)
        for step in steps:
            self._do(partial(self._run_in_batch, step, batch))

    def _run_alone(self, step: Step) -> None:
        from tui.bridge.verbs import VERBS, undoing

        try:
            self._carry_out(step)
        finally:
            # The list first: who reads that it is done sees it done.
            self._post(VerbProgressed(step.row_id, ""))
            self._read()
        note = f"{step.name} {_(VERBS[step.verb].done).format(*step.given)}"
        self._post(VerbSucceeded(step.row_id, note, undo=undoing([step])))

    def _run_in_batch(self, step: Step, batch: Batch) -> None:
        failure: EngineError | None = None
        try:
            self._carry_out(step)
        except EngineError as error:
            failure = error
            LOG.info("%s | %s | %s", error.message, " ".join(error.argv), error.stderr)
        except Exception as error:
            failure = self._unforeseen(error)
        finally:
            self._post(VerbProgressed(step.row_id, ""))
            batch.step_ended(step, failure)

    def _carry_out(self, step: Step) -> None:
        from tui.bridge.verbs import VERBS

        verb = VERBS[step.verb]
        doing = _(verb.doing).format(*step.given)
        self._post(VerbProgressed(step.row_id, doing))
        self._under_way[step.row_id] = doing
        try:
            with self._recorder.recorded(step):
                verb.act(
                    self._engine, step.row_id, lambda words: self._post(VerbProgressed(step.row_id, words)), *step.given
                )
        finally:
            self._under_way.pop(step.row_id, None)

    def _tell_batch(self, done: list[Step], failed: list[tuple[Step, EngineError]]) -> None:
        from tui.bridge.verbs import VERBS, undoing

        self._read()
        words: dict[str, list[str]] = {}
        for step in done:
            words.setdefault(_(VERBS[step.verb].done).format(*step.given), []).append(step.name)
        self._post(VerbsEnded(words, [(step.name, error) for step, error in failed], undoing(done)))

    def check_health(self, container_id: str) -> None:
        """Run the health check now; its result goes into the status line."""

        def act() -> None:
            with self._recorder.recorded(Step("check health", container_id, "")) as deed:
                container = self._engine.lookup(container_id)
                result = container.check_health()
                deed.trouble = f"the check ended with {result.exit_code}" if result.exit_code else ""
            self._read()
            said = " ".join(result.output.split())[:80]
            works = (
                _("{name} is healthy").format(name=container.name)
                if result.exit_code == 0
                else _("{name} failed its health check with {code}").format(name=container.name, code=result.exit_code)
            )
            self._post(VerbSucceeded(container_id, f"{works}{': ' + said if said else ''}"))

        self._change(act)

    def mount(self, container_id: str) -> None:
        def act() -> None:
            with self._recorder.recorded(Step("mount", container_id, "")):
                container = self._engine.lookup(container_id)
                path = str(container.mount())
            self._read()
            self._post(
                VerbSucceeded(
                    container_id,
                    _("{name} is mounted at {path} (copied)").format(name=container.name, path=path),
                    copied=path,
                )
            )

        self._change(act)

    def export(
        self,
        container_id: str,
        destination: Path,
        *,
        compression: Compression,
        overwrite: bool,
        cancel: threading.Event,
    ) -> None:
        step = Step("export", container_id, "", (destination, compression, overwrite))

        def progressed(progress: ExportProgress) -> None:
            self._post(ExportProgressed(container_id, progress))

        def act() -> None:
            try:
                with self._recorder.recorded(step):
                    written = self._engine.lookup(container_id).export(
                        destination, compression=compression, overwrite=overwrite, progress=progressed, cancel=cancel
                    )
            except EngineError as error:
                self._post(ExportEnded(container_id, 0, error))
            else:
                self._post(ExportEnded(container_id, written, None))

        self._do(act)

    def commit(self, container_id: str, options: CommitOptions) -> None:
        """Make an image; its name, or its id, goes into the status line."""

        def act() -> None:
            with self._recorder.recorded(Step("commit", container_id, "", (options,))):
                container = self._engine.lookup(container_id)
                self._post(VerbProgressed(container_id, _("committing")))
                try:
                    image = container.commit(options)
                finally:
                    self._post(VerbProgressed(container_id, ""))
            self._post(
                VerbSucceeded(
                    container_id,
                    _("{name} is image {image} now").format(name=container.name, image=options.reference or image[:12]),
                )
            )

        self._change(act)

    def run_own(
        self, orders: Sequence[tuple[Step, Sequence[str]]], *, changes: bool, then: Callable[[Any], object]
    ) -> None:
        """Run commands of the operator's, one after the other; how each ended is told to `then` on the screen.

        Of each the step, as the journal has it, and the command.
        """

        def act() -> None:
            self._post(Answered([self._run_one(step, argv) for step, argv in orders], then))

        (self._change if changes else self._do)(act)

    def _run_one(self, step: Step, argv: Sequence[str]) -> Finished:
        with self._recorder.recorded(step) as deed:
            finished = run(argv)
            deed.trouble = f"it ended with {finished.returncode}" if finished.returncode else ""
        return finished
