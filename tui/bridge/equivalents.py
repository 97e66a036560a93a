"""Of each verb the command line that does the same, made of harmless fields alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from core.model.content import CommitOptions
from core.model.image import RegistryAccess
from core.model.journal import PROGRAM
from core.model.network import Attachment
from core.model.options import ExecOptions
from tui.bridge.found import is_foreign
from tui.bridge.harmless import kept_volume_options, kept_words, variable_words, without_values
from tui.forms.checkpoints import checkpoint_words, restore_words
from tui.step import Step


@dataclass(frozen=True, slots=True)
class Equivalent:
    """`words`: behind `program`, none where no command does the same. The rest as in `JournalEntry`."""

    words: Sequence[str] = ()
    environment: Sequence[str] = ()
    lacking: Sequence[str] = ()
    interactive: bool = False
    program: str = PROGRAM

    @property
    def command(self) -> tuple[str, ...]:
        """With the program's name."""
        return (self.program, *self.words) if self.words or self.program != PROGRAM else ()


@dataclass(frozen=True, slots=True)
class Told:
    """How a verb is told of. `kind`: of what it is done to; empty where the step has it."""

    kind: str
    tell: Callable[[Step], Equivalent]


def _container(*words: str) -> Told:
    """A verb of the command line that is given a container."""
    return Told("container", lambda step: Equivalent([*words, step.name]))


def _any_container(*words: str, interactive: bool = False) -> Told:
    """One that containers of other engines have, too."""
    return Told("container", lambda step: Equivalent([*_whose(step), *words, step.name], interactive=interactive))


def _whose(step: Step) -> list[str]:
    return ["foreign"] if is_foreign(step.row_id) else []


def _named(kind: str, *words: str) -> Told:
    return Told(kind, lambda step: Equivalent([*words, step.name]))


def _kill(step: Step) -> Equivalent:
    return Equivalent([*_whose(step), "kill", "--signal", str(step.given[0]), step.name])


def _checkpoint(step: Step) -> Equivalent:
    return Equivalent(["container", "checkpoint", *checkpoint_words(step.given[0]), step.name])


def _restore(step: Step) -> Equivalent:
    return Equivalent(["container", "restore", *restore_words(step.given[0]), step.name])


def _remove(step: Step) -> Equivalent:
    return Equivalent(["rm", *(("--force",) if step.given[0] else ()), step.name])


def _rename(step: Step) -> Equivalent:
    return Equivalent(["rename", step.name, step.given[0]])


def _update(step: Step) -> Equivalent:
    return Equivalent(["update", *step.given[0], step.name])


def _create(step: Step) -> Equivalent:
    _, command, words = step.given
    kept, environment, lacking = kept_words(command, words)
    return Equivalent(kept, environment, lacking)


def _exec(step: Step) -> Equivalent:
    """What is run in a pane has somebody who types, and a terminal where that was ticked."""
    options: ExecOptions = step.given[0]
    names, variables = variable_words(options.env)
    words = [*_whose(step), "exec", *(("--interactive", "--tty") if options.terminal else ())]
    words += [*(("--privileged",) if options.privileged else ())]
    words += [*(("--user", options.user) if options.user else ())]
    words += [*(("--workdir", options.workdir) if options.workdir else ())]
    return Equivalent([*words, *variables, step.name, *options.args], names, interactive=options.terminal)


def _begin(step: Step) -> Equivalent:
    """A command in the background."""
    told = _exec(step)
    return Equivalent(["exec", "--detach", *told.words[1:]], told.environment, told.lacking)


def _shell(step: Step) -> Equivalent:
    words = [*_whose(step), "exec", "--interactive", "--tty", step.name, "/bin/sh"]
    return Equivalent(words, interactive=True)


def _export(step: Step) -> Equivalent:
    destination, compression, overwrite = step.given
    words = ["export", *(("--compression", compression) if compression != "none" else ())]
    return Equivalent([*words, *(("--overwrite",) if overwrite else ()), "--output", str(destination), step.name])


def _commit(step: Step) -> Equivalent:
    options: CommitOptions = step.given[0]
    words = ["commit", *(("--author", options.author) if options.author else ())]
    words += [*(("--message", options.message) if options.message else ())]
    words += [] if options.pause else ["--pause=false"]
    return Equivalent([*words, step.name, *((options.reference,) if options.reference else ())])


def _host_path(path: str) -> str:
    """The same from everywhere; what stands behind the last slash has a meaning for a copy."""
    whole = os.path.abspath(path)
    return f"{whole}/." if path.endswith("/.") else f"{whole}/" if path.endswith("/") else whole


def _copy_out(step: Step) -> Equivalent:
    source, destination = step.given
    return Equivalent(["cp", f"{step.name}:{source}", _host_path(destination)])


def _copy_in(step: Step) -> Equivalent:
    source, destination = step.given
    return Equivalent(["cp", _host_path(source), f"{step.name}:{destination}"])


def _access(access: RegistryAccess) -> list[str]:
    words = ["--authfile", access.authfile] if access.authfile else []
    return words if access.tls_verify else [*words, "--tls-verify=false"]


def _pull(step: Step) -> Equivalent:
    _, name, access = step.given
    return Equivalent(["pull", *_access(access), name])


def _push(step: Step) -> Equivalent:
    _, name, destination, access = step.given
    lacking = ["the login"] if access.credentials else []
    return Equivalent(["push", *_access(access), name, *((destination,) if destination else ())], lacking=lacking)


def _save(step: Step) -> Equivalent:
    _, name, destination, form = step.given
    return Equivalent(["save", "--format", form, "--output", str(destination), name])


def _import(step: Step) -> Equivalent:
    _, tar, name, changes, message = step.given
    kept, lacking = without_values(changes)
    words = ["import", *(word for change in kept for word in ("--change", change))]
    words += ["--message", message] if message else []
    return Equivalent([*words, str(tar), *((name,) if name else ())], lacking=lacking)


def _file(kind: str, *words: str) -> Told:
    """A verb that is given a file of the host behind its job."""
    return Told(kind, lambda step: Equivalent([*words, str(step.given[1])]))


def _export_volume(step: Step) -> Equivalent:
    _, name, destination = step.given
    return Equivalent(["volume", "export", name, "--output", str(destination)])


def _import_volume(step: Step) -> Equivalent:
    _, name, archive = step.given
    return Equivalent(["volume", "import", name, str(archive)])


def _remove_image(step: Step) -> Equivalent:
    names = step.given[0] if step.given else ()
    return Equivalent(["rmi", *(names or (step.name,))])


def _untag(step: Step) -> Equivalent:
    return Equivalent(["untag", step.given[0], step.given[0]])


def _create_volume(step: Step) -> Equivalent:
    name, labels, options = step.given
    kept, lacking = kept_volume_options(options)
    words = [word for pair in labels.items() for word in ("--label", "=".join(pair))]
    words += [word for pair in kept.items() for word in ("--opt", "=".join(pair))]
    return Equivalent(["volume", "create", *words, *((name,) if name else ())], lacking=lacking)


def _with_words(kind: str, *words: str) -> Told:
    """A verb that is given the very words of the command line; its form has nothing that is secret."""
    return Told(kind, lambda step: Equivalent([*words, *step.given[0]]))


def _connect(step: Step) -> Equivalent:
    container, wanted = step.given
    attachment: Attachment = wanted
    words = [word for address in attachment.addresses for word in ("--ip", address)]
    words += [word for alias in attachment.aliases for word in ("--alias", alias)]
    return Equivalent(["network", "connect", *words, step.name, container])


def _disconnect(step: Step) -> Equivalent:
    return Equivalent(["network", "disconnect", step.name, step.given[0]])


_PRUNES: Final[dict[tuple[str, ...], tuple[str, ...]]] = {
    ("containers",): ("container", "prune", "--force"),
    ("images",): ("image", "prune", "--force"),
    ("all images",): ("image", "prune", "--all", "--force"),
    ("volumes",): ("volume", "prune", "--force"),
    ("networks",): ("network", "prune", "--force"),
    ("pods",): ("pod", "prune", "--force"),
}
"""What is pruned → the words; several kinds together are what `system prune` is for."""


def _prune(step: Step) -> Equivalent:
    kinds: tuple[str, ...] = step.given[2]
    every = (*(("--all",) if "all images" in kinds else ()), *(("--volumes",) if "volumes" in kinds else ()))
    return Equivalent(_PRUNES.get(kinds, ("system", "prune", *every, "--force")))


def _create_secret(step: Step) -> Equivalent:
    """Of a text that was typed nothing is kept; a file is named."""
    name, _, file, *replace = step.given
    words = ["secret", "create", *(("--replace",) if any(replace) else ()), name, file or "-"]
    return Equivalent(words, lacking=[] if file else ["the secret itself"])


def _log_in(step: Step) -> Equivalent:
    _, _, access = step.given
    return Equivalent(["login", *_access(access), step.name], lacking=["user and password"])


def _remove_pod(step: Step) -> Equivalent:
    return Equivalent(["pod", "rm", *(("--force",) if step.given[0] else ()), step.name])


def _kill_pod(step: Step) -> Equivalent:
    return Equivalent(["pod", "kill", "--signal", str(step.given[0]), step.name])


def _own_command(step: Step) -> Equivalent:
    """The words of the configuration with the row's facts; what was typed for an input is not kept."""
    _, argv, inputs = step.given
    return Equivalent(argv[1:], lacking=[f"what was typed for {name}" for name in inputs], program=argv[0])


TOLD: Final = {
    **{
        verb: _container(*words)
        for verb, words in {
            "start": ("start",), "stop": ("stop",), "restart": ("restart",), "init": ("init",), "mount": ("mount",),
            "unmount": ("umount",),
            "check health": ("healthcheck", "run"),
        }.items()
    },
    "pause": _any_container("pause"),
    "unpause": _any_container("unpause"),
    "checkpoint": Told("container", _checkpoint),
    "restore": Told("container", _restore),
    "kill": Told("container", _kill),
    "remove": Told("container", _remove),
    "commit": Told("container", _commit),
    "begin": Told("container", _begin),
    "reload network": _container("network", "reload"),
    "rename": Told("container", _rename),
    "update": Told("container", _update),
    "create": Told("container", _create),
    "copy out": Told("container", _copy_out),
    "copy in": Told("container", _copy_in),
    "pull": Told("image", _pull),
    "push": Told("image", _push),
    "load": _file("image", "load", "--input"),
    "save": Told("image", _save),
    "import": Told("image", _import),
    "tag": Told("image", lambda step: Equivalent(["tag", step.name, step.given[0]])),
    "untag": Told("image", _untag),
    "remove image": Told("image", _remove_image),
    "remove used image": _named("image", "rmi", "--force"),
    "create volume": Told("volume", _create_volume),
    **{f"volume copy {way}": Told("volume", lambda step: Equivalent()) for way in ("out", "in")},
    "remove volume": _named("volume", "volume", "rm"),
    "export volume": Told("volume", _export_volume),
    "import volume": Told("volume", _import_volume),
    "create network": _with_words("network", "network", "create"),
    "remove network": _named("network", "network", "rm"),
    "connect": Told("network", _connect),
    "disconnect": Told("network", _disconnect),
    "create pod": _with_words("pod", "pod", "create"),
    **{f"{verb} pod": _named("pod", "pod", verb) for verb in ("start", "stop", "restart", "pause", "unpause")},
    "kill pod": Told("pod", _kill_pod),
    "remove pod": Told("pod", _remove_pod),
    "play": _file("manifests", "kube", "play"),
    "take down": _file("manifests", "kube", "down"),
    "prune": Told("system", _prune),
    "create secret": Told("secret", _create_secret),
    "remove secret": _named("secret", "secret", "rm"),
    "log in": Told("registry", _log_in),
    "log out": _named("registry", "logout"),
}  # fmt: skip
"""Each verb of `VERBS`."""

DOORS: Final = {
    "export": Told("container", _export),
    "attach": _any_container("attach", interactive=True),
    "watch": _any_container("attach", "--no-stdin", interactive=True),
    "shell": Told("container", _shell),
    "host tools": Told("container", lambda step: Equivalent()),
    "exec": Told("container", _exec),
    "own command": Told("", _own_command),
}
"""What the bridge does beside them."""


def equivalent(step: Step) -> tuple[str, Equivalent]:
    """The kind of what a step is done to, and the command that does the same."""
    told = TOLD.get(step.verb) or DOORS[step.verb]
    return told.kind or str(step.given[0]), told.tell(step)
