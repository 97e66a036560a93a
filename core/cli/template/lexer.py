"""The words of a Go template (text/template): text, and the tokens of the actions between {{ and }}."""

from __future__ import annotations

import enum
import re
from typing import Final, NamedTuple

from core.errors import InvalidArgument

LEFT: Final = "{{"
RIGHT: Final = "}}"
KEYWORDS: Final = frozenset({"break", "continue", "else", "end", "if", "range", "with"})
_SPACES: Final = " \t\r\n"


class Kind(enum.Enum):
    """What a token is. `WORD`: a function's name or a keyword."""

    TEXT = "text"
    LEFT = "left"
    RIGHT = "right"
    SPACE = "space"
    STRING = "string"
    RAW = "raw"
    CHARACTER = "character"
    NUMBER = "number"
    DECLARE = "declare"
    ASSIGN = "assign"
    PIPE = "pipe"
    COMMA = "comma"
    OPEN = "open"
    CLOSE = "close"
    VARIABLE = "variable"
    FIELD = "field"
    DOT = "dot"
    WORD = "word"
    OTHER = "other"
    END = "end"


class Token(NamedTuple):
    """`position`: characters from the beginning of the template."""

    kind: Kind
    text: str
    position: int

    def __str__(self) -> str:
        """As Go names it in a complaint."""
        if self.kind is Kind.END:
            return "EOF"
        if self.kind is Kind.WORD and self.text in KEYWORDS:
            return f"<{self.text}>"
        from core.cli.template.values import quoted

        return quoted(self.text) if len(self.text) <= 10 else f"{quoted(self.text[:10])}..."


_TOKEN: Final = re.compile(
    r"""
      (?P<space>[ \t\r\n]+)
    | (?P<string>"(?:\\.|[^"\\\n])*")
    | (?P<raw>`[^`]*`)
    | (?P<character>'(?:\\.|[^'\\\n])*')
    | (?P<number>[+-]?(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?))
    | (?P<declare>:=) | (?P<assign>=) | (?P<pipe>\|) | (?P<comma>,) | (?P<open>\() | (?P<close>\))
    | (?P<variable>\$\w*) | (?P<field>\.\w+) | (?P<dot>\.) | (?P<word>\w+) | (?P<other>[!\#%&*+;<>?@\[\\\]^{}~/:-])
    """,
    re.VERBOSE,
)


def line_of(source: str, position: int) -> int:
    """The line, from 1, in which a position is."""
    return 1 + source.count("\n", 0, position)


def complaint(name: str, source: str, position: int, message: str) -> InvalidArgument:
    """A template that can not be read, in Go's words."""
    # What podman puts behind a template is on no line of it.
    position = min(position, len(source.removesuffix("\n{{end -}}")))
    return InvalidArgument(
        f"template: {name}:{line_of(source, position)}: {message}",
        hint="see Go's text/template for the syntax, and --format json for the fields",
    )


def tokens(name: str, source: str) -> list[Token]:
    """All tokens of a template, an `END` last. Raises `InvalidArgument`."""
    found: list[Token] = []
    position = 0
    while (left := source.find(LEFT, position)) >= 0:
        trims = source[left + 2 : left + 3] == "-" and source[left + 3 : left + 4] in tuple(_SPACES)
        text = source[position:left]
        if shown := text.rstrip(_SPACES) if trims else text:
            found.append(Token(Kind.TEXT, shown, position))
        position = left + (3 if trims else 2)
        if source[position:].lstrip(_SPACES if trims else "").startswith("/*"):
            position = _after_comment(name, source, position)
        else:
            found.append(Token(Kind.LEFT, LEFT, left))
            position = _action(name, source, position, found)
    if position < len(source):
        found.append(Token(Kind.TEXT, source[position:], position))
    found.append(Token(Kind.END, "", len(source)))
    return found


def _after_comment(name: str, source: str, position: int) -> int:
    end = source.find("*/", position)
    if end < 0:
        raise complaint(name, source, position, "unclosed comment")
    after, trims = _right(source, end + 2)
    if not after:
        raise complaint(name, source, position, "comment ends before closing delimiter")
    return _trimmed(source, after) if trims else after


def _right(source: str, position: int) -> tuple[int, bool]:
    """Behind the right delimiter that is here, and whether it trims what follows; 0 for none."""
    if source.startswith(RIGHT, position):
        return position + 2, False
    if source[position : position + 1] in tuple(_SPACES) and source.startswith(f"-{RIGHT}", position + 1):
        return position + 4, True
    return 0, False


def _trimmed(source: str, position: int) -> int:
    while source[position : position + 1] in tuple(_SPACES):
        position += 1
    return position


def _action(name: str, source: str, position: int, found: list[Token]) -> int:
    """Read one action up to behind its end."""
    depth = 0
    while True:
        after, trims = _right(source, position)
        if after:
            if depth:
                raise complaint(name, source, position, "unclosed left paren")
            found.append(Token(Kind.RIGHT, RIGHT, position))
            return _trimmed(source, after) if trims else after
        match = _TOKEN.match(source, position)
        if match is None:
            raise complaint(name, source, position, _unreadable(source[position : position + 1]))
        # White space ends before a delimiter that trims.
        end = match.end()
        if match.lastgroup == "space" and source.startswith(f"-{RIGHT}", end) and end - position > 1:
            end -= 1
        token = Token(Kind(match.lastgroup), source[position:end], position)
        if token.kind is Kind.NUMBER and re.match(r"\w", source[end : end + 1]):
            word = re.match(r"\w+", source[position:].lstrip("+-"))
            raise complaint(name, source, position, f'bad number syntax: "{word[0] if word else token.text}"')
        depth = max(0, depth + (token.kind is Kind.OPEN) - (token.kind is Kind.CLOSE))
        found.append(token)
        position = end


def _unreadable(character: str) -> str:
    if not character:
        return "unclosed action"
    if character in "\"'":
        return "unterminated quoted string" if character == '"' else "unterminated character constant"
    if character == "`":
        return "unterminated raw quoted string"
    return f"unrecognized character in action: U+{ord(character):04X} '{character}'"
