"""The verbs that write a container's processes to disk and take them up again."""

from __future__ import annotations

from core.container.lifecycle import KILL_PATIENCE, Lifecycle
from core.model.options import DEFAULT_CHECKPOINT, DEFAULT_RESTORE, CheckpointOptions, RestoreOptions
from core.model.state import Verb


class Checkpoints(Lifecycle):
    """By CRIU, where the kernel can."""

    def checkpoint(self, options: CheckpointOptions = DEFAULT_CHECKPOINT) -> None:
        """Write the processes to disk; they end by it, unless told otherwise. Allowed: running. Ends in exited.

        Raises `HostIncomplete` with the reason where CRIU or the kernel can not, `RuntimeFailed`, and `StateForbids`
        for one that is removed when it ends.
        """
        from core.operations.checkpoint import checkpoint

        with self.hold(Verb.CHECKPOINT) as held:
            checkpoint(held, options)

    def restore(self, options: RestoreOptions = DEFAULT_RESTORE) -> None:
        """Take the processes up where the checkpoint left them. Allowed: configured, exited. Ends in running.

        The containers that it needs are started before. Raises `StateForbids` where there is no checkpoint,
        `HostIncomplete`, and what `init` raises.
        """
        from core.operations.checkpoint import restore

        self._start_needed()
        self._parts.monitor.wait_gone(self.id, KILL_PATIENCE)
        with self.hold(Verb.RESTORE) as held:
            restore(held, options)
