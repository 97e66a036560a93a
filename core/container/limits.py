"""The verb on a container's limits."""

from __future__ import annotations

from core.container.handle import Handle
from core.model.limits import LimitChanges
from core.model.state import Verb


class Limits(Handle):
    """What it may use, and whether it is started again."""

    def update(self, changes: LimitChanges) -> None:
        """Change limits, the restart policy and the health check, at once where it runs. Not allowed: unknown.

        Raises `InvalidArgument`, and `RuntimeFailed` where the kernel refuses; nothing is changed then.
        """
        from core.operations.update import update

        with self.hold(Verb.UPDATE) as held:
            update(held, changes)
