"""What a terminal pane is given: an open console and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tui.terminal.keeper_protocol import ConsoleKind


@dataclass(frozen=True, slots=True)
class ConsoleSource:
    """An attach socket or a shell's pty. The callables may block; the pane calls them in threads."""

    kind: ConsoleKind
    title: str
    fileno: int
    """An attach socket of the monitor, or the master side of a pty; given to a keeper, never read by the pane."""
    resize: Callable[[int, int], None]
    """Takes columns and rows."""
    replay: Callable[[], bytes]
    """What the console has shown so far, to be shown again; nothing where there is no log."""
    close: Callable[[], None]
    wait_exit: Callable[[], int | None] | None = None
    """The exit code, once the console is at its end; None when it cannot be known."""
    terminal: bool = True
    """Whether the program has a terminal; without one its lines end in a line feed alone, both ways."""
    container_id: str = ""
    size: Callable[[], tuple[int, int] | None] | None = None
    """Columns and rows that the terminal really has, where that can be seen."""
