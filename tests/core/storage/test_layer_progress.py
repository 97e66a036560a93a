"""How far each layer of a transfer is, told by the sizes of files that nobody has named."""

from __future__ import annotations

import pytest

from core.storage.skopeo import layer_progress

LAYERS = [("sha256:a", 100), ("sha256:b", 50), ("sha256:c", 200)]


@pytest.mark.parametrize(
    ("sizes", "done"),
    [
        ([], [0, 0, 0]),
        ([30], [30, 0, 0]),
        ([50], [0, 50, 0]),
        ([120, 50, 100], [100, 50, 120]),
        ([100, 50, 200, 7], [100, 50, 200]),
        ([150, 20], [20, 0, 150]),
    ],
)
def test_a_file_of_a_layers_size_is_that_layer_and_others_are_those_that_are_missing(
    sizes: list[int], done: list[int]
) -> None:
    told = layer_progress(LAYERS, sizes)
    assert [layer.done for layer in told] == done
    assert [(layer.digest, layer.total) for layer in told] == LAYERS
