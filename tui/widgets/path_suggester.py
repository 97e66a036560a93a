"""Completion of paths of the host in a line that is typed."""

from __future__ import annotations

from pathlib import Path

from textual.suggester import Suggester


class PathSuggester(Suggester):
    """Completes a path by the first entry that begins as what is typed; → takes it."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        folder, _, start = value.rpartition("/")
        try:
            entries = sorted(Path(folder or "/").expanduser().iterdir())
        except OSError:
            return None
        for entry in entries:
            if start and entry.name.startswith(start) and entry.name.isprintable():
                return f"{folder}/{entry.name}{'/' if entry.is_dir() else ''}"
        return None
