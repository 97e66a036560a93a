"""Which registry a name without one is of, asked on a terminal as podman asks."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from core.errors import InvalidArgument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.engine import Engine


@contextlib.contextmanager
def chosen_name(engine: Engine, name: str, *, quiet: bool = False) -> Iterator[str]:
    """The name to pull. Where several registries may have it and somebody is there, they choose, and what they chose is
    kept once the block has ended well. Says on standard error what is pulled, unless `quiet`. Raises `InvalidArgument`.
    """
    found = engine.images.meant(name)
    if found.alias_file and not quiet:
        print(f'Resolved "{name}" as an alias ({found.alias_file})', file=sys.stderr)
    elif found.registries_file and not quiet:
        print(f'Resolving "{name}" using unqualified-search registries ({found.registries_file})', file=sys.stderr)
    asks = found.may_choose and sys.stdin.isatty() and sys.stdout.isatty()
    meant = _ask(found.names) if asks else found.names[0] if len(found.names) == 1 else name
    if not quiet:
        print(f"Trying to pull {meant}...", file=sys.stderr)
    yield meant
    if asks:
        engine.images.keep_meaning(name, meant)


def _ask(names: tuple[str, ...]) -> str:
    print("Please select an image:", file=sys.stderr)
    for number, name in enumerate(names, 1):
        print(f"  {number}  {name}", file=sys.stderr)
    while True:
        print(f"[1-{len(names)}]: ", end="", file=sys.stderr, flush=True)
        answer = sys.stdin.readline()
        if not answer:
            raise InvalidArgument("no image was selected", hint=f"name it: {' or '.join(names)}")
        word = answer.strip() or "1"
        if word.isascii() and word.isdigit() and 1 <= int(word) <= len(names):
            return names[int(word) - 1]
