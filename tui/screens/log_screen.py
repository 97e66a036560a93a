"""The log of a container, or of several merged by time, on the whole screen. Its keys are those of k9s."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Final

from platformdirs import user_data_path
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, Static

from tui.bound_keys import bound_keys
from tui.clipboard import copy
from tui.configuration.schema import LogTimes
from tui.languages import N_, _
from tui.logs.log_lines import LogLines
from tui.logs.matching import Matcher
from tui.logs.painting import JsonView, LogLook
from tui.logs.times import LOCAL, zone_of
from tui.plain_text import printable
from tui.screens.dismissal import Page
from tui.screens.help import pane_help
from tui.screens.text_view import TextView
from tui.widgets.filter_field import FilterField
from tui.widgets.key_line import KeyLine

SPANS: Final = {"2": 60, "3": 300, "4": 900, "5": 1800, "6": 3600}
"""Key → the seconds that are looked back."""
_SPAN_WORDS: Final = {
    60: N_("the last minute"),
    300: N_("the last 5 minutes"),
    900: N_("the last 15 minutes"),
    1800: N_("the last 30 minutes"),
    3600: N_("the last hour"),
}
_VIEW_WORDS: Final[Mapping[JsonView, str]] = {"folded": N_("folded"), "open": N_("open"), "raw": N_("raw")}
_JSON_VIEWS: Final[tuple[JsonView, ...]] = ("folded", "open", "raw")
_KEY_LINE: Final = (
    (("log.find",), N_("find")),
    (("log.next", "log.previous"), N_("next")),
    (("log.filter",), N_("filter")),
    (("log.follow",), N_("follow")),
    (("log.close",), N_("back")),
    (("log.help",), N_("help")),
    (("log.tail", "log.head", *(f"log.since_{span // 60}m" for span in SPANS.values())), N_("range")),
    (("log.run_before",), N_("run")),
    (("log.times",), N_("time")),
    (("log.wrap",), N_("wrap")),
    (("log.json",), N_("json")),
    (("log.mark",), N_("mark")),
    (("log.clear",), N_("clear")),
    (("log.copy",), N_("copy")),
    (("log.save",), N_("save")),
    (("log.whole",), N_("whole")),
)
"""The bindings that the last line tells of, and their word."""


AskRuns = Callable[[Callable[[Sequence[float]], object]], object]
"""Has it told to a function when each run of a container began, the first one first (Unix seconds)."""


class LogScreen(Page[None]):
    """`paths`: of the logs in the monitor's format. `names`: of their containers. `ask_runs`: for one container."""

    CSS_PATH = "log_screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "back", id="log.back"),
        Binding("q", "close", "back", id="log.close"),
        Binding("slash", "ask('/')", "find", id="log.find"),
        Binding("ampersand", "ask('&')", "filter", id="log.filter"),
        Binding("n", "again(False)", "the next found", id="log.next"),
        Binding("N", "again(True)", "the one before", id="log.previous"),
        Binding("s", "follow", "follow the end, or stay", id="log.follow"),
        Binding("t", "switch('timestamps')", "times", id="log.times"),
        Binding("T", "zone", "times in this zone, in UTC, or in the configured one", id="log.zone"),
        Binding("w", "switch('wrap')", "wrap long lines", id="log.wrap"),
        Binding("J", "json", "JSON lines folded, open or raw", id="log.json"),
        Binding("m", "mark", "draw a line", id="log.mark"),
        Binding("C", "clear", "clear", id="log.clear"),
        Binding("c", "copy", "copy what is on the screen", id="log.copy"),
        Binding("ctrl+s", "save", "save to a file", id="log.save"),
        Binding("f", "bare", "the whole screen", id="log.whole"),
        Binding("question_mark,f1", "help", "show the keys", id="log.help"),
        Binding("0", "tail", "the end of all", id="log.tail"),
        Binding("1", "head", "the begin of all", id="log.head"),
        Binding("p", "run_before", "the run of the container before the last one, and so on", id="log.run_before"),
        *(
            Binding(key, f"since({span})", _SPAN_WORDS[span], id=f"log.since_{span // 60}m")
            for key, span in SPANS.items()
        ),
    ]

    def __init__(
        self,
        paths: Sequence[Path],
        names: Sequence[str],
        *,
        find: str = "",
        ask_runs: AskRuns | None = None,
        times: LogTimes = LogTimes(),  # noqa: B008 - it can't be changed
    ) -> None:
        super().__init__()
        self._ask_runs = ask_runs
        self._run: int | None = None
        """The number of the run that is shown, from 0; None for all."""
        self._run_words = ""
        self._paths = tuple(paths)
        self._names = tuple(names)
        self._asking = ""
        self._span = 0
        self._first_search = find
        self._times = times
        self._zone = times.time_zone

    def compose(self) -> ComposeResult:
        yield Static(id="log-heading")
        times = self._times
        look = LogLook(width=80, timestamps=times.times, time_format=times.time_format, zone=zone_of(times.time_zone))
        yield LogLines(id="log", look=look)
        yield Static(id="log-note")
        yield KeyLine(id="log-keys")
        yield FilterField(id="log-field", compact=True)

    def take_times(self, times: LogTimes) -> None:
        """The configuration has others now. What it says as before stays as the operator's keys have set it."""
        before, self._times = self._times, times
        changes: dict[str, object] = {}
        if times.time_zone != before.time_zone:
            self._zone = times.time_zone
            changes["zone"] = zone_of(times.time_zone)
        if times.time_format != before.time_format:
            changes["time_format"] = times.time_format
        if times.times != before.times:
            changes["timestamps"] = times.times
        if changes:
            self.lines.change_look(**changes)

    @property
    def lines(self) -> LogLines:
        return self.query_one(LogLines)

    def on_mount(self) -> None:
        self.set_focus(self.lines)
        self._show_keys()
        self.bindings_updated_signal.subscribe(self, lambda _screen: self._show_keys())
        self.lines.show_logs(self._paths, self._names)
        if self._first_search:
            self.lines.seek(Matcher(self._first_search))
        self._tell()

    def _show_keys(self) -> None:
        """The keys as they are bound now."""
        keys = bound_keys(self, self.BINDINGS)
        shown = [(_in_brief([keys[name][0] for name in names if name in keys]), word) for names, word in _KEY_LINE]
        self.query_one(KeyLine).shown = tuple((keys, word) for keys, word in shown if keys)

    def on_language_changed(self) -> None:
        self._tell()

    def on_log_lines_changed(self) -> None:
        self._tell()

    def on_log_lines_noted(self, message: LogLines.Noted) -> None:
        self._note(message.text)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._stop_asking()
        matcher = None
        if event.value:
            try:
                matcher = Matcher(event.value)
            except ValueError as error:
                self._note(str(error))
                return
        if self._asking == "/":
            self.lines.seek(matcher)
        else:
            self.lines.filter(matcher)
        self._tell()

    def action_ask(self, what: str) -> None:
        """Open the field for a search or a filter, with what was typed last time."""
        self._asking = what
        field = self.query_one(FilterField)
        before = self.lines.sought if what == "/" else self.lines.filtered
        field.value = before.typed if before else ""
        field.placeholder = _("find") if what == "/" else _("show only lines with this")
        self.add_class("-asking")
        self.set_focus(field)

    def action_leave(self) -> None:
        """One step back: the field, the search, the filter, the screen."""
        if self.has_class("-asking"):
            self._stop_asking()
        elif self.has_class("-bare"):
            self.remove_class("-bare")
        elif self.lines.sought is not None:
            self.lines.seek(None)
        elif self.lines.filtered is not None:
            self.lines.filter(None)
        elif self._run is not None:
            self.action_tail()
        else:
            self.dismiss(None)
        self._tell()

    def action_close(self) -> None:
        self.dismiss(None)

    def action_again(self, turned: bool) -> None:
        if self.lines.sought is None:
            self._note(_("nothing is sought: / finds a text"))
        else:
            self.lines.seek_again(turned=turned)

    def action_follow(self) -> None:
        self.lines.toggle_follow()

    def action_switch(self, name: str) -> None:
        self.lines.change_look(**{name: not getattr(self.lines.look, name)})

    def action_zone(self) -> None:
        """The next zone to tell times in; they are shown, too."""
        zones = list(dict.fromkeys((self._times.time_zone, LOCAL, "UTC")))
        self._zone = zones[(zones.index(self._zone) + 1) % len(zones)]
        self.lines.change_look(zone=zone_of(self._zone), timestamps=True)
        self._note(
            _("times are those of this machine")
            if self._zone == LOCAL
            else _("times are {zone}").format(zone=self._zone)
        )

    def action_json(self) -> None:
        place = _JSON_VIEWS.index(self.lines.look.json)
        view = _JSON_VIEWS[(place + 1) % len(_JSON_VIEWS)]
        self.lines.change_look(json=view)
        self._note(_("lines of JSON are {how}").format(how=_(_VIEW_WORDS[view])))

    def action_mark(self) -> None:
        self.lines.mark()

    def action_clear(self) -> None:
        self.lines.clear()
        self._note(_("cleared here; 0 shows all again, the log keeps it"))

    def action_copy(self) -> None:
        text = self.lines.shown_text
        self._note(copy(self.app, text, _("{count} lines").format(count=len(text.splitlines()))))

    def action_save(self) -> None:
        name = re.sub(r"[^\w.-]", "_", "+".join(self._names))[:80]
        folder = user_data_path("wharfinger") / "logs"
        self.lines.save(folder / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}.log")

    def action_bare(self) -> None:
        self.toggle_class("-bare")

    def action_help(self) -> None:
        declared = [*self.BINDINGS, *LogLines.BINDINGS]
        self.app.push_screen(TextView(_("the keys of a log"), pane_help(declared, bound_keys(self, declared))))

    def action_tail(self) -> None:
        self._span, self._run = 0, None
        self.lines.show_since(None)
        self.lines.action_end()
        self._tell()

    def action_head(self) -> None:
        self._span, self._run = 0, None
        self.lines.show_since(None)
        self.lines.action_begin()
        self._tell()

    def action_since(self, span: int) -> None:
        self._span, self._run = span, None
        self.lines.show_since(time.time() - span)
        self._tell()

    def action_run_before(self) -> None:
        if self._ask_runs is None:
            self._note(_("which run printed what is known of one container of this engine at a time"))
        else:
            self._ask_runs(self._show_run_before)

    def _show_run_before(self, begins: Sequence[float]) -> None:
        """The run before the one that is shown; before the first one there is the whole log again."""
        if not self.is_attached:
            return
        run = (len(begins) - 1 if self._run is None else self._run) - 1
        if len(begins) < 2:
            self._note(_("it has run once at most: there is no run before"))
        elif run < 0:
            self.action_tail()
            self._note(_("that was the first run; all of them again"))
        else:
            self._span, self._run = 0, run
            self._run_words = _("run {number} of {count}").format(number=run + 1, count=len(begins))
            self.lines.show_between(begins[run] if run else 0.0, begins[run + 1])
            self._tell()

    def _stop_asking(self) -> None:
        self.remove_class("-asking")
        self.set_focus(self.lines)

    def _note(self, text: str) -> None:
        self.query_one("#log-note", Static).update(Text(printable(text), no_wrap=True, overflow="ellipsis"))

    def _tell(self) -> None:
        """The heading: whose log, where in it, and what is on."""
        if not self.is_mounted:
            return
        lines = self.lines
        place = _("following") if lines.following else _("more below") if lines.has_more_below else _("looking back")
        marks = [
            place if self._run is None else self._run_words,
            _(_SPAN_WORDS[self._span]) if self._span else "",
            _("only {text}").format(text=lines.filtered.typed) if lines.filtered else "",
            _("finding {text}").format(text=lines.sought.typed) if lines.sought else "",
            _("searched {percent}").format(percent=f"{lines.searching:.0%}") if lines.searching is not None else "",
            "" if lines.look.wrap else _("not wrapped"),
        ]
        heading = (
            _("log of {names}").format(names=", ".join(self._names))
            + "  ·  "
            + "  ·  ".join(mark for mark in marks if mark)
        )
        self.query_one("#log-heading", Static).update(Text(printable(heading), no_wrap=True, overflow="ellipsis"))


def _in_brief(keys: Sequence[str]) -> str:
    """Digits that follow one another as `0-6`."""
    first, last = (keys[0], keys[-1]) if keys else ("", "")
    if len(keys) > 2 and first.isdigit() and list(keys) == [str(int(first) + place) for place in range(len(keys))]:
        return f"{first}-{last}"
    return " ".join(keys)
