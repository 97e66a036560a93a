"""update: other limits for a container, at once where it runs and at every start from now on."""

from __future__ import annotations

import msgspec

from core.errors import EngineError, InvalidArgument
from core.events import EventKind
from core.log import LOG
from core.model.limits import LimitChanges, changed_limits
from core.model.state import Intent
from core.oci.resources import update_resources
from core.operations.observe import LIVE_STATUSES
from core.operations.parts import Transaction


def update(held: Transaction, changes: LimitChanges) -> None:
    """Change limits and the restart policy. Allowed: any state but unknown.

    The configuration stays as it was written; what differs from it is kept in the state (`limits`, `restart`), and
    every reader asks the record (`ContainerRecord.limits`, `.restart`), which puts the one over the other.
    Raises `InvalidArgument`, `RuntimeFailed` where the kernel refuses; nothing is changed then.
    """
    for name in ("cpuset_cpus", "cpuset_mems"):
        if getattr(changes, name) == "":
            raise InvalidArgument(f"the {name.replace('_', ' ')} can not be empty", hint="name all: 0-3")
    before = held.state
    limits = changed_limits(held.record.limits, changes)
    restart = changes.restart or held.record.restart
    if (limits, restart) == (held.record.limits, held.record.restart):
        return
    wanted = msgspec.structs.replace(
        before,
        limits=None if limits == held.config.resources else limits,
        restart=None if restart == held.config.restart else restart,
    )
    if before.status in LIVE_STATUSES and limits != held.record.limits:
        resources = update_resources(held.record.limits, limits)
        held.write(msgspec.structs.replace(wanted, intent=Intent.UPDATING))
        try:
            held.parts.runtime.update(held.id, resources)
        except EngineError:
            held.write(before)
            raise
    held.write(wanted)
    held.emit(EventKind.UPDATE, **_told(changes))


def finish_update(held: Transaction) -> None:
    """Somebody who was killed had stored new limits and may not have set them: set all that are stored."""
    seen = held.parts.runtime.observe(held.id)
    if str(seen.phase) in {str(status) for status in LIVE_STATUSES}:
        try:
            held.parts.runtime.update(held.id, update_resources(held.config.resources, held.record.limits))
        except EngineError as error:
            LOG.warning("the limits of %s could not be set: %s", held.id, error)
    held.save(intent=None)


def _told(changes: LimitChanges) -> dict[str, str]:
    return {name: str(value) for name in changes.__struct_fields__ if (value := getattr(changes, name)) is not None}
