"""Figures as medians, and the table that they are written to."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

DOCUMENT: Final = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"


@dataclass(frozen=True, slots=True)
class Figure:
    """One row: a figure of ours and of its peer, in the same unit; the ratio says how many times ours is better."""

    name: str
    unit: str
    ours: float
    peer: float | None = None
    peer_name: str = ""
    more_is_better: bool = False

    @property
    def ratio(self) -> float | None:
        if not self.peer or not self.ours:
            return None
        return self.ours / self.peer if self.more_is_better else self.peer / self.ours


def median(values: Iterable[float]) -> float:
    return statistics.median(values)


def percentile(values: Sequence[float], share: float = 0.95) -> float:
    """The value that `share` (0 to 1) of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def table(figures: Sequence[Figure]) -> str:
    """The rows in Markdown."""
    lines = ["| figure | unit | wharf | peer | times better |", "| --- | --- | ---: | ---: | ---: |"]
    for figure in figures:
        peer = f"{_number(figure.peer)} ({figure.peer_name})" if figure.peer is not None else ""
        ratio = f"{figure.ratio:.2f}" if figure.ratio is not None else ""
        lines.append(f"| {figure.name} | {figure.unit} | {_number(figure.ours)} | {peer} | {ratio} |")
    return "\n".join(lines)


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def write(section: str, heading: str, figures: Sequence[Figure]) -> None:
    """Put the table in its section of docs/benchmarks.md, in the place of the one before, and on standard output."""
    begin, end = f"<!-- {section} -->", f"<!-- end of {section} -->"
    block = f"{begin}\n## {heading}\n\n{table(figures)}\n{end}"
    text = DOCUMENT.read_text() if DOCUMENT.exists() else ""
    if begin in text:
        before, _, rest = text.partition(begin)
        text = before + block + rest.partition(end)[2]
    else:
        text = f"{text.rstrip()}\n\n{block}\n".lstrip()
    DOCUMENT.write_text(text)
    print(f"\n{heading}\n\n{table(figures)}")
