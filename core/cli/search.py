"""search: the repositories of registries that fit a word, or the tags of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.cli.command import command_parser, open_engine
from core.cli.formatting import add_format, print_formatted
from core.cli.main import Invocation
from core.cli.parser import Options
from core.cli.registry_options import add_access, registry_access
from core.errors import InvalidArgument
from core.model.image import FoundRepository

_TAG_FIELDS = {"Name": ("NAME", lambda row: row[0]), "Tag": ("TAG", lambda row: row[1])}
_COLUMNS = ("Name", "Description")
_COLUMNS_AS_DOCKER = (*_COLUMNS, "Stars", "Official", "Automated")
_LIMIT = 25
"""How many are shown where nobody says, as podman's."""
_DESCRIPTION = 44
"""Letters of a description that are shown, as podman's."""


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation)
    parser.add_argument("--list-tags", action="store_true", help="the tags of the repository")
    parser.add_argument("--limit", type=int, default=_LIMIT, help="how many are shown, of each registry")
    parser.add_argument("--no-trunc", action="store_true", help="descriptions whole")
    parser.add_argument(
        "--compatible", action="store_true", help="stars, official and automated ones, as Docker has it"
    )
    explanation = "stars=NUMBER, is-official or is-automated"
    parser.add_argument("--filter", "-f", action="append", default=[], metavar="KEY=VALUE", help=explanation)
    add_access(parser, credentials=False)
    add_format(parser, no_heading=())
    parser.add_argument("term", metavar="TERM", help="a word; REGISTRY/WORD for one registry")
    options = parser.parse_args(invocation.arguments)
    if options.list_tags:
        return _list_tags(invocation, options)
    fits = _filter(options.filter)
    limit = options.limit if options.limit > 0 else _LIMIT
    with open_engine(invocation) as engine:
        found = [one for one in engine.images.search(options.term, registry_access(options), limit=limit) if fits(one)]
    fields = _fields(0 if options.no_trunc else _DESCRIPTION)
    print_formatted(
        found,
        options,
        fields=fields,
        columns=_COLUMNS_AS_DOCKER if options.compatible else _COLUMNS,
        as_json=lambda: [{name: get(one) for name, (_, get) in fields.items()} | {"Tag": ""} for one in found],
        name="search",
    )
    return 0


def _list_tags(invocation: Invocation, options: Options) -> int:
    if options.filter:
        raise InvalidArgument(
            "filters are not applicable to list tags result", hint="leave --filter out, or --list-tags"
        )
    with open_engine(invocation) as engine:
        repository, tags = engine.images.tags(options.term, registry_access(options))
    rows = [(repository, tag) for tag in tags[: options.limit or _LIMIT]]
    print_formatted(
        rows,
        options,
        fields=_TAG_FIELDS,
        columns=tuple(_TAG_FIELDS),
        as_json=lambda: [{"Name": repository, "Tags": [tag for _, tag in rows]}],
        name="search",
    )
    return 0


def _fields(width: int) -> dict[str, tuple[str, Callable[[FoundRepository], str | int]]]:
    """`width`: letters of a description; all of them for 0."""

    def description(one: FoundRepository) -> str:
        return f"{one.description[:width]}..." if 0 < width < len(one.description) else one.description

    return {
        "Index": ("INDEX", lambda one: one.registry),
        "Name": ("NAME", lambda one: one.name),
        "Description": ("DESCRIPTION", description),
        "Stars": ("STARS", lambda one: one.stars),
        "Official": ("OFFICIAL", lambda one: "[OK]" if one.official else ""),
        "Automated": ("AUTOMATED", lambda one: "[OK]" if one.automated else ""),
    }


def _filter(conditions: Sequence[str]) -> Callable[[FoundRepository], bool]:
    """What all conditions say, a later one in place of an earlier one of its kind, as podman."""
    stars, wanted = 0, dict[str, bool]()
    for condition in conditions:
        kind, _, value = condition.partition("=")
        if kind == "stars":
            try:
                stars = int(value)
            except ValueError as error:
                raise InvalidArgument(
                    f'incorrect value type for stars filter: "{value}"', hint="write it as stars=10"
                ) from error
        elif kind in ("is-official", "is-automated"):
            wanted[kind.removeprefix("is-")] = value != "false"
        else:
            raise InvalidArgument(
                f'invalid filter type "{condition}"', hint="use stars=NUMBER, is-official or is-automated"
            )
    return lambda one: one.stars >= stars and all(getattr(one, kind) == value for kind, value in wanted.items())
