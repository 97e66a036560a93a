"""Go templates. What is expected is what podman 4.3.1 printed for the same template and data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cli.formatting import add_format, filled_objects, print_formatted
from core.cli.parser import CommandParser
from core.cli.template import Record, Template
from core.errors import InvalidArgument

ROW = Record(
    {
        "ID": "a06023b25b0d",
        "Names": "c1",
        "List": ["x", "y"],
        "Labels": {"a": "b", "x": "y", "z": "q r"},
        "Pid": 7,
        "Share": 1.5,
        "Empty": [],
        "Nothing": None,
        "Runs": True,
        "Label": lambda name: f"<{name}>",
        "State": Record({"Status": "running"}, "State"),
    },
    "psRow",
)


def filled(source: str) -> str:
    return Template("ps", source).fill(ROW)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{.ID}} {{ .Names }}", "a06023b25b0d c1"),
        ("{{.Labels}}", "map[a:b x:y z:q r]"),
        ("{{.Labels.x}}|{{.Labels.missing}}", "y|<no value>"),
        ('{{index .Labels "z"}}|{{index .Labels "no"}}|{{index .List 1}}', "q r||y"),
        ('{{.Label "x"}}', "<x>"),
        ("{{.State.Status}} {{.Runs}} {{.Share}} {{.Nothing}} {{.Empty}}", "running true 1.5 <nil> []"),
        ("{{.Names | upper}} {{.Names | upper | lower}} {{title .Names}}", "C1 c1 C1"),
        ('{{join .List ", "}} {{split "a,b" ","}} {{.List}}', "x, y [a b] [x y]"),
        ("{{json .Labels}} {{json .List}} {{json .Runs}}", '{"a":"b","x":"y","z":"q r"} ["x","y"] true'),
        ("{{len .ID}} {{len .List}} {{slice .ID 2 4}} {{slice .ID 10}}", "12 2 60 0d"),
        ("{{truncate .ID 3}}|{{pad .Names 1 2}}|", "a06| c1  |"),
        ('{{printf "%s %5d|%-4d|%05d %q %v %x" .Names .Pid 3 42 "a" .List 255}}', 'c1     7|3   |00042 "a" [x y] ff'),
        ('{{printf "%5d" "x"}} {{printf "%d"}} {{printf "a" 1}}', "%!d(string=    x) %!d(MISSING) a%!(EXTRA int=1)"),
        ('{{println "a" 1}}{{print "a" 1 2 "b"}}', "a 1\na1 2b"),
        ("{{if .Runs}}yes{{else}}no{{end}}{{if .Empty}}yes{{else if eq .Pid 7}}seven{{else}}no{{end}}", "yesseven"),
        ("{{with .State}}{{.Status}} {{$.ID}}{{else}}-{{end}}{{with .Empty}}x{{else}}-{{end}}",
         "running a06023b25b0d-"),
        ("{{range .List}}[{{.}}]{{else}}none{{end}}{{range .Empty}}x{{else}}none{{end}}", "[x][y]none"),
        ("{{range $k, $v := .Labels}}{{$k}}={{$v}};{{end}}", "a=b;x=y;z=q r;"),
        ("{{range $i, $e := .List}}{{if $i}},{{end}}{{$e}}{{end}}", "x,y"),
        ("{{range .List}}{{if eq . \"y\"}}{{break}}{{end}}{{.}}{{end}}", "x"),
        ("{{range .List}}{{if eq . \"x\"}}{{continue}}{{end}}{{.}}{{end}}", "y"),
        ("{{$x := 1}}{{if true}}{{$x = 2}}{{end}}{{$x}}", "2"),
        ("{{$x := .State}}{{$x.Status}} {{(index .List 0) | upper}} {{(.State).Status}}", "running X running"),
        ("a {{- /* note */ -}} b {{- .Names -}}  c{{/* note */}}", "abc1c"),
        ("{{and .Runs 0 (len 5)}} {{or .Empty .Pid}} {{not .Runs}} {{and 1 2}}", "0 7 false 2"),
        ('{{eq .Pid 1 7}} {{ne "a" "b"}} {{lt 1 2}} {{le 2 2}} {{gt 1 2}} {{ge 1.5 1.5}} {{lt "a" "b"}}',
         "true true true true false true true"),
        (r'{{"a\tb"}} {{`raw\n`}} {{' + "'x'" + "}} {{0x10}} {{1e3}} {{-3}}", "a\tb raw\\n 120 16 1000 -3"),
        ('{{html "<a&\\"b>"}} {{urlquery "a b&"}}', "&lt;a&amp;&#34;b&gt; a+b%26"),
    ],
)  # fmt: skip
def test_what_templates_give(source: str, text: str) -> None:
    assert filled(source) == text


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{.Foo}}", "template: ps:1:2: executing \"ps\" at <.Foo>: can't evaluate field Foo in type psRow"),
        ("{{.Names.X}}", "template: ps:1:8: executing \"ps\" at <.Names.X>: can't evaluate field X in type string"),
        ("a\n {{.Foo}}", "template: ps:2:3: executing \"ps\" at <.Foo>: can't evaluate field Foo in type psRow"),
        ("{{.ID | foo}}", 'template: ps:1: function "foo" not defined'),
        ("{{", "template: ps:1: unclosed action"),
        ("{{end}}", "template: ps:1: unexpected {{end}}"),
        ("{{if}}", "template: ps:1: missing value for if"),
        ("{{if .ID}}", "template: ps:1: unexpected EOF"),
        ('{{"a}}', "template: ps:1: unterminated quoted string"),
        ("{{$x}}", 'template: ps:1: undefined variable "$x"'),
        ("{{break}}", "template: ps:1: {{break}} outside {{range}}"),
        ("{{(.ID}}", "template: ps:1: unclosed left paren"),
        ("{{5x}}", 'template: ps:1: bad number syntax: "5x"'),
        ('{{.ID # }}', 'template: ps:1: unexpected "#" in operand'),
        ("{{/* note", "template: ps:1: unclosed comment"),
        ('{{template "x"}}', "template: ps:1: {{template}} is not supported"),
        ("{{range .ID}}x{{end}}", "template: ps:1:8: executing \"ps\" at <.ID>: range can't iterate over a06023b25b0d"),
        ("{{upper 5}}", 'template: ps:1:8: executing "ps" at <5>: expected string; found 5'),
        ("{{upper}}", 'template: ps:1:2: executing "ps" at <upper>: wrong number of args for upper: want 1 got 0'),
        ('{{join .Names ","}}',
         'template: ps:1:7: executing "ps" at <.Names>: wrong type for value; expected []string; got string'),
        ("{{index 5 1}}",
         "template: ps:1:2: executing \"ps\" at <index 5 1>: error calling index: can't index item of type int"),
        ("{{len 5}}", 'template: ps:1:2: executing "ps" at <len 5>: error calling len: len of type int'),
        ('{{eq 1 "a"}}',
         'template: ps:1:2: executing "ps" at <eq 1 "a">: error calling eq: incompatible types for comparison'),
        ('{{.ID "x"}}',
         'template: ps:1:2: executing "ps" at <.ID>: ID has arguments but cannot be invoked as function'),
    ],
)  # fmt: skip
def test_what_is_said_of_wrong_ones(source: str, message: str) -> None:
    with pytest.raises(InvalidArgument) as failure:
        filled(source)
    assert failure.value.message == message
    assert failure.value.exit_code == 125


PIECES = (
    *("{{", "}}", "-", " ", "\n", ".", "|", "(", ")", '"', "`", ":=", "=", ",", "/*", "*/"),
    *("if", "end", "range", "else", "nil", "len", "index", ".ID", ".List", "$x", "5", "x"),
)


@given(st.lists(st.sampled_from(PIECES)))
def test_any_text_is_filled_or_refused(parts: list[str]) -> None:
    try:
        assert isinstance(filled("".join(parts)), str)
    except InvalidArgument as refused:
        assert refused.message.startswith("template: ps:")


FIELDS = {
    "ID": ("CONTAINER ID", lambda item: item["id"]),
    "Names": ("NAMES", lambda item: item["name"]),
    "Label": ("", lambda item: lambda name: item["labels"].get(name, "")),
}
ITEMS = [
    {"id": "a06023b25b0d", "name": "c1", "labels": {"site": "a"}},
    {"id": "b645900042a9", "name": "a_long_name_of_a_container", "labels": {}},
]


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    parser = CommandParser("wharf ps", "list")
    add_format(parser)
    parser.add_argument("--quiet", "-q", action="store_true")
    print_formatted(
        ITEMS, parser.parse_args(arguments), fields=FIELDS, columns=("Names", "ID"), as_json=lambda: ["j"], name="ps"
    )
    return capsys.readouterr().out


def test_all_forms_of_a_list(capsys: pytest.CaptureFixture[str]) -> None:
    table = "NAMES                       CONTAINER ID\n"
    rows = "c1                          a06023b25b0d\na_long_name_of_a_container  b645900042a9\n"
    assert printed(capsys) == printed(capsys, "--format", "table") == table + rows
    assert printed(capsys, "--noheading") == rows
    assert printed(capsys, "-q") == "a06023b25b0d\nb645900042a9\n"
    assert printed(capsys, "--format", "json") == printed(capsys, "--format", "{{ json . }}") == '[\n    "j"\n]\n'
    assert printed(capsys, "--format", "{{.ID}}") == "a06023b25b0d\nb645900042a9\n"
    assert printed(capsys, "--format", r"{{.Names}}\t{{.ID}}") == (
        "c1\ta06023b25b0d\na_long_name_of_a_container\tb645900042a9\n"
    )
    assert printed(capsys, "--format", "{{range .}}{{.Names}},{{end}}") == "c1,a_long_name_of_a_container,\n"
    assert printed(capsys, "--format", 'table {{.ID}} {{.Label "site"}}') == (
        "CONTAINER ID  SITE\na06023b25b0d  a\nb645900042a9  \n"
    )
    assert printed(capsys, "--noheading", "--format", r"table {{ .ID }}\t{{ .Names | upper }}") == (
        "a06023b25b0d  C1\nb645900042a9  A_LONG_NAME_OF_A_CONTAINER\n"
    )
    for wrong in (["-q", "--format", "{{.ID}}"], ["--format", "{{.Foo}}"]):
        with pytest.raises(InvalidArgument):
            printed(capsys, *wrong)


def test_objects_of_inspect() -> None:
    values = [{"Name": "a", "Config": {"Labels": {"x": "y"}}}, {"Name": "b", "Config": {"Labels": {}}}]
    assert filled_objects(values, "{{.Name}} {{.Config.Labels.x}}", name="inspect") == "a y\nb <no value>\n"
    assert filled_objects(values, "{{json .Config}}", name="inspect") == '{"Labels":{"x":"y"}}\n{"Labels":{}}\n'
    with pytest.raises(InvalidArgument, match="can't evaluate field Nam in type inspect"):
        filled_objects(values, "{{.Nam}}", name="inspect")
    with pytest.raises(InvalidArgument, match=r"can't evaluate field X in type inspect\.Config"):
        filled_objects(values, "{{.Config.X}}", name="inspect")
