"""The name of a clone to which nobody gave one."""

from __future__ import annotations

from core.engine import Engine
from core.operations.clone import clone_name


def free_clone_name(engine: Engine, original: str) -> str:
    """One that no container and no pod has."""
    used = {picture.name for picture in engine.containers()} | {pod.name for pod in engine.pods.all()}
    return clone_name(original, used)
