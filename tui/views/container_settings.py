"""What the actions do that make a container, change its settings, or copy what is known of it."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from core.model.snapshot import ContainerSnapshot
from tui.clipboard import copy
from tui.languages import _
from tui.screens import orders
from tui.step import Step

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen


def addresses(picture: ContainerSnapshot) -> list[str]:
    """Where its published ports are reached, as a browser takes it; of other protocols as host and port."""
    found = []
    for mapping in picture.ports:
        for step in range(mapping.length):
            port, host = mapping.host_port + step, mapping.host_ip or "localhost"
            if mapping.protocol != "tcp":
                found.append(f"{host}:{port}/{mapping.protocol}")
            else:
                secure = mapping.container_port + step in (443, 8443)
                found.append(f"http{'s' if secure else ''}://{host}:{port}/")
    return found


def browser() -> str:
    """What opens an address for whoever sits here: as `$BROWSER` says, else the desktop's; empty without one."""
    wanted = os.environ.get("BROWSER", "").partition(":")[0]
    if wanted:
        return shutil.which(wanted) or ""
    has_desktop = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    return (shutil.which("xdg-open") or "") if has_desktop else ""


class ContainerSettings:
    """A part of the actions of the view of containers."""

    _deck: DeckScreen

    def new(self) -> None:
        orders.new_container(self._deck)

    def clone(self, row: ContainerSnapshot) -> None:
        """The dialog of a new one, filled in with what this one was created with."""
        self._deck.ask("settings", row.id, then=lambda settings: orders.new_container(self._deck, settings=settings))

    def rename(self, row: ContainerSnapshot) -> None:
        from tui.screens.prompt import PromptDialog

        def typed(name: str | None) -> None:
            if name and name != row.name:
                self._deck.bridge.run(Step("rename", row.id, row.name, (name,)))

        message = "$ wharf rename {name} {new}".format(name=row.name, new=_("NEW-NAME"))
        self._deck.app.push_screen(
            PromptDialog(_("Rename {name}").format(name=row.name), message, _("Rename"), value=row.name), typed
        )

    def update(self, row: ContainerSnapshot) -> None:
        from tui.forms.update import update_form, update_words

        def change(values: dict[str, str]) -> None:
            self._deck.bridge.run(Step("update", row.id, row.name, (update_words(row, values),)))

        orders.fill_in(self._deck, update_form(row), change)

    def ports(self, row: ContainerSnapshot) -> None:
        """One address is opened, or copied where there is no browser to open it in; of several one is chosen."""
        found = addresses(row)

        def take(number: int) -> None:
            self._copy(found[number], found[number])
            opener = browser()
            if opener and found[number].startswith("http"):
                self._deck.bridge.run_hook((opener, found[number]))
                self._deck.say(_("opened, and copied: {url}").format(url=found[number]))

        if len(found) == 1:
            take(0)
        else:
            orders.choose(
                self._deck,
                _("Ports of {name}").format(name=row.name),
                _("Enter opens the address, where there is a browser, and copies it."),
                found,
                take,
            )

    def copy(self, row: ContainerSnapshot) -> None:
        """Choose what goes to the clipboard."""
        known = [
            (_("id"), row.id),
            (_("name"), row.name),
            (_("image"), row.image),
            (_("address"), ", ".join(row.addresses)),
            (_("mounted at"), row.mount_point),
            (_("command"), " ".join(row.command)),
            (_("log file"), row.log_path),
        ]
        known = [(what, text) for what, text in known if text]

        def take(number: int) -> None:
            if number < len(known):
                self._copy(known[number][1], known[number][0])
            else:
                self._deck.bridge.ask("output", row.id, then=lambda text: self._copy(text, _("what it printed")))

        options = [f"{what:<11} {text}" for what, text in known]
        orders.choose(
            self._deck,
            _("Copy of {name}").format(name=row.name),
            "",
            [*options, _("the last 300 lines that it printed")],
            take,
        )

    def _copy(self, text: str, what: str) -> None:
        self._deck.say(copy(self._deck.app, text, what))

    def prune(self) -> None:
        orders.prune(self._deck, _("containers that do not run"), ("containers",))
