"""The language of the filter: `web !test state:running label:tier=front /log[0-9]+/`, all of it to be met.

A word is looked for anywhere, in any case of letters; `~wb` finds its letters in this order, with others between them.
`!` before a term turns it round. Quotes keep blanks together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tui.languages import _

_TERM: Final = re.compile(r'(!?)(/(?:[^/\\]|\\.)*/|(?:[a-z]+:)?"[^"]*"?|\S+)')
Terms = Mapping[str, Callable[[Any], Iterable[str]]]


def term_of(title: str) -> str:
    """The key of a column's title: `team` for `TEAM`."""
    return re.sub(r"\W+", "_", title.casefold()).strip("_")


@dataclass(frozen=True, slots=True)
class _Term:
    inverse: bool
    key: str
    word: str
    pattern: re.Pattern[str] | None = None
    fuzzy: bool = False

    def fits(self, row: object, text: str, terms: Terms) -> bool:
        if self.pattern is not None:
            found = self.pattern.search(text) is not None
        elif self.key:
            found = any(self.word in value.casefold() for value in terms[self.key](row))
        elif self.fuzzy:
            letters = iter(text)
            found = all(letter in letters for letter in self.word)
        else:
            found = self.word in text
        return found is not self.inverse


class Filter:
    """What an operator has typed, ready to be held against rows. `trouble` says what of it has no meaning yet."""

    def __init__(self, typed: str, terms: Terms) -> None:
        self.typed = typed.strip()
        self.trouble = ""
        self._terms = terms
        self._wanted = [term for term in map(self._term, _TERM.findall(typed)) if term is not None]

    def __bool__(self) -> bool:
        return bool(self._wanted)

    @property
    def keys(self) -> frozenset[str]:
        """What stands before the colons."""
        return frozenset(term.key for term in self._wanted if term.key)

    def fits(self, row: object, text: str) -> bool:
        """Whether a row is shown; `text` is what can be found of it, in casefold."""
        return all(term.fits(row, text, self._terms) for term in self._wanted)

    def _term(self, found: tuple[str, str]) -> _Term | None:
        mark, word = found
        inverse = bool(mark)
        if len(word) > 1 and word.startswith("/") and word.endswith("/"):
            return self._pattern(inverse, word[1:-1])
        key, colon, value = word.partition(":")
        if colon and key in self._terms:
            return _Term(inverse, key, value.strip('"').casefold()) if value else None
        if len(word) > 1 and word.startswith("~"):
            return _Term(inverse, "", word[1:].casefold(), fuzzy=True)
        plain = word.strip('"').casefold()
        return _Term(inverse, "", plain) if plain and plain != "!" else None

    def _pattern(self, inverse: bool, expression: str) -> _Term | None:
        if not expression:
            return None
        try:
            return _Term(inverse, "", "", re.compile(expression, re.IGNORECASE))
        except re.error as error:
            self.trouble = _("/{expression}/ is no regular expression: {error}").format(
                expression=expression, error=error
            )
            return None
