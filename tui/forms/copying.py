"""The forms for files that are copied between this machine and a container, or a volume."""

from __future__ import annotations

import os
from pathlib import Path

from tui.forms.form import Field, Form, Values, all_of, needed
from tui.languages import _


def copy_form(name: str) -> Form:
    """`NAME:PATH` is a path in the container, as for `wharf cp`."""
    return Form(
        title=_("Copy files of {name}, or into it").format(name=name),
        verb=_("Copy"),
        fields=(
            Field(
                "source", "from", _("/path here, or {name}:/path in it").format(name=name), f"{name}:/", check=needed
            ),
            Field(
                "target", "to", _("/path here, or {name}:/path in it").format(name=name), f"{Path.cwd()}/", check=needed
            ),
        ),
        command=lambda values: ["cp", values["source"], values["target"]],
        check=lambda values: (
            "" if direction(name, values) else _("one of them, not both, begins with {name}:").format(name=name)
        ),
        note=_("Devices are left out; what comes here belongs to you, what goes there to the container's user."),
    )


def copy_out_form(name: str, path: str) -> Form:
    """Where on this machine a path goes. `name`: of the container; empty where no command does the same."""
    return Form(
        title=_("Copy {path} out").format(path=path),
        verb=_("Copy"),
        fields=(Field("target", "to", "/path", f"{Path.cwd()}/", check=needed, remark=_written_over, path=True),),
        command=(lambda values: ["cp", f"{name}:{path}", values["target"]]) if name else None,
        note=_("A file or directory of this machine. It will belong to you; devices are left out."),
    )


def copy_in_form(name: str, folder: str, owner: str) -> Form:
    """What of this machine goes into which directory, `folder` if nothing else is typed."""
    return Form(
        title=_("Copy into {folder}").format(folder=folder),
        verb=_("Copy"),
        fields=(
            Field("source", "from", "/path", check=all_of(needed, _not_here), path=True),
            Field("target", "into", "/path", folder, check=_not_absolute),
        ),
        command=(lambda values: ["cp", values["source"], f"{name}:{values['target']}"]) if name else None,
        note=_("A file or directory of this machine. It will belong to the {owner}.").format(owner=owner),
    )


def _written_over(text: str) -> str:
    there = text and not text.endswith("/") and os.path.lexists(os.path.expanduser(text))
    return _("it is there, and is written over") if there and not os.path.isdir(os.path.expanduser(text)) else ""


def _not_here(text: str) -> str:
    return "" if os.path.lexists(os.path.expanduser(text)) else _("it is not there")


def _not_absolute(text: str) -> str:
    return "" if text.startswith("/") else _("it has to begin with /")


def direction(name: str, values: Values) -> tuple[str, str, str] | None:
    """The verb, the source and the target; None where neither or both are the container's."""
    head = f"{name}:"
    source, target = values["source"], values["target"]
    if source.startswith(head) and not target.startswith(head):
        return "copy out", source.removeprefix(head), os.path.expanduser(target)
    if target.startswith(head) and not source.startswith(head):
        return "copy in", os.path.expanduser(source), target.removeprefix(head)
    return None
