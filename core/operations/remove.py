"""remove: a container, its layer and its files."""

from __future__ import annotations

from core.errors import ContainerInUse
from core.events import EventKind
from core.model.dependencies import dependencies
from core.model.state import Intent
from core.operations.parts import Transaction
from core.operations.release import erase, is_exporting, stop_by_force


def remove(held: Transaction, *, force: bool = False, volumes: bool = False) -> None:
    """Remove the container for good. Allowed: configured, exited; with `force` any state, killing what runs.

    With `volumes` its anonymous volumes go, too, where no other container has them.

    Raises `ContainerInUse` for a pod's infra container, where another container needs it, or during an export unless
    `force`.
    """
    if held.config.is_infra:
        from core.operations.pod_membership import refuse_removal_of_infra

        refuse_removal_of_infra(held)
    dependants = [one.name for one in held.parts.store.mentioning(held.id) if held.id in dependencies(one.config)]
    if dependants:
        raise ContainerInUse(
            f"container {held.name} has dependent containers which must be removed before it: {', '.join(dependants)}",
            hint="remove those first, or all of them with wharf rm --depend",
            container_id=held.id,
        )
    if not force and is_exporting(held.parts, held.id):
        raise ContainerInUse(
            f"container {held.name} is being exported", hint="wait for the export or cancel it", container_id=held.id
        )
    held.save(intent=Intent.REMOVING, removes_volumes=volumes)
    stop_by_force(held)
    erase(held)
    held.emit(EventKind.REMOVE)
