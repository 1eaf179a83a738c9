"""Risk against return: the best mixes, and where the investor and simple mixes stand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from advisor.charts import palette
from advisor.charts.canvas import DPI, LABEL_SIZE, LEFT, LINE, RIGHT, SMALL_SIZE, Canvas, fit, nice_ticks, text_width
from advisor.charts.frame import Frame
from advisor.domain.chart import FrontierPlot
from advisor.domain.errors import InvalidInput

_BOTTOM = 128.0
_WIDEST = 420.0
Box = tuple[float, float, float, float]


def draw_frontier(canvas: Canvas, picture: FrontierPlot) -> None:
    """Draw the curve and the points, each with its name beside it and none over another, a point or the curve if it can be.

    Raises:
        InvalidInput: if there is neither a curve nor a point.
    """
    spots = [*picture.curve, *((x, y) for _, x, y in picture.points)]
    if not spots:
        raise InvalidInput("There is nothing to draw.", field="curve")
    top = canvas.heading(canvas.formats.word("return"))
    x_low, x_high = 0.0, max(x for x, _ in spots) * 1.12 or 0.1
    y_low, y_high = min(y for _, y in spots), max(y for _, y in spots)
    air = 0.14 * (y_high - y_low) or 0.01
    y_low, y_high = (0.0 if 0 <= y_low < 0.6 * y_high else y_low - air), y_high + air
    ticks = nice_ticks(y_low, y_high)
    labels = canvas.formats.ticks(ticks, "percent", "")
    left = LEFT + max(text_width(label, SMALL_SIZE) for label in labels) + 14
    frame = Frame(canvas, (left, _BOTTOM, RIGHT, top - 14), (x_low, x_high), (y_low, y_high))
    frame.grid(ticks, labels)
    across = nice_ticks(x_low, x_high, 6)
    frame.base(across, canvas.formats.ticks(across, "percent", ""), canvas.formats.word("volatility"))
    if picture.curve:
        frame.line([x for x, _ in picture.curve], [y for _, y in picture.curve], palette.BLUE, 4)
    for name, x, y in sorted(picture.points, key=lambda point: point[0] == picture.highlight):  # the chosen one on top
        chosen = name == picture.highlight
        frame.dot(x, y, palette.VERMILLION if chosen else palette.MUTED, 20 if chosen else 14)
    dots = frame.sheet([(x, y) for _, x, y in picture.points])
    curve = frame.sheet(_dense(picture.curve)) if picture.curve else np.empty((0, 2))
    _names(canvas, picture, dots, curve, (left, _BOTTOM + 8, float(RIGHT), top - 10))


def _dense(curve: Sequence[tuple[float, float]]) -> np.ndarray:
    """Points close together along the curve, so that a label can be kept clear of it."""
    corners = np.asarray(curve, dtype=float)
    where = np.linspace(0, len(corners) - 1, 200)
    return np.column_stack([np.interp(where, np.arange(len(corners)), corners[:, axis]) for axis in (0, 1)])


def _names(canvas: Canvas, picture: FrontierPlot, dots: np.ndarray, curve: np.ndarray, inside: Box) -> None:
    """Place the highlighted name first, then the others, each where it disturbs least."""
    taken: list[Box] = []
    order = sorted(range(len(picture.points)), key=lambda i: picture.points[i][0] != picture.highlight)
    for i in order:
        name = picture.points[i][0]
        bold = name == picture.highlight
        words, size = fit(name, _WIDEST, LABEL_SIZE, bold=bold)
        width, height = text_width(words, size, bold=bold), size * DPI / 72 * LINE
        box = min(
            _candidates(float(dots[i][0]), float(dots[i][1]), width, height),
            key=lambda item: _cost(item, taken, dots, curve, inside),
        )
        taken.append(box)
        canvas.text(box[0], (box[1] + box[3]) / 2, words, size=size, bold=bold)


def _candidates(x: float, y: float, width: float, height: float) -> list[Box]:
    """Boxes around a point, the nearest and most usual places first."""
    boxes = []
    for distance in (20.0, 44.0, 80.0, 120.0, 170.0):
        for across, up in ((1, 0), (1, -1), (-1, 1), (1, 1), (-1, -1), (0, -1), (0, 1), (-1, 0)):
            left = (
                x
                + across * distance * (0.75 if up else 1)
                - width * (0.0 if across > 0 else 1.0 if across < 0 else 0.5)
            )
            bottom = y + up * (distance * 0.6 + height / 2) - height / 2
            boxes.append((left, bottom, left + width, bottom + height))
    return boxes


def _cost(box: Box, taken: Sequence[Box], dots: np.ndarray, curve: np.ndarray, inside: Box) -> float:
    """How much a place disturbs: leaving the picture and covering names are ruled out before the curve is avoided."""
    left, bottom, right, top = box
    outside = left < inside[0] or bottom < inside[1] or right > inside[2] or top > inside[3]
    covers = sum(left < b[2] and b[0] < right and bottom < b[3] and b[1] < top for b in taken)
    return 1e6 * outside + 1e4 * covers + 1e3 * _within(dots, box, 14) + 10.0 * _within(curve, box, 5)


def _within(points: np.ndarray, box: Box, margin: float) -> int:
    if not len(points):
        return 0
    x, y = points[:, 0], points[:, 1]
    hit = (x > box[0] - margin) & (x < box[2] + margin) & (y > box[1] - margin) & (y < box[3] + margin)
    return int(hit.sum())
