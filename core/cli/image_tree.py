"""image tree: the layers of an image, and what is built upon it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from core.cli.command import command_parser, open_engine
from core.cli.main import Invocation
from core.model.amounts import human_size
from core.model.image import Image

_MIDDLE, _LAST = "├── ", "└── "
_GOES_ON, _ENDED = "│   ", "    "
_SIZE_WIDTH = 7


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation)
    parser.add_argument("--whatrequires", action="store_true", help="what is built upon it, in place of its own layers")
    parser.add_argument("image", metavar="IMAGE")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        image = engine.images.find(options.image)
        chains, images = engine.images.layers(), engine.images.all()
    layers = LayerTree(chains, images)
    print(f"Image ID: {image.id[:12]}")
    print(f"Tags:     [{' '.join(image.names)}]")
    print(f"Size:     {human_size(image.size)}")
    chain = list(chains.get(image.id, {}))[::-1]
    print("Image Layers" if chain else "No Image Layers")
    lines = layers.upon(chain[-1]) if options.whatrequires and chain else layers.row(chain)
    print("".join(f"{line}\n" for line in lines))
    return 0


class LayerTree:
    """The layers of all images. `chains`: of each image its layers with their bytes, the topmost first."""

    def __init__(self, chains: Mapping[str, Mapping[str, int]], images: Sequence[Image]) -> None:
        self._sizes = {layer: size for chain in chains.values() for layer, size in chain.items()}
        self._names: dict[str, list[str]] = {}
        self._above: dict[str, list[str]] = {}
        for image in images:
            chain = list(chains.get(image.id, ()))
            if chain:
                self._names.setdefault(chain[0], []).extend(image.names)
            for upper, lower in itertools.pairwise(chain):
                if upper not in self._above.setdefault(lower, []):
                    self._above[lower].append(upper)

    def row(self, layers: Sequence[str]) -> list[str]:
        """These layers, one below the other."""
        marks = [_MIDDLE] * (len(layers) - 1) + [_LAST]
        return [mark + self._told(layer) for mark, layer in zip(marks, layers, strict=False)]

    def upon(self, layer: str) -> list[str]:
        """A layer and all that stand upon it, further to the right where there are several."""
        return self._upon([layer], "")

    def _upon(self, layers: Sequence[str], indent: str) -> list[str]:
        lines = []
        for number, layer in enumerate(layers):
            last = number == len(layers) - 1
            lines.append(indent + (_LAST if last else _MIDDLE) + self._told(layer))
            lines += self._upon(self._above.get(layer, ()), indent + (_ENDED if last else _GOES_ON))
        return lines

    def _told(self, layer: str) -> str:
        names = self._names.get(layer)
        top = f" Top Layer of: [{' '.join(names)}]" if names else ""
        return f"ID: {layer[:12]} Size: {human_size(self._sizes.get(layer, 0)):>{_SIZE_WIDTH}}{top}"
