"""What a workspace has: the view, what each list shows and how, the room that things take, and the consoles."""

from __future__ import annotations

import msgspec


class KeptList(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How the list of a view was. `columns`: names in their order. `sort`: the name of one, empty for the rows' own
    order. `marks`, `cursor`: what rows are known by. `tab`: of the details.
    """

    filter: str = ""
    running_only: bool = False
    faults_only: bool = False
    columns: tuple[str, ...] = ()
    sort: str = ""
    falling: bool = False
    marks: tuple[str, ...] = ()
    cursor: str = ""
    tab: str = ""


class KeptConsole(msgspec.Struct, frozen=True, omit_defaults=True):
    """A container's own console that was attached. `container_id`: what its row is known by. `name`: to tell of it."""

    container_id: str
    name: str
    watch_only: bool = False


class Workspace(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """`lists`: a view's name → its list, of all views that were shown. `front`: which console was in front, from 0."""

    view: str = "containers"
    lists: dict[str, KeptList] = {}
    share: int | None = None
    """How much of the room the list has; None where nothing was said."""
    details_whole: bool = False
    """The details took the whole screen."""
    consoles: tuple[KeptConsole, ...] = ()
    front: int = 0
    consoles_split: bool = False
    """All consoles were seen, one below the other."""
    console_whole: bool = False
    """The console took the whole screen."""
    in_console: bool = False
    """The console had the keyboard."""
