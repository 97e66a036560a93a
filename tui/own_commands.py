"""The operator's own commands: actions of their view, asked for, filled in, and run on the host."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from rich.text import Text

from core.host.processes import Finished
from tui.configuration.schema import CommandInput, Configuration, OwnCommand
from tui.keymap import Action, Scope
from tui.languages import N_, _, pgettext
from tui.locks import locked_among
from tui.plain_text import printable
from tui.read_only import OWN_LOOKING
from tui.step import Step

if TYPE_CHECKING:
    from tui.forms.form import Form
    from tui.screens.deck import DeckScreen

GROUP: Final = N_("Own commands")
_OWN: Final = "own_"
_FIELD: Final = re.compile(r"{([^{}]*)}")


def own_actions(view: str, configuration: Configuration) -> list[Action]:
    """The commands of a view as actions of it."""
    return [
        Action(
            _action_name(command), (command.key,) if command.key else (), command.name,
            f"{command.name}: {' '.join(command.command)}",
            GROUP, partial(_fits, command), Scope.ROWS,
        )
        for command in configuration.commands
        if command.view == view
    ]  # fmt: skip


def _action_name(command: OwnCommand) -> str:
    return f"{_OWN if command.dangerous else OWN_LOOKING}{re.sub(r'[^a-z0-9]+', '_', command.name.lower())}"


def _fits(command: OwnCommand, row: Any) -> bool:
    return not command.states or str(getattr(row, "status", "")) in command.states


def filled(command: Sequence[str], fields: Mapping[str, str]) -> tuple[str, ...]:
    """The words with `{name}` and so on filled in, each once: what is filled in is not looked through."""
    return tuple(_FIELD.sub(lambda found: fields.get(found[1], found[0]), word) for word in command)


def fields_of(row: Any) -> dict[str, str]:
    """What a row has to fill in; empty where it has none of it."""
    name = str(getattr(row, "name", ""))
    named = {field: str(getattr(row, field, "") or "") for field in ("id", "image", "pid")}
    return {"name": name, **named, "mount": str(getattr(row, "mount_point", ""))}


def input_form(command: OwnCommand, names: Sequence[str]) -> Form:
    """What is asked before a command."""
    from tui.forms.form import Field, Form

    fields = tuple(
        Field(
            given.name, given.prompt or given.name, " | ".join(given.choices), given.default,
            check=partial(_complaint, given), remark=partial(_offered, given), choices=given.choices,
        )
        for given in command.inputs
    )  # fmt: skip
    return Form(title=f"{command.name}: {', '.join(names)}", verb=pgettext("button", "Run"), fields=fields)


def _offered(given: CommandInput, text: str) -> str:
    """What else could be chosen; while nothing is typed, the field shows it."""
    return " | ".join(given.choices) if text else ""


def _complaint(given: CommandInput, text: str) -> str:
    if given.choices and text not in given.choices:
        return _("it has to be one of {choices}").format(choices=", ".join(given.choices))
    if given.pattern and re.fullmatch(given.pattern, text) is None:
        return _("it has to fit {pattern}").format(pattern=given.pattern)
    return ""


def perform(deck: DeckScreen, action: Action, rows: Sequence[Any]) -> bool:
    """Do an action that is a command of the operator's; False where it is another."""
    for command in deck.configuration.commands:
        if command.view == deck.view.name and _action_name(command) == action.name and action.group == GROUP:
            _ask(deck, command, [row for row in rows if _fits(command, row)])
            return True
    return False


def _ask(deck: DeckScreen, command: OwnCommand, rows: Sequence[Any]) -> None:
    """The inputs first, then whether to do it, then do it."""
    needed = {field for word in command.command for field in _FIELD.findall(word) if not field.startswith("input.")}
    for row in rows:
        missing = [field for field in sorted(needed) if fields_of(row)[field] in ("", "0")]
        if missing:
            hint = _(": mount it first") if "mount" in missing else ""
            deck.say(
                _("can not {verb} {name}: it has no {fields}{hint}").format(
                    verb=command.name, name=deck.view.label(row), fields=", ".join(missing), hint=hint
                )
            )
            return

    def confirm(values: Mapping[str, str]) -> None:
        given = {f"input.{name}": value for name, value in values.items()}
        orders = [(_step(deck, command, row), filled(command.command, {**fields_of(row), **given})) for row in rows]
        locked = locked_among(rows, deck.configuration.locks) if command.dangerous else None
        if not command.confirm and locked is None:
            _run(deck, command, orders)
            return
        from tui.screens import asking

        asking.confirm(
            deck, f"{command.name}?", _("On this host is run:"), pgettext("button", "Run"),
            lambda: _run(deck, command, orders), listed=[" ".join(argv) for _, argv in orders], locked=locked,
        )  # fmt: skip

    if not command.inputs:
        confirm({})
        return
    from tui.screens.form_dialog import FormDialog

    def typed(values: dict[str, str] | None) -> None:
        if values is not None:
            confirm(values)

    deck.app.push_screen(FormDialog(input_form(command, [deck.view.label(row) for row in rows])), typed)


def _step(deck: DeckScreen, command: OwnCommand, row: Any) -> Step:
    """As the journal has it: what was typed for the inputs may be secret, and is left out."""
    given = (deck.view.noun, filled(command.command, fields_of(row)), tuple(one.name for one in command.inputs))
    return Step("own command", deck.view.key(row), deck.view.label(row), given)


def _run(deck: DeckScreen, command: OwnCommand, orders: Sequence[tuple[Step, tuple[str, ...]]]) -> None:
    if command.place == "console":
        for step, argv in orders:
            deck.await_console()
            deck.bridge.open_own(step, f"{step.name}: {command.name}", argv, changes=command.dangerous)
        return
    deck.say(f"{command.name} …")

    def ended(finished: Sequence[Finished]) -> None:
        named = [(step.name, one) for (step, _), one in zip(orders, finished, strict=True)]
        if command.place == "output":
            from tui.screens.text_view import TextView

            deck.say(summary(command, named).splitlines()[0])
            deck.app.push_screen(TextView(command.name, Text(output_text(named))))
            return
        failed = any(one.returncode for one in finished)
        text = summary(command, named)
        deck.say(text.splitlines()[0])
        deck.app.notify(printable_lines(text), severity="error" if failed else "information", markup=False)

    deck.bridge.run_own(orders, changes=command.dangerous, then=ended)


def summary(command: OwnCommand, named: Sequence[tuple[str, Finished]]) -> str:
    """How many went well, then a line for each."""
    good = sum(1 for _, one in named if not one.returncode)
    lines = [f"{name}: {_ending(one)}" for name, one in named]
    return "\n".join(
        [_("{name}: {good} of {count} done").format(name=command.name, good=good, count=len(named)), *lines]
    )


def _ending(one: Finished) -> str:
    said = " ".join(one.error_text().split())[:80]
    return (
        _("failed with {code}").format(code=one.returncode) + (f": {said}" if said else "")
        if one.returncode
        else said or _("done")
    )


def output_text(named: Sequence[tuple[str, Finished]]) -> str:
    """All that was printed, under the name of each where there are several."""
    parts = []
    for name, one in named:
        head = f"── {name}: {' '.join(one.argv)}" + (
            f" {_('ended with {code}').format(code=one.returncode)}" if one.returncode else ""
        )
        printed = (one.stdout + one.stderr).decode(errors="replace")
        parts.append(f"{head}\n{printed}" if len(named) > 1 or one.returncode else printed)
    return printable_lines("\n".join(parts))


def printable_lines(text: str) -> str:
    """Several lines, made harmless."""
    return "\n".join(printable(line) for line in text.splitlines())
