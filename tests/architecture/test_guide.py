"""What the guide names is there: every key, command, option, setting, file and target."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from core.cli.commands import COMMANDS, GROUPS, SCREEN_COMMANDS
from core.cli.declarations import declared, global_parser
from core.cli.parser import CommandParser
from scripts.key_page import page, sections
from tui.configuration.loading import parse
from tui.configuration.schema import Configuration

PROJECT: Final = Path(__file__).resolve().parents[2]
PAGES: Final = [*sorted(PROJECT.glob("docs/*.md")), PROJECT / "README.md"]
CHECKED: Final = [path for path in PAGES if path.name not in ("benchmarks.md", "other-engines.md")]
TYPED: Final = {
    "y",
    "state:exited",
    "error",
    "/tmp/…",
    "localhost/kept",
    "quay.io/podman/hello",
    "shop",
    "sleep 1000",
    "ctrl+]",
}
"""What a journey types that is no action's key."""
SETTINGS: Final = set(Configuration.__struct_fields__)
WORDS: Final = {*COMMANDS, *SCREEN_COMMANDS, *GROUPS}


def keys() -> set[str]:
    """Every key of the program, as the page of keys has it."""
    return {key for _, _, rows in sections() for row in rows for key in row[0]}


def options(parser: CommandParser) -> set[str]:
    return {flag for argument in parser.declared for flag in argument.flags}


def tables(text: str, heading: str) -> Iterator[str]:
    """The cells below a column's heading, in all tables that have such a column."""
    column = -1
    for line in text.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if not cells:
            column = -1
        elif heading in cells:
            column = cells.index(heading)
        elif 0 <= column < len(cells) and not cells[0].startswith("---"):
            yield cells[column]


def quoted(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def command_lines(text: str) -> Iterator[list[str]]:
    """What is written as a call of `wharf`: indented lines, and words in backquotes; comments and pipes are cut off."""
    indented = re.findall(r"^    (.+)$", text, re.MULTILINE)
    for line in [*indented, *quoted(re.sub(r"```.*?```", "", text, flags=re.DOTALL).replace("\n", " "))]:
        for part in line.split(" && "):
            if re.match(r"wharf( |$)", part):
                yield shlex.split(part, comments=True)[1:]


def complaint(words: list[str]) -> str:
    """What of a call is not there; empty for nothing."""
    known = {flag: argument for argument in global_parser().declared for flag in argument.flags}
    while words and words[0].startswith("-"):
        if words[0] not in known:
            return f"no option {words[0]}"
        words = words[2:] if known[words[0]].takes_value else words[1:]
    if not words or words == ["COMMAND", "--help"]:
        return ""
    if words[0] in GROUPS and len(words) > 1 and words[1] in GROUPS[words[0]]:
        command, rest = GROUPS[words[0]][words[1]], words[2:]
    else:
        command = next((name for name in (" ".join(words[:2]), words[0]) if name in WORDS), "")
        rest = words[len(command.split()) :]
    if not command:
        return f"no command {words[0]}"
    if command not in COMMANDS:
        return ""
    known = options(declared(command))
    for word in rest:
        name = word.partition("=")[0]
        # A program's own arguments stand behind the image or the container.
        if name.startswith("--") and name not in known:
            return f"{command} has no {name}"
    return ""


@pytest.mark.parametrize("path", CHECKED, ids=lambda path: path.name)
def test_every_key_is_one(path: Path) -> None:
    known = keys() | TYPED
    text = path.read_text()
    named = [key for heading in ("key", "you press") for cell in tables(text, heading) for key in quoted(cell)]
    assert [key for key in named if key.replace("\\|", "|") not in known] == []
    in_text = re.findall(r"`((?:ctrl|shift|alt)\+[^` ]+(?: [^` ]+)?)`", text)
    assert [key for key in in_text if key not in known] == []


@pytest.mark.parametrize("path", CHECKED, ids=lambda path: path.name)
def test_every_command_and_option_is_there(path: Path) -> None:
    text = path.read_text()
    lines = list(command_lines(text))
    assert [wrong for words in lines if (wrong := complaint(list(words)))] == []
    everywhere = options(global_parser()).union(*(options(declared(name)) for name in COMMANDS))
    alone = [word.split()[0].partition("=")[0] for word in quoted(text) if word.startswith("--")]
    assert [word for word in alone if word not in everywhere and "…" not in word] == []


def test_every_command_of_the_table_is_there_and_every_command_is_in_it() -> None:
    text = (PROJECT / "docs/command-line.md").read_text()
    named: set[str] = set()
    for cell in tables(text, "command"):
        for words in quoted(cell):
            group, _, members = words.partition(" ")
            if members == "…":
                assert group in GROUPS, words
                named.update(GROUPS[group].values())
            elif group in GROUPS and words not in COMMANDS:
                for member in members.split():
                    assert member in GROUPS[group], f"{group} {member}"
                    named.add(GROUPS[group][member])
            else:
                assert group in WORDS or words in WORDS, words
                named.add(words)
    reached = {name.split(maxsplit=1)[0] for name in named} | named
    assert [name for name in [*COMMANDS, *SCREEN_COMMANDS] if name not in reached] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_link_leads_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text())
    missing = [target for target in targets if "://" not in target and not (path.parent / target).exists()]
    assert missing == []


@pytest.mark.parametrize("path", CHECKED, ids=lambda path: path.name)
def test_every_target_and_variable_is_there(path: Path) -> None:
    text = path.read_text()
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:`|^    )make ([a-z-]+)", text, re.MULTILINE)) <= targets
    source = "".join(file.read_text() for folder in ("core", "tui") for file in (PROJECT / folder).rglob("*.py"))
    assert [name for name in re.findall(r"WHARF_[A-Z_]+", text) if name not in source] == []
    own = [word for word in quoted(text) if re.fullmatch(r"(?:tests|docs|core|tui|scripts)/\S+", word)]
    assert [word for word in own if not os.path.exists(PROJECT / word)] == []


def test_every_setting_is_there_and_the_example_holds() -> None:
    text = (PROJECT / "docs/configuration.md").read_text()
    assert {word for cell in tables(text, "setting") for word in quoted(cell)} <= SETTINGS
    examples = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert examples
    for example in examples:
        configuration, problems = parse(example)
        assert [str(problem) for problem in problems] == []
        actions = {name.rpartition(".")[2] for name in configuration.bindings}
        source = "".join(file.read_text() for file in (PROJECT / "tui").rglob("*.py"))
        assert [name for name in actions if f'"{name}"' not in source] == []


def test_the_page_of_keys_is_the_key_map() -> None:
    assert (PROJECT / "docs/keys.md").read_text() == page(), "make keys writes it anew"
