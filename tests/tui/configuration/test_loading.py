from __future__ import annotations

import re
from pathlib import Path

import pytest

from tui.configuration.loading import load, parse
from tui.configuration.schema import DEFAULT

WHOLE = """
theme = "nord"
glyphs = "ascii"
read_only = true
restore_workspace = true
keys = "k9s"

[bindings]
toggle_run = "ctrl+s"
events = ""
logs = ["l", "f5"]

[bindings.images]
remove = "ctrl+x"

[themes.harbour]
primary = "#005f87"
dark = false

[[commands]]
name = "trace"
command = ["strace", "-p", "{pid}", "-e", "{input.calls}"]
inputs = [{ name = "calls", default = "all" }]

[[alerts]]
when = "exit"
container = "web-*"
notify = ["toast", "bell"]

[[locks]]
label = "tier=prod"

[[hosts]]
name = "far"
destination = "ssh://root@far.example:22"
options = ["ProxyJump=gate"]
"""


def test_everything_that_can_be_said() -> None:
    configuration, problems = parse(WHOLE)
    assert problems == []
    assert (configuration.theme, configuration.glyphs, configuration.keys) == ("nord", "ascii", "k9s")
    assert configuration.bindings == {
        "toggle_run": ("ctrl+s",),
        "events": (),
        "logs": ("l", "f5"),
        "images.remove": ("ctrl+x",),
    }
    assert configuration.themes["harbour"].primary == "#005f87"
    assert configuration.commands[0].inputs[0].default == "all"
    assert configuration.alerts[0].notify == ("toast", "bell")
    assert configuration.locks[0].level == "name"
    assert configuration.hosts[0].options == ("ProxyJump=gate",)


@pytest.mark.parametrize(
    ("text", "line", "key", "said"),
    [
        ("theme = 3", 1, "theme", "expected str, got int"),
        ('\n\nglyphs = "emoji"', 3, "glyphs", "emoji"),
        ('colour = "red"', 1, "colour", "not known"),
        ("[bindings]\nlogs = 'l'\nstop = 3", 3, "bindings.stop", "a key is a text"),
        ("[bindings.images]\nremove = [1]", 2, "bindings.images.remove", "a key is a text"),
        ("[themes.a]\nprimary = '#fff'\nprimry = 'x'", 3, "themes.a.primry", "unknown field primry"),
        ("[[alerts]]\nwhen = 'oom'\n\n[[alerts]]\nwhen = 'rain'", 5, "alerts.1.when", "rain"),
        ("[[alerts]]\nwhen = 'log'", 1, "alerts.0", "needs a pattern"),
        ("[[alerts]]\nwhen = 'log'\npattern = '('", 3, "alerts.0.pattern", "no regular expression"),
        ("[[commands]]\nname = 'x'\ncommand = ['{pit}']", 3, "commands.0.command", "{pit} is not known"),
        ("[[commands]]\ncommand = ['x']", 1, "commands.0", "missing required field name"),
        ("[[columns]]\ntitle = 'A'\npath = '.a['", 3, "columns.0.path", ".a[ is no path"),
        ("[[columns]]\npath = '.a'\ntitle = '-'", 3, "columns.0.title", "has a letter"),
        ('[[columns]]\npath = ".a"\ntitle = "A\\u001b[2J"', 3, "columns.0.title", "can not be printed"),
        ("[[columns]]\npath = '.a'\ntitle = 'A'\nwidth = 1", 4, "columns.0.width", ">= 3"),
        ("[[hosts]]\nname = 'a'\ndestination = 'tcp://a'", 1, "hosts.0", "ssh:// alone"),
        ("[[hosts]]\nname = 'a'\ndestination = 'a'\nport = 7", 4, "hosts.0.port", "unknown field port"),
        ("[logs]\ntimes = true\ntime_zone = 'Mars/Olympus'", 3, "logs.time_zone", "no time zone Mars/Olympus"),
        ("[logs]\ntime_zone = '../etc/passwd'", 2, "logs.time_zone", "no time zone"),
        ("[logs]\n\ntime_format = '%H:%Q'", 3, "logs.time_format", "%Q is not known"),
        ("[logs]\ntime_format = '%H:%M:%6f'", 2, "logs.time_format", "%6f is not known"),
        ("[logs]\ntime_format = '100%'", 2, "logs.time_format", "% is not known"),
        ("[logs]\ntime_format = '%H%n'", 2, "logs.time_format", "%n is not known"),
        ('[logs]\ntime_format = "%H\\u001b[7m"', 2, "logs.time_format", "can be printed"),
        ("[logs]\nformat = 'x'", 2, "logs.format", "unknown field format"),
        ("states = 'loud'", 1, "states", "loud"),
        ("mouse = 'off'", 1, "mouse", "expected bool"),
        ("theme = [", 1, "", "not TOML"),
        ("a = 1\nb = = 2", 2, "", "not TOML"),
    ],
)
def test_what_is_wrong_is_said_with_line_and_key(text: str, line: int, key: str, said: str) -> None:
    _, (problem,) = parse(text)
    assert (problem.line, problem.key) == (line, key)
    assert said in problem.text


def test_what_is_wrong_does_not_take_the_rest_with_it() -> None:
    configuration, problems = parse('keys = "emacs"\ntheme = "nord"\n[[alerts]]\nwhen = "oom"\n[[alerts]]\nwhen = 3')
    assert [problem.line for problem in problems] == [1, 6]
    assert configuration.theme == "nord" and len(configuration.alerts) == 1
    assert configuration.keys == DEFAULT.keys


def test_no_file_is_the_default_and_an_unreadable_one_is_said(tmp_path: Path) -> None:
    assert load(tmp_path / "none.toml") == (DEFAULT, [])
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe")
    configuration, (problem,) = load(tmp_path / "bad.toml")
    assert configuration == DEFAULT and "can not be read" in problem.text


def test_the_example_has_every_option_and_nothing_wrong_in_it() -> None:
    import msgspec

    from tui.configuration import schema
    from tui.configuration.check import check
    from tui.configuration.screens import screens

    file = Path(__file__).parents[3] / "docs" / "config.toml"
    text = file.read_text()
    assert check(file, screens()) == []
    kinds = (
        schema.Configuration,
        schema.Colours,
        schema.CommandInput,
        schema.OwnCommand,
        schema.Alert,
        schema.Lock,
        schema.LogTimes,
        schema.Host,
    )
    for kind in kinds:
        for field in msgspec.structs.fields(kind):
            assert re.search(rf"(^|\[|\.){field.name}( =|\.|\])", text, re.MULTILINE), field.name
