"""The form for files that are copied between this machine and a container."""

from __future__ import annotations

import os
from pathlib import Path

from tui.forms.form import Field, Form, Values, needed


def copy_form(name: str) -> Form:
    """`NAME:PATH` is a path in the container, as for `wharf cp`."""
    return Form(
        title=f"Copy files of {name}, or into it",
        verb="Copy",
        fields=(
            Field("source", "from", f"/path here, or {name}:/path in it", f"{name}:/", check=needed),
            Field("target", "to", f"/path here, or {name}:/path in it", f"{Path.cwd()}/", check=needed),
        ),
        command=lambda values: ["cp", values["source"], values["target"]],
        check=lambda values: "" if direction(name, values) else f"one of them, not both, begins with {name}:",
        note="Devices are left out; what comes here belongs to you, what goes there to the container's user.",
    )


def direction(name: str, values: Values) -> tuple[str, str, str] | None:
    """The verb, the source and the target; None where neither or both are the container's."""
    head = f"{name}:"
    source, target = values["source"], values["target"]
    if source.startswith(head) and not target.startswith(head):
        return "copy out", source.removeprefix(head), os.path.expanduser(target)
    if target.startswith(head) and not source.startswith(head):
        return "copy in", os.path.expanduser(source), target.removeprefix(head)
    return None
