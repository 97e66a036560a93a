"""What the actions do that are of no view: room on disk, secrets, registries, undo."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.text import Text

from core.model.usage import DiskUsage
from tui.forms.form import Form
from tui.languages import _, pgettext
from tui.plain_text import fitted, padded, printable, size
from tui.screens import orders
from tui.step import Step
from tui.transfers import TransferJob

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen

EVERYTHING: Final = ("containers", "images", "networks", "pods")


def usage_text(usage: DiskUsage) -> str:
    """What takes room, as `wharf system df` and its details."""
    lines = [
        " " * 14
        + "".join(
            fitted(word, width, right=True)
            for word, width in ((_("TOTAL"), 7), (_("IN USE"), 8), (_("SIZE"), 10), (_("CAN BE FREED"), 15))
        )
    ]
    kinds = ((_("images"), usage.of_images), (_("containers"), usage.of_containers), (_("volumes"), usage.of_volumes))
    for name, one in kinds:
        lines.append(f"{padded(name, 14)}{one.total:>7}{one.active:>8}{size(one.size):>10}{size(one.reclaimable):>15}")
    lines += ["", _("IMAGES: its own, and what others have, too")]
    for image in sorted(usage.images, key=lambda one: -one.unique):
        name = image.image.names[0] if image.image.names else image.image.id[:12]
        lines.append(f"{size(image.unique):>10}{size(image.shared):>10}  {name}")
    lines += ["", _("CONTAINERS: what they have written into their roots")]
    lines += [
        f"{size(one.size):>10}  {one.container.name}" for one in sorted(usage.containers, key=lambda one: -one.size)
    ]
    lines += ["", _("VOLUMES")]
    lines += [f"{size(one.size):>10}  {one.volume.name}" for one in sorted(usage.volumes, key=lambda one: -one.size)]
    return "\n".join(printable(line) for line in lines)


def fact_lines(facts: Mapping[str, Any], depth: int = 0) -> list[str]:
    """Names and values, those within a value further in."""
    lines = []
    for name, value in facts.items():
        if isinstance(value, Mapping):
            lines += [f"{'  ' * depth}{printable(str(name))}:", *fact_lines(value, depth + 1)]
        else:
            shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            lines.append(f"{'  ' * depth}{printable(str(name))}: {printable(shown)}")
    return lines


class SystemActions:
    """A part of the actions of all views."""

    _deck: DeckScreen

    def undo(self) -> None:
        steps = self._deck.undo.take()
        if steps:
            self._deck.bridge.run(*steps)
        else:
            self._deck.say(_("there is nothing to undo: a pause and a new name can be taken back, for 30 seconds"))

    def disk_usage(self) -> None:
        from tui.screens.text_view import TextView

        def show(usage: DiskUsage) -> None:
            self._deck.say("")
            self._deck.app.push_screen(TextView(_("what takes room on disk"), Text(usage_text(usage))))

        self._deck.say(_("measuring …"))
        self._deck.bridge.ask("disk usage", "", then=show)

    def system_info(self) -> None:
        from tui.screens.text_view import TextView

        def show(facts: dict[str, Any]) -> None:
            self._deck.app.push_screen(TextView(_("this machine and the engine"), Text("\n".join(fact_lines(facts)))))

        self._deck.bridge.ask("system info", "", then=show)

    def run_here(self) -> None:
        """In a pane, by the shell of whoever works here."""
        from tui.screens.prompt import PromptDialog

        def typed(command: str | None) -> None:
            if command:
                self._deck.await_console()
                # What was typed may be secret: the journal has the shell alone.
                step = Step("own command", "", "this machine", ("machine", ("/bin/sh", "-c"), ("it",)))
                self._deck.bridge.open_own(step, command[:40], ("/bin/sh", "-c", command), changes=True)

        words = _("By /bin/sh, as the user whom this screen runs as.")
        dialog = PromptDialog(
            _("Run a command of this machine"), words, pgettext("button", "Run"), placeholder="df -h; top; tail -f …"
        )
        self._deck.app.push_screen(dialog, typed)

    def system_prune(self) -> None:
        orders.prune(self._deck, _("what nothing uses, but for volumes and named images"), EVERYTHING)

    def system_prune_all(self) -> None:
        kinds = (*EVERYTHING, "all images", "volumes")
        orders.prune(self._deck, _("all that nothing uses, volumes and named images, too"), kinds)

    def play(self) -> None:
        from tui.forms.kube import PLAY_FORM

        self._with_manifests(PLAY_FORM, "play", _("playing {name}"))

    def take_down(self) -> None:
        from tui.forms.kube import DOWN_FORM

        self._with_manifests(DOWN_FORM, "take down", _("taking down {name}"))

    def _with_manifests(self, form: Form, verb: str, doing: str) -> None:
        def begin(values: dict[str, str]) -> None:
            file = Path(values["file"]).expanduser().absolute()
            orders.begin(self._deck, verb, file.name, TransferJob(doing.format(name=file.name)), file)

        orders.fill_in(self._deck, form, begin)

    def new_secret(self) -> None:
        orders.keep_secret(self._deck)

    def log_in(self) -> None:
        from tui.forms.images import LOGIN_FORM, access_of

        def try_it(values: dict[str, str]) -> None:
            registry = values["registry"]
            given = (values["user"], values["password"], access_of(values))
            self._deck.bridge.run(Step("log in", registry, registry, given))

        orders.fill_in(self._deck, LOGIN_FORM, try_it)

    def log_out(self) -> None:
        from tui.screens.prompt import PromptDialog

        def typed(registry: str | None) -> None:
            if registry:
                self._deck.bridge.run(Step("log out", registry, registry))

        dialog = PromptDialog(
            _("Log out of a registry"), _("Its login is forgotten."), _("Log out"), placeholder="quay.io"
        )
        self._deck.app.push_screen(dialog, typed)
