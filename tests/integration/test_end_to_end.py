"""The real program in a real terminal on real containers: what an operator does, and what really happens."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.container import Container
from core.engine import Engine
from core.errors import NoSuchContainer
from core.model.options import CreateOptions, ExecOptions
from core.model.state import Status
from tests.terminal import Terminal
from tests.worksite import Worksite, eventually, installed_command, make, run, status_of

pytestmark = pytest.mark.usefixtures("demo_image")

Wharf = Callable[..., "subprocess.CompletedProcess[str]"]
Open = Callable[..., Terminal]


@pytest.fixture
def screen(worksite: Worksite) -> Iterator[Open]:
    """Opens `wharf` without a subcommand, and waits for its first frame."""
    opened: list[Terminal] = []

    def open_one(expected: str = "STATE", *, columns: int = 140, rows: int = 40) -> Terminal:
        folder = worksite.folder / f"terminal{len(opened)}"
        folder.mkdir()
        argv = [*installed_command(), *worksite.global_options]
        opened.append(Terminal(folder, argv, columns=columns, rows=rows))
        opened[-1].wait_for(expected)
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


def runc_status(engine: Engine, name: str) -> str:
    """What `runc list` says."""
    argv = ["runc", "--root", str(engine.paths.runtime_root), "list", "--format", "json"]
    finished = subprocess.run(argv, capture_output=True, check=True, timeout=60)
    wanted = engine.lookup(name).id
    return next((entry["status"] for entry in json.loads(finished.stdout) or [] if entry["id"] == wanted), "absent")


def wait_for_log(container: Container, text: bytes) -> None:
    for _ in eventually():
        if text in container.replay():
            break


def wait_for_status(engine: Engine, name: str, status: Status) -> None:
    for _ in eventually():
        if status_of(engine, name) is status:
            break


def test_the_list_shows_every_state(engine: Engine, screen: Open) -> None:
    make(engine, "true", name="fresh")
    run(engine, "sleep", "1000", name="at-work")
    run(engine, "sleep", "1000", name="frozen").pause()
    run(engine, "sh", "-c", "exit 3", name="ended").wait(60)
    make(engine, "true", name="prepared").init()
    shown = screen()
    shown.wait_for_line("configured", "fresh")
    shown.wait_for_line("running", "at-work", "sleep 1000")
    shown.wait_for_line("paused", "frozen")
    shown.wait_for_line("exited", "ended", "3")
    shown.wait_for_line("created", "prepared")
    shown.press("q")
    shown.wait_for_end(0)


def test_an_empty_store_is_no_blank_screen(engine: Engine, screen: Open) -> None:
    shown = screen("wharf")
    shown.press("q")
    shown.wait_for_end(0)


def test_pause_is_seen_by_runc(engine: Engine, screen: Open) -> None:
    run(engine, "sleep", "1000", name="target")
    shown = screen("target")
    shown.wait_for_line("running", "target")
    shown.press("p")
    shown.wait_for_line("paused", "target")
    assert runc_status(engine, "target") == "paused"
    shown.press("p")
    shown.wait_for_line("running", "target")
    assert runc_status(engine, "target") == "running"


def test_start_stop_and_restart(engine: Engine, screen: Open) -> None:
    container = make(engine, "sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done", name="target")
    shown = screen("target")
    shown.press("s")
    shown.wait_for_line("running", "target")
    assert runc_status(engine, "target") == "running"
    first = container.snapshot().pid
    shown.press("r")
    for _ in eventually():
        if container.snapshot().status is Status.RUNNING and container.snapshot().pid != first:
            break
    shown.wait_for_line("running", "target")
    shown.press("s")
    shown.wait_for("Stop target?")
    shown.press("y")
    shown.wait_for_line("exited", "target")
    assert container.snapshot().exit_code in (0, 143)


def test_a_slow_stop_shows_its_progress_and_blocks_nothing(engine: Engine, screen: Open) -> None:
    script = "trap '' TERM; echo ready; while :; do sleep 0.1; done"
    slow = run(engine, "sh", "-c", script, name="slow", stop_timeout=90)
    wait_for_log(slow, b"ready")
    make(engine, "true", name="other")
    shown = screen("slow")
    shown.press("s")
    shown.wait_for("Stop slow?")
    shown.press("y")
    shown.wait_for_line("stopping", "/90 s", "slow")
    run(engine, "sleep", "1000", name="third")
    shown.wait_for_line("running", "third")
    slow.kill("KILL")
    shown.wait_for_line("exited", "slow")


def test_what_is_under_way_at_the_end_is_said_on_the_terminal(engine: Engine, screen: Open) -> None:
    script = "trap '' TERM; echo ready; while :; do sleep 0.1; done"
    slow = run(engine, "sh", "-c", script, name="slow", stop_timeout=5)
    wait_for_log(slow, b"ready")
    shown = screen("slow")
    shown.press("s", "y")
    shown.wait_for_line("stopping", "slow")
    shown.press("q")
    shown.wait_for("wharf ends when these have ended: slow (stopping)")
    shown.wait_for_end(0)
    shown.assert_terminal_is_restored()
    assert status_of(engine, "slow") is Status.EXITED


def select(shown: Terminal, name: str) -> None:
    """Put the cursor on a container by filtering for it, and wait until it is alone."""
    shown.press("/")
    shown.type(name)
    shown.press("Enter")
    shown.wait_for(name)


def test_a_change_made_elsewhere_is_there_without_a_key(engine: Engine, screen: Open, wharf: Wharf) -> None:
    run(engine, "sleep", "1000", name="target")
    short = run(engine, "sh", "-c", "until [ -e /go ]; do sleep 0.05; done; exit 5", name="short")
    shown = screen("target")
    assert wharf("pause", "target").returncode == 0
    shown.wait_for_line("paused", "target")
    assert wharf("unpause", "target").returncode == 0
    shown.wait_for_line("running", "target")
    (Path(short.snapshot().mount_point) / "go").touch()
    shown.wait_for_line("exited", "short", "5")
    assert wharf("create", "--name", "newcomer", "wharf-demo", "true").returncode == 0
    shown.wait_for("newcomer")
    assert wharf("rm", "newcomer").returncode == 0
    shown.wait_for("target", without=["newcomer"])


def test_kill_with_a_choice_of_signal(engine: Engine, screen: Open) -> None:
    target = run(engine, "sh", "-c", "trap 'exit 44' USR1; echo ready; while :; do sleep 0.1; done", name="target")
    wait_for_log(target, b"ready")
    shown = screen("target")
    shown.press("C-k")
    shown.wait_for("USR1", "Cancel")
    # The first line cancels; USR1 is the fifth signal.
    shown.press("Down", "Down", "Down", "Down", "Down", "Enter")
    shown.wait_for_line("exited", "target", "44")


def test_attach_and_type(engine: Engine, screen: Open, wharf: Wharf) -> None:
    run(engine, "sh", name="target", terminal=True, stdin_open=True)
    run(engine, "sleep", "1000", name="beside")
    shown = screen("target")
    select(shown, "target")
    shown.press("a")
    shown.wait_for("ctrl+]")
    shown.type("echo sum-$((40+2)); stty size\r")
    shown.wait_for("sum-42")
    # Keys of the screen go to the container, too.
    shown.type("echo q:s:p:/:?:X\r")
    shown.wait_for("q:s:p:/:?:X")
    shown.press("C-p", "C-q")
    shown.wait_for("p pause", without=["ctrl+]"])
    shown.press("a")
    # The screen is there without a key pressed, and the program has gone on.
    shown.wait_for("ctrl+]", "q:s:p:/:?:X")
    shown.type("echo still-$((1+1))-here\r")
    shown.wait_for("still-2-here")
    shown.press("C-]", "d")
    shown.wait_for("p pause", without=["ctrl+]"])
    shown.press("p")
    wait_for_status(engine, "target", Status.PAUSED)
    shown.wait_for_line("paused", "target")


def test_a_whole_screen_program_in_the_pane(engine: Engine, screen: Open) -> None:
    container = run(engine, "sh", name="target", terminal=True, stdin_open=True)
    shown = screen("target")
    shown.press("a")
    shown.wait_for("ctrl+]")
    shown.type("vi /tmp/note\r")
    shown.wait_for("~", "/tmp/note")
    shown.type("iwritten in vi")
    shown.wait_for("written in vi")
    shown.press("Escape")
    shown.wait_for("- /tmp/note")
    shown.type(":wq\r")
    shown.wait_for("#", without=["~"])
    assert container.run_exec(ExecOptions(args=("cat", "/tmp/note")), timeout=60).stdout == b"written in vi\n"


def test_a_shell_in_the_container(engine: Engine, screen: Open) -> None:
    container = run(engine, "sleep", "1000", name="target")
    shown = screen("target")
    shown.press("e")
    shown.wait_for("ctrl+]")
    shown.type("echo made > /made; echo done-$((2+3))\r")
    shown.wait_for("done-5")
    assert container.run_exec(ExecOptions(args=("cat", "/made")), timeout=60).stdout == b"made\n"


def test_a_container_without_a_shell_gets_the_hosts_tools(engine: Engine, screen: Open, worksite: Worksite) -> None:
    busybox = shutil.which("busybox")
    assert busybox is not None
    root = worksite.folder / "bare"
    (root / "bin").mkdir(parents=True)
    shutil.copy(busybox, root / "bin" / "sleep")
    engine.create(CreateOptions(rootfs=str(root), name="target", command=("/bin/sleep", "1000"))).start()
    shown = screen("target")
    shown.press("e")
    shown.wait_for("target has no shell")
    shown.press("y")
    shown.wait_for("(host tools)")
    shown.type("ls -d /bin/*; echo up-$((3+4)) > /made; cat /made\r")
    shown.wait_for("/bin/sleep", "up-7")
    assert (root / "made").read_text() == "up-7\n"
    shown.press("C-]", "d")
    shown.wait_for("p pause", without=["(host tools)"])


def test_logs_follow(engine: Engine, screen: Open) -> None:
    run(engine, "sh", "-c", "n=0; while :; do n=$((n+1)); echo tick-$n; sleep 0.3; done", name="target")
    shown = screen("target")
    shown.press("l")
    shown.wait_for("tick-3")
    shown.wait_for("tick-8")


def test_inspect(engine: Engine, screen: Open) -> None:
    container = run(engine, "sleep", "1000", name="target")
    shown = screen("target")
    shown.press("i")
    shown.wait_for(container.id)


def test_export_to_a_file(engine: Engine, screen: Open, worksite: Worksite) -> None:
    run(engine, "sh", "-c", "echo in the tar > /note; sleep 1000", name="target")
    target = worksite.folder / "out.tar"
    shown = screen("target")
    shown.press("X")
    shown.wait_for("Export")
    shown.press("C-u")
    shown.type(str(target))
    shown.press("Enter")
    shown.wait_for("exported to")
    assert target.exists()
    with tarfile.open(target) as tar:
        note = tar.extractfile("note")
        assert note is not None
        assert note.read() == b"in the tar\n"


def test_mount_and_unmount(engine: Engine, screen: Open) -> None:
    container = make(engine, "true", name="target")
    shown = screen("target")
    shown.press("M")
    for _ in eventually():
        if container.snapshot().mount_point:
            break
    point = container.snapshot().mount_point
    assert os.path.ismount(point)
    shown.wait_for(point[:40])
    shown.press("M")
    for _ in eventually():
        if not os.path.ismount(point):
            break


def test_remove_asks_and_the_default_is_to_cancel(engine: Engine, screen: Open) -> None:
    make(engine, "true", name="target")
    shown = screen("target")
    shown.press("d")
    shown.wait_for("Cancel")
    shown.press("Enter")
    shown.wait_for("STATE", without=["Cancel"])
    assert status_of(engine, "target") is Status.CONFIGURED
    shown.press("d")
    shown.wait_for("Cancel")
    shown.press("Tab", "Enter")
    for _ in eventually():
        try:
            engine.lookup("target")
        except NoSuchContainer:
            break
    shown.wait_for("no containers yet")


def test_an_error_ends_in_one_dialog(engine: Engine, screen: Open) -> None:
    make(engine, "/no/such/program", name="target")
    shown = screen("target")
    shown.press("s")
    shown.wait_for("/no/such/program", "Close")
    shown.press("Enter")
    shown.wait_for("STATE", without=["Close"])
    shown.press("q")
    shown.wait_for_end(0)


def test_a_morning_with_many_containers(engine: Engine, screen: Open) -> None:
    """Find those of one label, stop them all at once, see why one ended, look at an image: 20 keys and two words."""
    for name in ("front-1", "front-2", "back"):
        tier = "front" if name.startswith("front") else "back"
        run(engine, "sh", "-c", "trap 'exit 7' TERM; while :; do sleep 0.1; done", name=name, labels={"tier": tier})
    shown = screen("front-2", columns=80, rows=24)
    shown.type("/label:tier=front")
    shown.press("Enter")
    shown.wait_for("front-1", "front-2", without=["back"])
    shown.press("*", "s")
    shown.wait_for("Stop 2 containers?", "front-1", "front-2")
    shown.press("y")
    shown.wait_for("2 stopped")
    assert [status_of(engine, name) for name in ("front-1", "front-2", "back")] == [
        Status.EXITED, Status.EXITED, Status.RUNNING,
    ]  # fmt: skip
    shown.press("Escape")
    shown.wait_for("back")
    shown.press("Escape")
    shown.wait_for("STATE", without=["✓"])
    shown.press("o")
    shown.wait_for("STATE▲")
    shown.press("]", "]", "]", "]")
    shown.wait_for('"Id"')
    shown.press("3")
    shown.wait_for("USED BY", "3 containers")
    shown.press("q", "q")
    shown.wait_for_end(0)


def test_a_hostile_name_and_label_draw_nothing_of_their_own(engine: Engine, screen: Open) -> None:
    run(engine, "sh", "-c", "sleep 1000 # \x1b[31mred[bold]x", name="target", labels={"a": "\x1b]0;title\x07[/]"})
    shown = screen("target")
    shown.wait_for_line("running", "target")
    shown.press("i")
    shown.press("q")
    shown.press("q")
    shown.wait_for_end(0)


def test_help_palette_and_detach_keys_of_the_screen(engine: Engine, screen: Open) -> None:
    run(engine, "sleep", "1000", name="target")
    shown = screen("target")
    shown.press("C-p")
    shown.press("C-q")
    time.sleep(0.3)
    shown.wait_for_line("running", "target")
    shown.press("?")
    shown.wait_for("the keys", "Look inside")
    shown.press("Escape")
    shown.wait_for("STATE")
    shown.press(":")
    shown.type("pause")
    shown.press("Enter")
    shown.wait_for_line("paused", "target")


def test_it_survives_small_and_large_sizes(engine: Engine, screen: Open) -> None:
    run(engine, "sleep", "1000", name="target")
    shown = screen("target")
    for columns, rows in ((40, 10), (20, 5), (200, 60), (80, 24)):
        shown.resize(columns, rows)
        time.sleep(0.2)
    shown.wait_for("target")
    shown.press("q")
    shown.wait_for_end(0)


def test_after_a_storm_of_sizes_the_console_has_the_last_one(engine: Engine, screen: Open) -> None:
    container = run(engine, "vi", "/etc/passwd", name="target", terminal=True, stdin_open=True)
    shown = screen("target", columns=120, rows=36)
    usual = container.console_size()
    shown.press("a")
    shown.wait_for("ctrl+]", "/etc/passwd")
    for _ in eventually():
        if container.console_size() != usual:
            break
    time.sleep(0.5)
    wanted = container.console_size()
    for step in range(100):
        shown.resize(30 + 7 * step % 150, 5 + 3 * step % 50)
    shown.resize(120, 36)
    for _ in eventually():
        if container.console_size() == wanted:
            break
    # The program has drawn itself in it.
    shown.wait_for("- /etc/passwd")


def test_a_damaged_database_is_said_before_the_screen_opens(worksite: Worksite) -> None:
    Engine.open(worksite.paths).close()
    worksite.paths.database.write_bytes(b"nonsense" * 1000)
    folder = worksite.folder / "terminal"
    folder.mkdir()
    with Terminal(folder, [*installed_command(), *worksite.global_options]) as shown:
        shown.wait_for("Error:", str(worksite.paths.database.name))
        shown.wait_for_end(125)
    worksite.paths.database.unlink()
    for leftover in Path(worksite.paths.root).glob("*.db-*"):
        leftover.unlink()


def test_a_command_of_ones_own_in_a_console(worksite: Worksite, engine: Engine) -> None:
    container = run(engine, "sleep", "1000", name="web")
    file = worksite.folder / "own.toml"
    file.write_text(
        '[[commands]]\nname = "look"\nkey = "f9"\nplace = "console"\n'
        'command = ["sh", "-c", "read x </proc/$0/comm; echo $1 runs $x; read answer", "{pid}", "{name}"]\n'
    )
    folder = worksite.folder / "own"
    folder.mkdir()
    argv = [*installed_command(), *worksite.global_options, "--config", str(file)]
    with Terminal(folder, argv, columns=140, rows=40) as terminal:
        terminal.wait_for_line("running", "web")
        terminal.press("F9")
        terminal.wait_for("web runs sleep")
        terminal.press("Enter")
        terminal.wait_for("console ended")
        terminal.press("q", "q")
        terminal.wait_for_end(0)
    assert status_of(engine, container.id) is Status.RUNNING
