"""An entry of a log as rows of a screen: colours of the program kept, JSON folded, what is sought lit."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from typing import Final, Literal

import msgspec
from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from core.console.log_pages import LogEntry
from tui.configuration.schema import LogTimes
from tui.logs.matching import Matcher
from tui.logs.reader import entry_text
from tui.logs.times import told
from tui.plain_text import printable

JsonView = Literal["raw", "folded", "open"]
_NOT_COLOUR: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-ln-~]|[\]PX^_].*?(?:\x07|\x1b\\|$)|[ -/]*[0-Z\\^-~])")
"""Escape sequences other than those that set colours (SGR)."""
_SGR: Final = re.compile(r"(\x1b\[[0-9;:]*m)")
_LEVELS: Final = {
    "error": "bold red",
    "fatal": "bold red",
    "critical": "bold red",
    "panic": "bold red",
    "warn": "yellow",
    "warning": "yellow",
    "info": "green",
    "debug": "dim",
    "trace": "dim",
}
_LEVEL_KEYS: Final = ("level", "lvl", "severity", "levelname")
_MESSAGE_KEYS: Final = ("msg", "message", "event")
_TIME_KEYS: Final = ("time", "ts", "timestamp", "@timestamp", "t")
SOURCE_COLOURS: Final = ("cyan", "magenta", "yellow", "green", "blue", "red", "bright_cyan", "bright_magenta")


class LogLook(msgspec.Struct, frozen=True, kw_only=True):
    """How entries are shown. `names`: of the logs, put before each line where there are several.

    `time_format`, `zone`: see `tui.logs.times`.
    """

    width: int
    names: tuple[str, ...] = ()
    wrap: bool = True
    timestamps: bool = False
    time_format: str = LogTimes().time_format
    zone: datetime.tzinfo | None = None
    json: JsonView = "folded"
    colours: bool = True


def rows_of(entry: LogEntry, look: LogLook, sought: Matcher | None) -> list[Text]:
    """The rows of an entry, at least one. Without `wrap` it is one as wide as it needs, a row a line of open JSON."""
    lines = _body(entry, look)
    if sought is not None:
        for line in lines:
            for begin, end in sought.spans(line.plain):
                line.stylize("reverse", begin, end)
    head = _head(entry, look)
    lines[0] = Text.assemble(head, lines[0]) if head.plain else lines[0]
    if not look.wrap:
        return lines
    return [row for line in lines for row in wrapped(line, look.width)]


def wrapped(line: Text, width: int) -> list[Text]:
    """`line` cut where a row is full. A character of two columns is never halved."""
    if width <= 0:
        return [line]
    plain = line.plain
    if plain.isascii():
        offsets: Sequence[int] = range(width, len(plain), width)
    else:
        offsets = _offsets(plain, width)
    return list(line.divide(offsets)) if offsets else [line]


def _offsets(plain: str, width: int) -> list[int]:
    found, used = [], 0
    for offset, char in enumerate(plain):
        cells = cell_len(char)
        if used + cells > width and used:
            found.append(offset)
            used = 0
        used += cells
    return found


def _head(entry: LogEntry, look: LogLook) -> Text:
    head = Text()
    if len(look.names) > 1:
        head.append(f"{printable(look.names[entry.source])} ", SOURCE_COLOURS[entry.source % len(SOURCE_COLOURS)])
    if look.timestamps and entry.time:
        head.append(f"{printable(told(entry.time, look.time_format, look.zone))} ", "dim")
    if entry.stream == "stderr":
        head.append("! ", "red")
    return head


def _body(entry: LogEntry, look: LogLook) -> list[Text]:
    if look.json != "raw" and entry.data.lstrip().startswith(b"{"):
        record = _record(entry.data)
        if record is not None:
            return [folded(record)] if look.json == "folded" else _opened(record)
    if not look.colours or b"\x1b" not in entry.data:
        return [_plain(entry)]
    return [coloured(entry.data)]


def _record(data: bytes) -> dict[str, object] | None:
    try:
        return msgspec.json.decode(data, type=dict[str, object])
    except msgspec.MsgspecError:
        return None


def _plain(entry: LogEntry) -> Text:
    text = entry_text(entry)
    word = next((word for word in re.split(r"[\s\[\]:=\"]+", text[:80].lower()) if word in _LEVELS), "")
    return Text(text, _LEVELS[word] if word and word not in ("info", "debug", "trace") else "", end="")


def coloured(data: bytes) -> Text:
    """A line with the colours that the program gave it, and nothing else of what it told the terminal."""
    text = _NOT_COLOUR.sub("", data.decode("utf-8", "replace")).rstrip("\r").rpartition("\r")[2].expandtabs(8)
    pieces = [piece if _SGR.fullmatch(piece) else printable(piece.replace("\a", "")) for piece in _SGR.split(text)]
    line = Text.from_ansi("".join(pieces))
    line.end = ""
    return line


def folded(record: dict[str, object]) -> Text:
    """A JSON line as `LEVEL message key=value …`; its time is left out, as the monitor's stands before it."""
    left = dict(record)
    line = Text(end="")
    level = _taken(left, _LEVEL_KEYS)
    message = _taken(left, _MESSAGE_KEYS)
    _taken(left, _TIME_KEYS)
    if level:
        line.append(f"{printable(level.upper()):<5} ", _LEVELS.get(level.lower(), ""))
    if message:
        line.append(printable(message))
    for key, value in left.items():
        line.append(f"{' ' if line.plain else ''}{printable(key)}=", "dim")
        line.append(printable(_value(value)))
    return line


def _opened(record: dict[str, object]) -> list[Text]:
    text = msgspec.json.format(msgspec.json.encode(record), indent=2).decode()
    return [Text(printable(line), Style(), end="") for line in text.splitlines()]


def _taken(record: dict[str, object], keys: Sequence[str]) -> str:
    for key in keys:
        if key in record:
            return _value(record.pop(key))
    return ""


def _value(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
