"""The forms for images: where to, where from, and under which name."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from core.model.image import RegistryAccess
from tui.forms.form import TICKED, Field, Form, Values, needed, words_of, wrong_words
from tui.languages import N_, _

SAVE_FORMS: Final = ("docker-archive", "oci-archive", "docker-dir", "oci-dir")
_TLS: Final = Field("tls", "the registry has to prove who it is (TLS)", value=TICKED, tick=True)


def no_file(text: str) -> str:
    """Complains of a path without a file."""
    if not text:
        return _("this is needed")
    return "" if Path(text).expanduser().is_file() else _("no file is there")


def no_place(text: str) -> str:
    """Complains of a path that can not be written anew."""
    if not text:
        return _("this is needed")
    path = Path(text).expanduser()
    if path.exists():
        return _("this is there already")
    return "" if path.absolute().parent.is_dir() else _("there is no folder {folder}").format(folder=path.parent)


def host_path(text: str) -> Path:
    """What was typed as a path."""
    return Path(text).expanduser().absolute()


def access_of(values: Values) -> RegistryAccess:
    """How the registry is to be spoken to."""
    return RegistryAccess(tls_verify=bool(values["tls"]), credentials=values.get("credentials", ""))


def access_words(values: Values) -> list[str]:
    """The same as options; a password is not shown."""
    words = [] if values["tls"] else ["--tls-verify=false"]
    if values.get("credentials"):
        words += ["--creds", values["credentials"].partition(":")[0] + ":…"]
    return words


def push_form(name: str) -> Form:
    """Where an image is pushed to."""
    return Form(
        title=_("Push {name}").format(name=name),
        verb=_("Push"),
        fields=(
            Field("destination", "destination", "where its name says; docker://HOST/NAME, dir:/folder …"),
            Field("credentials", "login", "USER:PASSWORD, in place of a kept login", secret=True),
            _TLS,
        ),
        command=lambda values: [
            "push", *access_words(values), name, *([values["destination"]] if values["destination"] else []),
        ],
        note=_("Layers that the registry has are not sent again."),
    )  # fmt: skip


def _wrong_form(text: str) -> str:
    return "" if text in SAVE_FORMS else _("one of {names}").format(names=", ".join(SAVE_FORMS))


def save_form(name: str) -> Form:
    """A file or a folder for an image."""
    usual = name.rpartition("/")[2].replace(":", "-")
    return Form(
        title=_("Save {name}").format(name=name),
        verb=_("Save"),
        fields=(
            Field("destination", "file", value=str(Path.cwd() / f"{usual}.tar"), check=no_place, path=True),
            Field(
                "form", "form", value=SAVE_FORMS[0], choices=SAVE_FORMS,
                check=_wrong_form,
            ),
        ),
        command=lambda values: ["save", "--format", values["form"], "--output", values["destination"], name],
        note=_("The file has its name only when all is written."),
    )  # fmt: skip


LOAD_FORM: Final = Form(
    title=N_("Load images"),
    verb=N_("Load"),
    fields=(Field("archive", "archive", "of docker or OCI", check=no_file, path=True),),
    command=lambda values: ["load", "--input", values["archive"]],
    note=N_("All images of the archive come in, under the names that they have there."),
)
IMPORT_FORM: Final = Form(
    title=N_("Import a root file system"),
    verb=N_("Import"),
    fields=(
        Field("tar", "tar archive", "of all files of a root", check=no_file, path=True),
        Field("name", "name", "NAME[:TAG]; empty for none"),
        Field("changes", "settings", "'CMD [\"/bin/sh\"]' 'ENV A=1' …", check=wrong_words),
        Field("message", "comment", "in the image's history"),
    ),
    command=lambda values: [
        "import",
        *(word for change in words_of(values["changes"]) for word in ("--change", change)),
        *(("--message", values["message"]) if values["message"] else ()),
        values["tar"],
        *((values["name"],) if values["name"] else ()),
    ],
    note=N_("It becomes one image of one layer."),
)


def tag_form(name: str) -> Form:
    """A further name for an image."""
    return Form(
        title=_("A further name for {name}").format(name=name),
        verb=_("Name"),
        fields=(Field("name", "name", "NAME[:TAG]", check=needed),),
        command=lambda values: ["tag", name, values["name"] or "NAME"],
        note=_("An image that has this name now loses it."),
    )


LOGIN_FORM: Final = Form(
    title=N_("Log in to a registry"),
    verb=N_("Log in"),
    fields=(
        Field("registry", "registry", "quay.io, localhost:5000 …", check=needed),
        Field("user", "user", check=needed),
        Field("password", "password", check=needed, secret=True),
        _TLS,
    ),
    command=lambda values: ["login", *access_words(values), "--username", values["user"], values["registry"]],
    note=N_("The login is tried, and kept where it is right."),
)
