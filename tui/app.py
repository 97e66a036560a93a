"""The program with a screen: themes, the first view, and an end that always gives the terminal back."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from collections.abc import Sequence
from typing import ClassVar

from rich.console import RenderableType
from textual import events
from textual.app import App
from textual.binding import BindingType
from textual.filter import ANSIToTruecolor, LineFilter
from textual.notifications import SeverityLevel
from textual.widget import Widget
from textual.widgets import Input

from core.log import LOG
from tui import languages
from tui.bridge import Bridge
from tui.configuration.following import ConfigurationFollower, Reading
from tui.configuration.loading import Problem
from tui.configuration.looks import draws_ascii, language_of, own_themes, theme_for
from tui.configuration.schema import DEFAULT, Configuration
from tui.configuration.screens import pane_keymap
from tui.languages import _
from tui.legible import legible_variables
from tui.legible_colours import legible_colours
from tui.load_ahead import load_ahead
from tui.messages import LanguageChanged, ThemeChosen
from tui.opening import Opening
from tui.plain_text import printable, printable_text
from tui.screens.deck import DeckScreen
from tui.terminal.driver import TerminalBackground, WharfDriver
from tui.terminal.every_key import TakesEveryKey
from tui.terminal.keeper_process import STOCK
from tui.terminal.pane_keys import PaneKeys

PROBLEMS_TOLD = 3
"""Mistakes in the configuration that are told at the start."""
PROBLEM_SECONDS = 20
SETTLING_PATIENCE = 1.0
"""Seconds that a key waits for the one before it."""
LOAD_AHEAD_AFTER = 0.5
"""Seconds until more is made ready: the list is first."""
CRASHED = 125
"""The exit code of a program that has met what nobody foresaw."""


class WharfApp(App[None], inherit_bindings=False):
    """Textual's own ctrl+q, ctrl+p and ctrl+c are not bound: they belong to the container in the console pane."""

    TITLE = "wharf"
    ENABLE_COMMAND_PALETTE = False
    CSS_PATH = ["app.tcss", "screens/deck.tcss"]  # noqa: RUF012 - declared so by Textual
    """With that of the first screen: loaded later, it would have all be parsed anew."""
    VERTICAL_BREAKPOINTS = [(0, "-cramped"), (16, "-roomy")]  # noqa: RUF012 - declared so by Textual
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(
        self,
        bridge: Bridge,
        keys: PaneKeys = PaneKeys(),  # noqa: B008 - it can't be changed
        configuration: Configuration = DEFAULT,
        problems: Sequence[Problem] = (),
        opening: Opening = Opening(),  # noqa: B008 - it can't be changed
    ) -> None:
        super().__init__(driver_class=WharfDriver)
        self._opening = opening
        self._bridge = bridge
        self._keys = keys
        self._configuration = configuration
        self._problems = tuple(problems)
        self._is_dark = True
        self._chosen = ""
        """The theme that was chosen on the screen."""
        self._follower: ConfigurationFollower | None = None
        self.failure: Exception | None = None
        """What ended the program, where it was not the operator."""
        self.parting_words = ""
        """What is to be said when the terminal is given back."""
        self._deck: DeckScreen | None = None

    def get_css_variables(self) -> dict[str, str]:
        """Those of the theme, made so that every text can be read."""
        variables = super().get_css_variables()
        self.theme_variables = variables | legible_variables(variables)
        return self.theme_variables

    def get_line_filters(self) -> Sequence[LineFilter]:
        colours = legible_colours(self.ansi_theme)
        return [colours if isinstance(each, ANSIToTruecolor) else each for each in super().get_line_filters()]

    def on_mount(self) -> None:
        self._look_as_configured()
        self._deck = DeckScreen(self._bridge, self._keys, self._configuration, self._opening)
        self.push_screen(self._deck)
        if self._problems:
            self.call_after_refresh(self._tell_problems, _("The configuration"), self._problems)
        if (file := self._opening.configuration_file) is not None:
            self._follower = ConfigurationFollower(file, lambda read: self.call_later(self._take_configuration, read))
            self._follower.start()

    def on_unmount(self) -> None:
        if self._follower is not None:
            self._follower.close()

    def _look_as_configured(self) -> None:
        for theme in own_themes(self._configuration):
            self.register_theme(theme)
        self._choose_theme()
        self.set_keymap(pane_keymap(self._configuration))

    def _choose_theme(self) -> None:
        self.theme = self._chosen or theme_for(self._configuration, self.available_themes, is_dark=self._is_dark)

    def on_theme_chosen(self, message: ThemeChosen) -> None:
        """From now on this one, whatever the terminal's background."""
        self._chosen = message.name

    def on_terminal_background(self, message: TerminalBackground) -> None:
        """The terminal has said what its background is like, or it has changed."""
        self._is_dark = message.is_dark
        self._choose_theme()

    def copy_to_clipboard(self, text: str) -> None:
        """By the terminal, and by the operator's program where there is one."""
        super().copy_to_clipboard(text)
        if self._configuration.copy_command:
            self._bridge.hand_over(self._configuration.copy_command, text)

    def on_configuration_asked(self) -> None:
        if self._follower is not None:
            self._follower.read_now()
        else:
            self.notify(_("this screen has no configuration file"), markup=False)

    def _take_configuration(self, read: Reading) -> None:
        """Go on with what the file says now; with what it said before, where there is a mistake in it."""
        if read.problems:
            self._tell_problems(_("The configuration has a mistake: all stays as it was"), read.problems)
            return
        before, self._configuration = self._configuration, read.configuration
        for name in before.themes.keys() - read.configuration.themes.keys():
            self.unregister_theme(name)
        if read.configuration.theme != before.theme or self._chosen not in self.available_themes:
            self._chosen = ""
        self._look_as_configured()
        # A theme of the same name may have other colours.
        self.mutate_reactive(WharfApp.theme)
        if read.configuration.glyphs != before.glyphs:
            WharfDriver.ascii_only = draws_ascii(read.configuration)
            self.screen.refresh(layout=True)
        if read.configuration.mouse != before.mouse and isinstance(self._driver, WharfDriver):
            self._driver.set_mouse(read.configuration.mouse)
        if read.configuration.language != before.language:
            self._speak(language_of(read.configuration))
        if self._deck is not None:
            self._deck.take_configuration(read.configuration)
        self._tell_problems(_("The configuration was read again"), read.remarks)

    def _speak(self, language: str) -> None:
        """Another language from now on, for the screens below the one in front, too. An open dialog keeps its own."""
        languages.use(language)
        for screen in self.screen_stack:
            for widget in screen.walk_children(Widget, with_self=True):
                widget.refresh(layout=True)
                widget.post_message(LanguageChanged())

    def _tell_problems(self, title: str, problems: Sequence[Problem]) -> None:
        told = "\n".join(str(problem) for problem in problems[:PROBLEMS_TOLD]) or _("all is well")
        more = len(problems) - PROBLEMS_TOLD
        rest = "\n" + _("… and {count} more: wharf config check").format(count=more) if more > 0 else ""
        severity: SeverityLevel = "warning" if problems else "information"
        self.notify(
            printable_text(told + rest), title=title, severity=severity, markup=False,
            timeout=PROBLEM_SECONDS if problems else None,
        )  # fmt: skip

    async def on_event(self, event: events.Event) -> None:
        """Have a key done, whoever it is for, before the next one is looked at.

        Textual hands all keys that have come to whoever has the focus, and looks for bindings later: of a `:` and the
        letters behind it, typed in one go, the letters would be verbs of the list.
        """
        if not isinstance(event, events.Key) or event.is_forwarded or isinstance(self.focused, TakesEveryKey):
            await super().on_event(event)
            return
        focused = self.focused
        typed = isinstance(focused, Input) and event.is_printable
        if typed or not await self._do_bound(event.key):
            await super().on_event(event)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._settle(focused), SETTLING_PATIENCE)

    async def _settle(self, widget: Widget | None) -> None:
        """Until a widget has done what it was told, and what that opened can take a key."""
        if widget is not None and widget.is_attached:
            done = asyncio.Event()
            widget.call_later(done.set)
            await done.wait()
        await self.screen._mounted_event.wait()

    async def _do_bound(self, key: str) -> bool:
        return await self._check_bindings(key, priority=True) or await self._check_bindings(key)

    def exit(self, result: None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """Whoever or whatever ends the program, the workspace is kept before: but for what nobody foresaw."""
        if self._deck is not None and self._deck.is_mounted and return_code != CRASHED:
            self.parting_words = self._deck.workspace.save()
        super().exit(result, return_code, message)

    def _handle_exception(self, error: Exception) -> None:
        """No traceback reaches the operator: it is in the log. `_exception` is what Textual's pilot raises."""
        LOG.error("the screen ended by an unforeseen error", exc_info=error)
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
            self.failure = error
        self.exit(return_code=CRASHED)


def run_screen(
    bridge: Bridge, keys: PaneKeys, configuration: Configuration, problems: Sequence[Problem], opening: Opening
) -> int:
    """Show the screen until the operator leaves; the exit code. Raises what else ended it."""
    later = threading.Timer(LOAD_AHEAD_AFTER, load_ahead)
    later.daemon = True
    later.start()
    app = WharfApp(bridge, keys, configuration, problems, opening)
    try:
        app.run(mouse=configuration.mouse)
    finally:
        later.cancel()
        bridge.close()
        STOCK.close()
    if app.parting_words:
        print(f"wharf: {printable(app.parting_words)}", file=sys.stderr)
    if waiting := bridge.under_way():
        words = _("wharf ends when these have ended: {verbs}").format(verbs=", ".join(waiting))
        print(printable(words), file=sys.stderr)
        bridge.finish()
    if app.failure is not None:
        raise app.failure
    return app.return_code or 0
