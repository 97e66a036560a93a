"""Going to another machine: its screen has this terminal until one leaves it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from textual.app import SuspendNotSupported

from core.cli.main import INTERRUPTED
from core.errors import EngineError, RemoteFailed
from core.remote.call import RemoteCall
from core.remote.command_line import MISSING
from core.remote.failures import SSH_FAILED, ssh_failure, wharf_failure
from core.remote.host import Host
from tui.languages import _
from tui.messages import VerbFailed
from tui.plain_text import printable

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen

_NO_PROGRAM: Final = 127


def visit(deck: DeckScreen, host: Host, *options: str) -> None:
    """Open the screen there; this one goes on unseen, and is read anew on return. `options`: of `wharf` there."""
    if deck.bridge.read_only:
        options = ("--read-only", *options)
    deck.run_worker(_visit(deck, host, options), exclusive=True, group="visit")


def arrive(deck: DeckScreen, name: str) -> None:
    """Put the cursor on the container of this name, or whose id begins so: the one that somebody came for."""
    rows = deck.views.rows_of("containers")
    found = next((row for row in rows if row.name == name or row.id.startswith(name)), None)
    if found is not None:
        deck.go_to("containers", found.id)
    else:
        deck.say(_("there is no container {name}").format(name=name))


async def _visit(deck: DeckScreen, host: Host, options: tuple[str, ...]) -> None:
    # Nothing is asked meanwhile: what is not seen is not read.
    deck.bridge.show_view("")
    deck.bridge.show(())
    error: EngineError | None = None
    try:
        call = deck.bridge.hosts.call(host, options)
        with deck.app.suspend(), _interrupts_kept_away():
            error = await _hand_over(call, host)
    except SuspendNotSupported:
        error = RemoteFailed(
            _("this terminal can not be handed over"),
            hint=_("in another one: wharf --host {name}").format(name=host.name),
        )
    except EngineError as failure:
        error = failure
    deck.bridge.show_view(deck.view.reader)
    deck.bridge.read_again()
    deck.rearrange()
    if error is not None:
        deck.post_message(VerbFailed(error))
    else:
        deck.say(_("back from {name}").format(name=host.name))


async def _hand_over(call: RemoteCall, host: Host) -> EngineError | None:
    """Wait for the end of what has the terminal; why it could not be, where that is so. Raises only a cancellation."""
    _write("wharf: " + _("connecting to {name} …").format(name=printable(host.name)) + "\n")
    try:
        code = await asyncio.to_thread(call.run)
    except EngineError as error:
        return error
    except asyncio.CancelledError:
        call.end()
        raise
    if code == SSH_FAILED:
        return ssh_failure(host, "Connection closed")
    if code in (0, INTERRUPTED):
        return None
    if code == _NO_PROGRAM:
        return wharf_failure(host, MISSING)
    _write(
        "wharf: "
        + _("the screen of {name} ended with {code}: enter goes back").format(name=printable(host.name), code=code)
        + "\n"
    )
    await asyncio.to_thread(sys.stdin.readline)
    return None


def _write(text: str) -> None:
    with contextlib.suppress(OSError):
        os.write(2, text.encode())


@contextlib.contextmanager
def _interrupts_kept_away() -> Iterator[None]:
    """An interrupt typed while ssh connects is for ssh alone. A handler, as what is ignored would be so in ssh, too."""
    former = signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)
