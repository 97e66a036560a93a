"""Docker's json-file form of a log: a JSON object a line, its text with the newline that ends what was printed."""

from __future__ import annotations

from typing import Final

import msgspec

BEGIN: Final = b'{"log":'
"""Of every line, as Docker writes it: no line of conmon's begins like this."""


class JsonLine(msgspec.Struct):
    log: str
    stream: str = "stdout"
    time: str = ""

    @property
    def data(self) -> bytes:
        """What was printed, without the newline."""
        return self.log.encode().removesuffix(b"\n")

    @property
    def partial(self) -> bool:
        """Whether more of the same line follows."""
        return not self.log.endswith("\n")


_lines = msgspec.json.Decoder(JsonLine)


def read_json_line(line: bytes) -> JsonLine | None:
    """None for what is no such line."""
    try:
        return _lines.decode(line)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
