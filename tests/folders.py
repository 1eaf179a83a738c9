"""Folders of made-up price files, as an operator might have them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

SYMBOLS = ("VTI", "SHY", "IEF", "BIL", "GLD")
FIRST, LAST = "2003-01-02", "2012-12-31"


def wide(folder: Path, symbols: tuple[str, ...] = SYMBOLS, first: str = FIRST, last: str = LAST) -> Path:
    """One file with a column of seeded random walks for each symbol."""
    folder.mkdir(exist_ok=True)
    days = np.arange(np.datetime64(first), np.datetime64(last) + np.timedelta64(1, "D"))
    days = days[np.is_busday(days)]
    generator = np.random.default_rng(11)
    swings = np.linspace(0.012, 0.001, len(symbols))
    levels = 50 * np.exp(np.cumsum(generator.normal(0.0002, swings, (len(days), len(symbols))), axis=0))
    rows = [",".join(("date", *symbols))]
    rows += [f"{day}," + ",".join(f"{level:.4f}" for level in row) for day, row in zip(days, levels, strict=True)]
    (folder / "panel.csv").write_text("\n".join(rows) + "\n")
    return folder
