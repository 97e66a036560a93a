"""A piece of a file as text to read: as it is, or its bytes where it is none."""

from __future__ import annotations

from rich.text import Text

from core.model.files import FilePiece
from tui.languages import _
from tui.plain_text import printable, size

_PER_LINE = 16
_LOOKED_AT = 4096
SHOWN_BYTES = 64 * 1024
"""Of what is no text."""


def file_text(piece: FilePiece) -> Text:
    """What is shown of it, harmless; a last line says where it is cut."""
    text = hexadecimal(piece.content[:SHOWN_BYTES]) if is_binary(piece.content) else as_text(piece.content)
    shown = min(len(piece.content), SHOWN_BYTES) if is_binary(piece.content) else len(piece.content)
    if piece.offset + shown < piece.size:
        text += "\n" + _("… {size} more: copy it out to see all of it").format(
            size=size(piece.size - piece.offset - shown)
        )
    return Text(text)


def is_binary(content: bytes) -> bool:
    """As grep tells: where there is a NUL byte near the begin."""
    return b"\0" in content[:_LOOKED_AT]


def as_text(content: bytes) -> str:
    lines = content.decode("utf-8", "replace").splitlines() or [_("(empty)")]
    return "\n".join(printable(line.expandtabs(8)) for line in lines)


def hexadecimal(content: bytes) -> str:
    """As `hexdump -C`: the place, sixteen bytes, and the same as ASCII."""
    lines = []
    for offset in range(0, len(content), _PER_LINE):
        row = content[offset : offset + _PER_LINE]
        shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        lines.append(f"{offset:08x}  {row[:8].hex(' '):<23}  {row[8:].hex(' '):<23}  |{shown}|")
    return "\n".join(lines)
