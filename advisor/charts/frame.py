"""The plotting area of a picture: data mapped to pixels, a quiet grid, and the marks drawn in it.

matplotlib's Axes would do the same and bring ticks, spines and layout with them, which took half of the time of a picture
(docs/decisions/charts.md).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from advisor.charts import palette
from advisor.charts.canvas import DPI, SMALL_SIZE, Canvas
from advisor.charts.marks import Area, Dash, Dot
from advisor.charts.palette import Colour

_RIM = 2.5  # points
_TICK_DROP, _CAPTION_DROP = 30.0, 72.0


class Frame:
    """`box` is (left, bottom, right, top) in pixels; `across` and `up` are the ranges of the data shown in it."""

    def __init__(
        self,
        canvas: Canvas,
        box: tuple[float, float, float, float],
        across: tuple[float, float],
        up: tuple[float, float],
    ) -> None:
        self.canvas = canvas
        self.left, self.bottom, self.right, self.top = box
        self._scale = np.array(
            [(self.right - self.left) / (across[1] - across[0]), (self.top - self.bottom) / (up[1] - up[0])]
        )
        self._origin = np.array([self.left - self._scale[0] * across[0], self.bottom - self._scale[1] * up[0]])

    def sheet(self, points: ArrayLike) -> np.ndarray:
        """Pixels (n, 2) of data points (n, 2)."""
        return np.asarray(np.asarray(points, dtype=float).reshape(-1, 2) * self._scale + self._origin)

    def height_of(self, value: float) -> float:
        """Pixels from the bottom of the sheet."""
        return float(self.sheet((0.0, value))[0, 1])

    def grid(self, values: Sequence[float], labels: Sequence[str]) -> None:
        """Horizontal lines with their labels at the left."""
        for value, label in zip(values, labels, strict=True):
            y = self.height_of(value)
            self.canvas.line((self.left, y), (self.right, y), palette.GRID, 1.2)
            self.canvas.text(self.left - 14, y, label, size=SMALL_SIZE, colour=palette.MUTED, align="right")

    def base(self, values: Sequence[float] = (), labels: Sequence[str] = (), caption: str = "") -> None:
        """The line at the bottom with labels under it and a caption under those."""
        self.canvas.line((self.left, self.bottom), (self.right, self.bottom), palette.AXIS, 1.5)
        for value, label in zip(values, labels, strict=True):
            x = float(self.sheet((value, 0.0))[0, 0])
            self.canvas.text(x, self.bottom - _TICK_DROP, label, size=SMALL_SIZE, colour=palette.MUTED, align="center")
        if caption:
            middle = (self.left + self.right) / 2
            self.canvas.text(
                middle, self.bottom - _CAPTION_DROP, caption, size=SMALL_SIZE, colour=palette.MUTED, align="center"
            )

    def line(self, x: ArrayLike, y: ArrayLike, pair: Colour, width: float, dash: Dash = None) -> None:
        """A line through data points; NaN leaves a gap. `dash` is (on, off) in line widths."""
        self.canvas.stroke(self.sheet(np.column_stack([x, y])), pair, width, dash)

    def area(self, x: ArrayLike, low: ArrayLike, high: ArrayLike, pair: Colour) -> None:
        """The area between two lines where both are finite."""
        across, under, over = (np.asarray(values, dtype=float) for values in (x, low, high))
        known = np.isfinite(under) & np.isfinite(over)
        across, under, over = across[known], under[known], over[known]
        outline = np.column_stack([np.concatenate([across, across[::-1]]), np.concatenate([under, over[::-1]])])
        self.canvas.add(Area(self.sheet(outline), self.canvas.colour(pair)))

    def bar(self, middle: float, width: float, value: float, pair: Colour) -> None:
        """A bar from zero to `value`."""
        left, right = middle - width / 2, middle + width / 2
        corners = [(left, 0.0), (right, 0.0), (right, value), (left, value), (left, 0.0)]
        self.canvas.add(Area(self.sheet(corners), self.canvas.colour(pair)))

    def dot(self, x: float, y: float, pair: Colour, size: float) -> None:
        """A dot, `size` points wide, with a rim of the background, so that dots that touch stay apart."""
        middle = self.sheet((x, y))[0]
        rim = self.canvas.colour(palette.BACKGROUND)
        place, wide = (float(middle[0]), float(middle[1])), size * DPI / 72
        self.canvas.add(Dot(place, wide, self.canvas.colour(pair), rim, _RIM * DPI / 72))
