"""The forms for what is done to several containers at once."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from core.storage.tar_output import Compression
from tui.forms.form import TICKED, Field, Form, Values
from tui.languages import _

SUFFIXES: Final[dict[Compression, str]] = {"none": ".tar", "gzip": ".tar.gz", "zstd": ".tar.zst"}
_PACKED: Final = tuple(SUFFIXES)
_NAME: Final = "{name}"


def _no_folder(text: str) -> str:
    path = Path(text).expanduser()
    if not path.is_dir():
        return _("there is no such folder")
    return "" if os.access(path, os.W_OK) else _("nothing can be written there")


def _not_packed(text: str) -> str:
    return "" if text in SUFFIXES else _("one of {names}").format(names=", ".join(_PACKED))


def export_form(names: Sequence[str]) -> Form:
    """A folder for the archives of several containers."""
    return Form(
        title=_("Export {count} containers").format(count=len(names)),
        verb=_("Export"),
        fields=(
            Field("folder", "folder", "of this machine", str(Path.cwd()), check=_no_folder, path=True),
            Field("packed", "packed", ", ".join(_PACKED), "none", choices=_PACKED,
                  check=_not_packed),
            Field("overwrite", "replace files that are there", tick=True),
        ),
        note=_("One archive each: {names}").format(names=", ".join(f"{name}.tar" for name in names)),
    )  # fmt: skip


def destinations(names: Sequence[str], values: Values) -> list[Path]:
    """The file of each."""
    folder = Path(values["folder"]).expanduser().absolute()
    suffix = SUFFIXES[packing(values)]
    return [folder / f"{name[:100]}{suffix}" for name in names]


def packing(values: Values) -> Compression:
    """How the archives are packed."""
    return next((kind for kind in _PACKED if kind == values["packed"]), "none")


def commit_form(names: Sequence[str], *, running: bool) -> Form:
    """Images to be made of several containers. `running`: whether there is anything to freeze."""
    freeze = (Field("pause", "freeze each while its files are read", value=TICKED, tick=True),) if running else ()
    return Form(
        title=_("Make images of {count} containers").format(count=len(names)),
        verb=_("Commit"),
        fields=(
            Field("reference", "names", _("with {field} for that of the container").format(field=_NAME),
                  f"localhost/{_NAME}:latest",
                  check=_not_apart),
            Field("message", "comment", "in the history of each"),
            Field("author", "who made them"),
            *freeze,
        ),
        note=_("One image each: {names}").format(names=", ".join(names)),
    )  # fmt: skip


def _not_apart(text: str) -> str:
    return (
        ""
        if not text or _NAME in text
        else _("{field} has to be in it: all of them would have one name").format(field=_NAME)
    )


def reference_of(name: str, values: Values) -> str:
    """The name of the image of one; empty for none."""
    return values["reference"].replace(_NAME, name.lower())
