"""search: the tags of a repository. Registries of today have no search, so that there is none for words."""

from __future__ import annotations

from core.cli.command import command_parser, open_engine
from core.cli.formatting import add_format, print_formatted
from core.cli.main import Invocation
from core.cli.registry_options import add_access, registry_access
from core.errors import InvalidArgument

_FIELDS = {"Name": ("NAME", lambda row: row[0]), "Tag": ("TAG", lambda row: row[1])}
_LIMIT = 25
"""How many tags are shown where nobody says, as podman's."""


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation)
    parser.add_argument("--list-tags", action="store_true", help="the tags of the repository")
    parser.add_argument("--limit", type=int, default=_LIMIT, help="how many are shown")
    parser.add_argument("--no-trunc", action="store_true", help="as without it: names are shown whole")
    add_access(parser, credentials=False)
    add_format(parser, no_heading=())
    parser.add_argument("term", metavar="REPOSITORY")
    options = parser.parse_args(invocation.arguments)
    if not options.list_tags:
        raise InvalidArgument(
            "search for words is not supported by wharf: registries of today do not offer it",
            hint="use --list-tags with a repository, or the registry's own page",
        )
    with open_engine(invocation) as engine:
        repository, tags = engine.images.tags(options.term, registry_access(options))
    rows = [(repository, tag) for tag in tags[: options.limit or _LIMIT]]
    print_formatted(
        rows,
        options,
        fields=_FIELDS,
        columns=tuple(_FIELDS),
        as_json=lambda: [{"Name": repository, "Tags": [tag for _, tag in rows]}],
        name="search",
    )
    return 0
