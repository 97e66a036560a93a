"""A form as a description: its fields, what is wrong with what is typed, and the command that does the same."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from tui.languages import _

Values = Mapping[str, str]
"""What was typed, by the name of the field. Of a tick: `yes`, or an empty text."""
TICKED = "yes"


def nothing(*_: object) -> str:
    """No complaint."""
    return ""


@dataclass(frozen=True, slots=True)
class Field:
    """`label`, `hint`: messages, or what was made of one. The hint is shown while it is empty.

    `check`: what is wrong with a text. `remark`: what is to be known of one. `choices`: what is completed
    from. `tick`: a box in place of a line. `secret`: not shown as it is typed. `path`: a file of the host.
    """

    name: str
    label: str
    hint: str = ""
    value: str = ""
    check: Callable[[str], str] = nothing
    remark: Callable[[str], str] = nothing
    choices: tuple[str, ...] = ()
    tick: bool = False
    secret: bool = False
    path: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """`title`, `verb`, `note`: messages, or what was made of one. `command`: the words behind `wharf` that do the
    same; none where there are none. `check`: of all fields at once. `note`: what happens when it is confirmed.
    """

    title: str
    verb: str
    fields: tuple[Field, ...]
    command: Callable[[Values], Sequence[str]] | None = None
    check: Callable[[Values], str] = nothing
    note: str = ""


def refilled(form: Form, values: Values) -> Form:
    """The form with these values to begin with."""
    fields = (replace(field, value=values.get(field.name, field.value)) for field in form.fields)
    return replace(form, fields=tuple(fields))


def wrong_words(text: str) -> str:
    """What is wrong with words as in a shell."""
    try:
        shlex.split(text)
    except ValueError as error:
        return _("not whole yet: {error}").format(error=str(error).lower())
    return ""


def words_of(text: str) -> list[str]:
    """The words as a shell takes them; those of an unfinished line without its quotes."""
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def needed(text: str) -> str:
    """Complains of an empty text."""
    return "" if text.strip() else _("this is needed")


def pairs_of(text: str) -> dict[str, str]:
    """`NAME=VALUE` words."""
    return {name: value for name, _, value in (word.partition("=") for word in words_of(text))}


def wrong_pairs(text: str) -> str:
    """What is wrong with `NAME=VALUE` words."""
    bad = [word for word in words_of(text) if not word.partition("=")[0] or "=" not in word]
    return wrong_words(text) or (_("{text} is not NAME=VALUE").format(text=bad[0]) if bad else "")


def all_of(*checks: Callable[[str], str]) -> Callable[[str], str]:
    """The first complaint of several checks."""
    return lambda text: next((said for said in (check(text) for check in checks) if said), "")
