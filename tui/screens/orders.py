"""What the views' actions have in common where a form is asked for, something is begun, or a prune is previewed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from core.model.image import RegistryAccess
from tui.bridge.resource_details import KnownNames, PruneOffer
from tui.clipboard import copy
from tui.forms.form import Form, refilled
from tui.languages import _
from tui.plain_text import printable_text, size
from tui.step import Step
from tui.transfers import TransferJob

if TYPE_CHECKING:
    from tui.forms.create import Settings
    from tui.screens.deck import DeckScreen

_MAKES: Final = {"create": "containers", "pull": "images", "load": "images", "import": "images"}
"""Verb → the view in which what it makes will be a row."""


def fill_in(deck: DeckScreen, form: Form, then: Callable[[dict[str, str]], object]) -> None:
    """Show a form, and give what was typed to `then` unless it was cancelled."""
    from tui.screens.form_dialog import FormDialog

    def answered(values: dict[str, str] | None) -> None:
        if values is not None:
            then(values)

    deck.app.push_screen(FormDialog(form), answered)


def with_known(deck: DeckScreen, then: Callable[[KnownNames], object]) -> None:
    """Have the names that there are be read first."""
    deck.ask("known names", "", then=then)


def begin(deck: DeckScreen, verb: str, name: str, job: TransferJob, *given: Any, row_id: str = "") -> TransferJob:
    """Begin a transfer; it goes on behind the list. `name`: what the status line calls it at the end."""
    key = row_id or f"{verb} {name}"
    if _MAKES.get(verb) == deck.view.name:
        deck.expect_row()
    deck.transfers.begin(key, job)
    deck.show_notes()
    deck.bridge.run(Step(verb, key, name, (job, *given)))
    return job


def new_container(deck: DeckScreen, image: str = "", settings: Settings | None = None) -> None:
    """The dialog for a container; `settings`: those of one that it is to be like."""
    from tui.forms.create import create_form, run_words

    def make(values: dict[str, str]) -> None:
        command, *words = run_words(values)
        name = values["name"] or values["image"]
        job = TransferJob(_("making {name}").format(name=name), can_cancel=True, again=lambda: show(values))
        begin(deck, "create", name, job, command, words)

    def show(typed: dict[str, str] | None = None) -> None:
        """Where it failed, once more with what was typed."""

        def fill(known: KnownNames) -> None:
            form = create_form(known, image=image, settings=settings)
            fill_in(deck, form if typed is None else refilled(form, typed), make)

        with_known(deck, fill)

    show()


def pull(deck: DeckScreen, name: str = "") -> None:
    """The dialog of a pull; of the one that is under way, where there is one."""
    from tui.screens.pull_dialog import PullDialog

    def pulled(wanted: str, access: RegistryAccess) -> TransferJob:
        return begin(
            deck,
            "pull",
            wanted,
            TransferJob(_("pulling {name}").format(name=wanted), can_cancel=True),
            wanted,
            access,
        )

    jobs = [(key, job) for key, job in deck.transfers.under_way() if key.startswith("pull ")]
    typed, job = (jobs[0][0].removeprefix("pull "), jobs[0][1]) if jobs and not name else (name, None)

    def left(note: str | None) -> None:
        if note:
            deck.say(note)

    def show(known: KnownNames) -> None:
        deck.app.push_screen(PullDialog(known.images, pulled, name=typed, job=job), left)

    with_known(deck, show)


def offered(offer: PruneOffer) -> list[str]:
    """What a prune would remove, a line each."""
    plan = offer.plan
    lines = [f"{_('container')} {usage.container.name}  {size(usage.size)}" for usage in plan.containers]
    lines += [_("pod {name}  with its containers").format(name=name) for _id, name in offer.pods]
    lines += [
        f"{_('image')} {usage.image.names[0] if usage.image.names else usage.image.id[:12]}  {size(usage.unique)}"
        for usage in plan.images
    ]
    lines += [f"{_('volume')} {usage.volume.name}  {size(usage.size)}" for usage in plan.volumes]
    return [*lines, *(f"{_('network')} {name}" for name in plan.networks)]


def prune(deck: DeckScreen, what: str, kinds: Sequence[str]) -> None:
    """Show what nothing uses and how much that frees, then remove just that. `what`: in words."""
    from tui.locks import locked_among
    from tui.screens.asking import confirm

    def show(offer: PruneOffer) -> None:
        lines = offered(offer)
        if not lines:
            deck.say(_("there is nothing to prune: {what}").format(what=what))
            return
        given = (offer.plan, [pod_id for pod_id, _name in offer.pods], tuple(kinds))
        step = Step("prune", f"prune {what}", what, given)
        freed = (
            _("This frees {size}.").format(size=size(offer.plan.size))
            if offer.plan.size
            else _("This frees next to nothing.")
        )
        message = _("For good goes what is listed. {freed} What comes into use before that stays.").format(freed=freed)
        locked = locked_among(offer.labelled, deck.configuration.locks)
        deck.say("")
        confirm(
            deck,
            _("Prune {what}?").format(what=what),
            message,
            _("Prune"),
            lambda: deck.bridge.run(step),
            listed=lines,
            locked=locked,
        )

    deck.say(_("looking for what nothing uses: {what} …").format(what=what))
    deck.ask("prune offer", "", tuple(kinds), then=show)


def keep_secret(deck: DeckScreen, name: str = "") -> None:
    """The dialog of a new secret; with `name` of something else for the one that has it."""
    from pathlib import Path

    from tui.forms.secrets import secret_form

    def keep(values: dict[str, str]) -> None:
        data = values["text"].encode()
        if values["file"]:
            try:
                data = Path(values["file"]).expanduser().read_bytes()
            except OSError as error:
                deck.say(_("{file} can not be read: {reason}").format(file=values["file"], reason=error.strerror))
                return
        file = str(Path(values["file"]).expanduser().absolute()) if values["file"] else ""
        given = (values["name"], data, file, bool(name))
        deck.expect_row()
        deck.bridge.run(Step("create secret", values["name"], values["name"], given))

    fill_in(deck, secret_form(name), keep)


def show_manifest(deck: DeckScreen, names: Sequence[str]) -> None:
    """Pods or containers as a Kubernetes manifest, which is in the clipboard then, too."""
    from rich.text import Text

    from tui.screens.text_view import TextView

    def show(manifest: str) -> None:
        deck.say(copy(deck.app, manifest, _("the manifest")))
        deck.app.push_screen(
            TextView(_("manifest of {names} (copied)").format(names=", ".join(names)), Text(printable_text(manifest)))
        )

    deck.ask("manifest", "", tuple(names), then=show)


def choose(deck: DeckScreen, title: str, message: str, options: Iterable[str], then: Callable[[int], object]) -> None:
    """Have one of a few things be chosen; `then` gets its number."""
    from tui.screens.choice import ChoiceDialog

    def chosen(number: int | None) -> None:
        if number is not None:
            then(number)

    deck.app.push_screen(ChoiceDialog(title, message, list(options)), chosen)
