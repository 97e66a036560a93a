"""The pods of one root directory: containers that are worked as one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from core.container import LOCK_PATIENCE, Container
from core.errors import ContainerInUse, EngineError, NoSuchContainer, PodFailed, StateForbids, TimedOut
from core.host.files import make_private_directory
from core.host.locks import FileLock
from core.log import LOG
from core.model.config import ContainerRecord, InitKind
from core.model.dependencies import graph_of, waves
from core.model.pod import ExitPolicy, Pod, PodIntent, PodMember, PodOptions, PodSnapshot, PodStatus, pod_status
from core.model.state import Status
from core.operations.observe import LIVE_STATUSES, observed_state
from core.operations.parts import EngineParts
from core.operations.pod_membership import emit, find_pod, members_of, pods_of

AT_ONCE: Final = 8
"""How many containers of a pod are worked at the same time."""
PRUNED: Final = (PodStatus.STOPPED, PodStatus.EXITED)


class Pods:
    """The `pods` of an engine. May be called from any thread. `name` is a name, an id or its unique beginning.

    A verb holds the pod's lock, and then each container's in turn. Each may raise `NoSuchObject`, `AmbiguousName`,
    `TimedOut` when another process has held the pod for `LOCK_PATIENCE` seconds, and `PodFailed` where a container
    refused; the others are worked all the same.
    """

    def __init__(self, parts: EngineParts) -> None:
        self._parts = parts

    def create(self, options: PodOptions) -> Pod:
        """Make a pod and its infra container; nothing runs. Raises `InvalidArgument`, `NameInUse`, `HostIncomplete`."""
        from core.operations.pods import create_pod

        return create_pod(self._parts, options)

    def options(self, name: str) -> PodOptions:
        """What makes a pod like this one."""
        from core.operations.clone import pod_options

        return pod_options(self._parts, self.lookup(name))

    def clone(self, name: str, options: PodOptions) -> Pod:
        """Make a pod by `options`, those of the original or others, with containers like those of the original.

        Nothing runs. Raises what `create` and `Engine.create` raise; then nothing is left of it.
        """
        from core.operations.clone import member_options
        from core.operations.create import create

        requests = member_options(self._parts, self.lookup(name))
        pod = self.create(options)
        try:
            for request in requests:
                create(self._parts, msgspec.structs.replace(request, pod=pod.id))
        except (EngineError, OSError):
            self.remove(pod.id, force=True)
            raise
        return pod

    def lookup(self, name: str) -> Pod:
        return find_pod(self._parts, name)

    def all(self) -> list[PodSnapshot]:
        """All pods, the newest first. Asks files only."""
        by_pod: dict[str, list[ContainerRecord]] = {}
        for record in self._parts.store.all():
            by_pod.setdefault(record.config.pod, []).append(record)
        pods = sorted(pods_of(self._parts).all(), key=lambda pod: pod.created_at, reverse=True)
        return [self._picture(pod, by_pod.get(pod.id, [])) for pod in pods]

    def snapshot(self, name: str) -> PodSnapshot:
        pod = self.lookup(name)
        return self._picture(pod, members_of(self._parts, pod.id))

    def containers(self, name: str) -> list[Container]:
        """The pod's containers in the order of their creation, the infra container too."""
        return [Container(self._parts, record.id) for record in members_of(self._parts, self.lookup(name).id)]

    def folder(self, pod_id: str) -> Path:
        """Where files that belong to a pod lie; they go with it. `pod_id`: whole."""
        folder = self._parts.paths.pod(pod_id)
        make_private_directory(folder)
        return folder

    def start(self, name: str) -> None:
        """Start all of its containers, those first that others need. Raises `StateForbids` where it has none."""
        with self._held(name) as pod:
            self._start_all(pod)
            emit(self._parts, pod, "start")

    def stop(self, name: str, timeout: int | None = None) -> None:
        """Stop all that run, the infra container last; see `Container.stop`."""
        with self._held(name) as pod:
            self._stop_all(pod, timeout)
            emit(self._parts, pod, "stop")

    def restart(self, name: str, timeout: int | None = None) -> None:
        """Stop all that run, then start all."""
        with self._held(name) as pod:
            self._stop_all(pod, timeout)
            self._start_all(pod)
            emit(self._parts, pod, "restart")

    def kill(self, name: str, signal: int | str = "KILL") -> None:
        """Send a signal to all that run. Raises `InvalidSignal`."""
        with self._held(name) as pod:
            self._work(pod, "killed", lambda one: one.kill(signal), LIVE_STATUSES - {Status.PAUSED}, reverse=True)
            emit(self._parts, pod, "kill")

    def pause(self, name: str) -> None:
        """Freeze all that run."""
        with self._held(name) as pod:
            self._work(pod, "paused", lambda one: one.pause(), {Status.RUNNING}, reverse=True)
            emit(self._parts, pod, "pause")

    def unpause(self, name: str) -> None:
        """Thaw all that are paused."""
        with self._held(name) as pod:
            self._work(pod, "unpaused", lambda one: one.unpause(), {Status.PAUSED})
            emit(self._parts, pod, "unpause")

    def remove(self, name: str, *, force: bool = False, timeout: int | None = None) -> None:
        """Remove a pod and its containers; with `force` those that run, too, stopped politely for `timeout` seconds.

        Their anonymous volumes go with them, as in podman.
        Raises `ContainerInUse` where a container of it runs, or one outside needs one of it, unless `force`.
        """
        with self._held(name) as pod:
            if not force:
                self._refuse_running(pod)
            self._refuse_needed_outside(pod)
            if timeout:
                with contextlib.suppress(PodFailed):
                    self._stop_all(pod, timeout)
            pods_of(self._parts).save(pod.name, msgspec.structs.replace(pod, intent=PodIntent.REMOVING))
            self._finish_removing(pod)

    def prune(self) -> list[str]:
        """Remove the pods of which all containers have ended, or of which none runs any more; their ids."""
        removed = []
        for picture in self.all():
            if picture.status in PRUNED:
                self.remove(picture.id)
                removed.append(picture.id)
        return removed

    def inspect(self, name: str) -> dict[str, object]:
        """All that is known of a pod, as nested plain values with podman's keys."""
        from core.operations.pod_inspect import inspect_pod

        return inspect_pod(self._parts, self.lookup(name), self.snapshot(name))

    def has_ended(self, pod_id: str) -> bool:
        """Whether the exit policy wants the infra container stopped: no other runs, or is about to. Files alone.

        Raises `NoSuchObject`.
        """
        pod = find_pod(self._parts, pod_id)
        if pod.exit_policy is not ExitPolicy.STOP or not pod.infra_id:
            return False
        others = [record for record in members_of(self._parts, pod.id) if record.id != pod.infra_id]
        return not any(self._is_busy(record) for record in others)

    def end(self, pod_id: str) -> None:
        """Stop the infra container of a pod that has ended; nothing where meanwhile something in it was started.

        Not to be called by what conmon waits for: whoever holds the pod may be waiting for that conmon.
        """
        with self._held(pod_id) as pod:
            if self.has_ended(pod.id):
                with contextlib.suppress(StateForbids, NoSuchContainer):
                    Container(self._parts, pod.infra_id).stop()

    def recover(self) -> None:
        """Finish or undo what a dead process began; leave alone what a living one is at."""
        for pod in pods_of(self._parts).all():
            if pod.intent is None:
                continue
            lock = FileLock(self._parts.paths.lock(pod.id))
            try:
                lock.acquire(timeout=0)
            except TimedOut:
                continue
            try:
                current = pods_of(self._parts).find(pod.name)
                if current is not None and current.id == pod.id and current.intent is not None:
                    self._finish_removing(msgspec.structs.replace(current, intent=PodIntent.REMOVING))
            except EngineError as error:
                LOG.warning("pod %s could not be repaired: %s", pod.name, error)
            finally:
                lock.release()

    @contextmanager
    def _held(self, name: str) -> Iterator[Pod]:
        """The pod under its lock, with nothing unfinished."""
        lock = FileLock(self._parts.paths.lock(self.lookup(name).id))
        lock.acquire(timeout=LOCK_PATIENCE)
        try:
            pod = self.lookup(name)
            if pod.intent is not None:
                self._finish_removing(pod)
            yield self.lookup(name)
        finally:
            lock.release()

    def _picture(self, pod: Pod, members: list[ContainerRecord]) -> PodSnapshot:
        shown = tuple(
            PodMember(id=record.id, name=record.name, status=observed_state(self._parts, record).status)
            for record in members
        )
        return PodSnapshot(
            id=pod.id,
            name=pod.name,
            status=pod_status(member.status for member in shown),
            created_at=pod.created_at,
            infra_id=pod.infra_id,
            labels=pod.labels,
            share=pod.share,
            cgroup=pod.cgroup,
            members=shown,
        )

    def _start_all(self, pod: Pod) -> None:
        members = members_of(self._parts, pod.id)
        if not members:
            raise StateForbids(
                f"no containers in pod {pod.name} have no dependencies, cannot start pod",
                hint=f"make one with wharf create --pod {pod.name}",
            )
        for record in members:
            if record.config.init_kind is not None:
                self._run_init(record)
        self._work(pod, "started", lambda one: one.ensure_running(), init=False)

    def _run_init(self, record: ContainerRecord) -> None:
        """Run an init container to its end. Raises `PodFailed` where that is not a good one."""
        container = Container(self._parts, record.id)
        container.ensure_running()
        code = container.wait()
        if code != 0:
            raise PodFailed(f"init container {record.name} failed with exit code {code}", hint="see its log")
        if record.config.init_kind is InitKind.ONCE:
            container.remove(force=True)

    def _stop_all(self, pod: Pod, timeout: int | None) -> None:
        running = LIVE_STATUSES - {Status.PAUSED}
        self._work(pod, "stopped", lambda one: one.stop(timeout), running, reverse=True)

    def _work(
        self,
        pod: Pod,
        done: str,
        act: Callable[[Container], object],
        statuses: frozenset[Status] | set[Status] | None = None,
        *,
        reverse: bool = False,
        init: bool = True,
    ) -> None:
        """Act on the containers in these states, those that do not need each other at the same time.

        Without `init` the init containers are passed over.
        """
        from concurrent.futures import ThreadPoolExecutor

        members = {record.id: record for record in members_of(self._parts, pod.id)}
        groups = waves(graph_of(record.config for record in members.values()))
        failures: list[tuple[str, EngineError]] = []

        def attempt(container_id: str) -> None:
            record = members[container_id]
            if record.config.init_kind is not None and not init:
                return
            if statuses is not None and observed_state(self._parts, record).status not in statuses:
                return
            try:
                act(Container(self._parts, container_id))
            except NoSuchContainer:
                return
            except EngineError as error:
                failures.append((record.name, error))

        with ThreadPoolExecutor(AT_ONCE) as pool:
            for group in reversed(groups) if reverse else groups:
                list(pool.map(attempt, group))
        if failures:
            told = "; ".join(f"{name}: {error.message}" for name, error in failures)
            raise PodFailed(f"not all containers of pod {pod.name} could be {done}: {told}", hint=failures[0][1].hint)

    def _refuse_running(self, pod: Pod) -> None:
        live = {Status.RUNNING, Status.PAUSED}
        running = [
            record.name
            for record in members_of(self._parts, pod.id)
            if record.id != pod.infra_id and observed_state(self._parts, record).status in live
        ]
        if running:
            raise ContainerInUse(
                f"pod {pod.name} has containers that run and cannot be removed without force: {', '.join(running)}",
                hint=f"stop it first, or use wharf pod rm --force {pod.name}",
            )

    def _refuse_needed_outside(self, pod: Pod) -> None:
        own = {record.id for record in members_of(self._parts, pod.id)}
        graph = graph_of(record.config for record in self._parts.store.all())
        outside = [one for one, needed in graph.items() if one not in own and own & set(needed)]
        if outside:
            names = ", ".join(self._parts.store.get(one).name for one in outside)
            raise ContainerInUse(f"pod {pod.name} can not be removed: {names} needs it", hint="remove those first")

    def _finish_removing(self, pod: Pod) -> None:
        from core.operations.pods import discard_pod

        self._work(pod, "removed", lambda one: one.remove(force=True, volumes=True), reverse=True)
        discard_pod(self._parts, pod)
        emit(self._parts, pod, "remove")

    def _is_busy(self, record: ContainerRecord) -> bool:
        """Whether a container runs, or is about to."""
        current = self._parts.store.get(record.id)
        return current.state.intent is not None or observed_state(self._parts, current).status in LIVE_STATUSES
