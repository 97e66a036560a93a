"""The form for a secret."""

from __future__ import annotations

from tui.forms.form import Field, Form, Values, needed
from tui.forms.images import no_file
from tui.languages import _


def _one_source(values: Values) -> str:
    if values["file"]:
        return no_file(values["file"]) or (_("give the file or the text, not both") if values["text"] else "")
    return "" if values["text"] else _("a file or a text is needed")


def secret_form(name: str = "") -> Form:
    """A new secret; with `name` something else for the one that has it."""
    replace = ["--replace"] if name else []
    return Form(
        title=_("Something else for {name}").format(name=name) if name else _("New secret"),
        verb=_("Keep"),
        fields=(
            Field("name", "name", value=name, check=lambda text: needed(text) or _another(name, text)),
            Field("file", "file", "of which it is made", path=True),
            Field("text", "or a text", "not shown as it is typed", secret=True),
        ),
        command=lambda values: ["secret", "create", *replace, values["name"] or "NAME", values["file"] or "-"],
        check=_one_source,
        note=_("Containers that have got it keep what they have.")
        if name
        else _("Containers get it with --secret NAME."),
    )


def _another(name: str, text: str) -> str:
    return _("it is for {name}").format(name=name) if name and text != name else ""
