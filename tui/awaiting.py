"""The containers whose end somebody waits for."""

from __future__ import annotations

import time
from collections.abc import Iterable

from core.model.snapshot import ContainerSnapshot
from core.model.state import Status
from core.oci.exit_codes import exit_reason
from tui.languages import _
from tui.plain_text import shown_name, span

_ENDED = (Status.EXITED, Status.CONFIGURED)


class Awaiting:
    """Told of each new picture of all containers; says of each that was waited for how it ended, once."""

    def __init__(self) -> None:
        self._since: dict[str, tuple[str, float]] = {}

    def __len__(self) -> int:
        return len(self._since)

    def toggle(self, picture: ContainerSnapshot) -> bool:
        """Wait for the end of one, or no more; whether it is waited for now."""
        if self._since.pop(picture.id, None) is not None:
            return False
        self._since[picture.id] = (shown_name(picture), time.monotonic())
        return True

    def take_pictures(self, pictures: Iterable[ContainerSnapshot]) -> list[str]:
        """A sentence for each that has ended since, or is gone."""
        if not self._since:
            return []
        known = {picture.id: picture for picture in pictures}
        told = []
        for container_id, (name, since) in list(self._since.items()):
            picture = known.get(container_id)
            if picture is not None and picture.status not in _ENDED:
                continue
            del self._since[container_id]
            waited = _(", after a wait of {time}").format(time=span(time.monotonic() - since))
            if picture is None:
                told.append(_("{name} was removed{waited}").format(name=name, waited=waited))
            else:
                why = exit_reason(
                    picture.exit_code, oom_killed=picture.oom_killed, stopped_by_user=picture.stopped_by_user
                )
                told.append(
                    _("{name} ended with {code}: {why}{waited}").format(
                        name=name, code=picture.exit_code, why=why, waited=waited
                    )
                )
        return told
