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
    Canvas,
    fit,
    nice_ticks,
    text_width,
    wrap,
)
from advisor.charts.frame import Frame
from advisor.domain.chart import Bars
from advisor.domain.errors import InvalidInput

_BOTTOM = 128.0
_SMALLEST = 14.0
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
    slot = (RIGHT - LEFT) / len(values)
    size = min(
        LABEL_SIZE, LABEL_SIZE * 0.92 * slot / max(text_width(words, LABEL_SIZE, bold=True) for words in figures)
    )
    direct = size >= _SMALLEST
    top = canvas.heading() - 14
    low, high = min(0.0, *values), max(0.0, *values)
    high = high if high > low else low + 1
    room = _ROW if direct else 0.0
    # Room for the figures beyond the ends of the bars, in units of the values.
    unit = (high - low) / (top - _BOTTOM - room * ((high > 0) + (low < 0)))
    low, high = low - (room * unit if low < 0 else 0.0), high + (room * unit if high > 0 else 0.0)
    left = float(LEFT)
    if not direct:
        ticks = nice_ticks(low, high)
        labels = canvas.formats.ticks(ticks, picture.unit, picture.currency)
        left += max(text_width(label, SMALL_SIZE) for label in labels) + 14
    frame = Frame(canvas, (left, _BOTTOM, RIGHT, top), (-0.5, len(values) - 0.5), (low, high))
    if not direct:
        frame.grid(ticks, labels)
    for i, value in enumerate(values):
        pair = palette.BLUE if value >= 0 else palette.VERMILLION
        frame.bar(i, min(0.68, 0.16 * len(values) + 0.14), value, pair)
    zero = frame.height_of(0.0)
    canvas.line((left, zero), (RIGHT, zero), palette.AXIS, 1.5)
    slot = (RIGHT - left) / len(values)
    if direct:
        for i, (value, words) in enumerate(zip(values, figures, strict=True)):
            y = frame.height_of(value) + (_ROW / 2 + 1 if value >= 0 else -_ROW / 2 - 1)
            canvas.text(left + (i + 0.5) * slot, y, words, size=size, align="center", bold=True)
    _names(canvas, [label for label, _ in picture.bars], left, slot)


def _names(canvas: Canvas, labels: list[str], left: float, slot: float) -> None:
    """Labels under the bars in up to two lines; every second (third, ...) where they would touch."""
    step = 1
    widest = max(text_width(label, _SMALLEST) for label in labels)
    while step < len(labels) and slot * step * 0.92 < min(widest, 64.0):
        step += 1
    for i in range(0, len(labels), step):
        lines, size = wrap(labels[i], slot * step * 0.92, SMALL_SIZE, 2 if step == 1 else 1)
        for row, words in enumerate(lines):
            shown, fitted = fit(words, slot * step * 0.92, size, _SMALLEST)
            y = _BOTTOM - 30 - row * SMALL_SIZE * DPI / 72 * LINE
            canvas.text(left + (i + 0.5) * slot, y, shown, size=fitted, colour=palette.MUTED, align="center")
