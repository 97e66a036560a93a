"""What a terminal pane tells the screen that it is on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.message import Message

from tui.languages import N_

if TYPE_CHECKING:
    from tui.terminal.pane import TerminalPane


class PaneMessage(Message):
    """Something about one pane."""

    def __init__(self, pane: TerminalPane) -> None:
        super().__init__()
        self.pane = pane

    @property
    def control(self) -> TerminalPane:
        return self.pane


class Detached(PaneMessage):
    """The operator wants to leave; the program goes on."""


class FullScreenRequested(PaneMessage):
    """The operator wants the pane on the whole screen, or back."""


class ListRequested(PaneMessage):
    """The operator wants the keyboard elsewhere, with the pane left open."""


class SplitRequested(PaneMessage):
    """The operator wants all open consoles side by side, or one of them in front again."""


class NextRequested(PaneMessage):
    """The operator wants the next open console."""


class SignalRequested(PaneMessage):
    """The operator wants to send a signal to the container."""


class Bell(PaneMessage):
    """The program rang."""


class Active(PaneMessage):
    """The program printed something while the pane was out of sight."""


class TextCopied(PaneMessage):
    """The operator copied text out of the pane."""

    def __init__(self, pane: TerminalPane, text: str) -> None:
        super().__init__(pane)
        self.text = text


class ClipboardOffered(TextCopied):
    """The program wants this text in the operator's clipboard: only with consent."""


class Ended(PaneMessage):
    """The console is at its end; the pane keeps its last screen. `exit_code`: None when it cannot be known."""

    def __init__(self, pane: TerminalPane, exit_code: int | None, message: str) -> None:
        super().__init__(pane)
        self.exit_code = exit_code
        self.message = message
        """One line for the operator."""


COMMANDS: Final = {
    "d": N_("detach"),
    "l": N_("list"),
    "f": N_("full screen"),
    "n": N_("next"),
    "s": N_("split"),
    "[": N_("look back"),
    "/": N_("find"),
    "c": N_("copy"),
    "k": N_("signal"),
    "w": N_("watch"),
    "R": N_("record"),
    "r": N_("resize"),
}
"""What the key behind the escape key does, as messages."""

REQUESTS: Final[dict[str, type[PaneMessage]]] = {
    "d": Detached,
    "l": ListRequested,
    "f": FullScreenRequested,
    "n": NextRequested,
    "s": SplitRequested,
    "k": SignalRequested,
}
"""Those that are the screen's to do."""
