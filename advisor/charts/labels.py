"""Labels that do not run into each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from advisor.charts.canvas import DPI, LABEL_SIZE, LINE, SMALL_SIZE, Canvas, fit
from advisor.charts.palette import MUTED, Colour

_TWO_LINES = (LABEL_SIZE + SMALL_SIZE) * DPI / 72 * LINE + 14
_ONE_LINE = SMALL_SIZE * DPI / 72 * LINE + 4


@dataclass(frozen=True, slots=True)
class EndLabel:
    """A label at the end of a line: `value` in bold over a quiet `caption`; `y` is the line's height in pixels."""

    value: str
    caption: str
    y: float
    colour: Colour


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions at least `gap` apart and within [low, high], in the order given, as near to the wanted ones as can be.

    Least squares by pooling neighbours that would touch (isotonic regression of wanted - rank x gap). Where there is not
    room for all, the gap shrinks to what fits.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    if len(order) > 1:
        gap = min(gap, (high - low) / (len(order) - 1))
    pools: list[tuple[float, int]] = []  # (mean offset, members)
    for rank, index in enumerate(order):
        mean, count = wanted[index] - rank * gap, 1
        while pools and pools[-1][0] > mean:
            before, members = pools.pop()
            mean, count = (before * members + mean * count) / (members + count), members + count
        pools.append((mean, count))
    offsets = [mean for mean, count in pools for _ in range(count)]
    ceiling = high - gap * (len(order) - 1)
    result = [0.0] * len(order)
    for rank, index in enumerate(order):
        result[index] = min(max(offsets[rank], low), ceiling) + rank * gap
    return result


def draw_end_labels(canvas: Canvas, labels: Sequence[EndLabel], box: tuple[float, float, float, float]) -> None:
    """Draw the labels in `box` (left, bottom, right, top; the lines end at its left), each tied to its line by a leader."""
    x, low, right, high = box
    two_lines = len(labels) * _TWO_LINES <= high - low + _TWO_LINES
    height = _TWO_LINES if two_lines else _ONE_LINE
    places = spread([label.y for label in labels], height, low + height / 2, high - height / 2)
    start = x + 34
    for label, y in zip(labels, places, strict=True):
        canvas.line((x + 4, label.y), (start - 10, y), label.colour, 2.0)
        if not two_lines:
            words, size = fit(f"{label.caption} {label.value}", right - start, SMALL_SIZE, 9.0)
            canvas.text(start, y, words, size=size)
            continue
        value, value_size = fit(label.value, right - start, LABEL_SIZE, bold=True)
        caption, caption_size = fit(label.caption, right - start, SMALL_SIZE, 14.0)
        canvas.text(start, y + SMALL_SIZE * DPI / 72 * LINE / 2, value, size=value_size, bold=True)
        canvas.text(start, y - LABEL_SIZE * DPI / 72 * LINE / 2, caption, size=caption_size, colour=MUTED)
