"""checkpoint and restore: a container's processes written to disk by CRIU, and taken up again from there."""

from __future__ import annotations

import shutil
import time

import msgspec

from core.errors import EngineError, HostIncomplete, StateForbids, TimedOut
from core.events import EventKind
from core.host.files import make_private_directory
from core.host.processes import find_program, run
from core.model.network import Attachment
from core.model.options import CheckpointOptions, RestoreOptions
from core.model.state import Intent, Status
from core.operations.init import bring_up_again
from core.operations.parts import Transaction
from core.operations.synchronise import record_exit

CHECK_PATIENCE = 20.0
"""Seconds that CRIU may take to look at the kernel."""
EXIT_PATIENCE = 20.0


def require_criu() -> None:
    """Raises `HostIncomplete`, with CRIU's own reason where the kernel lacks something."""
    program = find_program("criu")
    finished = run([program, "check"], timeout=CHECK_PATIENCE)
    if finished.returncode:
        said = finished.stderr.decode(errors="replace") or finished.stdout.decode(errors="replace")
        lines = [line for line in said.splitlines() if "Error" in line]
        reason = (lines[0] if lines else said).partition("): ")[2] or "no reason is given"
        raise HostIncomplete(
            f"this kernel can not checkpoint or restore containers: {reason.strip()}",
            hint="criu check says more; a newer CRIU may know this kernel",
            argv=finished.argv,
            stderr=said,
        )


def checkpoint(held: Transaction, options: CheckpointOptions) -> None:
    """Write the processes to disk; they end by it, unless told otherwise. Allowed: running. Ends in exited.

    Raises `HostIncomplete`, `RuntimeFailed`, `StateForbids` for one that goes away when it ends.
    """
    goes_on = options.leave_running or options.pre_checkpoint
    if held.config.auto_remove and not goes_on and not (options.export or options.create_image):
        raise StateForbids(
            f"container {held.name} is removed when it ends, and its checkpoint with it",
            hint="leave it running (--leave-running), or write an archive (--export) or an image (--create-image)",
            container_id=held.id,
        )
    from core.operations.checkpoint_archive import keep_shared_memory, make_image, write_archive

    require_criu()
    parts, before = held.parts, held.state
    folder = parts.paths.checkpoint(held.id)
    if options.pre_checkpoint:
        folder = parts.paths.pre_checkpoint(held.id)
    elif options.with_previous and not parts.paths.pre_checkpoint(held.id).is_dir():
        raise StateForbids(
            f"container {held.name} has no pre-checkpoint", hint="make one with --pre-checkpoint", container_id=held.id
        )
    shutil.rmtree(folder, ignore_errors=True)
    make_private_directory(folder)
    # Whoever ends it by a checkpoint does not want its restart policy to start it anew.
    held.save(intent=Intent.CHECKPOINTING, checkpointed=False, stopped_by_user=not goes_on)
    try:
        held.runtime.checkpoint(held.id, folder, parts.paths.container(held.id), options)
    except EngineError:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
        held.save(intent=None, stopped_by_user=before.stopped_by_user)
        raise
    keep_shared_memory(held)
    held.save(checkpointed=not options.pre_checkpoint, intent=None)
    held.emit(EventKind.CHECKPOINT)
    try:
        if not goes_on:
            parts.monitor.wait_exit(held.id, before.pid, before.pid_start, EXIT_PATIENCE)
            record_exit(held)
    except TimedOut:
        return
    finally:
        if options.export:
            write_archive(held, options)
        if options.create_image:
            make_image(held, options)


def finish_checkpoint(held: Transaction) -> None:
    """Its caller was killed: a checkpoint that ended the container is whole, any other is given up."""
    whole = (held.parts.paths.checkpoint(held.id) / "inventory.img").exists()
    ended = str(held.runtime.observe(held.id).phase) in ("stopped", "absent")
    if not (whole and ended):
        shutil.rmtree(held.parts.paths.checkpoint(held.id), ignore_errors=True)
    held.save(intent=None, checkpointed=whole and ended, stopped_by_user=ended)


def restore(held: Transaction, options: RestoreOptions) -> None:
    """Take the processes up where the checkpoint left them. Allowed: configured, exited. Ends in running.

    Raises `StateForbids` where there is no checkpoint, `HostIncomplete`, and what `init` raises.
    """
    folder = held.parts.paths.checkpoint(held.id)
    if not held.state.checkpointed or not folder.is_dir():
        raise StateForbids(f"container {held.name} has no checkpoint to restore", hint="start it", container_id=held.id)
    require_criu()
    if options.ignore_static_ip or options.ignore_static_mac:
        held.save(networks=tuple(_without_static(one, options) for one in held.state.networks))
    bring_up_again(held, folder, options)
    held.save(
        status=Status.RUNNING,
        intent=None,
        started_at=time.time(),
        finished_at=0.0,
        exit_code=None,
        checkpointed=options.keep,
        stopped_by_user=False,
        restarts=0,
        quick_ends=0,
    )
    if not options.keep:
        for left in (folder, held.parts.paths.pre_checkpoint(held.id)):
            shutil.rmtree(left, ignore_errors=True)
        held.parts.paths.shared_memory_archive(held.id).unlink(missing_ok=True)
    held.emit(EventKind.RESTORE)


def _without_static(attachment: Attachment, options: RestoreOptions) -> Attachment:
    return msgspec.structs.replace(
        attachment,
        addresses=() if options.ignore_static_ip else attachment.addresses,
        mac="" if options.ignore_static_mac else attachment.mac,
    )
