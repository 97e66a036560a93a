from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.terminal.ascii_output import as_ascii


def test_signs_have_stand_ins() -> None:
    assert as_ascii("● running … ╭─╮│") == "* running ~ +-+|"
    assert as_ascii("é 漢 ▇") == "e ?? #"
    assert as_ascii("\x1b[31mplain\x1b[0m") == "\x1b[31mplain\x1b[0m"


@given(text=st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf", "Mn", "Me", "Mc"))))
def test_nothing_beyond_ascii_is_left_and_every_column_stays(text: str) -> None:
    assert as_ascii(text).isascii()
    for sign in text:
        assert len(as_ascii(sign)) == cell_len(sign), (sign, hex(ord(sign)))
