"""image trust: whose images are taken."""

from __future__ import annotations

import sys

from core.cli.command import command_parser, open_engine
from core.cli.main import Invocation
from core.cli.output import print_json, print_table
from core.cli.parser import REST, CommandParser
from core.errors import InvalidArgument
from core.model.image import TrustRule
from core.storage.trust import DEFAULT, TRUST_TYPES

_WORDS = {"show": "show the signature policy of this host", "set": "set what is asked of the images of a registry"}
_HEADER = ("TRANSPORT", "NAME", "TYPE", "ID")


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation)
    parser.add_argument("word", choices=tuple(_WORDS), metavar="show|set")
    parser.add_argument("arguments", nargs=REST, metavar="ARGUMENT ...")
    options = parser.parse_args(invocation.arguments)
    inner = invocation.instead(f"image trust {options.word}", options.arguments)
    act = {"show": _show, "set": _set}[options.word]
    return act(inner, command_parser(inner, _WORDS[options.word]))


def _show(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("--json", "-j", action="store_true", help="as JSON")
    parser.add_argument("--noheading", "-n", action="store_true", help="no line of headings")
    parser.add_argument("--raw", action="store_true", help="the file as it is")
    parser.add_argument("registry", nargs="?", default="", metavar="REGISTRY", help="of this one alone")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        if options.raw:
            sys.stdout.write(engine.images.trust.text())
            return 0
        rules = [rule for rule in engine.images.trust.rules() if options.registry in ("", rule.scope)]
    if options.json:
        print_json([_as_json(rule) for rule in rules])
    else:
        rows = [(rule.transport, rule.scope, rule.kind, ", ".join(rule.signers)) for rule in rules]
        print_table(None if options.noheading else _HEADER, rows)
    return 0


def _as_json(rule: TrustRule) -> dict[str, object]:
    name = "* (default)" if rule.scope == DEFAULT else rule.scope
    found: dict[str, object] = {"transport": rule.transport, "name": name, "repo_name": rule.scope, "type": rule.kind}
    return found | ({"gpg_id": ", ".join(rule.signers)} if rule.signers else {})


def _set(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("--type", "-t", choices=TRUST_TYPES, default="signedBy", help="what is asked")
    keys = "a public key that signs; several times for several"
    parser.add_argument("--pubkeysfile", "-f", action="append", default=[], metavar="FILE", help=keys)
    parser.add_argument("registry", metavar="REGISTRY", help="with or without a repository, or default")
    options = parser.parse_args(invocation.arguments)
    if options.type != "signedBy" and options.pubkeysfile:
        raise InvalidArgument(
            f"--pubkeysfile is for type signedBy, not {options.type}", hint="leave it out, or use --type signedBy"
        )
    with open_engine(invocation) as engine:
        engine.images.trust.set(options.registry, options.type, options.pubkeysfile)
    return 0
