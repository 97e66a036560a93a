"""The words of the screen in the operator's language, as of gettext: the messages in the code are the English ones.

`xx.po` beside this module is the catalogue of a language; what is read is what it is compiled to, `xx.mo`. English
needs neither. What the engine says of an error stays English in every language: that is what one looks for elsewhere.
"""

from __future__ import annotations

import os
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from gettext import NullTranslations
    from typing import Final

AUTOMATIC: Final = "auto"
ENGLISH: Final = "en"
FOLDER: Final = Path(__file__).parent
_now: NullTranslations | None = None
"""The catalogue in use; None for English."""


def _(message: str) -> str:
    """A message in the operator's language; as it is where there is no other for it."""
    if _now is None or not message:
        return message
    found = _now.gettext(message)
    # Of what also has a plural only the forms for numbers are in the catalogue.
    return found if found != message else _now.ngettext(message, message, 1)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The form of a message that a number asks for. The number is not in it yet."""
    if _now is None:
        return singular if count == 1 else plural
    return _now.ngettext(singular, plural, count)


def pgettext(context: str, message: str) -> str:
    """A message that other languages have several words for; `context` says which is meant."""
    return message if _now is None else _now.pgettext(context, message)


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for it
    """Marks a message that is translated where it is shown."""
    return message


def languages() -> list[str]:
    """The codes of those that there are."""
    return sorted([ENGLISH, *(file.stem for file in FOLDER.glob("*.mo"))])


def use(wanted: str) -> None:
    """Speak a language from now on; English where there is no catalogue of it. `wanted`: see `chosen`."""
    global _now
    _now = None
    for code in (wanted, wanted.partition("_")[0]):
        try:
            catalogue = (FOLDER / f"{code}.mo").open("rb")
        except OSError:
            continue
        from gettext import GNUTranslations

        with catalogue:
            _now = GNUTranslations(catalogue)
        return


def chosen(configured: str, environment: Mapping[str, str] = os.environ) -> str:
    """The language of the configuration, or that of the environment where it leaves the choice to that: `de`, `pt_BR`.

    As for gettext LC_ALL stands before LC_MESSAGES and LANG.
    """
    if configured != AUTOMATIC:
        return configured
    locale = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := environment.get(name))), "")
    code = locale.partition(".")[0].partition("@")[0]
    return ENGLISH if code in ("", "C", "POSIX") else code
