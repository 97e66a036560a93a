"""What every dialog and page is: it goes away once, and never takes another one with it.

Textual takes away the screen in front, whichever is dismissed: a button that is pressed twice before its dialog has
gone would take the screen below, too, and what ends by itself the dialog above it.
"""

from __future__ import annotations

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, Screen, ScreenResultType


class Page(Screen[ScreenResultType]):
    """A screen in front of others."""

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Go away with a result; nothing where this is not the one in front."""
        return super().dismiss(result) if self.is_active else AwaitComplete()


class Dialog(ModalScreen[ScreenResultType]):
    """A screen through which those behind it are seen."""

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Go away with a result; nothing where this is not the one in front."""
        return super().dismiss(result) if self.is_active else AwaitComplete()
