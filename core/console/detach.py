"""Detach keys: the sequence that leaves a console without ending what runs in it."""

from __future__ import annotations

from core.errors import InvalidArgument


def parse_detach_keys(text: str) -> bytes:
    """`ctrl-p,ctrl-q` → the bytes; empty for no detach keys (podman's grammar). Raises `InvalidArgument`."""
    if not text:
        return b""
    return bytes(_key(name, text) for name in text.split(","))


def _key(name: str, whole: str) -> int:
    if len(name) == 1 and name.isascii() and name.isprintable():
        return ord(name)
    if name.startswith("ctrl-") and len(name) == 6:
        letter = name[5].lower()
        if letter.isascii() and letter.isalpha():
            return ord(letter) - ord("a") + 1
        if letter in "@[\\]^_":
            return ord(letter) - ord("@")
    raise InvalidArgument(
        f"the detach keys {whole!r} are not valid", hint="use letters and ctrl-LETTER, joined by commas: ctrl-p,ctrl-q"
    )


class DetachFilter:
    """Looks for the detach keys in what is typed. What may be their beginning is held back until it is clear."""

    def __init__(self, keys: bytes) -> None:
        self._keys = keys
        self._held = b""

    @property
    def held(self) -> bytes:
        return self._held

    def feed(self, data: bytes) -> tuple[bytes, bool]:
        """What goes to the container, and whether the keys came; what is typed behind them is dropped."""
        if not self._keys:
            return data, False
        pending = self._held + data
        position = pending.find(self._keys)
        if position >= 0:
            self._held = b""
            return pending[:position], True
        keep = next(n for n in range(min(len(self._keys) - 1, len(pending)), -1, -1) if self._is_start(pending, n))
        self._held = pending[len(pending) - keep :]
        return pending[: len(pending) - keep], False

    def flush(self) -> bytes:
        """What is held back, given up as keys like any other."""
        held, self._held = self._held, b""
        return held

    def _is_start(self, pending: bytes, length: int) -> bool:
        return length == 0 or pending.endswith(self._keys[:length])
