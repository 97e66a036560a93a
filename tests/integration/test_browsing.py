"""Looking into real containers' files."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from core.engine import Engine
from core.errors import Cancelled, CopyFailed
from core.model.config import BindMount
from core.model.files import FileKind
from core.model.state import Status
from core.storage.command import StorageCommand
from tests.worksite import make, run

pytestmark = pytest.mark.usefixtures("demo_image")

PREPARE = """
mkdir -p /data/deep; echo hello > /data/note; ln -s /etc/shadow-of-the-host /data/absent; ln -s ../../../../etc /data/up
ln -s deep /data/link; mkfifo /data/pipe; dd if=/dev/zero of=/data/deep/big bs=1k count=64 2>/dev/null
ln /data/deep/big /data/deep/same; chmod 640 /data/note; touch "/data/$(printf 'odd\\nname')"
"""


@pytest.mark.parametrize("state", ["running", "paused", "exited"])
def test_what_is_there_is_listed_in_every_state(engine: Engine, state: str) -> None:
    container = run(engine, "sh", "-c", f"{PREPARE}\n{'sleep 1000' if state != 'exited' else 'exit 0'}")
    if state == "exited":
        container.wait(60)
    else:
        engine_ready(container)
        if state == "paused":
            container.pause()
    entries = {entry.name: entry for entry in container.list_files("/data")}
    assert next(iter(entries)) == "deep" and entries["deep"].kind is FileKind.DIRECTORY
    assert (entries["note"].size, entries["note"].mode) == (6, 0o640)
    assert (entries["link"].target, entries["link"].leads_to_directory) == ("deep", True)
    assert entries["up"].leads_to_directory and not entries["absent"].leads_to_directory
    assert entries["pipe"].kind is FileKind.FIFO and "odd\nname" in entries
    piece = container.read_file("/data/note", 1, 3)
    assert (piece.content, piece.size) == (b"ell", 6)
    size = container.measure_files("/data/deep")
    assert (size.size, size.files) == (65536, 1)
    if state == "exited":
        assert not container.refresh().mount_point


def engine_ready(container: object) -> None:
    """Until the container has prepared its files."""
    from tests.worksite import eventually

    for _ in eventually():
        try:
            if any("odd" in entry.name for entry in container.list_files("/data")):  # type: ignore[attr-defined]
                return
        except CopyFailed:
            continue


@pytest.mark.parametrize("mounted", [True, False])
def test_no_link_leads_out_of_a_root_that_nothing_is_mounted_for(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, mounted: bool
) -> None:
    container = make(engine, "true")
    root = container.mount()
    (root / "escape").symlink_to("/etc/hostname")
    (root / "up").symlink_to("../../../../../../../../etc")
    (root / "etc").mkdir(exist_ok=True)
    (root / "etc" / "of-the-container").touch()
    expected = sorted(name.name for name in (root / "etc").iterdir())
    if not mounted:
        container.unmount()
    with monkeypatch.context() as patched:
        patched.setattr(StorageCommand, "run", None)
        listed = [entry.name for entry in container.list_files("/up")]
        assert "of-the-container" in listed and listed == expected
        with pytest.raises(CopyFailed):
            container.read_file("/escape")
    assert container.unmount() == mounted


def test_what_can_not_be_read_is_a_sentence(engine: Engine) -> None:
    container = run(engine, "sh", "-c", "mkfifo /pipe; sleep 1000")
    with pytest.raises(CopyFailed, match=r"/nowhere .* can not be read: no such file"):
        container.list_files("/nowhere")
    with pytest.raises(CopyFailed, match="not a directory"):
        container.list_files("/bin/busybox")
    with pytest.raises(CopyFailed, match="is a directory"):
        container.read_file("/bin")
    with pytest.raises(CopyFailed, match="is a device"):
        container.read_file("/dev/null")


def test_a_bind_mount_is_seen_running_and_stopped(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "inside").write_text("x")
    bind = BindMount(source=str(tmp_path), destination="/shared")
    container = run(engine, "sleep", "1000", bind_mounts=(bind,))
    assert [entry.name for entry in container.list_files("/shared")] == ["inside"]
    container.stop(0)
    assert container.refresh().status is Status.EXITED
    assert [entry.name for entry in container.list_files("/shared")] == ["inside"]


def test_measuring_is_cancelled_and_stays_on_one_file_system(engine: Engine) -> None:
    container = run(engine, "sleep", "1000")
    whole = container.measure_files("/")
    assert 500_000 < whole.size < 50_000_000
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        container.measure_files("/", cancel)
