"""inspect, logs and the commands about images."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from core.console.log import LogLine
from core.model.image import Image
from core.model.state import Status
from tests.core.cli.conftest import Call
from tests.core.cli.fake_engine import FakeEngine


def test_inspect(fake: FakeEngine, call: Call) -> None:
    container = fake.add("a")
    fake.images.stored.append(Image(id="5" * 64, names=("img",)))
    assert json.loads(call("inspect", "a", "img").out) == [{"Id": container.id}, {"Id": "5" * 64}]
    assert json.loads(call("inspect", "--latest").out) == [{"Id": container.id}]
    assert call("inspect", "--type", "container", "img").code == 125


def test_inspect_of_nothing_known(fake: FakeEngine, call: Call) -> None:
    fake.add("a")
    ended = call("inspect", "nobody", "a")
    assert ended.code == 125
    assert len(json.loads(ended.out)) == 1
    assert ended.err.startswith('Error: no such object: "nobody"\n')


def test_inspect_of_one_kind(fake: FakeEngine, call: Call) -> None:
    container = fake.add("same")
    fake.images.stored.append(Image(id="5" * 64, names=("same",)))
    assert json.loads(call("image", "inspect", "same").out) == [{"Id": "5" * 64}]
    assert json.loads(call("container", "inspect", "same").out) == [{"Id": container.id}]
    assert call("inspect", "--format", "{{.Id}}", "same").out == f"{container.id}\n"
    assert call("image", "inspect").err == "Error: no names or ids specified\n"


def test_whether_a_container_is_there(fake: FakeEngine, call: Call) -> None:
    fake.add("a")
    assert call("container", "exists", "a") == (0, "", "")
    assert call("container", "exists", "b") == (1, "", "")


def test_logs_keep_the_streams_apart(fake: FakeEngine, call: Call) -> None:
    container = fake.add("a")
    container.lines = [
        LogLine(1.0, "stdout", b"par", True),
        LogLine(1.0, "stdout", b"tial\xff", False),
        LogLine(2.0, "stderr", b"bad", False),
    ]
    ended = call("logs", "a")
    assert (ended.out, ended.err) == ("partial\ufffd\n", "bad\n")
    assert container.calls == [("logs", None, None, False)]
    stamped = call("logs", "-t", "-n", "--tail", "5", "a").out
    assert stamped.startswith("a 1970-01-01T")
    assert stamped.endswith(" partial\ufffd\n")
    assert container.calls[-1] == ("logs", 5, None, False)
    assert call("logs", "--until", "1.5", "a").err == ""


def test_logs_of_several(fake: FakeEngine, call: Call) -> None:
    for name in ("a", "b"):
        fake.add(name).lines = [LogLine(1.0, "stdout", name.encode(), False)]
    ids = {name: fake.lookup(name).id[:12] for name in ("a", "b")}
    assert call("logs", "b", "a").out == f"{ids['b']} b\n{ids['a']} a\n"
    assert call("logs", "--names", "b", "a").out == "b b\na a\n"
    followed = call("logs", "-f", "b", "a")
    assert (followed.code, sorted(followed.out.splitlines())) == (0, sorted(f"{ids[name]} {name}" for name in ids))
    assert call("logs", "a", "nobody").out == ""


def test_logs_in_colours(fake: FakeEngine, call: Call) -> None:
    for name in ("a", "b"):
        fake.add(name).lines = [LogLine(1.0, "stdout", b"said", False)]
    assert call("logs", "--color", "a", "b").out == "\x1b[31ma\x1b[0m said\n\x1b[32mb\x1b[0m said\n"


def test_since(fake: FakeEngine, call: Call) -> None:
    container = fake.add("a")
    call("logs", "--since", "1h30m", "a")
    since = container.calls[-1][2]
    assert isinstance(since, float)
    assert abs(time.time() - 5400 - since) < 60
    call("logs", "--since", "1970-01-01T00:01:00+00:00", "a")
    assert container.calls[-1][2] == 60.0
    call("logs", "--since", "12.5", "a")
    assert container.calls[-1][2] == 12.5
    assert call("logs", "--since", "yesterday", "a").code == 125


@pytest.fixture
def stored(fake: FakeEngine) -> FakeEngine:
    fake.images.stored = [
        Image(id="a" * 64, names=("localhost/app:1", "localhost/app:2"), size=1_050_000, created_at=time.time() - 61),
        Image(id="b" * 64, names=("docker.io/library/nginx:latest",), read_only=True),
        Image(id="c" * 64),
    ]
    return fake


def test_images(stored: FakeEngine, call: Call) -> None:
    lines = call("images").out.splitlines()
    assert lines[0].split() == ["REPOSITORY", "TAG", "IMAGE", "ID", "CREATED", "SIZE", "R/O"]
    assert lines[1].split() == ["localhost/app", "1", "a" * 12, "1", "minute", "ago", "1.05", "MB", "false"]
    assert lines[4].startswith("<none>")
    assert call("images", "-q").out.split() == ["a" * 12, "b" * 12, "c" * 12]
    assert len(call("images", "--noheading", "nginx").out.splitlines()) == 1
    assert len(call("images", "--noheading", "app").out.splitlines()) == 2
    assert len(call("images", "--noheading", "localhost/app:2").out.splitlines()) == 1
    assert json.loads(call("images", "--format", "json", "app").out)[0]["Names"] == [
        "localhost/app:1",
        "localhost/app:2",
    ]


def test_remove_images(stored: FakeEngine, call: Call) -> None:
    assert call("rmi", "nothing").code == 1
    assert call("rmi", "--ignore", "nothing").code == 0
    stored.images.used.add("localhost/app:1")
    assert call("rmi", "localhost/app:1", "localhost/app:2").code == 2
    assert call("rmi").code == 125
    assert call("rmi", "-a", "x").code == 125


def test_remove_all_images_spares_the_containers(stored: FakeEngine, call: Call) -> None:
    stored.images.used.add("localhost/app:1")
    ended = call("rmi", "--all")
    assert ended.code == 2
    assert ended.out.splitlines() == ["Untagged: localhost/app:2", f"Deleted: {'c' * 64}"]
    assert stored.images.forced == []
    assert call("rmi", "--all", "--force").code == 0
    assert stored.images.forced == ["a" * 64, "c" * 64]


def test_pull_prints_the_id(fake: FakeEngine, call: Call) -> None:
    ended = call("pull", "--tls-verify=false", "img")
    assert (ended.out, ended.err) == (f"{'2' * 64}\n", "Trying to pull img...\n")
    assert call("pull", "--tls-verify=maybe", "img").code == 125


def test_load(fake: FakeEngine, call: Call, tmp_path: Path) -> None:
    archive = tmp_path / "x.tar"
    archive.write_text("localhost/x:1")
    assert call("load", "-i", str(archive)).out == "Loaded image: localhost/x:1\n"


def test_attach_and_top_need_a_name(fake: FakeEngine, call: Call) -> None:
    for verb in ("attach", "top", "logs", "exec"):
        ended = call(verb)
        assert ended.code == 125, verb
        assert "you must provide" in ended.err
    assert call("top", "--latest").code == 125
    fake.add("a", Status.EXITED)
    assert call("exec", "a").code == 255
    assert call("attach", "--detach-keys", "ctrl-", "a").code == 125
