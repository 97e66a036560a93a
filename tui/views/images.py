"""The view of images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tui.keymap import Action, Scope
from tui.languages import _
from tui.plain_text import ago, counted_containers, size
from tui.tabs.registry import IMAGE_TABS
from tui.views.view import Column, Row, View

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen


def _has_name(row: Row) -> bool:
    return bool(row.image.names)


def _use(row: Row) -> str:
    if row.used_by:
        return counted_containers(len(row.used_by))
    return _("read-only") if row.image.read_only else "–"


COLUMNS: Final = (
    Column("name", "NAME", lambda row, live: row.image.names[0] if row.image.names else "<none>", share=4),
    Column("id", "ID", lambda row, live: row.id[:12], width=12, rank=2, style=lambda row, live: "faint"),
    Column(
        "created", "CREATED", lambda row, live: ago(row.image.created_at), width=12, rank=1,
        sort=lambda row, live: -row.image.created_at,
    ),
    Column(
        "size", "SIZE", lambda row, live: size(row.image.size), width=8, right=True, falls=True,
        sort=lambda row, live: row.image.size,
    ),
    Column(
        "used", "USED BY", lambda row, live: live.doing(row.id) or _use(row), width=13,
        sort=lambda row, live: len(row.used_by), falls=True,
        style=lambda row, live: "busy" if live.doing(row.id) else "",
    ),
    Column("names", "OTHER NAMES", lambda row, live: ", ".join(row.image.names[1:]), share=2, rank=3),
    Column("digest", "DIGEST", lambda row, live: row.image.digest, width=20, rank=4, chosen=False),
)  # fmt: skip


def _own(row: Row) -> bool:
    return not row.image.read_only


ACTIONS: Final = (
    Action("new", ("n",), "run", "make a container of it, and run it", "Image", scope=Scope.ROW),
    Action("pull", ("P",), "pull", "pull an image; show the pull that is under way", "Transfers"),
    Action("pull_again", ("r",), "", "pull it again, as it is in the registry now", "Transfers", _has_name, Scope.ROW),
    Action("push", ("p",), "", "push it to a registry, or copy it elsewhere", "Transfers", scope=Scope.ROW),
    Action("save", ("s",), "", "save it as an archive", "Transfers", scope=Scope.ROW),
    Action("load", ("l",), "", "load images of an archive", "Transfers"),
    Action("import_tar", ("i",), "", "make an image of a tar of a root file system", "Transfers"),
    Action("cancel", ("ctrl+x",), "", "cancel the transfers that are under way", "Transfers"),
    Action("tag", ("T",), "", "give it a further name", "Image", _own, Scope.ROW),
    Action("untag", ("U",), "", "take a name away", "Image", lambda row: _own(row) and _has_name(row), Scope.ROW),
    Action("prune", ("z",), "", "remove images without a name, after a look at them", "Image"),
    Action("prune_all", ("Z",), "", "remove all that no container is made of, after a look at them", "Image"),
    Action(
        "remove", ("d", "delete"), "remove", "remove the image", "Image", _own, Scope.ROWS,
    ),
)  # fmt: skip


def _actions_of(deck: DeckScreen) -> object:
    from tui.views.image_actions import ImageActions

    return ImageActions(deck)


VIEW: Final = View(
    name="images",
    noun="image",
    columns=COLUMNS,
    actions=ACTIONS,
    actions_of=_actions_of,
    tabs=IMAGE_TABS,
    reader="images",
    searched=lambda row: " ".join((*row.image.names, row.id)),
    terms={"name": lambda row: row.image.names, "id": lambda row: (row.id,)},
    refusal=lambda row: _("it is of another store, read-only"),
    empty="no images yet: P pulls one",
)
