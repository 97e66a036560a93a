"""The view of secrets: what is kept for containers. What a secret is, is shown only where somebody asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.model.secret import Secret
from tui.keymap import Action, Scope
from tui.plain_text import ago
from tui.tabs.registry import SECRET_TABS
from tui.views.view import Column, View

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen


def _labels(secret: Secret) -> list[str]:
    return [f"{name}={value}" for name, value in secret.labels.items()]


COLUMNS: Final = (
    Column("name", "NAME", lambda secret, live: secret.name, share=3),
    Column("created", "CREATED", lambda secret, live: ago(secret.created_at), width=12, rank=2,
           sort=lambda secret, live: -secret.created_at),
    Column("updated", "CHANGED", lambda secret, live: ago(secret.updated_at), width=12, rank=1,
           sort=lambda secret, live: -secret.updated_at),
    Column("labels", "LABELS", lambda secret, live: ", ".join(_labels(secret)), share=3, rank=3),
    Column("id", "ID", lambda secret, live: secret.id, width=25, rank=4, style=lambda secret, live: "faint"),
)  # fmt: skip

ACTIONS: Final = (
    Action("new", ("n",), "new", "keep a new secret", "Secret"),
    Action("replace", ("U",), "", "keep something else under its name", "Secret", scope=Scope.ROW),
    Action("reveal", ("v",), "", "show what it is, after a question", "Secret", scope=Scope.ROW),
    Action("inspect", ("i",), "inspect", "show all that is known of it but what it is", "Secret", scope=Scope.ROW),
    Action("remove", ("d", "delete"), "remove", "forget the secret", "Secret", scope=Scope.ROWS),
)


def _actions_of(deck: DeckScreen) -> object:
    from tui.views.secret_actions import SecretActions

    return SecretActions(deck)


VIEW: Final = View(
    name="secrets",
    noun="secret",
    columns=COLUMNS,
    actions=ACTIONS,
    actions_of=_actions_of,
    tabs=SECRET_TABS,
    reader="secrets",
    labelled=True,
    searched=lambda secret: " ".join((secret.name, secret.id, *_labels(secret))),
    terms={"name": lambda secret: (secret.name,), "label": _labels},
    empty="no secrets yet: n keeps one",
)
