"""What the bridge tells the screens. Facts, in the past tense."""

from __future__ import annotations

from textual.message import Message

from core.errors import EngineError
from core.model.snapshot import ContainerSnapshot, ExportProgress, ResourceSample
from tui.terminal.source import ConsoleSource


class ContainersRead(Message):
    """The list as it is now."""

    def __init__(self, pictures: tuple[ContainerSnapshot, ...]) -> None:
        super().__init__()
        self.pictures = pictures


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

    def __init__(self, container_id: str, note: str, copied: str = "") -> None:
        super().__init__()
        self.container_id = container_id
        self.note = note
        self.copied = copied
        """Text that goes to the clipboard."""


class VerbFailed(Message):
    """A verb, or the reading of the list, ended in an error."""

    def __init__(self, error: EngineError) -> None:
        super().__init__()
        self.error = error


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
    """A console or a shell is open and wants a pane."""

    def __init__(self, container_id: str, source: ConsoleSource, *, watch_only: bool = False) -> None:
        super().__init__()
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
    """`text`: what was asked for of a container. `kind`: inspect or logs."""

    def __init__(self, container_id: str, kind: str, text: str) -> None:
        super().__init__()
        self.container_id = container_id
        self.kind = kind
        self.text = text
