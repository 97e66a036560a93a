"""Each verb has a command that the program's own parser takes, and that holds nothing secret."""

from __future__ import annotations

import inspect
import shlex
from pathlib import Path
from typing import Any, Final

import pytest

from core.cli.create import parse
from core.cli.declarations import declared
from core.cli.main import parse_global, run_command
from core.engine import Engine
from core.model.content import CommitOptions
from core.model.image import RegistryAccess
from core.model.journal import PROGRAM
from core.model.network import Attachment
from core.model.options import CheckpointOptions, ExecOptions, RestoreOptions
from core.model.usage import PrunePlan
from tui.bridge.command_lines import invocation
from tui.bridge.equivalents import DOORS, TOLD, Equivalent, equivalent
from tui.bridge.harmless import HARMLESS
from tui.bridge.verbs import VERBS
from tui.step import Step
from tui.transfers import TransferJob

JOB: Final = TransferJob("")
SECRET: Final = "hunter2"
OPEN: Final = RegistryAccess(tls_verify=False)
PLAN: Final = PrunePlan(containers=(), images=(), volumes=(), networks=())
RUN_WORDS: Final = (
    "--detach --name web --publish 8080:80 --memory 64m --cpus 1.5 --tty --rm --http-proxy=false --entrypoint= "
    f"--env PASSWORD={SECRET} -eTOKEN={SECRET} --label 'a=b c' --health-cmd 'test -e /ok' demo -- sh -c 'sleep $N'"
)
RUN_LINE: Final = (
    "wharf run --name web --http-proxy=false --entrypoint= --tty --label 'a=b c' --memory 64m --cpus 1.5 "
    "--publish 8080:80 --health-cmd 'test -e /ok' --rm --detach --env PASSWORD --env TOKEN demo -- sh -c 'sleep $N'"
)
SAMPLES: Final[dict[str, list[tuple[tuple[Any, ...], str]]]] = {
    "start": [((), "wharf start web")],
    "stop": [((), "wharf stop web")],
    "restart": [((), "wharf restart web")],
    "pause": [((), "wharf pause web")],
    "unpause": [((), "wharf unpause web")],
    "init": [((), "wharf init web")],
    "mount": [((), "wharf mount web")],
    "unmount": [((), "wharf umount web")],
    "checkpoint": [
        ((CheckpointOptions(),), "wharf container checkpoint web"),
        (
            (CheckpointOptions(leave_running=True, keep=True, tcp_established=True, file_locks=True),),
            "wharf container checkpoint --leave-running --keep --tcp-established --file-locks web",
        ),
    ],
    "restore": [
        ((RestoreOptions(keep=True, tcp_established=True),), "wharf container restore --keep --tcp-established web")
    ],
    "volume copy out": [(("/a", "/srv/"), "")],
    "volume copy in": [(("/a", "/"), "")],
    "check health": [((), "wharf healthcheck run web")],
    "kill": [(("USR1",), "wharf kill --signal USR1 web")],
    "remove": [((False,), "wharf rm web"), ((True,), "wharf rm --force web")],
    "rename": [(("other",), "wharf rename web other")],
    "update": [((["--memory=64m", "--cpuset-cpus="],), "wharf update --memory=64m --cpuset-cpus= web")],
    "create": [
        ((JOB, "create", ["--network", "none", "demo"]), "wharf create --network none demo"),
        ((JOB, "run", shlex.split(RUN_WORDS)), RUN_LINE),
    ],
    "copy out": [(("/etc/motd", "/srv/"), "wharf cp web:/etc/motd /srv/")],
    "copy in": [(("/srv/.", "/"), "wharf cp /srv/. web:/")],
    "pull": [((JOB, "demo:1", OPEN), "wharf pull --tls-verify=false demo:1")],
    "push": [
        ((JOB, "web", "", RegistryAccess()), "wharf push web"),
        ((JOB, "web", "docker://h/web", RegistryAccess(credentials=f"me:{SECRET}")), "wharf push web docker://h/web"),
    ],
    "load": [((JOB, Path("/FILE")), "wharf load --input /FILE")],
    "save": [
        ((JOB, "web", Path("/new"), "oci-archive"), "wharf save --format oci-archive --output /new web"),
    ],
    "import": [
        (
            (JOB, Path("/FILE"), "mine:1", ['CMD ["sh"]', f"ENV A={SECRET}"], "a word"),
            """wharf import --change 'CMD ["sh"]' --message 'a word' /FILE mine:1""",
        )
    ],
    "tag": [(("other:1",), "wharf tag web other:1")],
    "untag": [(("other:1",), "wharf untag other:1 other:1")],
    "remove image": [(((),), "wharf rmi web"), ((("a:1", "b:1"),), "wharf rmi a:1 b:1")],
    "begin": [
        (
            (ExecOptions(args=("sh", "-c", "a b"), user="root", privileged=True),),
            "wharf exec --detach --privileged --user root web sh -c 'a b'",
        )
    ],
    "reload network": [((), "wharf network reload web")],
    "remove used image": [((), "wharf rmi --force web")],
    "create volume": [
        (
            ("data", {"a": "b"}, {"type": "cifs", "o": f"username=me,password={SECRET}", "device": "//h/x"}),
            "wharf volume create --label a=b --opt type=cifs --opt device=//h/x data",
        ),
        (("", {}, {"type": "tmpfs", "o": "size=1m,ro"}), "wharf volume create --opt type=tmpfs --opt o=size=1m,ro"),
    ],
    "remove volume": [((), "wharf volume rm web")],
    "export volume": [((JOB, "data", Path("/new")), "wharf volume export data --output /new")],
    "import volume": [((JOB, "data", Path("/FILE")), "wharf volume import data /FILE")],
    "create network": [((["--internal", "back"],), "wharf network create --internal back")],
    "remove network": [((), "wharf network rm web")],
    "connect": [
        (
            ("db", Attachment(network="web", addresses=("10.0.0.9",), aliases=("www",))),
            "wharf network connect --ip 10.0.0.9 --alias www web db",
        )
    ],
    "disconnect": [(("db",), "wharf network disconnect web db")],
    "create pod": [((["--share", "net", "shop"],), "wharf pod create --share net shop")],
    "start pod": [((), "wharf pod start web")],
    "stop pod": [((), "wharf pod stop web")],
    "restart pod": [((), "wharf pod restart web")],
    "pause pod": [((), "wharf pod pause web")],
    "unpause pod": [((), "wharf pod unpause web")],
    "kill pod": [(("TERM",), "wharf pod kill --signal TERM web")],
    "remove pod": [((True,), "wharf pod rm --force web"), ((False,), "wharf pod rm web")],
    "play": [((JOB, Path("/FILE")), "wharf kube play /FILE")],
    "take down": [((JOB, Path("/FILE")), "wharf kube down /FILE")],
    "prune": [
        ((PLAN, [], ("containers",)), "wharf container prune --force"),
        ((PLAN, [], ("images",)), "wharf image prune --force"),
        ((PLAN, [], ("all images",)), "wharf image prune --all --force"),
        ((PLAN, [], ("volumes",)), "wharf volume prune --force"),
        ((PLAN, [], ("networks",)), "wharf network prune --force"),
        ((PLAN, [], ("pods",)), "wharf pod prune --force"),
        ((PLAN, [], ("containers", "images", "networks", "pods")), "wharf system prune --force"),
        ((PLAN, [], ("containers", "all images", "volumes")), "wharf system prune --all --volumes --force"),
    ],
    "create secret": [
        (("token", SECRET.encode(), "/FILE"), "wharf secret create token /FILE"),
        (("token", SECRET.encode(), ""), "wharf secret create token -"),
    ],
    "remove secret": [((), "wharf secret rm web")],
    "log in": [(("me", SECRET, OPEN), "wharf login --tls-verify=false web")],
    "log out": [((), "wharf logout web")],
    "export": [
        ((Path("/new"), "none", False), "wharf export --output /new web"),
        ((Path("/new"), "zstd", True), "wharf export --compression zstd --overwrite --output /new web"),
    ],
    "commit": [
        ((CommitOptions(),), "wharf commit web"),
        (
            (CommitOptions(reference="mine:1", author="me", message="a word", pause=False),),
            "wharf commit --author me --message 'a word' --pause=false web mine:1",
        ),
    ],
    "attach": [((), "wharf attach web")],
    "watch": [((), "wharf attach --no-stdin web")],
    "shell": [((), "wharf exec --interactive --tty web /bin/sh")],
    "host tools": [((), "")],
    "exec": [
        ((ExecOptions(args=("ls", "-l")),), "wharf exec web ls -l"),
        (
            (ExecOptions(args=("sh",), terminal=True, user="1:1", workdir="/srv", env=(f"A={SECRET}",)),),
            "wharf exec --interactive --tty --user 1:1 --workdir /srv --env A web sh",
        ),
    ],
    "own command": [(("container", ("ping", "-c", "{input.n}", "web"), ("n",)), "ping -c '{input.n}' web")],
}
"""Of each verb what is given beside a container `web`, and the command; `/FILE` stands for a file."""
CASES: Final = [(verb, given, line) for verb, samples in SAMPLES.items() for given, line in samples]


class Opened(Exception):
    """The command line was read, and now the engine would be opened."""


def told(verb: str, given: tuple[Any, ...], row_id: str = "1" * 64, name: str = "web") -> Equivalent:
    return equivalent(Step(verb, row_id, name, given))[1]


def test_each_verb_of_the_screen_has_its_command() -> None:
    assert set(TOLD) == set(VERBS)
    assert set(SAMPLES) == set(TOLD) | set(DOORS)


@pytest.mark.parametrize(("verb", "given"), [(verb, given) for verb, given, _ in CASES if verb in VERBS])
def test_what_is_given_is_what_the_verb_takes(verb: str, given: tuple[Any, ...]) -> None:
    takes = inspect.signature(VERBS[verb].act)
    if given[:1] == (JOB,):
        takes.bind(None, *given)
    else:
        takes.bind(None, "id", None, *given)


@pytest.mark.parametrize(("verb", "given", "line"), CASES)
def test_the_command_is_what_a_person_would_type(verb: str, given: tuple[Any, ...], line: str) -> None:
    equal = told(verb, given)
    assert shlex.join(equal.command) == line
    assert SECRET not in repr(equal)
    if SECRET in repr(given) and line.rpartition(" ")[2] != "/FILE":
        assert equal.environment or equal.lacking


@pytest.mark.parametrize(("verb", "given", "line"), [case for case in CASES if case[2].startswith(PROGRAM)])
def test_the_programs_own_parser_takes_it(
    verb: str, given: tuple[Any, ...], line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(*given: object, **more: object) -> Engine:
        raise Opened

    monkeypatch.setattr(Engine, "open", opened)
    monkeypatch.setattr("sys.stdin", (tmp_path / "input").open("w+"))
    monkeypatch.setattr("getpass.getpass", lambda *given: "")
    file = tmp_path / "file"
    file.write_text("kind: Pod\nmetadata:\n  name: one\nspec:\n  containers:\n  - name: a\n    image: demo\n")
    words = [word.replace("/FILE", str(file)) for word in shlex.split(line)]
    with pytest.raises(Opened):
        run_command(parse_global(words[1:]))


@pytest.mark.parametrize(
    ("verb", "given", "line"),
    [
        ("pause", (), "wharf foreign pause podman:web"),
        ("kill", ("TERM",), "wharf foreign kill --signal TERM podman:web"),
        ("attach", (), "wharf foreign attach podman:web"),
        ("watch", (), "wharf foreign attach --no-stdin podman:web"),
        ("shell", (), "wharf foreign exec --interactive --tty podman:web /bin/sh"),
        ("exec", (ExecOptions(args=("ls",)),), "wharf foreign exec podman:web ls"),
    ],
)
def test_so_it_is_for_containers_of_other_engines(
    verb: str, given: tuple[Any, ...], line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(*given: object, **more: object) -> Engine:
        raise Opened

    monkeypatch.setattr(Engine, "open", opened)
    assert shlex.join(told(verb, given, "/run/runc/1", "podman:web").command) == line
    with pytest.raises(Opened):
        run_command(parse_global(shlex.split(line)[1:]))


def test_each_option_of_run_is_known_to_be_harmless_or_is_left_out() -> None:
    names = {argument.name for argument in declared("run").declared if argument.flags}
    assert names - HARMLESS == {"env", "env_merge", "group_entry", "help", "passwd_entry"}
    assert names >= HARMLESS


def test_an_option_that_is_not_known_is_left_out_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.bridge.harmless.HARMLESS", HARMLESS - {"label"})
    equal = told("create", (JOB, "run", ["--label", f"a={SECRET}", "--rm", "demo"]))
    assert (equal.command, list(equal.lacking)) == (("wharf", "run", "--rm", "demo"), ["--label"])


def test_the_kept_words_make_the_same_container() -> None:
    words = shlex.split(RUN_WORDS)
    kept = told("create", (JOB, "run", words)).command[2:]
    before, after = (vars(parse(invocation("run", one))) for one in (words, kept))
    assert {**before, "env": []} == {**after, "env": []}
    assert after["env"] == ["PASSWORD", "TOKEN"]
