"""The forms for checkpoints, and for going on from them."""

from __future__ import annotations

from collections.abc import Sequence

from core.model.options import CheckpointOptions, RestoreOptions
from tui.forms.form import Field, Form, Values
from tui.languages import _

_TCP = Field("tcp", "with its TCP connections", tick=True)


def checkpoint_form(names: Sequence[str]) -> Form:
    """What becomes of the processes of these containers."""
    return Form(
        title=_("Checkpoint {names}").format(names=", ".join(names)),
        verb=_("Checkpoint"),
        fields=(
            Field("leave", "let them go on afterwards", tick=True),
            _TCP,
            Field("locks", "with the locks that they hold on files", tick=True),
            Field("keep", "keep CRIU's files, also where it fails", tick=True),
        ),
        command=lambda values: ["container", "checkpoint", *checkpoint_words(checkpoint_options(values)), *names],
        note=_("Their processes are written to disk, and end by it unless they are to go on."),
    )


def restore_form(names: Sequence[str]) -> Form:
    """How the processes of these containers go on."""
    return Form(
        title=_("Restore {names}").format(names=", ".join(names)),
        verb=_("Restore"),
        fields=(_TCP, Field("keep", "keep the checkpoint, so that it can be restored again", tick=True)),
        command=lambda values: ["container", "restore", *restore_words(restore_options(values)), *names],
        note=_("They go on where the checkpoint left them."),
    )


def checkpoint_options(values: Values) -> CheckpointOptions:
    return CheckpointOptions(
        leave_running=bool(values["leave"]), keep=bool(values["keep"]), tcp_established=bool(values["tcp"]),
        file_locks=bool(values["locks"]),
    )  # fmt: skip


def restore_options(values: Values) -> RestoreOptions:
    return RestoreOptions(keep=bool(values["keep"]), tcp_established=bool(values["tcp"]))


def checkpoint_words(options: CheckpointOptions) -> list[str]:
    """The flags of `wharf container checkpoint`."""
    flags = {
        "--leave-running": options.leave_running, "--keep": options.keep,
        "--tcp-established": options.tcp_established, "--file-locks": options.file_locks,
    }  # fmt: skip
    return [flag for flag, is_on in flags.items() if is_on]


def restore_words(options: RestoreOptions) -> list[str]:
    """The flags of `wharf container restore`."""
    flags = {"--keep": options.keep, "--tcp-established": options.tcp_established}
    return [flag for flag, is_on in flags.items() if is_on]
