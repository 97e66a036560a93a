"""The form for a pod."""

from __future__ import annotations

from collections.abc import Callable

from tui.bridge.command_lines import complaint, read_pod
from tui.bridge.resource_details import KnownNames
from tui.forms.form import TICKED, Field, Form, Values, words_of
from tui.languages import _


def pod_words(values: Values) -> list[str]:
    """Behind `wharf pod create`."""
    words: list[str] = []
    for name, flag in (
        ("ports", "--publish"), ("network", "--network"), ("memory", "--memory"), ("cpus", "--cpus"),
        ("share", "--share"),
    ):  # fmt: skip
        words += [word for text in words_of(values[name]) for word in (flag, text)]
    words += [] if values["infra"] else ["--infra=false"]
    return [*words, *([values["name"]] if values["name"] else [])]


def _wrong(flag: str) -> Callable[[str], str]:
    return lambda text: complaint(lambda: read_pod([word for one in words_of(text) for word in (flag, one)]))


def pod_form(known: KnownNames) -> Form:
    """A new pod."""
    return Form(
        title=_("New pod"),
        verb=_("Make"),
        fields=(
            Field("name", "name", "one is made up otherwise",
                  check=lambda text: _("a pod has this name") if text in known.pods else ""),
            Field("ports", "ports", "8080:80 … of all of its containers", check=_wrong("--publish")),
            Field("network", "network", "the default one; host, none, or a network's name",
                  choices=("host", "none", *known.networks), check=_wrong("--network")),
            Field("share", "shares", "ipc,net,uts; also pid, cgroup; none", check=_wrong("--share")),
            Field("memory", "memory", "of all of them together; 2g", check=_wrong("--memory")),
            Field("cpus", "CPUs", "of all of them together; 1.5", check=_wrong("--cpus")),
            Field("infra", "with a container that holds what they share", value=TICKED, tick=True),
        ),
        command=lambda values: ["pod", "create", *pod_words(values)],
        check=lambda values: complaint(lambda: read_pod(pod_words(values))),
        note=_("Containers are put into it with --pod NAME."),
    )  # fmt: skip
