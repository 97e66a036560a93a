"""--format of every command that shows a list or an object: a table, `json`, or a Go template, as podman has them.

    add_format(parser)
    options = parser.parse_args(…)
    print_formatted(items, options, fields=FIELDS, columns=("ID", "Names"), as_json=lambda: […])

`FIELDS` has each field that podman's documentation names: its heading, and what gets it from an item. It is got only
where it is shown. What is got can be a method: `{{.Label "x"}}` calls it with `x`; the heading is empty for such a one.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

from core.cli.output import aligned, print_json, print_table
from core.errors import InvalidArgument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any, TypeVar

    from core.cli.parser import CommandParser, Options

    Item = TypeVar("Item")
    Fields = Mapping[str, tuple[str, Callable[[Any], Any]]]

_TABLE = "table"
_ESCAPES = ((r"\t", "\t"), (r"\n", "\n"))


def add_format(parser: CommandParser, *, short: str = "", no_heading: Sequence[str] = ("--noheading",)) -> None:
    """--format, also as `short` (such as -f), and --noheading under the names `no_heading`."""
    explanation = "table, json, or a Go template such as '{{.ID}}'"
    parser.add_argument(*([short] if short else []), "--format", default="", metavar="FORMAT", help=explanation)
    if no_heading:
        parser.add_argument(*no_heading, action="store_true", help="no line of headings")


def wants_json(options: Options) -> bool:
    """Whether the whole is asked for as JSON: `json` or `{{json .}}`."""
    return options.format.replace(" ", "") in ("json", "{{json.}}")


def print_formatted(
    items: Sequence[Item],
    options: Options,
    *,
    fields: Mapping[str, tuple[str, Callable[[Item], Any]]],
    columns: Sequence[str],
    as_json: Callable[[], object],
    identity: str = "ID",
    name: str = "",
) -> None:
    """Print a list as `options` say: `format`, and where they are there `quiet` and `noheading`.

    `columns`: fields of the table that is shown without --format. `identity`: the field that --quiet shows. `name`: of
    the command, in errors about a template. Raises `InvalidArgument` for a wrong template, in Go's words.
    """
    quiet, bare = getattr(options, "quiet", False), getattr(options, "noheading", False)
    if wants_json(options):
        print_json(as_json())
    elif quiet:
        if options.format not in ("", _TABLE):
            raise InvalidArgument("quiet and format cannot be used together", hint="leave one of them out")
        for item in items:
            sys.stdout.write(f"{_text(fields[identity][1](item))}\n")
    elif options.format in ("", _TABLE):
        getters = [fields[column][1] for column in columns]
        header = None if bare else [fields[column][0] for column in columns]
        print_table(header, [[_text(get(item)) for get in getters] for item in items])
    else:
        sys.stdout.write(_filled(items, options.format, fields, name, heading=not bare))


def print_object(value: Mapping[str, Any], options: Options, show: Callable[[], None], *, name: str = "") -> None:
    """Print one object as `options.format` says: by `show` without it, `json`, or a template of its fields."""
    if wants_json(options):
        print_json(value)
    elif options.format:
        from core.cli.template import Template, recorded

        sys.stdout.write(_line(Template(name, unescaped(options.format)).fill(recorded(value, name))))
    else:
        show()


def filled_objects(values: Sequence[Mapping[str, Any]], source: str, *, name: str) -> str:
    """A template filled with each of several objects, a line each, as inspect has it. Raises `InvalidArgument`."""
    from core.cli.template import Template, recorded

    is_table = source.startswith(f"{_TABLE} ")
    text = Template(name, _ranged(_table_source(source) if is_table else unescaped(source))).fill(
        [recorded(value, name) for value in values]
    )
    return aligned(text) if is_table else text


class _Row(Mapping[str, object]):
    """An item's fields, each got when it is asked for."""

    def __init__(self, item: object, fields: Fields) -> None:
        self._item = item
        self._fields = fields

    def __getitem__(self, name: str) -> Any:
        return self._fields[name][1](self._item)

    def __contains__(self, name: object) -> bool:
        return name in self._fields

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


def _filled(items: Sequence[object], source: str, fields: Fields, name: str, *, heading: bool) -> str:
    from core.cli.template import Record, Template

    kind = f"{name}Row"
    rows = [Record(_Row(item, fields), kind) for item in items]
    if not source.startswith(f"{_TABLE} "):
        return Template(name, _ranged(unescaped(source))).fill(rows)
    template = Template(name, _ranged(_table_source(source)))
    body = template.fill(rows)
    # The heading of a method is what it is called with.
    headings = {field: header or str.upper for field, (header, _) in fields.items()}
    return aligned((template.fill([Record(headings, kind)]) if heading else "") + body)


def _table_source(source: str) -> str:
    """Blanks between two actions are the next column, as in podman."""
    parts = source.removeprefix(f"{_TABLE} ").strip(" ").split("{{")
    outside = [parts[0].replace(" ", "\t")]
    for part in parts[1:]:
        action, separator, text = part.partition("}}")
        outside.append(action + separator + text.replace(" ", "\t"))
    return unescaped("{{".join(outside))


def unescaped(source: str) -> str:
    """A template with the two characters `\\t` and `\\n`, as they come from a shell, as what they mean."""
    for written, meant in _ESCAPES:
        source = source.replace(written, meant)
    return source


def _ranged(source: str) -> str:
    """For each row, a line each, unless the template goes through the rows itself."""
    whole = source.partition("}}")[0].split() in (["{{range", "."], ["{{", "range", "."])
    return _line(source) if whole else f"{{{{range .}}}}{_line(source)}{{{{end -}}}}"


def _line(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    from core.cli.template.values import shown

    return shown(value() if callable(value) else value)
