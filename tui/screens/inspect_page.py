"""All that is known of one thing, as JSON or as YAML."""

from __future__ import annotations

import json
from typing import ClassVar, Final

from rich.highlighter import JSONHighlighter
from rich.text import Text
from textual.binding import Binding, BindingType

from tui.plain_text import printable_text
from tui.screens.text_view import TextView
from tui.widgets.key_line import Item

_KEYS: Final[tuple[Item, ...]] = (
    ("/", "find"), ("n N", "next"), ("y", "JSON or YAML"), ("q", "back"), ("w", "wrap"), ("c", "copy"), ("^s", "save"),
)  # fmt: skip


class InspectPage(TextView):
    """`text`: JSON."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("y", "turn", "as JSON, or as YAML")]
    keys_shown = _KEYS

    def __init__(self, heading: str, text: str) -> None:
        super().__init__(heading, shown_as_json(text))
        self._json = text
        self._as_yaml = False

    def action_turn(self) -> None:
        """The other way to write it; what is sought is sought anew."""
        self._as_yaml = not self._as_yaml
        self.page.put(shown_as_yaml(self._json) if self._as_yaml else shown_as_json(self._json))
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
