"""The forms for files of Kubernetes manifests."""

from __future__ import annotations

from typing import Final

from tui.forms.form import Field, Form
from tui.forms.images import no_file
from tui.languages import N_

_FILE: Final = Field("file", "file", "of YAML", check=no_file, path=True)
PLAY_FORM: Final = Form(
    title=N_("Play Kubernetes manifests"),
    verb=N_("Play"),
    fields=(_FILE,),
    command=lambda values: ["kube", "play", values["file"] or "FILE"],
    note=N_("Its pods, volumes and secrets are made, images that are missing are pulled, and the pods started."),
)
DOWN_FORM: Final = Form(
    title=N_("Take Kubernetes manifests down"),
    verb=N_("Take down"),
    fields=(_FILE,),
    command=lambda values: ["kube", "down", values["file"] or "FILE"],
    note=N_("Its pods and secrets go for good, with the files of their containers; its volumes stay."),
)
