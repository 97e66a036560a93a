"""What the bridge tells the screens. Facts, in the past tense."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.message import Message

from core.errors import EngineError
from core.events import Event
from core.model.journal import JournalEntry
from core.model.snapshot import ExportProgress, ResourceSample
from tui.step import Step

if TYPE_CHECKING:
    from tui.terminal.source import ConsoleSource


class RowsRead(Message):
    """The rows of a view as they are now. `reader`: who read them, a name in `tui.bridge.readers`."""

    def __init__(self, reader: str, rows: tuple[Any, ...]) -> None:
        super().__init__()
        self.reader = reader
        self.rows = rows


class LanguageChanged(Message, bubble=False):
    """The words of the screen are others from now on. For who keeps words that were put together before."""


class EventsHappened(Message):
    """What happened just now; among it may be that events were lost."""

    def __init__(self, events: tuple[Event, ...]) -> None:
        super().__init__()
        self.events = events


class SamplesRead(Message):
    """Resource figures of the containers that are on the screen."""

    def __init__(self, samples: dict[str, ResourceSample]) -> None:
        super().__init__()
        self.samples = samples


class VerbProgressed(Message):
    """What a verb is doing, for the row of its container; an empty text when it is over."""

    def __init__(self, container_id: str, text: str) -> None:
        super().__init__()
        self.container_id = container_id
        self.text = text


class VerbSucceeded(Message):
    """`note`: a line for the status line."""

    def __init__(self, container_id: str, note: str, copied: str = "", undo: tuple[Step, ...] = ()) -> None:
        super().__init__()
        self.undo = undo
        """What takes it back."""
        self.container_id = container_id
        self.note = note
        self.copied = copied
        """Text that goes to the clipboard."""


class VerbFailed(Message):
    """A verb, or the reading of the list, ended in an error."""

    def __init__(self, error: EngineError) -> None:
        super().__init__()
        self.error = error


class VerbsEnded(Message):
    """Several verbs that were ordered at once have ended. `done`: what was done, with the names to which.

    `failed`: the names of those where it failed, each with its error. `undo`: what takes it back.
    """

    def __init__(
        self, done: dict[str, list[str]], failed: list[tuple[str, EngineError]], undo: tuple[Step, ...] = ()
    ) -> None:
        super().__init__()
        self.undo = undo
        self.done = done
        self.failed = failed


class ActionRecorded(Message):
    """What was done is in the journal."""

    def __init__(self, entry: JournalEntry) -> None:
        super().__init__()
        self.entry = entry


class Answered(Message):
    """What was asked of the engine is there. `then` takes it."""

    def __init__(self, found: Any, then: Callable[[Any], object]) -> None:
        super().__init__()
        self.found = found
        self.then = then


class ConfigurationAsked(Message):
    """The configuration file is to be read again."""


class ThemeChosen(Message):
    """A theme was chosen on the screen. `name`: of one that there is."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class ExportProgressed(Message):
    def __init__(self, container_id: str, progress: ExportProgress) -> None:
        super().__init__()
        self.container_id = container_id
        self.progress = progress


class ExportEnded(Message):
    """`error` is None where the file is there."""

    def __init__(self, container_id: str, written: int, error: EngineError | None) -> None:
        super().__init__()
        self.container_id = container_id
        self.written = written
        self.error = error


class ConsoleOpened(Message):
    """A console or a shell is open and wants a pane. `takes_keyboard`: somebody has asked for it just now."""

    def __init__(
        self, container_id: str, source: ConsoleSource, *, watch_only: bool = False, takes_keyboard: bool = True
    ) -> None:
        super().__init__()
        self.takes_keyboard = takes_keyboard
        self.container_id = container_id
        self.source = source
        self.watch_only = watch_only


class ShellMissing(Message):
    """A shell was asked for in a container that has none."""

    def __init__(self, container_id: str, name: str) -> None:
        super().__init__()
        self.container_id = container_id
        self.name = name


class DetailRead(Message):
    """What was asked for of one row. `kind`: a name in `tui.bridge.details`. `found`: None where `error` says why.

    `given`: what was asked along with it, such as a path.
    """

    def __init__(
        self, row_id: str, kind: str, found: Any, error: EngineError | None = None, given: tuple[Any, ...] = ()
    ) -> None:
        super().__init__()
        self.given = given
        self.row_id = row_id
        self.kind = kind
        self.found = found
        self.error = error
