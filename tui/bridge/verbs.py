"""What can be done to many things at once: one name a verb, one function of the engine behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Final

from core.container import Container
from core.engine import Engine
from core.errors import EngineError
from core.foreign import ForeignHandle
from core.model.options import CheckpointOptions, RestoreOptions
from core.pods import Pods
from tui.bridge.found import found
from tui.bridge.resource_verbs import RESOURCE_VERBS
from tui.languages import _
from tui.step import BridgeVerb, Step, Tell


def _on_container(do: Callable[[Container], object]) -> Callable[..., object]:
    def act(engine: Engine, container_id: str, tell: Tell) -> object:
        return do(engine.lookup(container_id))

    return act


def _counting(do: Callable[[Container, Callable[[float], None]], object]) -> Callable[..., object]:
    """A verb that tells how long a stop has waited."""

    def act(engine: Engine, container_id: str, tell: Tell) -> object:
        container = engine.lookup(container_id)
        limit = container.snapshot().stop_timeout
        return do(
            container, lambda waited: tell(_("stopping {waited}/{limit} s").format(waited=f"{waited:.0f}", limit=limit))
        )

    return act


def _on_any(do: Callable[[Container | ForeignHandle], object]) -> Callable[..., object]:
    """A verb that is safe for containers of other engines, too."""

    def act(engine: Engine, row_id: str, tell: Tell) -> object:
        return do(found(engine, row_id))

    return act


def _kill(engine: Engine, row_id: str, tell: Tell, signal: str) -> None:
    found(engine, row_id).kill(signal)


def _checkpoint(engine: Engine, container_id: str, tell: Tell, options: CheckpointOptions) -> None:
    engine.lookup(container_id).checkpoint(options)


def _restore(engine: Engine, container_id: str, tell: Tell, options: RestoreOptions) -> None:
    engine.lookup(container_id).restore(options)


def _remove(engine: Engine, container_id: str, tell: Tell, force: bool) -> None:
    engine.lookup(container_id).remove(force=force)


def _remove_image(engine: Engine, image_id: str, tell: Tell, names: Sequence[str]) -> None:
    """One name after the other: the last takes the image with it. By force its containers would go, too."""
    for name in names or (image_id,):
        engine.images.remove(name)


def _copy_out(engine: Engine, container_id: str, tell: Tell, source: str, destination: str) -> None:
    engine.lookup(container_id).copy_out(source, destination)


def _copy_in(engine: Engine, container_id: str, tell: Tell, source: str, destination: str) -> None:
    engine.lookup(container_id).copy_in(source, destination)


def _on_pods(do: Callable[[Pods, str], object]) -> Callable[..., object]:
    return lambda engine, pod_id, tell: do(engine.pods, pod_id)


def _kill_pod(engine: Engine, pod_id: str, tell: Tell, signal: str) -> None:
    engine.pods.kill(pod_id, signal)


def _remove_pod(engine: Engine, pod_id: str, tell: Tell, force: bool) -> None:
    engine.pods.remove(pod_id, force=force)


def _remove_volume(engine: Engine, name: str, tell: Tell) -> None:
    engine.volumes.remove(name)


def _remove_network(engine: Engine, network_id: str, tell: Tell) -> None:
    engine.networks.remove(network_id)


def _turned(verb: str) -> Callable[[Step], Step]:
    """The same step with another verb."""
    return lambda step: Step(verb, step.row_id, step.name)


VERBS: Final = {
    **RESOURCE_VERBS,
    "start": BridgeVerb("starting", "started", _on_container(lambda container: container.start())),
    "stop": BridgeVerb("stopping", "stopped", _counting(lambda container, told: container.stop(progress=told))),
    "restart": BridgeVerb(
        "restarting", "restarted", _counting(lambda container, told: container.restart(progress=told))
    ),
    "pause": BridgeVerb("pausing", "paused", _on_any(lambda container: container.pause()), _turned("unpause")),
    "unpause": BridgeVerb("unpausing", "goes on", _on_any(lambda container: container.unpause()), _turned("pause")),
    "kill": BridgeVerb("SIG{0}", "got SIG{0}", _kill),
    "init": BridgeVerb("creating", "is created: its process waits", _on_container(lambda container: container.init())),
    "checkpoint": BridgeVerb("writing to disk", "is on disk: restore goes on there", _checkpoint),
    "restore": BridgeVerb("restoring", "goes on", _restore),
    "remove": BridgeVerb("removing", "removed", _remove),
    "mount": BridgeVerb("mounting", "mounted", _on_container(lambda container: container.mount())),
    "unmount": BridgeVerb("unmounting", "unmounted", _on_container(lambda container: container.unmount())),
    "copy out": BridgeVerb("copying", "has {0} copied to {1}", _copy_out),
    "copy in": BridgeVerb("copying", "has got {0}", _copy_in),
    "remove image": BridgeVerb("removing", "removed", _remove_image),
    "start pod": BridgeVerb("starting", "started", _on_pods(lambda pods, pod_id: pods.start(pod_id))),
    "stop pod": BridgeVerb("stopping", "stopped", _on_pods(lambda pods, pod_id: pods.stop(pod_id))),
    "restart pod": BridgeVerb("restarting", "restarted", _on_pods(lambda pods, pod_id: pods.restart(pod_id))),
    "pause pod": BridgeVerb("pausing", "paused", _on_pods(lambda pods, pod_id: pods.pause(pod_id))),
    "unpause pod": BridgeVerb("unpausing", "goes on", _on_pods(lambda pods, pod_id: pods.unpause(pod_id))),
    "kill pod": BridgeVerb("SIG{0}", "got SIG{0}", _kill_pod),
    "remove pod": BridgeVerb("removing", "removed", _remove_pod),
    "remove volume": BridgeVerb("removing", "removed", _remove_volume),
    "remove network": BridgeVerb("removing", "removed", _remove_network),
    "check health": BridgeVerb(
        "checking health", "was checked", _on_container(lambda container: container.check_health())
    ),
}


LOOKING_VERBS: Final = frozenset({"copy out", "volume copy out", "save", "export volume"})
"""Those that change nothing of what the engine keeps."""


def undoing(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps that take these back; none where one of them can not be taken back."""
    undo = [VERBS[step.verb].undo for step in steps]
    return tuple(back(step) for back, step in zip(undo, steps, strict=True) if back is not None) if all(undo) else ()


class Batch:
    """Counts the steps of one order that have come to their end. `ended` is called once, by the last of them."""

    def __init__(
        self, steps: Sequence[Step], ended: Callable[[list[Step], list[tuple[Step, EngineError]]], None]
    ) -> None:
        self._left = len(steps)
        self._lock = Lock()
        self._done: list[Step] = []
        self._failed: list[tuple[Step, EngineError]] = []
        self._ended = ended

    def step_ended(self, step: Step, error: EngineError | None) -> None:
        """A step is over; `error` where it failed."""
        with self._lock:
            self._left -= 1
            if error is None:
                self._done.append(step)
            else:
                self._failed.append((step, error))
            last = self._left == 0
        if last:
            self._ended(self._done, self._failed)
