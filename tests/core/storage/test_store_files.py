"""Layers as the files of a store name them."""

from __future__ import annotations

import pytest

from core.errors import StorageFailed
from core.storage.store_files import Layer, chain


def test_a_chain_goes_down_as_far_as_it_is_known() -> None:
    layers = {"a": Layer("a", "b", 1), "b": Layer("b", "c", 2)}
    assert [layer.size for layer in chain(layers, "a")] == [1, 2]
    assert list(chain(layers, "")) == []


@pytest.mark.parametrize("parents", [{"a": "a"}, {"a": "b", "b": "c", "c": "b"}])
def test_layers_that_stand_upon_each_other_are_damage(parents: dict[str, str]) -> None:
    layers = {name: Layer(name, parent) for name, parent in parents.items()}
    with pytest.raises(StorageFailed, match="stands upon itself"):
        list(chain(layers, "a"))
