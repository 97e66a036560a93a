"""The screen in other languages: whole catalogues, words that fit, and columns that hold with wide characters."""

from __future__ import annotations

import io
import re
import string
from collections.abc import Iterator
from gettext import NullTranslations
from pathlib import Path

import msgspec
import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import write_po
from rich.cells import cell_len

from core.model.snapshot import ResourceSample
from scripts import messages
from tests.fakes.engine import FakeEngine
from tests.tui.conftest import lines, until, until_shown
from tui import languages
from tui.app import WharfApp
from tui.configuration.loading import parse
from tui.configuration.looks import language_of
from tui.configuration.schema import Configuration
from tui.configuration.screens import screens
from tui.keymap import GENERAL, SYSTEM
from tui.languages import _, chosen, ngettext, pgettext, use
from tui.tabs.overview import usage
from tui.views import VIEWS, load
from tui.widgets.bars import KeyBar

CATALOGUES = messages.catalogues()
each_catalogue = pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
KEY = re.compile(r"(?<![\w'’{/.-])(?:[B-Zb-z]|esc|pgup|pgdn|ctrl-\w|\^\w)(?![\w'’}/.-])")
"""A key in a message: a letter that stands alone and is no article, or the name of a key."""
NO_KEYS = frozenset({"CPU 10 S"})


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Each test begins and ends in English."""
    use(languages.ENGLISH)
    yield
    use(languages.ENGLISH)


def forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text or "",) if text is None or isinstance(text, str) else tuple(text)


def ids(catalogue: Catalog) -> set[tuple[object, str | None]]:
    return {(message.id, message.context) for message in catalogue if message.id}


def fields(text: str) -> set[str]:
    return {name for _literal, name, *_rest in string.Formatter().parse(text) if name is not None}


def test_the_template_has_the_messages_of_the_code() -> None:
    made = io.BytesIO()
    write_po(made, messages.template(), width=120, include_lineno=False)
    assert made.getvalue() == messages.TEMPLATE.read_bytes(), "make messages brings it up to date"


def test_all_that_is_declared_is_in_the_template() -> None:
    known = {form for message in messages.template() for form in forms(message.id)}
    actions = [action for declared in screens().values() for action in declared if action in (*GENERAL, *SYSTEM)]
    actions += [action for entry in VIEWS for action in load(entry.name).actions]
    declared = {word for action in actions for word in (action.label, action.description, action.group)}
    declared |= {column.title for entry in VIEWS for column in load(entry.name).columns}
    declared |= {tab.title for entry in VIEWS for tab in load(entry.name).tabs}
    declared |= {word for entry in VIEWS for word in (entry.title, entry.going, load(entry.name).empty)}
    assert declared - {""} <= known


def test_there_are_catalogues() -> None:
    assert "de" in {path.stem for path in CATALOGUES}


def test_the_documentation_names_each_language() -> None:
    text = (messages.PROJECT / "docs" / "configuration.md").read_text(encoding="utf-8")
    [line] = [line for line in text.splitlines() if line.startswith("| `language` |")]
    codes = re.findall(r"`([a-z]{2})`", line)
    assert codes == sorted(["en", *(path.stem for path in CATALOGUES)])


@each_catalogue
def test_a_catalogue_has_every_message_and_no_other(path: Path) -> None:
    catalogue = messages.read(path)
    assert ids(catalogue) == ids(messages.template()), "make messages brings it up to date"
    assert not catalogue.obsolete
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []
    lacking = [message.id for message in catalogue if message.id and not all(forms(message.string))]
    assert lacking == []
    wrong = [
        message.id for message in catalogue if message.id and len(forms(message.string)) != expected(message, catalogue)
    ]
    assert wrong == []


def expected(message: object, catalogue: Catalog) -> int:
    return catalogue.num_plurals if isinstance(getattr(message, "id"), tuple) else 1  # noqa: B009


@each_catalogue
def test_what_is_filled_in_is_the_same(path: Path) -> None:
    for message in messages.read(path):
        wanted = {field for form in forms(message.id) for field in fields(form)} if message.id else set()
        for translated in forms(message.string) if message.id else ():
            assert fields(translated) <= wanted, message.id
            # One of something may be said without its number.
            assert isinstance(message.id, tuple) or fields(translated) == wanted, message.id


@each_catalogue
def test_keys_are_the_same(path: Path) -> None:
    for message in messages.read(path):
        if isinstance(message.id, str) and message.id and message.id not in NO_KEYS:
            for key in KEY.findall(message.id):
                there = re.search(rf"(?<![A-Za-z]){re.escape(key)}(?![A-Za-z])", str(message.string))
                assert there, f"{key} of {message.id!r} is not in {message.string!r}"


@each_catalogue
def test_ends_and_blanks_are_the_same(path: Path) -> None:
    for message in messages.read(path):
        if isinstance(message.id, str) and message.id:
            assert message.id.count("\n") == str(message.string).count("\n"), message.id
            assert message.id.endswith("…") == str(message.string).endswith("…"), message.id


@each_catalogue
def test_headings_fit_their_columns(path: Path) -> None:
    use(path.stem)
    columns = [column for entry in VIEWS for column in load(entry.name).columns]
    too_wide = [_(column.title) for column in columns if column.width and cell_len(_(column.title)) > column.width]
    assert too_wide == []


@each_catalogue
def test_what_is_read_is_what_the_catalogue_says(path: Path) -> None:
    made = io.BytesIO()
    write_mo(made, messages.read(path))
    assert path.with_suffix(".mo").read_bytes() == made.getvalue(), "make setup compiles it"


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "de_DE"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "POSIX"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "C"}, "en"),
        ({"LANG": "C", "LC_ALL": "", "LC_MESSAGES": "de_AT@euro"}, "de_AT"),
        ({"LANG": "de", "LC_MESSAGES": "de", "LC_ALL": "en_GB.UTF-8"}, "en_GB"),
    ],
)
def test_the_environment_chooses(environment: dict[str, str], language: str) -> None:
    assert chosen("auto", environment) == language
    assert chosen("de", environment) == "de"


def test_a_language_without_a_catalogue_is_english() -> None:
    use("de_CH")
    assert _("stop") == "stoppen"
    use("tlh_QO")
    assert _("stop") == "stop"
    assert ngettext("pod", "pods", 2) == "pods"


def test_nothing_is_never_the_head_of_the_catalogue() -> None:
    use("de")
    assert _("") == ""
    assert _("nobody says this") == "nobody says this"


def test_of_what_has_a_plural_one_is_said_alone() -> None:
    use("de")
    assert (_("network"), ngettext("network", "networks", 2)) == ("Netz", "Netze")


def test_one_process_is_told_as_one() -> None:
    sample = ResourceSample(at=0.0, cpu_ns=0, cpu_percent=0.0, memory=0, memory_limit=0, pids=1)
    several = msgspec.structs.replace(sample, pids=2, pressure={"io": 3.0})
    assert [dict(usage((one,)))["tasks"] for one in (sample, several)] == ["1 PID", "2 PIDs, waiting for io 3 %"]


@each_catalogue
def test_a_button_says_what_is_done_and_a_heading_what_it_is_about(path: Path) -> None:
    use(path.stem)
    assert path.stem == "zh" or _("Run") != pgettext("button", "Run")


def test_the_configuration_names_a_language_that_there_is() -> None:
    configuration, problems = parse('theme = "nord"\nlanguage = "de"\n')
    assert (configuration.language, problems) == ("de", [])
    configuration, problems = parse('theme = "nord"\nlanguage = "klingon"\n')
    assert configuration.language == "auto"
    assert (problems[0].line, problems[0].key) == (2, "language")
    assert "auto, de, en" in problems[0].text


def test_a_terminal_of_ascii_alone_has_english_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    assert language_of(Configuration(glyphs="unicode")) == "de_DE"
    assert language_of(Configuration(glyphs="ascii")) == "en"
    assert language_of(Configuration(glyphs="ascii", language="de")) == "de"


class Wide(NullTranslations):
    """Every word as long as in English, and twice as wide."""

    def gettext(self, message: str) -> str:
        return re.sub(r"[A-Za-z](?![^{]*})", "宽", message)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return self.gettext(singular if n == 1 else plural)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)


async def test_wide_characters_keep_to_their_columns(
    app: WharfApp, fake: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.add("web").print(b"GET / 200")
    fake.add("worker")
    monkeypatch.setattr(languages, "_now", Wide())
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "web", "worker", "GET / 200")
        shown = lines(app)
        assert not any("─…" in line for line in shown), "a rule is as wide as its place"
        assert {cell_len(line.rstrip()) <= 80 for line in shown} == {True}
        rows = [line for line in shown if "web" in line or "worker" in line]
        places = {
            cell_len(line[: line.index(name)]) for line in rows for name in ("web", "worker") if name in line[:40]
        }
        assert len(places) == 1, rows
        bar = app.screen.query_one(KeyBar)
        await until(pilot, lambda: bar.shown)
        footer = [line.strip() for line in shown[-bar.size.height :]]
        entries = {f"{key} {word}" for _name, key, word in bar.shown}
        assert all(entry in entries for line in footer for entry in re.split(r"\s{2,}", line) if entry)
