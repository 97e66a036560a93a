"""What stands in the configuration file, and what holds where it says nothing."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

from core.remote.host import Host

Keys = str | list[str]
"""A key, several, or none at all: an empty text."""
Glyphs = Literal["auto", "unicode", "ascii"]
Profile = Literal["wharfinger", "lazydocker", "k9s", "podman-tui"]
ConfirmLevel = Literal["none", "confirm", "name"]
AlertCause = Literal["exit", "oom", "unhealthy", "restart-loop", "log"]
AlertWay = Literal["toast", "bell", "desktop", "hook"]
CommandPlace = Literal["console", "output", "background"]
StateWords = Literal["long", "short", "sign"]


class Colours(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A theme of one's own, in Textual's names; what is left out is made of `primary`."""

    primary: str
    dark: bool = True
    secondary: str | None = None
    accent: str | None = None
    foreground: str | None = None
    background: str | None = None
    surface: str | None = None
    panel: str | None = None
    success: str | None = None
    warning: str | None = None
    error: str | None = None


class CommandInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question before a command. `pattern`: a regular expression that the whole answer has to fit."""

    name: str
    prompt: str = ""
    default: str = ""
    pattern: str = ""
    choices: tuple[str, ...] = ()


class OwnCommand(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command of the operator's. In `command`, `{name}`, `{id}`, `{image}`, `{pid}`, `{mount}` stand for the row's,
    `{input.NAME}` for an answer. `dangerous`: not done in read-only mode.
    """

    name: str
    command: tuple[str, ...]
    key: str = ""
    view: str = "containers"
    states: tuple[str, ...] = ()
    inputs: tuple[CommandInput, ...] = ()
    place: CommandPlace = "output"
    confirm: bool = False
    dangerous: bool = True


class OwnColumn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A column of the containers. `path`: into what inspect says, see `tui.inspected_path`. `width`: columns of the
    screen. `right`: at the right of it, as numbers are. In the filter its title stands before a colon.
    """

    title: str
    path: str
    width: Annotated[int, msgspec.Meta(ge=3, le=200)] = 16
    right: bool = False


class Alert(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to be told of. `container`: a pattern of names (`web-*`). `label`: `KEY` or `KEY=VALUE`.

    `pattern`: of `log`, a regular expression. `times` in `within` seconds: of `restart-loop`. `hook`: a command for
    `hook`; `{name}`, `{id}` and `{text}` stand in it.
    """

    when: AlertCause
    container: str = "*"
    label: str = ""
    pattern: str = ""
    times: int = 3
    within: float = 60.0
    notify: tuple[AlertWay, ...] = ("toast",)
    hook: tuple[str, ...] = ()


class Lock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How what destroys is confirmed for containers with a label: not at all, by a dialog, or by typing the name."""

    label: str
    level: ConfirmLevel = "name"


class LogTimes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The times before the lines of a log. `times`: whether they are there when it opens.

    `time_format`: of strftime(3), with `%3f` for milliseconds. `time_zone`: `local`, or a name such as `UTC`,
    `Europe/Oslo` (IANA).
    """

    times: bool = False
    time_format: str = "%Y-%m-%d %H:%M:%S.%3f"
    time_zone: str = "local"


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """The whole file. `restore_workspace`: begin with the workspace that was left last.

    `states`: how lists write a state: as its sign and word, as sign and short word, or as its sign alone. `mouse`:
    whether the screen has the mouse at its start. `copy_command`: a program that reads what is copied, beside the
    terminal.

    `language`: a code that `tui.languages` has a catalogue of; `auto` for that of the environment.

    `bindings`: an action's name, or `VIEW.NAME` for one view alone → its keys.
    """

    theme: str = "auto"
    glyphs: Glyphs = "auto"
    states: StateWords = "long"
    mouse: bool = True
    read_only: bool = False
    restore_workspace: bool = False
    language: str = "auto"
    escape_key: str = ""
    detach_keys: str = ""
    copy_command: tuple[str, ...] = ()
    keys: Profile = "wharfinger"
    logs: LogTimes = LogTimes()
    bindings: dict[str, tuple[str, ...]] = {}
    themes: dict[str, Colours] = {}
    commands: tuple[OwnCommand, ...] = ()
    columns: tuple[OwnColumn, ...] = ()
    alerts: tuple[Alert, ...] = ()
    locks: tuple[Lock, ...] = ()
    hosts: tuple[Host, ...] = ()


DEFAULT: Final = Configuration()
