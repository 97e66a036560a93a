"""Reads rows out of the native terminal, only those that changed, and with few calls a row. Part of the emulator."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from pyghostty import ffi, lib
from pyghostty.core import init_sized

from tui.terminal.frame import (
    BLINK,
    BOLD,
    DEFAULT_COLOUR,
    FAINT,
    INVERSE,
    INVISIBLE,
    ITALIC,
    OVERLINE,
    PLAIN,
    RGB_FLAG,
    STRIKE,
    CellStyle,
    Row,
    Run,
)
from tui.terminal.sequence_filter import LINK_RED

_FIRST_LINK: Final = RGB_FLAG | LINK_RED << 16
_LAST_LINK: Final = _FIRST_LINK | 0xFFFF
KNOWN_CELLS_LIMIT: Final = 16_384
GRAPHEME_LIMIT: Final = 16
"""Code points of one cell that are read; a cell may be given any number of combining marks."""


class Cell(NamedTuple):
    """A raw cell, decoded: equal raw values mean equal cells but for their style and their further code points."""

    text: str
    width: int
    """0 for the second half of a wide character."""
    style_id: int
    is_grapheme: bool
    background: int


def is_drawable(codepoint: int) -> bool:
    """Whether a code point may reach a terminal as part of a cell."""
    return 0x20 <= codepoint < 0x7F or (
        0xA0 <= codepoint <= 0x10FFFF and not 0xD800 <= codepoint <= 0xDFFF and codepoint not in (0x2028, 0x2029)
    )


class RowReader:
    """The render state of one native terminal."""

    def __init__(self, terminal: Any) -> None:
        self._terminal = terminal
        self._state = ffi.new("GhosttyRenderState*")
        self._iterator = ffi.new("GhosttyRenderStateRowIterator*")
        self._cells = ffi.new("GhosttyRenderStateRowCells*")
        for result in (
            lib.ghostty_render_state_new(ffi.NULL, self._state),
            lib.ghostty_render_state_row_iterator_new(ffi.NULL, self._iterator),
            lib.ghostty_render_state_row_cells_new(ffi.NULL, self._cells),
        ):
            if result:
                raise MemoryError("the terminal emulator could not make its render state")
        self._view = ffi.new("GhosttyCellsView*")
        self._y = ffi.new("uint16_t*")
        self._style = init_sized("GhosttyStyle")
        self._length = ffi.new("uint32_t*")
        self._codepoints = ffi.new("uint32_t[]", GRAPHEME_LIMIT)
        self._known: dict[int, Cell] = {}
        self._last: dict[int, Row] = {}

    def changed(self) -> list[Row]:
        """The rows that changed since the last call, which are then clean."""
        self._update()
        rows: list[Row] = []
        while lib.ghostty_render_state_row_iterator_next_dirty(self._iterator[0], self._y):
            rows.append(self._read(int(self._y[0])))
        lib.ghostty_render_state_clean(self._state[0])
        self._last.update((row.y, row) for row in rows)
        return rows

    def all(self) -> list[Row]:
        """Every row; none is dirty afterwards."""
        self.changed()
        count = ffi.new("uint16_t*")
        lib.ghostty_render_state_get(self._state[0], lib.GHOSTTY_RENDER_STATE_DATA_ROWS, count)
        self._last = {y: row for y, row in self._last.items() if y < count[0]}
        return [self._last[y] for y in sorted(self._last)]

    def peek(self) -> list[Row]:
        """Every row, and what was dirty stays so."""
        self._update()
        rows: list[Row] = []
        while lib.ghostty_render_state_row_iterator_next(self._iterator[0]):
            rows.append(self._read(len(rows)))
        return rows

    def cursor_shape(self) -> int:
        """The shape as of the last update: 0 bar, 1 block, 2 underline, 3 hollow block."""
        shape = ffi.new("int*")
        key = lib.GHOSTTY_RENDER_STATE_DATA_CURSOR_VISUAL_STYLE
        return int(shape[0]) if lib.ghostty_render_state_get(self._state[0], key, shape) == 0 else 1

    def close(self) -> None:
        lib.ghostty_render_state_row_cells_free(self._cells[0])
        lib.ghostty_render_state_row_iterator_free(self._iterator[0])
        lib.ghostty_render_state_free(self._state[0])

    def _update(self) -> None:
        if lib.ghostty_render_state_update(self._state[0], self._terminal):
            raise MemoryError("the terminal emulator could not read its screen")
        lib.ghostty_render_state_get(self._state[0], lib.GHOSTTY_RENDER_STATE_DATA_ROW_ITERATOR, self._iterator)

    def _read(self, y: int) -> Row:
        iterator, cells = self._iterator[0], self._cells
        lib.ghostty_render_state_row_get(iterator, lib.GHOSTTY_RENDER_STATE_ROW_DATA_CELLS_RAW, self._view)
        raw_cells: list[int] = ffi.unpack(self._view.ptr, self._view.len) if self._view.len else []
        lib.ghostty_render_state_row_get(iterator, lib.GHOSTTY_RENDER_STATE_ROW_DATA_CELLS, cells)
        runs: list[Run] = []
        styles: dict[int, CellStyle] = {0: PLAIN}
        known = self._known
        text: list[str] = []
        run_key: tuple[int, int, int] | None = None
        run_style = PLAIN
        run_width = 1

        def finish() -> None:
            if text:
                runs.append(Run("".join(text), len(text) * run_width, run_style))
                text.clear()

        for x, raw in enumerate(raw_cells):
            cell = known.get(raw)
            if cell is None:
                cell = self._decode(raw)
            if cell.width == 0:
                continue
            key = (cell.style_id, cell.width, cell.background)
            if key != run_key or cell.is_grapheme:
                finish()
                run_key, run_width = key, cell.width
                style = styles.get(cell.style_id)
                if style is None:
                    style = styles[cell.style_id] = self._style_at(x)
                if cell.background != DEFAULT_COLOUR:
                    style = CellStyle(background=cell.background)
                run_style = style
            if cell.is_grapheme:
                runs.append(Run(self._grapheme_at(x) or cell.text, cell.width, run_style))
                run_key = None
            else:
                text.append(cell.text)
        finish()
        return Row(y, runs)

    def _decode(self, raw: int) -> Cell:
        codepoint, tag, wide = ffi.new("uint32_t*"), ffi.new("int*"), ffi.new("int*")
        style_id = ffi.new("uint16_t*")
        lib.ghostty_cell_get(raw, lib.GHOSTTY_CELL_DATA_CODEPOINT, codepoint)
        lib.ghostty_cell_get(raw, lib.GHOSTTY_CELL_DATA_CONTENT_TAG, tag)
        lib.ghostty_cell_get(raw, lib.GHOSTTY_CELL_DATA_WIDE, wide)
        lib.ghostty_cell_get(raw, lib.GHOSTTY_CELL_DATA_STYLE_ID, style_id)
        background = DEFAULT_COLOUR
        if tag[0] == lib.GHOSTTY_CELL_CONTENT_BG_COLOR_PALETTE:
            index = ffi.new("uint8_t*")
            lib.ghostty_cell_get(raw, lib.GHOSTTY_CELL_DATA_COLOR_PALETTE, index)
            background = int(index[0])
        elif tag[0] == lib.GHOSTTY_CELL_CONTENT_BG_COLOR_RGB:
            rgb = ffi.new("GhosttyColorRgb*")
            lib.ghostty_cell_get(raw, lib.GHOSTTY_CELL_DATA_COLOR_RGB, rgb)
            background = RGB_FLAG | rgb.r << 16 | rgb.g << 8 | rgb.b
        widths = {lib.GHOSTTY_CELL_WIDE_WIDE: 2, lib.GHOSTTY_CELL_WIDE_SPACER_TAIL: 0}
        has_text = tag[0] in (lib.GHOSTTY_CELL_CONTENT_CODEPOINT, lib.GHOSTTY_CELL_CONTENT_CODEPOINT_GRAPHEME)
        cell = Cell(
            text=chr(codepoint[0]) if has_text and is_drawable(codepoint[0]) else " ",
            width=widths.get(wide[0], 1),
            style_id=int(style_id[0]),
            is_grapheme=tag[0] == lib.GHOSTTY_CELL_CONTENT_CODEPOINT_GRAPHEME,
            background=background,
        )
        if len(self._known) >= KNOWN_CELLS_LIMIT:
            self._known.clear()
        self._known[raw] = cell
        return cell

    def _grapheme_at(self, x: int) -> str:
        cells = self._cells[0]
        lib.ghostty_render_state_row_cells_select(cells, x)
        lib.ghostty_render_state_row_cells_get(
            cells, lib.GHOSTTY_RENDER_STATE_ROW_CELLS_DATA_GRAPHEMES_LEN, self._length
        )
        count = int(self._length[0])
        buffer = ffi.new("uint32_t[]", count) if count > GRAPHEME_LIMIT else self._codepoints
        lib.ghostty_render_state_row_cells_get(cells, lib.GHOSTTY_RENDER_STATE_ROW_CELLS_DATA_GRAPHEMES_BUF, buffer)
        codepoints: list[int] = ffi.unpack(buffer, min(count, GRAPHEME_LIMIT))
        # A joiner at the end would join the next cell's character on the operator's terminal.
        return "".join(chr(codepoint) for codepoint in codepoints if is_drawable(codepoint)).rstrip("\u200d")

    def _style_at(self, x: int) -> CellStyle:
        cells, style = self._cells[0], self._style
        lib.ghostty_render_state_row_cells_select(cells, x)
        if lib.ghostty_render_state_row_cells_get(cells, lib.GHOSTTY_RENDER_STATE_ROW_CELLS_DATA_STYLE, style):
            return PLAIN
        flags = (
            BOLD * style.bold
            | FAINT * style.faint
            | ITALIC * style.italic
            | BLINK * style.blink
            | INVERSE * style.inverse
            | INVISIBLE * style.invisible
            | STRIKE * style.strikethrough
            | OVERLINE * style.overline
        )
        underline_colour = _colour(style.underline_color)
        link = underline_colour - _FIRST_LINK if _FIRST_LINK < underline_colour <= _LAST_LINK else 0
        return CellStyle(
            foreground=_colour(style.fg_color),
            background=_colour(style.bg_color),
            flags=flags,
            underline=int(style.underline),
            underline_colour=DEFAULT_COLOUR if link else underline_colour,
            link=link,
        )


def _colour(colour: Any) -> int:
    if colour.tag == lib.GHOSTTY_STYLE_COLOR_PALETTE:
        return int(colour.value.palette)
    if colour.tag == lib.GHOSTTY_STYLE_COLOR_RGB:
        rgb = colour.value.rgb
        return int(RGB_FLAG | rgb.r << 16 | rgb.g << 8 | rgb.b)
    return DEFAULT_COLOUR
