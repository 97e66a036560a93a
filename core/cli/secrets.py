"""secret create ls inspect rm exists."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from core.cli.command import command_parser, open_engine
from core.cli.formatting import add_format, filled_objects, print_formatted, wants_json
from core.cli.main import Invocation, report
from core.cli.output import ago, go_time, print_json
from core.cli.pairs import name_value_pairs
from core.cli.parser import CommandParser
from core.errors import EngineError, InvalidArgument, NoSuchObject
from core.model.secret import Secret
from core.operations.inspect import timestamp

_FIELDS: Final[Mapping[str, tuple[str, Callable[[Secret], object]]]] = {
    "ID": ("ID", lambda secret: secret.id),
    "Name": ("NAME", lambda secret: secret.name),
    "Driver": ("DRIVER", lambda _: "file"),
    "CreatedAt": ("CREATED", lambda secret: ago(secret.created_at)),
    "UpdatedAt": ("UPDATED", lambda secret: ago(secret.updated_at)),
}


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation)
    return {
        "secret create": _create,
        "secret ls": _list,
        "secret inspect": _inspect,
        "secret rm": _remove,
        "secret exists": _exists,
    }[invocation.command](invocation, parser)


def _create(invocation: Invocation, parser: CommandParser) -> int:
    add = parser.add_argument
    add("--driver", "-d", choices=("file",), default="file", help="where it is kept")
    add("--env", action="store_true", help="FILE is the name of an environment variable")
    add("--label", "-l", action="append", default=[], metavar="NAME=VALUE")
    add("--replace", action="store_true", help="in place of the secret that has the name")
    add("name", metavar="NAME")
    add("file", metavar="FILE|-")
    options = parser.parse_args(invocation.arguments)
    data = _from_environment(options.file) if options.env else _from_file(options.file)
    with open_engine(invocation) as engine:
        print(engine.secrets.create(options.name, data, name_value_pairs(options.label), replace=options.replace).id)
    return 0


def _from_environment(name: str) -> bytes:
    value = os.environb.get(os.fsencode(name))
    if value is None:
        raise InvalidArgument(
            f"cannot create store secret data: environment variable {name} is not set",
            hint=f"set {name}, or leave --env out and name a file, or - for standard input",
        )
    return value


def _from_file(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise InvalidArgument(
            f"the secret can not be read from {file}: {error.strerror}", hint="check its path and its permissions"
        ) from error


def _list(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("--quiet", "-q", action="store_true", help="ids alone")
    parser.add_argument("--filter", "-f", action="append", default=[], metavar="KEY=VALUE", help="name or id")
    add_format(parser, no_heading=("--noheading", "-n"))
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        chosen = [secret for secret in engine.secrets.all() if all(_fits(secret, text) for text in options.filter)]
    print_formatted(
        chosen,
        options,
        fields=_FIELDS,
        columns=tuple(_FIELDS),
        as_json=lambda: [_as_json(secret) for secret in chosen],
        name="secret ls",
    )
    return 0


def _fits(secret: Secret, text: str) -> bool:
    key, separator, value = text.partition("=")
    if key not in ("name", "id") or not separator:
        raise InvalidArgument(f"invalid filter {text!r}", hint="use name=VALUE or id=VALUE")
    return value in secret.name if key == "name" else secret.id.startswith(value)


def _print_pretty(secret: Secret) -> None:
    print(f"ID:              {secret.id}\nName:              {secret.name}")
    if secret.labels:
        print("Labels:", *(f" - {name}={value}" for name, value in secret.labels.items()), sep="\n")
    print("Driver:            file")
    print(f"Created at:        {go_time(secret.created_at)}\nUpdated at:        {go_time(secret.updated_at)}")


def _as_json(secret: Secret) -> dict[str, object]:
    return {
        "ID": secret.id,
        "CreatedAt": timestamp(secret.created_at),
        "UpdatedAt": timestamp(secret.updated_at),
        "Spec": {"Name": secret.name, "Driver": {"Name": "file", "Options": {}}, "Labels": secret.labels},
    }


def _inspect(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("--showsecret", action="store_true", help="with the data")
    parser.add_argument("--pretty", action="store_true", help="in lines for a reader")
    add_format(parser, short="-f", no_heading=())
    parser.add_argument("secrets", nargs="+", metavar="SECRET")
    options = parser.parse_args(invocation.arguments)
    found, code = [], 0
    with open_engine(invocation) as engine:
        for name in options.secrets:
            try:
                if options.pretty:
                    _print_pretty(engine.secrets.find(name))
                    continue
                shown = _as_json(engine.secrets.find(name))
                if options.showsecret:
                    shown["SecretData"] = engine.secrets.data(name).decode(errors="replace")
            except EngineError as error:
                code = report(error)
            else:
                found.append(shown)
    if options.pretty:
        return code
    if options.format and not wants_json(options):
        sys.stdout.write(filled_objects(found, options.format, name="secret inspect"))
    else:
        print_json(found)
    return code


def _remove(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("--all", "-a", action="store_true", help="remove all secrets")
    parser.add_argument("--ignore", "-i", action="store_true", help="no error for a secret that is not there")
    parser.add_argument("secrets", nargs="*", metavar="SECRET")
    options = parser.parse_args(invocation.arguments)
    if options.all == bool(options.secrets):
        raise InvalidArgument("name secrets, or use --all", hint="see wharf secret ls for the names")
    code = 0
    with open_engine(invocation) as engine:
        for name in options.secrets or [secret.id for secret in engine.secrets.all()]:
            try:
                print(engine.secrets.remove(name).id)
            except NoSuchObject as error:
                if not options.ignore:
                    code = report(error, 1)
            except EngineError as error:
                code = report(error)
    return code


def _exists(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("secret", metavar="SECRET")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        try:
            engine.secrets.find(options.secret)
        except NoSuchObject:
            return 1
    return 0
