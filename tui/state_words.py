"""How a state is written in a list: its sign and its word, a short word, or the sign alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from rich.cells import set_cell_size

from tui.configuration.schema import StateWords
from tui.languages import N_, _, pgettext

WORDS: Final = (
    *(N_("configured"), N_("created"), N_("running"), N_("paused"), N_("exited"), N_("unknown"), N_("no console")),
    *(N_("starting"), N_("healthy"), N_("unhealthy")),
    *(N_("degraded"), N_("stopped"), N_("error")),
)
"""The states of containers, of their health, and of pods, as messages."""
_SHORT: Final[Mapping[str, Callable[[], str]]] = {
    "running": lambda: pgettext("state, 4 letters", "run"),
    "paused": lambda: pgettext("state, 4 letters", "paus"),
    "created": lambda: pgettext("state, 4 letters", "made"),
    "configured": lambda: pgettext("state, 4 letters", "new"),
    "exited": lambda: pgettext("state, 4 letters", "exit"),
    "unknown": lambda: pgettext("state, 4 letters", "odd"),
    "unhealthy": lambda: pgettext("state, 4 letters", "sick"),
    "no console": lambda: pgettext("state, 4 letters", "cut"),
}
_SHORTEST: Final = 4
NARROW: Final[Mapping[str, int]] = {"short": 6, "sign": 5}
"""The width of the column. With signs alone it is as wide as its heading."""


def state_text(sign: str, word: str, words: StateWords) -> str:
    """A cell."""
    if words == "sign":
        return sign
    if words == "long":
        return f"{sign} {_(word)}"
    short = _SHORT[word]() if word in _SHORT else _(word)
    return f"{sign} {set_cell_size(short, _SHORTEST).rstrip()}"


def doing_text(doing: str, words: StateWords) -> str:
    """A cell of what something is being done to."""
    if words != "long":
        return "…"
    # A stop that counts its seconds moves by itself.
    return doing if "/" in doing else f"… {doing}"
