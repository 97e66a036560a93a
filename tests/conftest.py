"""Fixtures of all tests: an engine in private directories, and an end that leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.engine import Engine
from core.model.image import Image
from core.paths import EnginePaths
from core.storage.demo_image import write_busybox_layer
from core.storage.layout import write_layout
from tests.worksite import DEMO, Worksite, environment, installed_command, private_worksite
from tui.first_run import MARK

os.environ["WHARF_DISCOVER_FOREIGN"] = "false"
"""What other engines do on this machine is nothing to a test, unless it asks."""
os.environ["TEXTUAL_ANIMATIONS"] = "none"
"""As in the program: nothing is drawn in the middle of a fade. Textual reads it when it is imported."""
for name in ("LC_ALL", "LC_MESSAGES"):
    os.environ.pop(name, None)
os.environ["LANG"] = "C.UTF-8"
"""Nor is the language of whoever runs them."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--renew-snapshots", action="store_true", help="keep what is drawn now in tests/tui/snapshots")


@pytest.fixture(scope="session", autouse=True)
def state_folder_of_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What a screen keeps between runs is not the operator's here."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("state")
        patch.setenv("XDG_STATE_HOME", str(folder))
        # Nobody needs to be told the keys to begin with.
        (folder / "wharfinger").mkdir(mode=0o700)
        (folder / "wharfinger" / MARK).touch()
        yield


def pytest_configure() -> None:
    # A shell starts what runs in the background with the interrupt ignored, and programs inherit that from the tests.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # Who ends the tests has them clean up, too: fixtures end as at an interrupt.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture
def worksite() -> Iterator[Worksite]:
    """Private directories. The test fails if a process, a mount or a cgroup of theirs is left at its end."""
    with private_worksite() as site:
        yield site


@pytest.fixture
def engine_paths(worksite: Worksite) -> EnginePaths:
    """A private root and run root, on a short path."""
    return worksite.paths


@pytest.fixture
def engine(worksite: Worksite) -> Iterator[Engine]:
    """An engine on private directories. Its store has no image; ask for `demo_image` to have one."""
    with Engine.open(worksite.paths) as opened:
        yield opened
        worksite.note_containers()


@pytest.fixture(scope="session")
def demo_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo image as an OCI archive, made once for all tests."""
    folder = tmp_path_factory.mktemp("demo")
    busybox = shutil.which("busybox")
    assert busybox is not None, "busybox-static is not installed"
    write_busybox_layer(folder / "layer.tar", Path(busybox))
    config = {"Env": ["PATH=/bin:/sbin"], "Cmd": ["/bin/sh"], "WorkingDir": "/", "Labels": {"wharf.demo": "1"}}
    write_layout(folder / "layout", "demo", folder / "layer.tar", config, "made for tests")
    archive = folder / "demo.tar"
    argv = ["skopeo", "--insecure-policy", "copy", f"oci:{folder}/layout:demo", f"oci-archive:{archive}:{DEMO}"]
    subprocess.run(argv, check=True, capture_output=True, timeout=60)
    return archive


@pytest.fixture
def demo_image(engine: Engine, demo_archive: Path) -> Image:
    """The demo image in the store of `engine`, as `localhost/wharf-demo:latest`."""
    engine.images.load(demo_archive)
    return engine.images.find(DEMO)


@pytest.fixture
def wharf(worksite: Worksite) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Calls the real command on the private directories: `wharf("ps", "-a")`; standard output and error as text."""
    program = installed_command()

    def call(
        *arguments: str, stdin: str = "", timeout: float = 60.0, **changed: str
    ) -> subprocess.CompletedProcess[str]:
        argv = [*program, *worksite.global_options, *arguments]
        worksite.note_containers()
        finished = subprocess.run(
            argv, input=stdin, capture_output=True, text=True, timeout=timeout, check=False, env=environment(changed)
        )
        worksite.note_containers()
        return finished

    return call
