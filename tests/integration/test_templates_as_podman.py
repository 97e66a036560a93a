"""The same Go templates on the same data, filled by podman and by us: no character of the text or complaint differs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.cli.formatting import filled_objects
from core.errors import InvalidArgument

Podman = Callable[..., subprocess.CompletedProcess[str]]

CHANGES = ('LABEL site="a b" role=db empty=', "ENV A=1 B=<x&y>", 'CMD ["sh","-c","exit 3"]', "WORKDIR /srv")
TEMPLATES = (
    "{{.Id}} {{.Size}} {{.RepoTags}} {{.Labels}} {{.Config.Env}} {{.Config.Cmd}}",
    "{{.Labels.site}}|{{.Labels.missing}}|{{.Labels.empty}}|{{.Config.WorkingDir}}",
    '{{index .Labels "site"}}|{{index .Labels "missing"}}|{{index .Config.Cmd 1}}|{{index .Config.Env 0}}',
    "{{json .Labels}} {{json .Config.Cmd}} {{json .Size}} {{json .Os}} {{json .Config.Env}}",
    '{{join .RepoTags ","}} {{split .Os "n"}} {{upper .Os}} {{lower "ABC"}} {{title "a bc d"}}',
    "{{range .Config.Cmd}}[{{.}}]{{end}}",
    "{{range $i, $e := .Config.Cmd}}{{if $i}}, {{end}}{{$i}}={{$e}}{{end}}",
    "{{range $k, $v := .Labels}}{{$k}}={{$v}};{{end}}{{$x := .Os}}{{$x}}",
    '{{if eq .Os "linux"}}yes{{else}}no{{end}} {{if and .Size (gt .Size 5)}}big{{end}}',
    "{{with .Config}}{{.WorkingDir}}{{end}}{{with .Parent}}v{{else}}w{{end}}",
    '{{if .Parent}}v{{else if eq .Architecture "none"}}a{{else}}-{{end}}',
    '{{ne 1 2}} {{lt 1 2}} {{le 2 2}} {{gt "a" "b"}} {{ge 1.5 1.5}} {{not true}} {{eq 1 2 1}}',
    '{{or 0 "x"}} {{and 1 ""}}|',
    "{{range .}}{{.Os}},{{end}}",
    "{{len .Labels}} {{len .Config.Cmd}} {{len .Os}} {{slice .Os 1 3}} {{slice .Config.Cmd 1}} {{truncate .Os 3}}|",
    r'{{printf "%s|%10s|%-6s|%q|%v|%d|%05d|%x|%t|%5.2f|%T" .Os .Os .Os .Os .RepoTags 42 42 255 true 1.5 .Os}}',
    r'{{printf "%d" .Os}} {{printf "%s" 5}} {{printf "%s"}} {{printf "x" 1}} {{printf "%%"}} {{printf "%v" true}}',
    '{{println "a" 1}}{{print "a" 1 2 "b" true}}{{html "<a&b>"}} {{urlquery "a b&c/d"}} {{pad "x" 2 3}}|',
    "a {{- /* note */ -}} b {{- .Os -}}  c {{/* note */}}d {{`raw\\t`}} {{'x'}} {{0x1F}} {{1e3}} {{-5}} {{1.50}}",
    '{{range .Config.Cmd}}{{if eq . "-c"}}{{continue}}{{end}}{{.}}{{break}}{{end}} {{(index .Config.Cmd 0) | upper}}',
    '{{.Config.Cmd | len | printf "%03d"}} {{.Labels.site | upper | printf "<%s>"}} {{(.Config).WorkingDir}}',
    '{{$n := 1}}{{range .Config.Cmd}}{{$n = 2}}{{end}}{{$n}} {{true}} {{"q\\"\\u00e9"}}',
)
WRONG = (
    "{{.Os.X}}",
    "{{.Config.Foo}}",
    "{{foo .Os}}",
    "{{upper 5}}",
    "{{upper}}",
    "{{upper .Size}}",
    "{{join .Os 1}}",
    "{{index .Config.Cmd 9}}",
    "{{index .Os .Os}}",
    "{{len .Size}}",
    '{{eq 1 "a"}}',
    "{{lt .Config.Cmd 1}}",
    "{{range .Os}}x{{end}}",
    "{{slice .Os 9}}",
    "{{slice .Os 3 1}}",
    "{{$x}}",
    "{{end}}",
    "{{if}}x{{end}}",
    "{{if .Os}}",
    "{{else}}",
    "{{break}}",
    '{{"a}}',
    "{{(.Os}}",
    "{{.Os)}}",
    "{{5x}}",
    "{{.Os # }}",
    "{{1 | 2}}",
    "{{.Os 1}}",
    "{{nil}}",
    "{{/* a",
    "x\n {{.Os.Y}}",
)


@pytest.fixture(scope="module")
def podman() -> Iterator[Podman]:
    """podman on directories of its own, with an image that is called `it`."""
    # podman takes no longer path than 50 characters for its run root.
    folder = Path(tempfile.mkdtemp(prefix="wfp-", dir="/tmp"))
    where = ["--root", str(folder / "root"), "--runroot", str(folder / "run"), "--tmpdir", str(folder / "tmp")]

    def carry_out(*words: str) -> subprocess.CompletedProcess[str]:
        argv = ["podman", "--storage-driver", "vfs", *where, *words]
        return subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)

    with tarfile.open(folder / "empty.tar", "w") as archive:
        archive.add(Path(__file__), "file")
    changes = [word for change in CHANGES for word in ("--change", change)]
    made = carry_out("import", *changes, str(folder / "empty.tar"), "localhost/it:1")
    try:
        assert made.returncode == 0, made.stderr
        yield carry_out
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def described(podman: Podman) -> list[dict[str, object]]:
    return list(json.loads(podman("image", "inspect", "it:1").stdout))


def test_what_templates_give(podman: Podman, described: list[dict[str, object]]) -> None:
    different = {}
    for source in TEMPLATES:
        theirs = podman("image", "inspect", "--format", source, "it:1")
        try:
            ours = filled_objects(described, source, name="inspect")
        except InvalidArgument as refusal:
            ours = refusal.message
        if theirs.stdout != ours:
            different[source] = (theirs.stdout + theirs.stderr, ours)
    assert different == {}


def test_what_is_said_of_wrong_ones(podman: Podman, described: list[dict[str, object]]) -> None:
    different = {}
    for source in WRONG:
        said = podman("image", "inspect", "--format", source, "it:1").stderr.strip()
        try:
            ours = filled_objects(described, source, name="inspect")
        except InvalidArgument as refusal:
            ours = refusal.message.partition("template: ")[2]
        theirs = said.partition("template: ")[2]
        # The names of Go's own types are not ours.
        if re.sub(r"type \S+", "type", theirs) != re.sub(r"type \S+", "type", ours).replace("got int", "got int64"):
            different[source] = (theirs, ours)
    assert different == {}
