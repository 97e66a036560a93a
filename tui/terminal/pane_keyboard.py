"""The keyboard of a terminal pane: whose it is, and what becomes of what is typed and pasted."""

from __future__ import annotations

from typing import Final

from textual import events

from core.console.detach import DetachFilter
from tui.languages import _
from tui.terminal.driver import WharfDriver
from tui.terminal.every_key import TakesEveryKey
from tui.terminal.keys import (
    Command,
    KeyTranslator,
    Send,
    Waiting,
    focus_report,
    key_names,
    parse_escape_key,
    paste_tokens,
)
from tui.terminal.pane_mouse import PaneMouse
from tui.terminal.raw_input import InputKind, InputToken
from tui.terminal.textual_keys import bytes_of_key

HOLD: Final = 0.3
"""Seconds that the first of the detach keys is held back before the program gets it."""


class PaneKeyboard(PaneMouse, TakesEveryKey):
    """Has the operator's raw keys while the pane has the focus. One after the escape key is for the pane itself."""

    def __init__(
        self,
        escape: str,
        detach: bytes,
        *,
        watch_only: bool,
        name: str | None,
        id: str | None,  # noqa: A002
        classes: str | None,
    ) -> None:
        """`escape`: a key's name. `detach`: the keys that leave the console, none where it is empty."""
        super().__init__(name=name, id=id, classes=classes)
        self._escape_name = escape
        self._translator = KeyTranslator(parse_escape_key(escape))
        self._detach_filter = DetachFilter(detach)
        self._watch_only = watch_only

    @property
    def is_looking_back(self) -> bool:
        """Whether keys move through what has scrolled away."""
        raise NotImplementedError

    def look(self, keys: list[str]) -> None:
        """Take keys while looking back."""
        raise NotImplementedError

    def run_command(self, key: str) -> None:
        """Do what the key after the escape key is for."""
        raise NotImplementedError

    def leave(self) -> None:
        """The detach keys were typed."""
        raise NotImplementedError

    def show_border(self) -> None:
        """What stands above and below may be something else now."""
        raise NotImplementedError

    def show_notice(self, text: str) -> None:
        """Show a line for a while."""
        raise NotImplementedError

    @property
    def watch_only(self) -> bool:
        """Whether what is typed goes nowhere."""
        return self._watch_only

    def _raw_driver(self) -> WharfDriver | None:
        driver = self.app._driver
        return driver if isinstance(driver, WharfDriver) else None

    def update_keyboard(self) -> None:
        """Have the raw keyboard just while the program is there and nothing else is in front."""
        driver = self._raw_driver()
        if driver is None:
            return
        # `has_focus` changes only behind the handlers of focus and blur, from which this is called.
        in_front = self.is_attached and self.app.screen is self.screen
        if in_front and self.screen.focused is self and not self.has_ended:
            driver.grab(self._take_tokens, self.modes)
        else:
            driver.release(self._take_tokens)

    def on_focus(self) -> None:
        self.update_keyboard()
        self.send(focus_report(True, self.modes))
        self.refresh()

    def on_blur(self) -> None:
        self._translator.forget()
        self.update_keyboard()
        self.show_border()
        self.send(focus_report(False, self.modes))
        self.refresh()

    def on_app_focus(self) -> None:
        if self.has_focus:
            self.send(focus_report(True, self.modes))

    def on_app_blur(self) -> None:
        if self.has_focus:
            self.send(focus_report(False, self.modes))

    def _take_tokens(self, tokens: list[InputToken]) -> None:
        was_waiting = self._translator.is_waiting
        self.forget_selection()
        for token in tokens:
            if self.is_looking_back and token.kind is InputKind.KEYS:
                self.look(key_names(token.data))
                continue
            for action in self._translator.translate(token, self.modes):
                match action:
                    case Send(data):
                        self._type(data, typed=token.kind is InputKind.KEYS)
                    case Waiting():
                        pass
                    case Command(key):
                        self.run_command(key)
        if self._translator.is_waiting != was_waiting:
            self.refresh()
        self.show_border()

    def _type(self, data: bytes, *, typed: bool) -> None:
        """What the operator typed or pasted; the detach keys are looked for in what is typed alone."""
        if self._watch_only:
            self.show_notice(_("watching only: {escape} w to type").format(escape=self._escape_name))
            return
        if not typed:
            self.send(data)
            return
        passed, detached = self._detach_filter.feed(data)
        self.send(passed)
        if detached:
            self.leave()
        elif held := self._detach_filter.held:
            self.set_timer(HOLD, lambda: self._send_held(held))

    def _send_held(self, held: bytes) -> None:
        """The second of the detach keys did not come: the first was meant for the program."""
        if held == self._detach_filter.held:
            self.send(self._detach_filter.flush())

    async def on_key(self, event: events.Key) -> None:
        """Without the raw driver: the nearest bytes for Textual's key."""
        if self.has_ended:
            return
        event.stop()
        event.prevent_default()
        if data := bytes_of_key(event.key, event.character):
            self._take_tokens([InputToken(InputKind.KEYS, data)])

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self._take_tokens(paste_tokens(event.text))
