"""The form for a container to create and run: the words of `wharf run`, checked by its own parser."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from typing import Final

from tui.bridge.command_lines import complaint, read_create
from tui.bridge.resource_details import KnownNames
from tui.forms.form import TICKED, Field, Form, Values, words_of, wrong_words
from tui.languages import _, pgettext

Settings = tuple[dict[str, list[str]], str, list[str]]
"""Options by their long flag, the image, the command: of a container that is taken as the pattern."""
_LINES: Final = {
    "ports": "--publish",
    "volumes": "--volume",
    "env": "--env",
    "network": "--network",
    "restart": "--restart",
    "memory": "--memory",
    "cpus": "--cpus",
}
_TICKS: Final = {"tty": "--tty", "interactive": "--interactive", "rm": "--rm"}
_NAME: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
_IMAGE: Final = re.compile(r"([\w.-]+(:\d+)?/)?[a-z0-9][a-z0-9._/-]*(:[\w.-]+)?(@sha256:[0-9a-f]{64})?")
POLICIES: Final = ("no", "on-failure", "on-failure:5", "always", "unless-stopped")


def run_words(values: Values) -> list[str]:
    """The command line that the values stand for, behind `wharf`."""
    words = ["run", "--detach"] if values["start"] else ["create"]
    if values["name"]:
        words += ["--name", values["name"]]
    for name, flag in _LINES.items():
        for text in words_of(values[name]):
            words += [flag, text]
    words += [flag for name, flag in _TICKS.items() if values[name]]
    words += words_of(values["more"])
    return [*words, values["image"] or "IMAGE", *words_of(values["command"])]


def _wrong_option(flag: str) -> Callable[[str], str]:
    """What the parser of `wharf run` says of the texts behind a flag."""

    def check(text: str) -> str:
        words = [word for value in words_of(text) for word in (flag, value)]
        return wrong_words(text) or (_complaint(words) if words else "")

    return check


def _complaint(words: list[str]) -> str:
    return complaint(lambda: read_create("run", [*words, "image"]))


def _wrong_name(known: KnownNames) -> Callable[[str], str]:
    def check(text: str) -> str:
        if text in known.containers:
            return _("a container has this name")
        return "" if not text or _NAME.fullmatch(text) else _("a name has letters, digits, dots, dashes, underscores")

    return check


def _wrong_network(known: KnownNames) -> Callable[[str], str]:
    modes = ("host", "none", "bridge", "private", "default")

    def check(text: str) -> str:
        for word in words_of(text):
            name = word.partition(":")[0]
            if name not in (*modes, *known.networks, "container", "ns"):
                return _("there is no network {name}").format(name=name)
        return _wrong_option("--network")(text)

    return check


def _wrong_image(text: str) -> str:
    if not text:
        return _("this is needed")
    return "" if _IMAGE.fullmatch(text) else _("an image's name is like alpine, localhost/mine:1.0 or an id")


def _is_here(known: KnownNames) -> Callable[[str], str]:
    def remark(text: str) -> str:
        names = {name.removeprefix(prefix) for name in known.images for prefix in ("", "localhost/", "docker.io/",
                 "docker.io/library/")}  # fmt: skip
        here = not text or text in names or f"{text}:latest" in names
        return "" if here else _("not here by this name: it is pulled first")

    return remark


def create_form(known: KnownNames, *, image: str = "", settings: Settings | None = None) -> Form:
    """`image`: to begin with. `settings`: those of a container to begin with, its name left out."""
    options, pattern, command = settings if settings is not None else ({}, image, [])
    options = dict(options)
    lines = {name: " ".join(map(shlex.quote, options.pop(flag, []))) for name, flag in _LINES.items()}
    ticks = {name: TICKED if options.pop(flag, None) else "" for name, flag in _TICKS.items()}
    more = " ".join(shlex.quote(word) for flag, values in options.items() for word in _with_values(flag, values))

    def line(name: str, label: str, hint: str, choices: tuple[str, ...] = ()) -> Field:
        return Field(name, label, hint, lines[name], check=_wrong_option(_LINES[name]), choices=choices)

    network = Field(
        "network", "network", "the default one; host, none, or a network's name", lines["network"],
        check=_wrong_network(known), choices=("host", "none", *known.networks),
    )  # fmt: skip
    fields = (
        Field("image", "image", "alpine, localhost/mine:1.0 …", pattern, check=_wrong_image, remark=_is_here(known),
              choices=known.images),
        Field("name", "name", "one is made up otherwise", check=_wrong_name(known)),
        Field("command", "command", "the image's own", " ".join(map(shlex.quote, command)), check=wrong_words),
        line("ports", _("ports"), _("8080:80 127.0.0.1:53:53/udp …")),
        line("volumes", _("volumes"), _("data:/data /srv/www:/www:ro …")),
        line("env", _("environment"), _("NAME=VALUE …")),
        network,
        line("restart", _("restart policy"), _("no, on-failure:5, always, unless-stopped"), POLICIES),
        line("memory", _("memory"), _("no limit; 512m, 2g")),
        line("cpus", _("CPUs"), _("no limit; 1.5")),
        Field("more", "more options", "any of wharf run, as --hostname web --init", more,
              check=lambda text: wrong_words(text) or _complaint(words_of(text))),
        Field("start", "start it at once", value=TICKED, tick=True),
        Field("tty", "with a terminal", value=ticks["tty"], tick=True),
        Field("interactive", "keep its standard input open", value=ticks["interactive"], tick=True),
        Field("rm", "remove it when it has ended", value=ticks["rm"], tick=True),
    )  # fmt: skip
    return Form(
        title=_("New container") if settings is None else _("New container like this one"),
        verb=pgettext("button", "Run"),
        fields=fields,
        command=run_words,
        check=lambda values: complaint(lambda: read_create(run_words(values)[0], run_words(values)[1:])),
    )


def _with_values(flag: str, values: list[str]) -> list[str]:
    return [word for value in values for word in ((flag, value) if value else (flag,))]
