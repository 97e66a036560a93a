"""The form for a secret."""

from __future__ import annotations

from typing import Final

from tui.forms.form import Field, Form, Values, needed
from tui.forms.images import no_file


def _one_source(values: Values) -> str:
    if values["file"]:
        return no_file(values["file"]) or ("give the file or the text, not both" if values["text"] else "")
    return "" if values["text"] else "a file or a text is needed"


SECRET_FORM: Final = Form(
    title="New secret",
    verb="Keep",
    fields=(
        Field("name", "name", check=needed),
        Field("file", "file", "of which it is made", path=True),
        Field("text", "or a text", "not shown as it is typed", secret=True),
    ),
    command=lambda values: ["secret", "create", values["name"] or "NAME", values["file"] or "-"],
    check=_one_source,
    note="Containers get it with --secret NAME.",
)
