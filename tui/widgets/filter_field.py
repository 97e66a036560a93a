"""The field of the filter. Keys that come after its end are never typed into it, however fast they come."""

from __future__ import annotations

from textual import events
from textual.widgets import Input


class FilterField(Input):
    """Textual hands keys to who has the focus when they arrive; what was behind an Enter belongs to the next one."""

    async def _on_key(self, event: events.Key) -> None:
        if self.screen.focused is not self:
            event.stop()
            event.prevent_default()
            self.app.post_message(events.Key(event.key, event.character))
        else:
            await super()._on_key(event)

    async def action_submit(self) -> None:
        self.screen.set_focus(None)
        await super().action_submit()
