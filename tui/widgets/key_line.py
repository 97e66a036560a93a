"""A line of keys and what they do. What has no room is left out whole: the help has all of them."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text
from textual.app import RenderResult
from textual.reactive import reactive
from textual.widget import Widget

from tui.languages import _

Item = tuple[str, str]
"""Keys, as people write them, and a word."""
GAP = 2
"""Columns between two of them."""


class KeyLine(Widget):
    """What matters most comes first."""

    DEFAULT_CSS = """
    KeyLine { height: 1; background: $panel; color: $text-muted; padding: 0 1; }
    """
    shown: reactive[tuple[Item, ...]] = reactive(())

    def __init__(self, shown: tuple[Item, ...] = (), *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.set_reactive(KeyLine.shown, shown)

    def render(self) -> RenderResult:
        return Text(fitting(self.shown, self.content_size.width), no_wrap=True)


def fitting(items: tuple[Item, ...], width: int) -> str:
    """As many as have room in `width` columns; a short one is not put in the place of a long one before it."""
    line = ""
    for keys, word in items:
        longer = f"{line}{' ' * GAP if line else ''}{keys} {_(word)}"
        if cell_len(longer) > width:
            break
        line = longer
    return line
