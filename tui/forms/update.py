"""The form for a container's limits, with those that it has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from core.model.snapshot import ContainerSnapshot
from tui.bridge.command_lines import complaint, read_update
from tui.forms.create import POLICIES
from tui.forms.form import Field, Form, Values
from tui.languages import N_, _

_FIELDS: Final = (
    ("memory", N_("memory"), N_("512m, 2g; 0 for no limit")),
    ("memory-swap", N_("memory + swap"), N_("-1 for no limit")),
    ("memory-reservation", N_("reserved memory"), N_("what it is pushed back to when memory is short")),
    ("cpus", N_("CPUs"), N_("1.5; 0 for no limit")),
    ("cpu-shares", N_("CPU weight"), N_("against other containers; 0 for the usual")),
    ("cpuset-cpus", N_("which CPUs"), N_("0-1,3; empty for all")),
    ("pids-limit", N_("processes"), N_("how many; -1 for no limit")),
    ("restart", N_("restart policy"), N_("no, on-failure:5, always, unless-stopped")),
)


def present_limits(picture: ContainerSnapshot) -> dict[str, str]:
    """As `wharf update` takes them."""
    limits = picture.resources
    return {
        "memory": _bytes(limits.memory),
        "memory-swap": _bytes(limits.memory_swap),
        "memory-reservation": _bytes(limits.memory_reservation),
        "cpus": f"{limits.cpus:g}",
        "cpu-shares": str(limits.cpu_shares),
        "cpuset-cpus": limits.cpuset_cpus,
        "pids-limit": str(limits.pids or -1),
        "restart": picture.restart_policy,
    }


def _bytes(number: int) -> str:
    """Exact, and as short as that can be."""
    for unit, shift in (("g", 30), ("m", 20), ("k", 10)):
        if number > 0 and number % (1 << shift) == 0:
            return f"{number >> shift}{unit}"
    return str(number)


def update_words(picture: ContainerSnapshot, values: Values) -> list[str]:
    """The options for what is another than now."""
    before = present_limits(picture)
    return [
        word
        for name, _, _ in _FIELDS
        if values[name] != before[name]
        for word in (f"--{name}={values[name] or '0'}" if name != "cpuset-cpus" else f"--{name}={values[name]}",)
    ]


def _wrong(name: str) -> Callable[[str], str]:
    return lambda text: complaint(lambda: read_update([f"--{name}={text}", "container"])) if text else ""


def update_form(picture: ContainerSnapshot) -> Form:
    """The limits of a container, to be changed."""
    before = present_limits(picture)
    return Form(
        title=_("Limits of {name}").format(name=picture.name),
        verb=_("Change"),
        fields=tuple(
            Field(name, label, hint, before[name], check=_wrong(name), choices=POLICIES if name == "restart" else ())
            for name, label, hint in _FIELDS
        ),
        command=lambda values: ["update", *update_words(picture, values), picture.name],
        check=lambda values: "" if update_words(picture, values) else _("nothing is another than it is now"),
        note=_("They hold at once where it runs, and at each start."),
    )
