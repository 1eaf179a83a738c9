"""Amounts side by side."""

from __future__ import annotations

from advisor.charts import palette
from advisor.charts.canvas import (
    DPI,
    LABEL_SIZE,
    LEFT,
    LINE,
    RIGHT,
    SMALL_SIZE,
    WIDTH,
    Canvas,
    nice_ticks,
    text_width,
    wrap,
)
from advisor.charts.frame import Frame
from advisor.domain.chart import Bars
from advisor.domain.errors import InvalidInput

_BOTTOM = 128.0
_SMALLEST = 14.0
_FEW = 8  # so many labels are all written, shortened if need be
_ROW = LABEL_SIZE * DPI / 72 * LINE


def draw_bars(canvas: Canvas, picture: Bars) -> None:
    """Draw the bars; negative ones point down.

    Each bar carries its value while there is room for it. Many bars get a scale at the left instead, and not all of their
    labels are written.

    Raises:
        InvalidInput: if there are no bars.
    """
    if not picture.bars:
        raise InvalidInput("There is nothing to draw.", field="bars")
    values = [value for _, value in picture.bars]
    digits = 0 if picture.unit != "percent" or max(map(abs, values)) >= 0.095 else 1
    figures = [canvas.formats.value(value, picture.unit, picture.currency, digits) for value in values]
    widest = max(text_width(words, LABEL_SIZE, bold=True) for words in figures)
    size = min(LABEL_SIZE, LABEL_SIZE * 0.92 * (RIGHT - LEFT) / len(values) / widest)
    frame = _carrying_values(canvas, values) if size >= _SMALLEST else _with_scale(canvas, picture, values)
    slot = (frame.right - frame.left) / len(values)
    for i, (value, words) in enumerate(zip(values, figures, strict=True)):
        frame.bar(i, min(0.68, 0.16 * len(values) + 0.14), value, palette.BLUE if value >= 0 else palette.VERMILLION)
        if size >= _SMALLEST:
            y = frame.height_of(value) + (_ROW / 2 + 1 if value >= 0 else -_ROW / 2 - 1)
            canvas.text(frame.left + (i + 0.5) * slot, y, words, size=size, align="center", bold=True)
    zero = frame.height_of(0.0)
    canvas.line((frame.left, zero), (frame.right, zero), palette.AXIS, 1.5)
    _names(canvas, [label for label, _ in picture.bars], frame.left, slot)


def _carrying_values(canvas: Canvas, values: list[float]) -> Frame:
    """A frame with room for figures beyond the ends of the bars."""
    low, high = _range(values)
    top = canvas.heading() - 14
    rows = (high > 0) + (low < 0)
    row = _ROW * (high - low) / (top - _BOTTOM - rows * _ROW)  # a row of text in units of the values
    up = (low - (row if low < 0 else 0.0), high + (row if high > 0 else 0.0))
    return Frame(canvas, (LEFT, _BOTTOM, RIGHT, top), (-0.5, len(values) - 0.5), up)


def _with_scale(canvas: Canvas, picture: Bars, values: list[float]) -> Frame:
    """A frame with a grid and its labels at the left."""
    low, high = _range(values)
    ticks = nice_ticks(low, high)
    labels = canvas.formats.ticks(ticks, picture.unit, picture.currency)
    left = LEFT + max(text_width(label, SMALL_SIZE) for label in labels) + 14
    frame = Frame(canvas, (left, _BOTTOM, RIGHT, canvas.heading() - 14), (-0.5, len(values) - 0.5), (low, high))
    frame.grid(ticks, labels)
    return frame


def _range(values: list[float]) -> tuple[float, float]:
    low, high = min(0.0, *values), max(0.0, *values)
    return low, high if high > low else low + 1


def _names(canvas: Canvas, labels: list[str], left: float, slot: float) -> None:
    """Labels under the bars in up to two lines; every second (third, ...) where they would touch."""
    step = 1
    widest = min(max(text_width(label, _SMALLEST + 2) for label in labels), 120.0)
    if len(labels) > _FEW:
        while step < len(labels) and slot * step * 0.92 < widest:
            step += 1
    for i in range(0, len(labels), step):
        middle = left + (i + 0.5) * slot
        room = min(slot * step * 0.92, 2 * (WIDTH - 8 - middle))  # the last one ends with the sheet
        lines, size = wrap(labels[i], room, SMALL_SIZE, 2 if step == 1 else 1, _SMALLEST)
        for row, words in enumerate(lines):
            y = _BOTTOM - 30 - row * SMALL_SIZE * DPI / 72 * LINE
            canvas.text(middle, y, words, size=size, colour=palette.MUTED, align="center")
