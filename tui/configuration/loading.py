"""Reading the configuration file. What is wrong in it is said with its line, and left out; the rest holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from core.remote.host import Host, complaint
from tui.configuration.places import line_of
from tui.configuration.schema import DEFAULT, Alert, Colours, Configuration, Lock, LogTimes, OwnColumn, OwnCommand
from tui.filtering import term_of
from tui.inspected_path import path_complaint
from tui.languages import AUTOMATIC, languages
from tui.logs.times import format_complaint, zone_of

Wrong = tuple[str, str]
"""The key below a table, empty for the table as a whole, and what is wrong there; nothing is where that is empty."""
WELL: Final[Wrong] = ("", "")


class Problem(msgspec.Struct, frozen=True):
    """Something wrong in the file. `key`: as `bindings.stop`, empty for the file as a whole. `line`: from 1."""

    line: int
    key: str
    text: str

    def __str__(self) -> str:
        return f"line {self.line}{f', {self.key}' if self.key else ''}: {self.text}"


def load(path: Path) -> tuple[Configuration, list[Problem]]:
    """The configuration in a file; the default one where there is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return DEFAULT, []
    except (OSError, UnicodeDecodeError) as error:
        return DEFAULT, [Problem(1, "", f"it can not be read: {error}")]
    return parse(text)


def parse(text: str) -> tuple[Configuration, list[Problem]]:
    """See `load`."""
    # Most have no such file, and nothing to read it with.
    import tomllib

    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        number = int(line[1]) if line else len(text.splitlines())
        return DEFAULT, [Problem(number, "", f"this is not TOML: {error}")]
    reading = _Reading(text)
    return reading.read(values), sorted(reading.problems, key=lambda problem: problem.line)


class _Reading:
    def __init__(self, text: str) -> None:
        self._text = text
        self.problems: list[Problem] = []

    def read(self, values: Mapping[str, Any]) -> Configuration:
        fields: dict[str, Any] = {}
        for name, value in values.items():
            match name:
                case "bindings":
                    fields[name] = self._bindings(value)
                case "logs":
                    self._one(name, value, LogTimes, _check_log_times, fields)
                case "themes":
                    fields[name] = self._table(name, value, Colours)
                case "commands":
                    fields[name] = self._rows(name, value, OwnCommand, _check_command)
                case "columns":
                    fields[name] = self._rows(name, value, OwnColumn, _check_column)
                case "alerts":
                    fields[name] = self._rows(name, value, Alert, _check_alert)
                case "locks":
                    fields[name] = self._rows(name, value, Lock, _nothing_wrong)
                case "hosts":
                    fields[name] = self._rows(name, value, Host, _check_host)
                case "language" if value not in (AUTOMATIC, *languages()):
                    codes = ", ".join((AUTOMATIC, *languages()))
                    self._wrong((name,), f"there is no language {value}; there are {codes}")
                case _ if name in Configuration.__struct_fields__:
                    self._plain(name, value, fields)
                case _:
                    known = ", ".join(Configuration.__struct_fields__)
                    self._wrong((name,), f"this is not known; there are {known}")
        return Configuration(**fields)

    def _plain(self, name: str, value: Any, fields: dict[str, Any]) -> None:
        kind = next(field.type for field in msgspec.structs.fields(Configuration) if field.name == name)
        try:
            fields[name] = msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            self._wrong((name,), _said(error))

    def _one(
        self, name: str, value: Any, kind: type[Any], check: Callable[[Any], Wrong], fields: dict[str, Any]
    ) -> None:
        converted = self._converted((name,), value, kind)
        if converted is None:
            return
        key, wrong = check(converted)
        if wrong:
            self._wrong((name, key), wrong)
        else:
            fields[name] = converted

    def _bindings(self, value: Any) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        if not isinstance(value, dict):
            self._wrong(("bindings",), "this has to be a table: [bindings]")
            return found
        for name, given in value.items():
            inner = given if isinstance(given, dict) else None
            for key, keys in inner.items() if inner is not None else ((name, given),):
                place = ("bindings", name, key) if inner is not None else ("bindings", name)
                if isinstance(keys, str):
                    keys = [keys] if keys else []
                if isinstance(keys, list) and all(isinstance(each, str) and each for each in keys):
                    found[".".join(place[1:])] = tuple(keys)
                else:
                    self._wrong(place, 'a key is a text such as "ctrl+x", several are a list, none is ""')
        return found

    def _table(self, name: str, value: Any, kind: type[Any]) -> dict[str, Any]:
        if not isinstance(value, dict):
            self._wrong((name,), f"this has to be tables: [{name}.NAME]")
            return {}
        found = {}
        for key, given in value.items():
            converted = self._converted((name, key), given, kind)
            if converted is not None:
                found[key] = converted
        return found

    def _rows(self, name: str, value: Any, kind: type[Any], check: Callable[[Any], Wrong]) -> tuple[Any, ...]:
        if not isinstance(value, list):
            self._wrong((name,), f"this has to be tables: [[{name}]]")
            return ()
        found = []
        for number, given in enumerate(value):
            converted = self._converted((name, number), given, kind)
            if converted is None:
                continue
            key, wrong = check(converted)
            if wrong:
                inner = [int(part) if part.isdecimal() else part for part in key.split(".") if part]
                self._wrong((name, number, *inner), wrong)
            else:
                found.append(converted)
        return tuple(found)

    def _converted(self, place: tuple[str | int, ...], value: Any, kind: type[Any]) -> Any:
        try:
            return msgspec.convert(value, kind, strict=True)
        except msgspec.ValidationError as error:
            path = re.search(r"`\$\.?([^`]*)`$", str(error))
            unknown = re.search(r"unknown field `([^`]*)`", str(error))
            inner = [part for part in re.split(r"[.\[\]]+", path[1]) if part and part != "..."] if path else []
            if unknown:
                inner.append(unknown[1])
            self._wrong((*place, *(int(part) if part.isdecimal() else part for part in inner)), _said(error))
            return None

    def _wrong(self, place: tuple[str | int, ...], text: str) -> None:
        key = ".".join(str(part) for part in place)
        self.problems.append(Problem(line_of(self._text, place), key, text))


def _said(error: msgspec.ValidationError) -> str:
    """The library's message for people, without its path."""
    text = re.sub(r" - at `[^`]*`$", "", str(error)).replace("`", "")
    return text[:1].lower() + text[1:]


def _nothing_wrong(row: object) -> Wrong:
    return WELL


def _check_host(host: Host) -> Wrong:
    return "", complaint(host)


def _check_column(column: OwnColumn) -> Wrong:
    if not term_of(column.title) or not column.title.isprintable():
        return "title", "a title has a letter, and nothing that can not be printed"
    return "path", path_complaint(column.path)


def _check_command(command: OwnCommand) -> Wrong:
    if not command.command:
        return "command", "the command is empty"
    known = {"name", "id", "image", "pid", "mount", *(f"input.{given.name}" for given in command.inputs)}
    for word in command.command:
        for field in re.findall(r"{([^{}]*)}", word):
            if field not in known:
                return "command", f"{{{field}}} is not known; there are {', '.join(sorted(known))}"
    for number, given in enumerate(command.inputs):
        if wrong := _pattern_complaint(given.pattern):
            return f"inputs.{number}.pattern", wrong
    return WELL


def _check_alert(alert: Alert) -> Wrong:
    if alert.when == "log" and not alert.pattern:
        return "", "an alert of the log needs a pattern"
    if "hook" in alert.notify and not alert.hook:
        return "notify", "to notify by a hook, a hook is needed"
    return "pattern", _pattern_complaint(alert.pattern)


def _check_log_times(given: LogTimes) -> Wrong:
    try:
        zone_of(given.time_zone)
    except ValueError as error:
        return "time_zone", str(error)
    return "time_format", format_complaint(given.time_format)


def _pattern_complaint(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        return f"{pattern} is no regular expression: {error}"
    return ""
