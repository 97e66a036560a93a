"""The parser of the command line: what it takes, and what it says of what it does not take."""

from __future__ import annotations

import pytest

from core.cli.parser import HIDDEN, REST, CommandParser, Options, add_boolean, cpu_count, seconds
from core.errors import InvalidArgument


def a_parser() -> CommandParser:
    parser = CommandParser("wharf thing", "does a thing")
    add = parser.add_argument
    add("--help", "-h", action="help", help="show this and end")
    add("--all", "-a", action="store_true", help="all of them")
    add("--interactive", "-i", action="store_true")
    add("--time", "-t", type=seconds, default=None, metavar="SECONDS")
    add("--label", "-l", action="append", default=[])
    add("--no-trunc", "--notruncate", action="store_true")
    add("--sort", choices=("name", "size"), default="name")
    add("--cpus", type=cpu_count, default=0.0)
    add("--secret", action="store_true", help=HIDDEN)
    add_boolean(parser, "--sig-proxy", default=True, explanation="pass signals on")
    return parser


def parse(*words: str, **positional: str | None) -> Options:
    parser = a_parser()
    for name, nargs in positional.items():
        parser.add_argument(name, nargs=nargs, metavar=name.upper())
    return parser.parse_args(words)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], {"all": False, "time": None, "label": [], "sort": "name", "sig_proxy": True}),
        (["-ai"], {"all": True, "interactive": True}),
        (["-ait5"], {"all": True, "interactive": True, "time": 5}),
        (["-at", "5"], {"all": True, "time": 5}),
        (["-t=5"], {"time": 5}),
        (["--time=5"], {"time": 5}),
        (["--label", "-x", "-l", "", "-l=b=c"], {"label": ["-x", "", "b=c"]}),
        (["--notruncate"], {"no_trunc": True}),
        (["--all=false", "--sig-proxy=False"], {"all": False, "sig_proxy": False}),
        (["--sig-proxy", "--cpus", "1.5"], {"sig_proxy": True, "cpus": 1.5}),
    ],
)
def test_options(words: list[str], expected: dict[str, object]) -> None:
    options = parse(*words)
    assert {name: getattr(options, name) for name in expected} == expected


def test_the_default_of_a_list_is_not_shared() -> None:
    parser = a_parser()
    assert parser.parse_args(["-l", "a"]).label == ["a"]
    assert parser.parse_args([]).label == []


@pytest.mark.parametrize(
    ("words", "positional", "expected"),
    [
        (["a", "-a", "b"], {"names": "*"}, {"names": ["a", "b"], "all": True}),
        ([], {"names": "*"}, {"names": []}),
        (["x", "y", "z"], {"names": "*", "last": None}, {"names": ["x", "y"], "last": "z"}),
        (["x"], {"first": None, "second": "?"}, {"first": "x", "second": None}),
        (["--", "-a", "--bogus"], {"names": "+"}, {"names": ["-a", "--bogus"], "all": False}),
        (["-", "-1"], {"names": "+"}, {"names": ["-", "-1"]}),
        (["-i", "img", "-a", "--", "-x"], {"image": None, "rest": REST}, {"image": "img", "rest": ["-a", "--", "-x"]}),
        (["img"], {"image": None, "rest": REST}, {"image": "img", "rest": []}),
    ],
)
def test_arguments(words: list[str], positional: dict[str, str | None], expected: dict[str, object]) -> None:
    options = parse(*words, **positional)
    assert {name: getattr(options, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("words", "positional", "message"),
    [
        (["--bogus"], {}, "unknown flag: --bogus"),
        (["--al"], {}, "unknown flag: --al"),
        (["-ax"], {}, "unknown shorthand flag: 'x' in -ax"),
        (["extra"], {}, "`wharf thing` takes no arguments"),
        (["--time"], {}, "flag needs an argument: --time/-t"),
        (["-t", "soon"], {}, 'invalid argument "soon" for "-t, --time" flag: it is no whole number'),
        (["-t", "-1"], {}, 'invalid argument "-1" for "-t, --time" flag: -1 is no number of seconds: it is negative'),
        (["--cpus", "nan"], {}, 'invalid argument "nan" for "--cpus" flag: nan is no number of CPUs'),
        (["--sort", "age"], {}, 'invalid argument "age" for "--sort" flag: choose from: name, size'),
        (["--all=maybe"], {}, 'invalid argument "maybe" for "-a, --all" flag: \'maybe\' is neither true nor false'),
        ([], {"first": None, "more": "+"}, "requires at least 2 arg(s), only received 0"),
        (["a", "b"], {"first": None}, "accepts 1 arg(s), received 2"),
        ([], {"first": None, "second": "?"}, "accepts between 1 and 2 arg(s), received 0"),
    ],
)
def test_what_is_wrong(words: list[str], positional: dict[str, str | None], message: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        parse(*words, **positional)
    assert (caught.value.message, caught.value.hint) == (message, "see wharf thing --help")


def test_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse("--help", names="*")
    assert ended.value.code == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["usage: wharf thing [OPTIONS] [NAMES ...]", "", "does a thing"]
    assert "  -a, --all             all of them" in lines
    assert "  -t, --time SECONDS" in lines
    assert "  --sort {name,size}" in lines
    assert "  --sig-proxy[=BOOL]    pass signals on" in lines
    assert not [line for line in lines if "secret" in line]
