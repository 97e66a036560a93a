"""Images pulled and containers made from the screen: a real terminal, a real registry, real containers."""

from __future__ import annotations

from pathlib import Path

from core.engine import Engine
from core.model.image import Image, ImageCopyOptions, RegistryAccess
from core.model.state import Status
from tests.registry import registry
from tests.terminal import Terminal
from tests.worksite import DEMO, Worksite, eventually, installed_command, status_of


def test_an_image_is_pulled_and_a_container_of_it_made_and_run(
    engine: Engine, demo_image: Image, worksite: Worksite, tmp_path: Path
) -> None:
    with registry(worksite.folder / "registry") as running:
        name = f"{running.address}/team/demo:1"
        engine.images.push(DEMO, f"docker://{name}", ImageCopyOptions(access=RegistryAccess(tls_verify=False)))
        engine.images.remove(DEMO)
        with Terminal(tmp_path, [*installed_command(), *worksite.global_options], columns=100, rows=30) as shown:
            shown.wait_for("no containers yet")
            shown.press("3")
            shown.wait_for("no images yet")
            shown.press("P")
            shown.wait_for("Pull an image")
            shown.type(name)
            shown.press("Down", "Space")
            shown.wait_for(f"$ wharf pull --tls-verify=false {name}")
            shown.press("Up", "Enter")
            shown.wait_for("is pulled", without=["Pull an image"], patience=60)
            assert engine.images.find(name).id == demo_image.id
            shown.press("n")
            shown.wait_for("New container", f"$ wharf run --detach {name}")
            shown.press("Down")
            shown.type("shop")
            shown.press("Down")
            shown.type("sh -c 'echo open; sleep 1000'")
            shown.press("Down", "Down", "Down")
            shown.type("GREETING=hello")
            shown.wait_for("--name shop --env GREETING=hello")
            shown.press("Enter")
            shown.wait_for("shop runs: shop", patience=60)
            for _ in eventually():
                if status_of(engine, "shop") is Status.RUNNING:
                    break
            container = engine.lookup("shop")
            assert "GREETING=hello" in container.config.process.env
            shown.press("1")
            shown.wait_for_line("running", "shop")
            shown.press("q")
            shown.wait_for("Containers")
