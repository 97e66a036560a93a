"""The themes of the operator's, which theme is shown, and in which language."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from tui.configuration.schema import Configuration
from tui.languages import AUTOMATIC, ENGLISH, chosen

if TYPE_CHECKING:
    from textual.theme import Theme

DARK: Final = "textual-dark"
LIGHT: Final = "textual-light"


def own_themes(configuration: Configuration) -> list[Theme]:
    """Those in the file, as Textual has them."""
    from textual.theme import Theme

    return [Theme(name=name, **msgspec.structs.asdict(colours)) for name, colours in configuration.themes.items()]


def theme_for(configuration: Configuration, known: Iterable[str], *, is_dark: bool) -> str:
    """The theme's name; by the terminal's background where the file says `auto`, or a name that is not known."""
    if configuration.theme in known:
        return configuration.theme
    return DARK if is_dark else LIGHT


def draws_ascii(configuration: Configuration) -> bool:
    """Whether only ASCII is to be drawn: said so, or all that the locale knows."""
    if configuration.glyphs != "auto":
        return configuration.glyphs == "ascii"
    given = _given_environment()
    locale = next((value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := given.get(name))), "")
    return locale in ("C", "POSIX") or ("." in locale and "utf" not in locale.lower())


def language_of(configuration: Configuration) -> str:
    """The code of the language of the screen. Left to a terminal that knows ASCII alone it is English."""
    if configuration.language == AUTOMATIC and draws_ascii(configuration):
        return ENGLISH
    return chosen(configuration.language)


def _given_environment() -> Mapping[str, str]:
    """As it was when the program began: Python puts a LC_CTYPE of its own beside a LANG that is C (PEP 538)."""
    try:
        content = Path("/proc/self/environ").read_bytes()
    except OSError:
        return os.environ
    pairs = (entry.partition("=") for entry in os.fsdecode(content).split("\0"))
    return {name: value for name, _, value in pairs}
