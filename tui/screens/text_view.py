"""A page of text to read: what inspect says, the help. It can be searched, copied and saved."""

from __future__ import annotations

import re
import time
from typing import ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, Static

from tui.clipboard import copy
from tui.languages import N_, _
from tui.plain_text import printable
from tui.screens.dismissal import Page
from tui.widgets.filter_field import FilterField
from tui.widgets.key_line import Item, KeyLine
from tui.widgets.text_page import TextPage

_KEYS: Final[tuple[Item, ...]] = (
    ("↑↓ pgup pgdn g G", N_("scroll")), ("/", N_("find")), ("n N", N_("next")), ("q", N_("back")),
    ("w", N_("wrap")), ("c", N_("copy")),
    ("^s", N_("save")),
)  # fmt: skip


class TextView(Page[None]):
    """`text` is shown as it is: whoever gives it has made it printable."""

    CSS_PATH = "text_view.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "back"),
        Binding("q", "close", "back"),
        Binding("down,j", "scroll(1)", "down"),
        Binding("up,k", "scroll(-1)", "up"),
        Binding("g,home", "edge(0)", "begin"),
        Binding("G,end", "edge(1)", "end"),
        Binding("slash", "ask", "find"),
        Binding("n", "again(1)", "the next found"),
        Binding("N", "again(-1)", "the one before"),
        Binding("w", "wrap", "wrap long lines"),
        Binding("c", "copy", "copy all of it"),
        Binding("ctrl+s", "save", "save to a file"),
    ]
    keys_shown: ClassVar[tuple[Item, ...]] = _KEYS

    def __init__(self, heading: str, text: Text) -> None:
        super().__init__()
        self._heading = heading
        self._text = text

    def compose(self) -> ComposeResult:
        yield Static(id="heading")
        yield TextPage(self._text, id="text")
        yield KeyLine(self.keys_shown)
        yield FilterField(placeholder=_("find"), id="find", compact=True)

    def on_mount(self) -> None:
        self.query_one("#find").display = False
        self.set_focus(self.page)
        self.tell("")

    @property
    def page(self) -> TextPage:
        return self.query_one(TextPage)

    def tell(self, note: str) -> None:
        """A word behind the heading."""
        heading = f"{self._heading}  ·  {note}" if note else self._heading
        self.query_one("#heading", Static).update(Text(printable(heading), no_wrap=True, overflow="ellipsis"))

    def action_scroll(self, rows: int) -> None:
        self.page.scroll_relative(y=rows, animate=False)

    def action_edge(self, place: int) -> None:
        self.page.scroll_to(y=self.page.max_scroll_y if place else 0, animate=False)

    def action_ask(self) -> None:
        field = self.query_one("#find", FilterField)
        field.value = self.page.sought
        field.display = True
        self.set_focus(field)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._stop_asking()
        found = self.page.seek(event.value)
        self.tell(
            ""
            if not event.value
            else _("finding {text}").format(text=event.value)
            if found
            else _("there is no {text}").format(text=event.value)
        )

    def _stop_asking(self) -> None:
        self.query_one("#find").display = False
        self.set_focus(self.page)

    def action_again(self, step: int) -> None:
        if not self.page.seek_again(step):
            self.tell(
                _("there is no further {text}").format(text=self.page.sought)
                if self.page.sought
                else _("nothing is sought: / finds")
            )

    def action_wrap(self) -> None:
        self.tell(_("long lines are wrapped") if self.page.toggle_wrap() else _("long lines are cut off"))

    def action_copy(self) -> None:
        self.tell(copy(self.app, self.page.plain, _("all of it")))

    def action_save(self) -> None:
        """Into the folder of the logs that are saved."""
        from platformdirs import user_data_path

        name = re.sub(r"[^\w.-]+", "_", self._heading)[:80]
        path = user_data_path("wharfinger") / "texts" / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}.txt"
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(self.page.plain + "\n")
        except OSError as error:
            self.tell(f"{path}: {error.strerror}")
        else:
            self.tell(_("saved to {path}").format(path=path))

    def action_leave(self) -> None:
        """One step back: the field, the search, the page."""
        if self.query_one("#find").display:
            self._stop_asking()
        elif self.page.sought:
            self.page.seek("")
            self.tell("")
        else:
            self.dismiss(None)

    def action_close(self) -> None:
        self.dismiss(None)
