"""Kubernetes' quantities: `500m`, `64Mi`, `1.5G`, `1e3`."""

from __future__ import annotations

import re
from typing import Final

from core.errors import InvalidArgument

_QUANTITY: Final = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(?:[eE]([+-]?\d+)|([a-zA-Z]+))?")
_FACTORS: Final = {
    "": 1.0,
    "n": 1e-9,
    "u": 1e-6,
    "m": 1e-3,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "P": 1e15,
    "E": 1e18,
    **{unit: 1024.0**power for power, unit in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), 1)},
}


def parse_quantity(value: str | float) -> float:
    """The number that a quantity means. Raises `InvalidArgument`."""
    match = _QUANTITY.fullmatch(str(value).strip())
    if match is None or (match[3] or "") not in _FACTORS:
        raise InvalidArgument(
            f"{value!r} is not a quantity", hint="use a number with m, k, M, G, Ki, Mi or Gi behind it"
        )
    return float(match[1]) * 10.0 ** int(match[2] or 0) * _FACTORS[match[3] or ""]


def memory_quantity(size: int) -> str:
    """Bytes, in the largest unit that takes no fraction."""
    for unit, factor in (("Gi", 1 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10)):
        if size % factor == 0:
            return f"{size // factor}{unit}"
    return str(size)


def cpu_quantity(cpus: float) -> str:
    """CPUs in thousandths, or whole."""
    thousandths = round(cpus * 1000)
    return str(thousandths // 1000) if thousandths % 1000 == 0 else f"{thousandths}m"
