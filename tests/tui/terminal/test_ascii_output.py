from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.history import BLOCKS
from tui.plain_text import GLYPHS
from tui.row_text import FALLING, RISING
from tui.terminal.ascii_output import as_ascii
from tui.views import hosts, journal, pods


def test_signs_have_stand_ins() -> None:
    assert as_ascii("● running … ╭─╮│") == "* running ~ +-+|"
    assert as_ascii("é 漢 █") == "e ?? #"
    assert as_ascii("\x1b[31mplain\x1b[0m") == "\x1b[31mplain\x1b[0m"


@pytest.mark.parametrize(
    "signs",
    [
        pytest.param(GLYPHS.values(), id="states of containers"),
        pytest.param([sign for sign, _ in pods.SIGNS.values()], id="states of pods"),
        pytest.param([words.split()[0] for words in journal.SIGNS.values()], id="results in the journal"),
        pytest.param(["●", "■", "•"], id="consoles"),
        pytest.param([sign for sign, _ in hosts.SIGNS.values()], id="hosts"),
        pytest.param(BLOCKS, id="heights in a chart"),
        pytest.param([RISING, FALLING], id="orders"),
        pytest.param("▶▼", id="folders"),
        pytest.param("↑↓←→⏎", id="keys"),
        pytest.param("█░", id="progress"),
    ],
)
def test_no_two_signs_of_a_column_become_one(signs: Iterable[str]) -> None:
    different = set(signs)
    drawn = {as_ascii(sign) for sign in different}
    assert len(drawn) == len(different)
    assert "?" not in {as_ascii(sign) for sign in different - {"?"}}


@given(text=st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf", "Mn", "Me", "Mc"))))
def test_nothing_beyond_ascii_is_left_and_every_column_stays(text: str) -> None:
    assert as_ascii(text).isascii()
    for sign in text:
        assert len(as_ascii(sign)) == cell_len(sign), (sign, hex(ord(sign)))
