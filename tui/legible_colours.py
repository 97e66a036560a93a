"""The sixteen colours and dimmed text on the screen, shown so that they can be read."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Final

from rich.color import Color as RichColor
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from textual.color import Color
from textual.filter import ANSIToTruecolor

from tui.legible import faintest, readable

DIMMED: Final = 0.66
"""What is left of a colour that is dimmed."""
_NOT_DIM: Final = Style(dim=False)


class LegibleColours(ANSIToTruecolor):
    """In place of Textual's own filter, which takes a named colour and a dimmed one for what they are on any ground."""

    @lru_cache(1024)  # noqa: B019 - there are two of them
    def truecolor_style(self, style: Style, background: RichColor) -> Style:
        if style.color is None or not (style.dim or style.color.triplet is None):
            return super().truecolor_style(style, background)
        shown = super().truecolor_style(style + _NOT_DIM if style.dim else style, background)
        if shown.color is None:
            return shown
        text = Color.from_rich_color(shown.color)
        ground = Color.from_rich_color(shown.bgcolor or background)
        if ground.ansi is not None:
            return shown
        if style.color.triplet is None:
            text = readable(text, (ground,))
        if style.dim:
            text = faintest(text, ground, DIMMED)
        return shown + Style.from_color(text.rich_color)


@cache
def legible_colours(theme: TerminalTheme) -> LegibleColours:
    """The filter for a palette; the same each time, as rows are kept by it."""
    return LegibleColours(theme)


@cache
def plain_colours(theme: TerminalTheme) -> ANSIToTruecolor:
    """As `legible_colours`, with all colours as they are."""
    return ANSIToTruecolor(theme)
