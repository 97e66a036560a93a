"""Secrets: kept in files that only root reads, given to containers as files and as variables."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from core.engine import Engine
from core.model.image import Image
from tests.worksite import DEMO

Wharf = Callable[..., subprocess.CompletedProcess[str]]


def test_the_life_of_a_secret(engine: Engine, demo_image: Image, wharf: Wharf, tmp_path: Path) -> None:
    (tmp_path / "word").write_text("halyard")
    made = wharf("secret", "create", "--label", "team=a", "word", str(tmp_path / "word"))
    secret_id = made.stdout.strip()
    assert (made.returncode, len(secret_id)) == (0, 25)
    file = engine.paths.secret(secret_id)
    assert file.stat().st_mode & 0o777 == 0o600 and file.parent.stat().st_mode & 0o777 == 0o700
    # Read by another process: to close the file in this one would drop the locks of its database.
    database = subprocess.run(
        ["cat", str(engine.paths.database), f"{engine.paths.database}-wal"], capture_output=True, check=True
    ).stdout
    assert b"word" in database and b"halyard" not in database
    assert wharf("secret", "create", "word", "-", stdin="other").returncode == 125
    show = "cat /run/secrets/word; echo; stat -c %a-%u /run/secrets/word; cat /else; echo; echo $WORD"
    options = (
        "--secret",
        "word",
        "--secret",
        "word,target=/else,uid=7,mode=0400",
        "--secret",
        "word,type=env,target=WORD",
    )
    said = wharf("run", "--name", "it", *options, DEMO, "sh", "-c", show)
    assert said.stdout.split() == ["halyard", "444-0", "halyard", "halyard"], said.stderr
    assert "halyard" not in json.dumps(engine.lookup("it").inspect())
    assert wharf("secret", "ls", "--format", "{{.Name}} {{.Driver}}").stdout == "word file\n"
    assert json.loads(wharf("secret", "inspect", "word").stdout)[0]["Spec"]["Labels"] == {"team": "a"}
    pretty = wharf("secret", "inspect", "--pretty", "word").stdout.splitlines()
    assert pretty[1:5] == ["Name:              word", "Labels:", " - team=a", "Driver:            file"]
    assert wharf("secret", "rm", "word").stdout == f"{secret_id}\n"
    assert not file.exists()
    # A container keeps its own copy of a file; a variable has nowhere to come from.
    refused = wharf("start", "--attach", "it")
    assert refused.returncode == 125
    assert refused.stderr.startswith('Error: no secret with name or id "word": no such secret\nhint: make it again')
    (tmp_path / "word").write_text("painter")
    wharf("secret", "create", "word", str(tmp_path / "word"))
    assert wharf("start", "--attach", "it").stdout.split() == ["halyard", "444-0", "halyard", "painter"]
    secret_id = engine.secrets.find("word").id
    file = engine.paths.secret(secret_id)
    assert wharf("secret", "rm", "word").stdout == f"{secret_id}\n"
    refused = wharf("secret", "rm", "word")
    assert (refused.returncode, refused.stderr) == (1, 'Error: no secret with name or id "word": no such secret\n')
    assert wharf("run", "--secret", "word", DEMO, "true").returncode == 125


def test_further_processes_have_the_variables_too(engine: Engine, demo_image: Image, wharf: Wharf) -> None:
    wharf("secret", "create", "word", "-", stdin="halyard")
    options = ("--network", "none", "--secret", "word,type=env,target=WORD")
    assert wharf("run", "-d", "--name", "it", *options, DEMO, "sleep", "1000").returncode == 0
    assert wharf("exec", "it", "sh", "-c", "echo $WORD").stdout == "halyard\n"
    assert wharf("exec", "-e", "WORD=mine", "it", "sh", "-c", "echo $WORD").stdout == "mine\n"
    wharf("secret", "rm", "word")
    assert wharf("exec", "it", "sh", "-c", "echo ${WORD:-gone}").stdout == "gone\n"


def test_replaced_and_orphaned(engine: Engine) -> None:
    first = engine.secrets.create("word", b"one")
    second = engine.secrets.create("word", b"two", replace=True)
    assert engine.secrets.data("word") == b"two" and second.created_at == first.created_at
    engine.paths.secret("a" * 25).write_bytes(b"left by a creator that was killed")
    engine.secrets.create("other", b"three")
    assert {path.name for path in engine.paths.secrets.iterdir()} == {one.id for one in engine.secrets.all()}
