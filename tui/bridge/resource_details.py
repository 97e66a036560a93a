"""What dialogs ask of the engine before they open. All of it may wait: for threads only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from core.engine import Engine
from core.errors import EngineError
from core.model.usage import DiskUsage, PrunePlan
from tui.bridge.command_lines import cloned_words
from tui.log_text import LineJoiner

COPIED_LINES: Final = 300
"""Lines of output that can be copied at once."""
KINDS: Final = ("containers", "images", "all images", "volumes", "networks", "pods")
"""What can be pruned. `images`: those without a name; `all images`: those that no container is made of."""


@dataclass(frozen=True, slots=True)
class KnownNames:
    """What there is already, to complete from and to compare with."""

    images: tuple[str, ...]
    containers: tuple[str, ...]
    networks: tuple[str, ...]
    volumes: tuple[str, ...]
    pods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PruneOffer:
    """What a prune would remove. `pods`: ids and names of those of which nothing runs any more.

    `labelled`: all of it that has labels, for the locks.
    """

    plan: PrunePlan
    pods: tuple[tuple[str, str], ...]
    labelled: tuple[object, ...] = ()


def _known(engine: Engine, row_id: str) -> KnownNames:
    return KnownNames(
        images=tuple(name for image in engine.images.all() for name in image.names),
        containers=tuple(picture.name for picture in engine.containers()),
        networks=tuple(network.name for network in engine.networks.all()),
        volumes=tuple(volume.name for volume in engine.volumes.all()),
        pods=tuple(pod.name for pod in engine.pods.all()),
    )


def _offer(engine: Engine, row_id: str, kinds: tuple[str, ...]) -> PruneOffer:
    from core.pods import PRUNED

    plan = engine.housekeeping.plan(
        containers=(lambda one: not one.pod) if "containers" in kinds else None,
        volumes=(lambda one: True) if "volumes" in kinds else None,
        networks=(lambda one: True) if "networks" in kinds else None,
        images=(lambda one: "all images" in kinds or not one.names) if {"images", "all images"} & set(kinds) else None,
    )
    pods = [pod for pod in engine.pods.all() if pod.status in PRUNED] if "pods" in kinds else []
    networks = [network for network in engine.networks.all() if network.name in plan.networks] if plan.networks else []
    labelled = (
        *(usage.container for usage in plan.containers), *(usage.volume for usage in plan.volumes), *pods, *networks,
    )  # fmt: skip
    return PruneOffer(plan, tuple((pod.id, pod.name) for pod in pods), labelled)


def _disk_usage(engine: Engine, row_id: str) -> DiskUsage:
    return engine.housekeeping.disk_usage()


def _output(engine: Engine, container_id: str) -> str:
    joiner = LineJoiner()
    for line in engine.lookup(container_id).logs(tail=COPIED_LINES):
        joiner.feed(line)
    return "\n".join([*joiner.take(), *joiner.rest()])


def _manifest(engine: Engine, row_id: str, names: tuple[str, ...]) -> str:
    from core.kube.generate import generate

    return generate(engine, names)


def _settings(engine: Engine, container_id: str) -> tuple[dict[str, list[str]], str, list[str]]:
    """What a container was created with, as `cloned_words` gives it; the image and the command alone where it was
    not made by a command line.
    """
    container = engine.lookup(container_id)
    picture, words = container.snapshot(), container.config.create_command
    if len(words) > 2 and words[1] in ("run", "create"):
        try:
            return cloned_words(words)
        except EngineError:
            # The words of another version of the command line.
            pass
    ports = [str(mapping) for mapping in picture.ports]
    return ({"--publish": ports} if ports else {}), picture.image, list(picture.command)


RESOURCE_DETAILS: Final[dict[str, Callable[..., Any]]] = {
    "known names": _known,
    "prune offer": _offer,
    "disk usage": _disk_usage,
    "secret data": lambda engine, secret_id: engine.secrets.data(secret_id),
    "system info": lambda engine, row_id: engine.info(),
    "output": _output,
    "settings": _settings,
    "manifest": _manifest,
}
