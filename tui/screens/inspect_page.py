"""All that is known of one thing, as JSON or as YAML."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from rich.highlighter import JSONHighlighter
from rich.text import Text
from textual.binding import Binding, BindingType

from core.errors import NotFound
from core.events import Event, EventKind
from tui.languages import N_, _
from tui.messages import DetailRead
from tui.plain_text import printable_text
from tui.screens.text_view import TextView
from tui.widgets.key_line import Item

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen

_KEYS: Final[tuple[Item, ...]] = (
    ("/", N_("find")), ("n N", N_("next")), ("y", N_("JSON or YAML")), ("q", N_("back")),
    ("w", N_("wrap")), ("c", N_("copy")), ("^s", N_("save")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a page is about. `kind`: what is asked for. `touches`: whether an event may have changed what is known."""

    deck: DeckScreen
    kind: str
    row_id: str
    touches: Callable[[Event], bool]


class InspectPage(TextView):
    """`text`: JSON. It is read again whenever something happens to what it is about."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("y", "turn", "as JSON, or as YAML")]
    keys_shown = _KEYS

    def __init__(self, heading: str, text: str, about: Inspected) -> None:
        super().__init__(heading, shown_as_json(text))
        self._json = text
        self._about = about
        self._as_yaml = False
        self._is_asked = self._has_happened = False

    def on_mount(self) -> None:
        self._about.deck.happened.subscribe(self, self._take_events)
        self._about.deck.detail_read.subscribe(self, self._take_detail)

    def _take_events(self, events: Sequence[Event]) -> None:
        if any(event.kind is EventKind.OVERFLOW or self._about.touches(event) for event in events):
            self._has_happened = True
            self._ask()

    def _ask(self) -> None:
        """One question at a time: much may happen until it is answered."""
        if self._has_happened and not self._is_asked:
            self._has_happened, self._is_asked = False, True
            self._about.deck.bridge.read_detail(self._about.kind, self._about.row_id)

    def _take_detail(self, message: DetailRead) -> None:
        if (message.kind, message.row_id) != (self._about.kind, self._about.row_id):
            return
        self._is_asked = False
        if message.error is None:
            self._json = message.found
            self._show()
        elif isinstance(message.error, NotFound):
            self.tell(_("it is gone: this was known of it last"))
        else:
            self.tell(message.error.message)
        self._ask()

    def _show(self) -> None:
        self.page.put(shown_as_yaml(self._json) if self._as_yaml else shown_as_json(self._json))

    def action_turn(self) -> None:
        """The other way to write it."""
        self._as_yaml = not self._as_yaml
        self._show()
        self.tell("YAML" if self._as_yaml else "JSON")


def shown_as_json(text: str) -> Text:
    """With colours."""
    return JSONHighlighter()(Text(printable_text(text)))


def shown_as_yaml(text: str) -> Text:
    """With the names lit."""
    import yaml

    written = yaml.safe_dump(json.loads(text), sort_keys=False, allow_unicode=True, width=1000)
    shown = Text(printable_text(written).rstrip("\n"))
    shown.highlight_regex(r"(?m)^ *(?:- )*[\w./-]+:(?= |$)", "bold")
    return shown
