"""What of the lists is kept between runs: of each view the columns, their order, and what it is sorted by."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from core.host.files import make_private_directory, write_atomically
from tui.languages import _

LARGEST: Final = 1 << 20
"""Bytes of a file that is looked at."""


class KeptView(msgspec.Struct, omit_defaults=True):
    """`columns`: names in their order; none where the operator has chosen none. `sort`: the name of one, or empty."""

    columns: list[str] = []
    sort: str = ""
    falling: bool = False


class _File(msgspec.Struct):
    views: dict[str, KeptView] = {}


class Kept:
    """Reads its file once. `trouble`: why what stands in it was passed over; empty where all is well."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path if path is not None else _usual_path()
        self.trouble = ""
        self._views: dict[str, KeptView] = {}
        try:
            with self._path.open("rb") as file:
                self._views = msgspec.json.decode(file.read(LARGEST), type=_File).views
        except FileNotFoundError:
            pass
        except (OSError, ValueError) as error:
            self.trouble = _("the columns that were chosen are forgotten: {path} can not be read: {error}").format(
                path=self._path, error=error
            )

    def view(self, name: str) -> KeptView:
        """What is kept of a view; the usual where nothing is."""
        return self._views.get(name, KeptView())

    def keep(self, name: str, view: KeptView) -> None:
        """Keep a view as it is now. Raises OSError where the file can not be written."""
        self._views[name] = view
        self._path.parent.parent.mkdir(parents=True, exist_ok=True)
        make_private_directory(self._path.parent)
        write_atomically(
            self._path, msgspec.json.format(msgspec.json.encode(_File(self._views)), indent=2), lasting=False
        )


def _usual_path() -> Path:
    from platformdirs import user_state_path

    return user_state_path("wharfinger") / "lists.json"
