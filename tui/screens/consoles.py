"""The part of the screen that has to do with consoles: panes that open, ring, are left and end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from textual import on
from textual.screen import Screen

from tui.bridge import Bridge
from tui.clipboard import copy
from tui.languages import N_, _
from tui.locks import Locked
from tui.messages import ConsoleOpened, ShellMissing
from tui.step import Step
from tui.terminal import pane_messages
from tui.terminal.pane_keys import PaneKeys
from tui.widgets.bars import KeyBar, StatusLine
from tui.widgets.consoles import ConsoleArea
from tui.widgets.table import Table

if TYPE_CHECKING:
    from tui.terminal.pane import TerminalPane

CONSOLE_PATIENCE: Final = 3.0
"""Seconds that the keys wait for a console that was asked for."""
CONSOLE_KEYS: Final = N_(
    "every key goes to the container   {0} d\u00a0detach  {0} l\u00a0to the list  {0} f\u00a0full screen"
)


class ConsoleKeeping(Screen[None]):
    """Keeps consoles beside the list that whoever derives from it shows."""

    def __init__(self, bridge: Bridge, keys: PaneKeys) -> None:
        super().__init__()
        self.bridge = bridge
        self.console_keys = keys
        """The keys that a console keeps for itself."""
        self._console_awaited = 0.0

    @property
    def table(self) -> Table:
        """The list that is on the screen."""
        raise NotImplementedError

    @property
    def consoles(self) -> ConsoleArea:
        return self.query_one(ConsoleArea)

    def name_of(self, container_id: str) -> str:
        """What people call a container."""
        raise NotImplementedError

    def locked_by(self, steps: Sequence[Step]) -> Locked | None:
        """What the locks say to these steps."""
        raise NotImplementedError

    def consoles_changed(self) -> None:
        """There are other consoles, or one of them is in another state."""

    def say(self, text: str) -> None:
        """Show a line of what happened last."""
        status = self.query_one(StatusLine)
        status.message, status.command = text, ""

    @property
    def is_console_awaited(self) -> bool:
        """Whether what is typed now is meant for a console that is not there yet."""
        return time.monotonic() < self._console_awaited

    def await_console(self) -> None:
        """A console was asked for: until it is there, or cannot be, keys do nothing."""
        self._console_awaited = time.monotonic() + CONSOLE_PATIENCE

    def end_console_wait(self) -> None:
        """The keys need not wait any more: it has the keyboard, or never will."""
        self._console_awaited = 0.0

    @on(ConsoleOpened)
    async def _open_console(self, message: ConsoleOpened) -> None:
        pane = await self.consoles.open(message.source, watch_only=message.watch_only)
        self._follow_consoles()
        if message.takes_keyboard:
            if self.is_current:
                self.set_focus(pane)
            self.end_console_wait()

    def enter_console(self, pane: TerminalPane) -> None:
        """Bring a console to the front and give it the keyboard."""
        self.consoles.bring(pane)
        self.set_focus(pane)

    def on_descendant_focus(self) -> None:
        self._show_keys()

    def on_descendant_blur(self) -> None:
        self._show_keys()

    def _show_keys(self) -> None:
        """The footer is for whoever has the keyboard."""
        in_console = any(pane is self.focused and not pane.has_ended for pane in self.consoles.panes)
        self.query_one(KeyBar).console = _(CONSOLE_KEYS).format(self.console_keys.escape) if in_console else ""

    def step_console(self, places: int) -> None:
        """Bring the next console to the front, or the one before."""
        self.consoles.step(places)
        self._follow_consoles()

    @on(ShellMissing)
    def _offer_host_tools(self, message: ShellMissing) -> None:
        from tui.views.container_actions import offer_host_tools

        self.end_console_wait()
        offer_host_tools(self, message)

    @on(pane_messages.Detached)
    async def _leave_console(self, message: pane_messages.Detached) -> None:
        await self.close_console(message.pane)

    async def close_console(self, pane: TerminalPane) -> None:
        """Let go of a console; the program in it goes on."""
        self.set_focus(self.table)
        await self.consoles.close(pane)
        self._follow_consoles()

    @on(pane_messages.ListRequested)
    def _to_list(self) -> None:
        self.remove_class("-full")
        self.set_focus(self.table)

    @on(pane_messages.FullScreenRequested)
    def _full_screen(self) -> None:
        self.toggle_class("-full")

    @on(pane_messages.Bell)
    def _ring(self, message: pane_messages.Bell) -> None:
        self.consoles.mark(message.pane, "!")
        self.app.bell()
        self.consoles_changed()

    @on(pane_messages.Active)
    def _mark_active(self, message: pane_messages.Active) -> None:
        self.consoles.mark(message.pane, "•")
        self.consoles_changed()

    @on(pane_messages.SplitRequested)
    def _split(self, message: pane_messages.SplitRequested) -> None:
        self.consoles.split(message.pane, into_all=not self.consoles.is_split)

    @on(pane_messages.NextRequested)
    def _next_console(self) -> None:
        self.consoles.step(1)
        if self.consoles.front is not None:
            self.set_focus(self.consoles.front)

    @on(pane_messages.SignalRequested)
    def _choose_signal(self, message: pane_messages.SignalRequested) -> None:
        from tui.views.container_actions import choose_signal

        container_id = message.pane.container_id
        choose_signal(self, [(container_id, self.name_of(container_id))])

    @on(pane_messages.TextCopied)
    def _copy_text(self, message: pane_messages.TextCopied) -> None:
        self.say(copy(self.app, message.text, _("{count} characters").format(count=len(message.text))))

    @on(pane_messages.ClipboardOffered)
    def _offer_clipboard(self, message: pane_messages.ClipboardOffered) -> None:
        """One question at a time: a program that asks without end gets no more of them."""
        from tui.views.container_actions import offer_clipboard

        message.stop()
        if self.is_current:
            offer_clipboard(self, message.text)

    @on(pane_messages.Ended)
    def _end_console(self, message: pane_messages.Ended) -> None:
        self.consoles.mark(message.pane, "■")
        self.say(_("console {message}: q closes its pane").format(message=message.message))
        self.remove_class("-full")
        if message.pane.has_focus:
            self.set_focus(self.table)
        self.consoles_changed()

    def _follow_consoles(self) -> None:
        """Lay out anew for as many consoles as there are now."""
        there = self.consoles.front is not None
        self.set_class(there, "-console")
        if not there:
            self.remove_class("-full")
            self.set_focus(self.table)
        self.consoles_changed()
