"""Go's fmt.Sprintf, as far as templates use it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from core.cli.template.values import NO_VALUE, quoted, shown, type_name

_VERB: Final = re.compile(r"%([-+# 0]*)(\d+|\*)?(?:\.(\d*))?(.)?", re.DOTALL)


def sprintf(form: str, values: Sequence[object]) -> str:
    """`form` with its verbs filled in; wrong ones are marked as Go marks them."""
    left = list(values)
    text = _VERB.sub(lambda match: _filled(match, left), form)
    if left:
        text += "%!(EXTRA " + ", ".join(f"{type_name(value)}={shown(value)}" for value in left) + ")"
    return text


def _filled(match: re.Match[str], values: list[object]) -> str:
    flags, width, precision, verb = match.groups()
    if verb == "%":
        return "%"
    if verb is None:
        return "%!(NOVERB)"
    if width == "*":
        width = str(values.pop(0)) if values else "0"
    if not values:
        return f"%!{verb}(MISSING)"
    value = values.pop(0)
    text = _verb(verb, value, flags, precision)
    if text is None:
        wrong = _padded(shown(value), flags, int(width or 0), numeric=False)
        return f"%!{verb}({'<nil>' if value is None or value is NO_VALUE else f'{type_name(value)}={wrong}'})"
    return _padded(text, flags, int(width or 0), numeric=isinstance(value, (int, float)))


def _padded(text: str, flags: str, width: int, *, numeric: bool) -> str:
    if "-" in flags:
        return text.ljust(width)
    if "0" in flags and numeric:
        return text.zfill(width)
    return text.rjust(width)


def _verb(verb: str, value: object, flags: str, precision: str | None) -> str | None:
    """None where the verb is not one for the value."""
    if verb == "v":
        return shown(value)
    if verb == "T":
        return type_name(value)
    if isinstance(value, (list, tuple)):
        inner = [_verb(verb, element, flags, precision) for element in value]
        return "[" + " ".join(text if text is not None else f"%!{verb}" for text in inner) + "]"
    return _of_kind(verb, value, flags, precision)


def _of_kind(verb: str, value: object, flags: str, precision: str | None) -> str | None:
    if isinstance(value, bool):
        return shown(value) if verb == "t" else None
    if isinstance(value, str):
        cut = value if precision is None else value[: int(precision or 0)]
        texts = {"s": cut, "q": quoted(cut), "x": cut.encode().hex(), "X": cut.encode().hex().upper()}
        return texts.get(verb)
    plus = "+" if "+" in flags else " " if " " in flags else ""
    if isinstance(value, int):
        if verb in "doxXbc":
            return f"{value:{plus if verb != 'c' else ''}{verb}}"
        return quoted(chr(value)).replace('"', "'") if verb == "q" else None
    if isinstance(value, float) and verb in "eEfFgG":
        digits = "" if precision is None and verb in "gG" else f".{precision or (0 if precision == '' else 6)}"
        return shown(value) if not digits else f"{value:{plus}{digits}{verb}}"
    return None
