"""The parser of all commands: options declared one by one, and the help made of them.

Declared as for argparse, as far as a command needs it: loading that library would be a third of a short command's time.
"""

from __future__ import annotations

from core.errors import InvalidArgument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

REST = "..."
"""As `nargs`: this argument and all that is behind it, options of the program to be run, too."""
HIDDEN = "==SUPPRESS=="
"""As `help`: not shown."""
_NO_VALUE = {"int": "no whole number", "float": "no number", "seconds": "no whole number", "cpu_count": "no number"}
"""What is wrong, by the name of an option's `type`."""
_FEWEST = {None: 1, "?": 0, "*": 0, "+": 1, REST: 0}
_TRUE, _FALSE = ("true", "1", "t"), ("false", "0", "f")
_HELP_COLUMN, _HELP_WIDTH = 24, 100


DECLARATION = ("--", "declaration")
"""In place of a command line, this very object: `parse_args` raises `Declared`, for those who describe a command."""


class Declared(Exception):
    """Carries a parser with all that its command declares."""

    def __init__(self, parser: CommandParser) -> None:
        super().__init__()
        self.parser = parser


class WrongValue(ValueError):
    """What an option's `type` raises to say in its own words what is wrong."""


class Options:
    """What was given: an attribute an option, or its default."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

        def __setattr__(self, name: str, value: Any) -> None: ...


class Argument:
    """One declared option, or an argument without a dash."""

    def __init__(self, flags: Sequence[str], declared: dict[str, Any]) -> None:
        self.flags = [flag for flag in flags if flag.startswith("-")]
        self.action: str = declared.get("action", "store")
        self.nargs: str | None = declared.get("nargs")
        self.const: object = declared.get("const")
        self.type: Callable[[str], object] | None = declared.get("type")
        self.choices: Sequence[object] | None = declared.get("choices")
        self.required: bool = declared.get("required", False)
        self.help: str = declared.get("help") or ""
        long = next((flag for flag in flags if flag.startswith("--")), flags[0])
        self.name: str = declared.get("dest") or long.lstrip("-").replace("-", "_")
        self.metavar: str = declared.get("metavar") or (self.name.upper() if self.flags else self.name)
        self.default: object = declared.get("default", False if self.action == "store_true" else None)

    @property
    def label(self) -> str:
        return "/".join(self.flags) or self.metavar

    @property
    def takes_value(self) -> bool:
        return self.action in ("store", "append") and self.nargs != "?"

    def value(self, text: str) -> object:
        """The value that `text` means. Raises `WrongValue`."""
        try:
            value = self.type(text) if self.type is not None else text
        except WrongValue:
            raise
        except (ValueError, TypeError) as error:
            raise WrongValue(f"it is {_NO_VALUE.get(getattr(self.type, '__name__', ''), 'not understood')}") from error
        if self.choices is not None and value not in self.choices:
            raise WrongValue(f"choose from: {', '.join(map(str, self.choices))}")
        return value

    def put(self, options: Options, value: object) -> None:
        if self.action == "append":
            value = [*(getattr(options, self.name) or []), value]
        setattr(options, self.name, value)


class CommandParser:
    """Raises `InvalidArgument` for what is wrong; only --help ends by `SystemExit`.

    `usage`: the line that the help begins with, else made of the arguments; `epilog`: its end, as it is.
    """

    def __init__(self, prog: str, description: str, usage: str = "", epilog: str = "") -> None:
        self.prog = prog
        self._description = description
        self._usage = usage
        self._epilog = epilog
        self._positional: list[Argument] = []
        self._options: list[Argument] = []
        self._by_flag: dict[str, Argument] = {}
        self.given: set[str] = set()
        """The names of the options that the last command line had."""

    def add_argument(self, *flags: str, **declared: Any) -> None:
        """Declare one, with the keywords of argparse.

        action (store, store_true, append, help), nargs (?, *, +, `REST`), const, default, type, choices, required,
        dest, metavar and help.

        An option with nargs ? takes a value only behind an equals sign, as podman's booleans.
        """
        argument = Argument(flags, declared)
        if argument.flags:
            self._options.append(argument)
            self._by_flag.update(dict.fromkeys(argument.flags, argument))
        else:
            self._positional.append(argument)

    @property
    def usage(self) -> str:
        return self._usage or " ".join([self.prog, "[OPTIONS]", *map(_usage_of, self._positional)])

    @property
    def declared(self) -> list[Argument]:
        """All that may be given, those without a dash last."""
        return [*self._options, *self._positional]

    def parse_args(self, words: Iterable[str]) -> Options:
        """Read a command line. A single `--` ends the options. Raises `InvalidArgument`."""
        if words is DECLARATION:
            raise Declared(self)
        options = Options()
        for argument in (*self._options, *self._positional):
            setattr(options, argument.name, argument.default)
        left, plain = list(words)[::-1], []
        seen = self.given = set()
        stops = any(argument.nargs == REST for argument in self._positional)
        while left:
            word = left.pop()
            if word == "--":
                plain += left[::-1]
                break
            if len(word) < 2 or word[0] != "-" or (word not in self._by_flag and _is_negative_number(word)):
                plain.append(word)
                if stops:
                    plain += left[::-1]
                    break
            elif word.startswith("--"):
                self._read_long(options, word, left, seen)
            else:
                self._read_short(options, word, left, seen)
        missing = [argument.label for argument in self._options if argument.required and argument.name not in seen]
        if missing:
            raise self.error(f"required flag(s) not set: {', '.join(missing)}")
        self._place(options, plain)
        return options

    def error(self, message: str) -> InvalidArgument:
        return InvalidArgument(message, hint=f"see {self.prog} --help")

    def _wrong(self, argument: Argument, text: str, error: WrongValue) -> InvalidArgument:
        """A value that is none, said as podman says it."""
        if not argument.flags:
            return self.error(f'invalid argument "{text}" for {argument.metavar}: {error}')
        flags = ", ".join(sorted(argument.flags, key=len))
        return self.error(f'invalid argument "{text}" for "{flags}" flag: {error}')

    def _read_long(self, options: Options, word: str, left: list[str], seen: set[str]) -> None:
        flag, has_value, text = word.partition("=")
        self._take(options, self._known(flag, word), text if has_value else None, left, seen)

    def _read_short(self, options: Options, word: str, left: list[str], seen: set[str]) -> None:
        """One dash with one letter or several, the last of which may have its value behind it: -it, -n5, -n=5."""
        for place in range(1, len(word)):
            argument, behind = self._known(f"-{word[place]}", word), word[place + 1 :]
            if argument.takes_value or behind.startswith("="):
                self._take(options, argument, behind.removeprefix("=") if behind else None, left, seen)
                return
            self._take(options, argument, None, left, seen)

    def _known(self, flag: str, word: str) -> Argument:
        argument = self._by_flag.get(flag)
        if argument is None:
            from core.cli.complaints import unknown_flag

            raise unknown_flag(self.prog, flag, word)
        return argument

    def _take(self, options: Options, argument: Argument, text: str | None, left: list[str], seen: set[str]) -> None:
        seen.add(argument.name)
        if argument.action == "help":
            print(self.format_help(), end="")
            raise SystemExit(0)
        if text is None and argument.nargs == "?":
            argument.put(options, argument.const)
            return
        if text is None and argument.takes_value:
            if not left:
                raise self.error(f"flag needs an argument: {argument.label}")
            text = left.pop()
        try:
            if argument.action == "store_true":
                argument.put(options, text is None or boolean(text))
            else:
                argument.put(options, argument.value(text or ""))
        except WrongValue as error:
            raise self._wrong(argument, text or "", error) from error

    def _place(self, options: Options, words: list[str]) -> None:
        """Give the words without a dash to the arguments, each as many as it may have."""
        self._check_count(len(words))
        for number, argument in enumerate(self._positional):
            reserved = sum(_FEWEST[later.nargs] for later in self._positional[number + 1 :])
            most = 1 if argument.nargs in (None, "?") else len(words)
            count = max(0, min(most, len(words) - reserved))
            taken, words = words[:count], words[count:]
            values = []
            for word in taken:
                try:
                    values.append(argument.value(word))
                except WrongValue as error:
                    raise self._wrong(argument, word, error) from error
            if argument.nargs in (None, "?"):
                if values:
                    setattr(options, argument.name, values[0])
            else:
                setattr(options, argument.name, values or argument.default or [])

    def _check_count(self, count: int) -> None:
        """Raises `InvalidArgument`, in podman's words, where there are too few or too many arguments."""
        fewest = sum(_FEWEST[argument.nargs] for argument in self._positional)
        endless = any(argument.nargs not in (None, "?") for argument in self._positional)
        most = count if endless else len(self._positional)
        if fewest <= count <= most:
            return
        if not self._positional:
            raise self.error(f"`{self.prog}` takes no arguments")
        if endless:
            raise self.error(f"requires at least {fewest} arg(s), only received {count}")
        accepts = str(most) if fewest == most else f"between {fewest} and {most}"
        raise self.error(f"accepts {accepts} arg(s), received {count}")

    def format_help(self) -> str:
        """The help, as --help prints it."""
        shown = [argument for argument in self._positional if argument.help != HIDDEN]
        lines = [f"usage: {self.usage}", "", self._description, ""]
        if described := [(argument.metavar, argument.help) for argument in shown if argument.help]:
            lines += ["arguments:", *_columns(described), ""]
        lines += ["options:"]
        lines += _columns([(_option_text(one), one.help) for one in self._options if one.help != HIDDEN])
        if self._epilog:
            lines += ["", self._epilog]
        return "\n".join(lines) + "\n"


def _usage_of(argument: Argument) -> str:
    name = argument.metavar
    return {None: name, "?": f"[{name}]", "*": f"[{name} ...]", "+": f"{name} [{name} ...]"}.get(
        argument.nargs, f"[{name}]"
    )


def _option_text(argument: Argument) -> str:
    flags = ", ".join(sorted(argument.flags, key=len))
    values = f"{{{','.join(map(str, argument.choices))}}}" if argument.choices else argument.metavar
    if argument.takes_value:
        return f"{flags} {values}"
    return f"{flags}[={values}]" if argument.nargs == "?" else flags


def _columns(rows: list[tuple[str, str]]) -> list[str]:
    from textwrap import wrap

    lines = []
    for left, right in rows:
        pieces = wrap(right, _HELP_WIDTH - _HELP_COLUMN) or [""]
        if len(left) > _HELP_COLUMN - 4:
            lines.append(f"  {left}")
            if not right:
                continue
            left = ""
        lines.append(f"  {left:<{_HELP_COLUMN - 2}}{pieces[0]}".rstrip())
        lines += [f"{'':<{_HELP_COLUMN}}{piece}" for piece in pieces[1:]]
    return lines


def _is_negative_number(word: str) -> bool:
    return word[1:].replace(".", "", 1).isdigit()


def add_boolean(parser: CommandParser, *names: str, default: bool, explanation: str) -> None:
    """An option as podman's booleans: `--name`, `--name=true`, `--name=false`."""
    parser.add_argument(*names, nargs="?", const=True, default=default, type=boolean, metavar="BOOL", help=explanation)


def boolean(text: str) -> bool:
    """True or false, for an option's `type`."""
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise WrongValue(f"{text!r} is neither true nor false")


def seconds(text: str) -> int:
    """A number of whole seconds, for an option's `type`."""
    number = int(text)
    if number < 0:
        raise WrongValue(f"{text} is no number of seconds: it is negative")
    return number


def cpu_count(text: str) -> float:
    """A number of CPUs, such as 1.5, for an option's `type`."""
    number = float(text)
    if not 0 <= number < float("inf"):
        raise WrongValue(f"{text} is no number of CPUs")
    return number
