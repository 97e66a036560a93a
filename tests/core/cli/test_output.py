"""Tables, spans and sizes."""

from __future__ import annotations

import time

import pytest

from core.cli.output import ago, cells, print_table, printable, size, span
from core.cli.sizes import parse_size
from core.errors import InvalidArgument


def test_a_table_is_aligned_and_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("A", "LONG"), [("1", "\x1b[31mred\n"), ("港湾", "x")])
    assert capsys.readouterr().out == "A           LONG\n1           \ufffd[31mred\ufffd\n港湾        x\n"


def test_a_table_without_header_or_rows(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(None, [("a", "b"), ("a" * 13, "b")])
    print_table(None, [])
    assert capsys.readouterr().out == f"a{' ' * 14}b\n{'a' * 13}  b\n"


def test_cells() -> None:
    assert (cells("abc"), cells("港"), cells("e\u0301")) == (3, 2, 1)
    assert printable("plain") == "plain"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "Less than a second"),
        (0.4, "Less than a second"),
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (7200, "2 hours"),
        (86400 * 8, "1 week"),
        (86400 * 800, "2 years"),
    ],
)
def test_span(seconds: float, text: str) -> None:
    assert span(seconds) == text


def test_ago() -> None:
    assert ago(0.0) == "never"
    assert ago(time.time() - 3601) == "1 hour ago"


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0 B"), (999, "999 B"), (999.9, "1 kB"), (1050000, "1.05 MB"), (999_999_999, "1 GB"), (5e15, "5000 TB")],
)
def test_size(number: float, text: str) -> None:
    assert size(number) == text


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("1024", 1024),
        ("64m", 64 << 20),
        ("1.5G", 3 << 29),
        ("2KiB", 2048),
        ("3 mb", 3 << 20),
        ("1t", 1 << 40),
    ],
)
def test_parse_size(text: str, number: int) -> None:
    assert parse_size(text) == number


@pytest.mark.parametrize("text", ["", "m", "-1", "1x", "1e3", "0x10"])
def test_no_size(text: str) -> None:
    with pytest.raises(InvalidArgument):
        parse_size(text)
