"""The messages of the screen and their translations: `messages.py update` or `messages.py compile`.

`update` writes tui/languages/wharfinger.pot anew from the code and brings every catalogue up to date; `compile` makes
of each catalogue what is read when the screen starts.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PROJECT: Final = Path(__file__).parent.parent
SOURCES: Final = PROJECT / "tui"
FOLDER: Final = SOURCES / "languages"
TEMPLATE: Final = FOLDER / "wharfinger.pot"
COMMENT: Final = "Translators:"
"""Begins a comment in the code that is for them."""
_FIELD: Final = re.compile(r"{[^}]*}")
_BEGINNING: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""No file changes because of the day it is made."""
_TITLE: Final = ((1,), ("title",))
_ACTION: Final = ((2, 3, 4), ("label", "description", "group"))
DECLARED: Final[Mapping[str, tuple[Sequence[int], Sequence[str]]]] = {
    "Action": _ACTION,
    "BridgeVerb": ((0, 1), ()),
    "Column": _TITLE,
    "Field": ((1, 2), ("label", "hint")),
    "View": ((), ("empty",)),
    "ViewEntry": ((1, 4), ("title", "going")),
    "_count": _TITLE,
    "_figure": _TITLE,
    "_plain": _TITLE,
    "_row": _ACTION,
    "_share": _TITLE,
    "_tab": _TITLE,
}
"""What the screen translates when it shows it: a call → the places and the names of its arguments that are messages."""


class Message(NamedTuple):
    """`forms`: a message, or its singular and its plural."""

    forms: tuple[str, ...]
    context: str | None
    file: str
    line: int


def messages_of(path: Path) -> Iterator[Message]:
    """What a module has to be translated, in its order."""
    file = path.relative_to(PROJECT).as_posix()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        texts = [text for argument in node.args if (text := _text(argument)) is not None]
        match name, texts:
            case (("_" | "N_"), [text]):
                yield Message((text,), None, file, node.lineno)
            case "ngettext", [singular, plural]:
                yield Message((singular, plural), None, file, node.lineno)
            case "pgettext", [context, text]:
                yield Message((text,), context, file, node.lineno)
            case (("N_" | "pgettext"), _):
                raise SystemExit(f"{file}:{node.lineno}: {name} needs its messages as they are")
        for text in _declared(node, name):
            yield Message((text,), None, file, node.lineno)
        # Bindings with an id are told of in the help of what has them.
        told = name == "Binding" and any(keyword.arg == "id" for keyword in node.keywords)
        if told and (text := _text(node.args[2])):
            yield Message((text,), None, file, node.lineno)
        for keyword in node.keywords if name == "View" else ():
            if keyword.arg == "noun" and (noun := _text(keyword.value)):
                yield Message((noun, f"{noun}s"), None, file, node.lineno)


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _declared(node: ast.Call, name: str) -> Iterator[str]:
    """What a declaration says to the operator; an action without a label is called by its name."""
    places, names = DECLARED.get(name, ((), ()))
    given = [argument for place, argument in enumerate(node.args) if place in places]
    given += [keyword.value for keyword in node.keywords if keyword.arg in names]
    texts = [_text(argument) for argument in given]
    if DECLARED.get(name) is _ACTION and texts[:1] == [""]:
        yield (_text(node.args[0]) or "").replace("_", " ")
    yield from (text for text in texts if text and re.search(r"[A-Za-z]", _FIELD.sub("", text)))


def template() -> Catalog:
    """All messages of the code."""
    found = Catalog(project="Wharfinger", copyright_holder="its authors", creation_date=_BEGINNING, charset="utf-8")
    messages = [message for path in sorted(SOURCES.rglob("*.py")) for message in messages_of(path)]
    for message in sorted(messages, key=lambda one: (one.file, one.line)):
        forms = message.forms if len(message.forms) > 1 else message.forms[0]
        found.add(forms, locations=[(message.file, 1)], context=message.context)
    return found


def catalogues() -> list[Path]:
    return sorted(FOLDER.glob("*.po"))


def read(path: Path) -> Catalog:
    """A catalogue, or the template."""
    with path.open("rb") as file:
        return read_po(file, locale=path.stem if path.suffix == ".po" else None)


def update() -> None:
    """Write the template anew; messages that are new stand in each catalogue without a translation."""
    made = template()
    _write(TEMPLATE, made)
    for path in catalogues():
        catalogue = read(path)
        catalogue.update(made, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        catalogue.creation_date = _BEGINNING
        _write(path, catalogue)
        missing = [message for message in catalogue if message.id and not all(_forms(message.string))]
        print(f"{path.relative_to(PROJECT)}: {len(missing)} of {len(catalogue)} messages are not translated")


def _forms(string: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return string if isinstance(string, tuple) else (string or "",)


def _write(path: Path, catalogue: Catalog) -> None:
    with path.open("wb") as file:
        write_po(file, catalogue, width=120, include_lineno=False)


def compile_catalogues() -> None:
    """Make of each catalogue what is read at run time."""
    for path in catalogues():
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, read(path))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["update"]:
            update()
            compile_catalogues()
        case ["compile"]:
            compile_catalogues()
        case _:
            raise SystemExit(__doc__)
