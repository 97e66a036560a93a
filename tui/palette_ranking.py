"""In which order the palette shows what fits the letters that were typed, and how often each was chosen before."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import msgspec
from textual.fuzzy import Matcher

from core.host.files import make_private_directory, write_atomically
from core.log import LOG

LARGEST: Final = 1 << 16
"""Bytes of a file that is looked at."""
_WORD: Final = re.compile(r"\w+")
_NAMED, _BEGUN, _FOUND, FUZZY = range(4)


class Chosen:
    """How often each action was chosen in the palette, on this machine, by this user."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path if path is not None else _usual_path()
        self._times: dict[str, int] = {}
        try:
            with self._path.open("rb") as file:
                self._times = msgspec.json.decode(file.read(LARGEST), type=dict[str, int])
        except FileNotFoundError:
            pass
        except (OSError, ValueError) as error:
            LOG.info("how often actions were chosen is forgotten: %s: %s", self._path, error)

    def times(self, action: str) -> int:
        return self._times.get(action, 0)

    def note(self, action: str) -> None:
        """It was chosen once more. What can not be kept is in the log alone: it is a matter of order."""
        self._times[action] = self.times(action) + 1
        try:
            self._path.parent.parent.mkdir(parents=True, exist_ok=True)
            make_private_directory(self._path.parent)
            write_atomically(self._path, msgspec.json.encode(self._times), lasting=False)
        except OSError as error:
            LOG.info("how often actions were chosen is not kept: %s: %s", self._path, error)


class Query:
    """Letters that were typed into the palette."""

    def __init__(self, typed: str) -> None:
        self._typed = typed.strip().casefold()
        self._matcher = Matcher(typed.strip())

    def rank(self, verb: str, words: str) -> tuple[int, float] | None:
        """Smaller is better; None where it does not fit.

        What is called so comes first, then what has a word that begins so, then what has it anywhere, then what has
        the letters in this order. `verb`: what it is called. `words`: all that is said of it.
        """
        verb, text = verb.casefold(), f"{verb} {words}".casefold()
        kind = FUZZY
        if any(word.startswith(self._typed) for word in _WORD.findall(verb)):
            kind = _NAMED
        elif any(found.start() == 0 or not text[found.start() - 1].isalnum() for found in self._places(text)):
            kind = _BEGUN
        elif self._typed in text:
            kind = _FOUND
        score = self._matcher.match(text)
        return None if kind is FUZZY and score <= 0 else (kind, -score)

    def _places(self, text: str) -> list[re.Match[str]]:
        return list(re.finditer(re.escape(self._typed), text))


def _usual_path() -> Path:
    from platformdirs import user_state_path

    return user_state_path("wharfinger") / "palette.json"
