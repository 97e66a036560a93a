"""Writes a line of the journal for each action: who, what, to what, how it ended, and the equivalent command."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.errors import Cancelled, EngineError
from core.journal.file import Journal
from core.journal.origin import global_options, runtime_commands, who
from core.log import LOG
from core.model.journal import JournalEntry, Result
from tui.bridge.found import is_foreign
from tui.messages import ActionRecorded, VerbSucceeded
from tui.transfers import TransferJob

if TYPE_CHECKING:
    from textual.message import Message

    from core.engine import Engine
    from tui.step import Step


@dataclass(slots=True)
class Deed:
    """What goes on, for whoever does it. `trouble`: why it failed, where that is no error of the engine's."""

    trouble: str = ""


class Recorder:
    """Never keeps an action from being done: what can not be written is told in the log."""

    def __init__(self, engine: Engine, post: Callable[[Message], object], journal: Journal | None = None) -> None:
        self._engine = engine
        self._post = post
        self.journal = journal if journal is not None else Journal()
        self._options = global_options(engine.paths, engine.settings)

    @contextlib.contextmanager
    def recorded(self, step: Step) -> Iterator[Deed]:
        """Around what is done: afterwards it is in the journal. What is raised goes on."""
        deed = Deed()
        began, clock = datetime.now(UTC), time.monotonic()
        named, touched, last = self._before(step)
        result, error = Result.DONE, ""
        try:
            yield deed
            if deed.trouble:
                result, error = Result.FAILED, deed.trouble
            elif (job := _job(step)) is not None and job.was_cancelled:
                result = Result.CANCELLED
        except Cancelled:
            result = Result.CANCELLED
            raise
        except EngineError as raised:
            result, error = Result.FAILED, raised.message
            raise
        except Exception as raised:
            result, error = Result.FAILED, f"something went wrong that was not foreseen: {type(raised).__name__}"
            raise
        finally:
            seconds = round(time.monotonic() - clock, 3)
            with self._harmlessly():
                named = self._after(named)
                runtime = runtime_commands(self._engine.past_events(last), {*touched, named.row_id})
                entry = _entry(named, began, seconds, result, error, runtime, self._options)
                self.journal.add(entry)
                self._post(ActionRecorded(entry))

    def tell_damage(self) -> None:
        """Say what of the journal can not be read. Raises `InvalidArgument` where nothing of it can."""
        if words := self.journal.damage(self.journal.read()[1]):
            self._post(VerbSucceeded("", words))

    @contextlib.contextmanager
    def _harmlessly(self) -> Iterator[None]:
        """What fails here is nothing to the action."""
        try:
            yield
        except (OSError, EngineError) as error:
            LOG.warning("an action could not be written to the journal %s: %s", self.journal.path, error)
        except Exception as error:
            LOG.error("an action could not be written to the journal", exc_info=error)

    def _before(self, step: Step) -> tuple[Step, set[str], int]:
        """The step with the name of its container, whose events to look for, and the last event that there was."""
        touched, last = {step.row_id}, 0
        with self._harmlessly():
            last = self._engine.last_sequence()
            if is_foreign(step.row_id):
                picture = self._engine.foreign.lookup(step.row_id).picture
                step, touched = replace(step, name=picture.full_name), {picture.id}
            elif not step.name:
                step = replace(step, name=self._engine.lookup(step.row_id).name)
            elif step.verb.endswith(" pod"):
                touched |= {picture.id for picture in self._engine.containers() if picture.pod == step.row_id}
        return step, touched, last

    def _after(self, step: Step) -> Step:
        """The step with the container that it has made."""
        job = _job(step)
        if job is None or not job.made:
            return step
        return replace(step, row_id=job.made, name=self._engine.lookup(job.made).name)


def _entry(
    step: Step, began: datetime, seconds: float, result: Result, error: str, runtime: str, options: tuple[str, ...]
) -> JournalEntry:
    # Loaded by the first action, as the first list is not to wait for it.
    from tui.bridge.equivalents import Equivalent, equivalent

    try:
        kind, told = equivalent(step)
    except EngineError as wrong:
        # Words that the parser refuses: the action has failed by that, too.
        kind, told = "container", Equivalent(lacking=[wrong.message])
    return JournalEntry(
        time=began,
        seconds=seconds,
        **who(),  # type: ignore[arg-type]
        verb=step.verb,
        kind="container of another engine" if is_foreign(step.row_id) else kind,
        name=step.name,
        id=step.row_id if step.row_id != step.name and " " not in step.row_id else "",
        result=result,
        error=error,
        command=told.command,
        options=options,
        environment=tuple(told.environment),
        lacking=tuple(told.lacking),
        interactive=told.interactive,
        runtime=runtime,
    )


def _job(step: Step) -> TransferJob | None:
    return next((one for one in step.given[:1] if isinstance(one, TransferJob)), None)
