"""The forms for volumes."""

from __future__ import annotations

from pathlib import Path

from tui.bridge.resource_details import KnownNames
from tui.forms.form import Field, Form, pairs_of, wrong_pairs
from tui.forms.images import no_file, no_place
from tui.languages import _


def volume_form(known: KnownNames) -> Form:
    """A new volume."""
    return Form(
        title=_("New volume"),
        verb=_("Make"),
        fields=(
            Field("name", "name", "one is made up otherwise",
                  check=lambda text: _("a volume has this name") if text in known.volumes else ""),
            Field("labels", "labels", "NAME=VALUE …", check=wrong_pairs),
            Field("options", "options", "type=tmpfs device=tmpfs o=size=64m", check=wrong_pairs),
        ),
        command=lambda values: [
            "volume", "create",
            *(word for name, value in pairs_of(values["labels"]).items() for word in ("--label", f"{name}={value}")),
            *(word for name, value in pairs_of(values["options"]).items() for word in ("--opt", f"{name}={value}")),
            *((values["name"],) if values["name"] else ()),
        ],
    )  # fmt: skip


def export_form(name: str) -> Form:
    """A file for what a volume has."""
    destination = str(Path.cwd() / f"{name[:100]}.tar")
    return Form(
        title=_("Export volume {name}").format(name=name),
        verb=_("Export"),
        fields=(Field("destination", "file", value=destination, check=no_place, path=True),),
        command=lambda values: ["volume", "export", name, "--output", values["destination"]],
        note=_("The file has its name only when all is written."),
    )


def import_form(name: str) -> Form:
    """An archive for a volume."""
    return Form(
        title=_("Import into volume {name}").format(name=name),
        verb=_("Import"),
        fields=(Field("archive", "tar archive", "plain or compressed", check=no_file, path=True),),
        command=lambda values: ["volume", "import", name, values["archive"]],
        note=_("Files that are in the volume under the same names are written over; the others stay."),
    )
