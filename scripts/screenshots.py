"""Draws the pictures of screenshots/ from the real program on real containers in private directories.

Usage: screenshots.py FOLDER. Writes each view as SVG, and as PNG by way of a headless Chromium.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from core.engine import Engine
from core.model.network import NetworkRequest
from core.model.options import CreateOptions
from core.model.pod import PodOptions
from core.paths import EnginePaths
from tui.app import WharfApp
from tui.bridge import Bridge
from tui.opening import Opening
from tui.terminal.keeper_process import STOCK
from tui.workspaces.folder import WorkspaceFolder

SIZE = (130, 36)
"""Columns and rows of the pictures."""

IMAGE = "localhost/wharf-demo:latest"
WORKER = (
    'n=0; while :; do n=$((n+1)); echo "$(date +%T) worker: job $n done in $((RANDOM % 90 + 10)) ms"; sleep 0.4; done'
)
BUSY = "while :; do i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; sleep 0.1; done"

Act = Callable[[Pilot[Any]], Awaitable[None]]


def make_containers(engine: Engine) -> None:
    """Containers in every state, with names as one finds them."""
    engine.images.build_demo()

    def create(name: str, *command: str, **options: Any) -> Any:
        return engine.create(CreateOptions(image=IMAGE, name=name, command=command, **options))

    create("shell", "sh", "-l", terminal=True, stdin_open=True, hostname="shell").start()
    create("web", "httpd", "-f", "-v", "-p", "127.0.0.1:80", "-h", "/www", labels={"tier": "front"}).start()
    create("worker", "sh", "-c", WORKER, labels={"tier": "back"}).start()
    create("indexer", "sh", "-c", BUSY).start()
    migrate = create("migrate", "sh", "-c", "echo 'no such database' >&2; exit 3")
    migrate.start()
    migrate.wait(10)
    backup = create("backup", "sleep", "3600")
    backup.start()
    backup.pause()
    create("ready", "sleep", "3600")
    for name in ("database", "uploads"):
        engine.volumes.create(name)
    engine.networks.create(NetworkRequest(name="backend"))
    engine.pods.create(PodOptions(name="shop"))


async def settle(pilot: Pilot[Any], seconds: float = 0.6) -> None:
    await pilot.pause(seconds)


async def select(pilot: Pilot[Any], name: str) -> None:
    """Put the cursor on a container, by its place in the order of creation."""
    order = ("shell", "web", "worker", "indexer", "migrate", "backup", "ready")
    await pilot.press("home", *["down"] * order.index(name))
    await settle(pilot)


async def type_line(pilot: Pilot[Any], line: str) -> None:
    keys = {" ": "space", "/": "slash", "-": "minus", ".": "full_stop", "|": "vertical_line"}
    await pilot.press(*[keys.get(character, character) for character in line], "enter")
    await settle(pilot)


async def show_list(pilot: Pilot[Any]) -> None:
    await settle(pilot, 2.5)
    await select(pilot, "worker")
    await settle(pilot, 1.5)


async def show_console(pilot: Pilot[Any]) -> None:
    await select(pilot, "shell")
    await pilot.press("a")
    await settle(pilot, 1.5)
    await type_line(pilot, "ls /")
    await type_line(pilot, "ps")
    await settle(pilot, 1.0)


async def show_logs(pilot: Pilot[Any]) -> None:
    await select(pilot, "worker")
    await pilot.press("l")
    await settle(pilot, 2.0)


async def show_export(pilot: Pilot[Any]) -> None:
    await select(pilot, "web")
    await pilot.press("X")
    await settle(pilot, 1.0)


async def show_help(pilot: Pilot[Any]) -> None:
    await settle(pilot)
    await pilot.press("question_mark")
    await settle(pilot, 1.0)


async def show_remove(pilot: Pilot[Any]) -> None:
    await select(pilot, "migrate")
    await pilot.press("d")
    await settle(pilot, 1.0)


async def show_stats(pilot: Pilot[Any]) -> None:
    await select(pilot, "indexer")
    await settle(pilot, 8.0)
    await pilot.press("t")
    await settle(pilot, 3.0)


async def show_marks(pilot: Pilot[Any]) -> None:
    await select(pilot, "web")
    await pilot.press("space", "space", "space", "space", "s")
    await settle(pilot, 1.0)


async def show_menu(pilot: Pilot[Any]) -> None:
    await select(pilot, "worker")
    await pilot.press("x")
    await settle(pilot, 1.0)


async def show_death(pilot: Pilot[Any]) -> None:
    await select(pilot, "migrate")
    await settle(pilot, 1.0)


async def show_search(pilot: Pilot[Any]) -> None:
    await select(pilot, "worker")
    await pilot.press("l")
    await settle(pilot, 1.0)
    await pilot.press("slash")
    await type_line(pilot, "job 1")


async def show_merged(pilot: Pilot[Any]) -> None:
    await select(pilot, "web")
    await pilot.press("space", "space", "space", "l")
    await settle(pilot, 2.0)


async def show_files(pilot: Pilot[Any]) -> None:
    await select(pilot, "shell")
    await pilot.press("F")
    await settle(pilot, 2.0)
    await pilot.press("down", "down", "enter")
    await settle(pilot, 1.0)


async def show_palette(pilot: Pilot[Any]) -> None:
    await settle(pilot)
    await pilot.press("colon", *"st")
    await settle(pilot, 1.0)


async def show_new(pilot: Pilot[Any]) -> None:
    await settle(pilot)
    await pilot.press("n")
    await settle(pilot)
    await pilot.press(*"wharf", "minus", *"demo", "tab", *"site")
    await settle(pilot, 1.0)


def view_of(key: str) -> Act:
    """Shows a view by its key."""

    async def show(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await pilot.press(key)
        await settle(pilot, 1.5)

    return show


async def show_images(pilot: Pilot[Any]) -> None:
    await settle(pilot)
    await pilot.press("3", "right")
    await settle(pilot, 1.5)


async def show_events(pilot: Pilot[Any]) -> None:
    await settle(pilot)
    await pilot.press("7")
    await settle(pilot, 1.5)


async def show_journal(pilot: Pilot[Any]) -> None:
    await select(pilot, "web")
    for key in ("p", "p", "M"):
        await pilot.press(key)
        await settle(pilot, 1.5)
    await pilot.press("V")
    await settle(pilot, 1.5)


async def show_hint(pilot: Pilot[Any]) -> None:
    await settle(pilot, 1.5)


VIEWS: dict[str, Act] = {
    "containers": show_list,
    "stats": show_stats,
    "marks": show_marks,
    "menu": show_menu,
    "images": show_images,
    "events": show_events,
    "console": show_console,
    "logs": show_logs,
    "export": show_export,
    "remove": show_remove,
    "help": show_help,
    "small": show_list,
    "death": show_death,
    "search": show_search,
    "merged": show_merged,
    "files": show_files,
    "palette": show_palette,
    "new": show_new,
    "volumes": view_of("4"),
    "networks": view_of("5"),
    "pods": view_of("2"),
    "others": view_of("8"),
    "hosts": view_of("9"),
    "journal": show_journal,
    "first-start": show_hint,
}
SIZES = {"small": (80, 24)}
"""Of those that are not of the usual size."""


async def draw(engine: Engine, act: Act, target: Path, size: tuple[int, int]) -> None:
    """Drive the program to a view and write it as SVG."""
    bridge = Bridge(engine)
    app = WharfApp(bridge, opening=Opening(WorkspaceFolder(), is_first=target.stem == "first-start"))
    async with app.run_test(size=size) as pilot:
        await act(pilot)
        target.write_text(app.export_screenshot(title="wharf"))
    bridge.close()


def to_png(svg: Path) -> None:
    """Draw an SVG as PNG in twice its size, for screens with many dots."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        raise SystemExit("no chromium: scripts/setup.sh screenshots installs it")
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg.read_text())
    if box is None:
        raise SystemExit(f"{svg} has no viewBox")
    width, height = (int(float(side)) + 1 for side in box.groups())
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        style = "html,body{margin:0;background:transparent}svg{display:block}"
        page.write_text(f"<!doctype html><meta charset=utf-8><style>{style}</style>{svg.read_text()}")
        argv = [
            browser, "--headless=new", "--no-sandbox", "--hide-scrollbars", "--force-device-scale-factor=2",
            "--default-background-color=00000000", f"--user-data-dir={folder}/profile",
            f"--window-size={width},{height}", f"--screenshot={svg.with_suffix('.png').absolute()}", page.as_uri(),
        ]  # fmt: skip
        subprocess.run(argv, check=True, capture_output=True, timeout=120)


def main(folder: Path) -> None:
    folder = folder.absolute()
    folder.mkdir(exist_ok=True)
    os.chdir("/srv")
    place = Path(tempfile.mkdtemp(prefix="wharf-"))
    os.environ["XDG_STATE_HOME"] = str(place / "state")
    paths = EnginePaths(place / "root", place / "run")
    try:
        with Engine.open(paths) as engine:
            make_containers(engine)
        for name, act in VIEWS.items():
            target = folder / f"{name}.svg"
            with Engine.open(paths) as engine:
                asyncio.run(draw(engine, act, target, SIZES.get(name, SIZE)))
            to_png(target)
            print(f"{target} and {target.with_suffix('.png')}")
    finally:
        STOCK.close()
        with Engine.open(paths) as engine:
            for pod in engine.pods.all():
                engine.pods.remove(pod.name, force=True)
            for picture in engine.containers():
                engine.lookup(picture.id).remove(force=True)
        subprocess.run(["umount", str(paths.storage_root / "overlay")], check=False, capture_output=True)
        with contextlib.suppress(OSError):
            shutil.rmtree(place)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
