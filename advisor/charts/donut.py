"""Parts of a whole as a ring, with a list of the parts beside it."""

from __future__ import annotations

from collections import Counter

from advisor.charts import palette
from advisor.charts.canvas import DPI, LABEL_SIZE, LEFT, LINE, RIGHT, Canvas, fit, text_width, wrap
from advisor.charts.formats import shares
from advisor.charts.marks import Chip, Ring
from advisor.charts.palette import Colour
from advisor.domain.chart import Donut
from advisor.domain.errors import InvalidInput

_MOST_ROWS = 12
_OUTER, _INNER, _GAP = 268.0, 172.0, 3.5
_LIST_LEFT, _ROUND = 690.0, 3.0


def draw_donut(canvas: Canvas, picture: Donut) -> None:
    """Draw the ring clockwise from the top in the order given, and the list in the same order.

    Parts of zero are left out. Of more than twelve parts the smallest are drawn as one.

    Raises:
        InvalidInput: if a part is negative or the parts do not sum to 1 (within 0.1 %).
    """
    parts = _parts(canvas, picture)
    top = canvas.heading()
    middle = (LEFT + _OUTER + 14, (top + 30) / 2)
    _ring(canvas, parts, middle)
    if picture.centre:
        lines, size = wrap(picture.centre, 2 * _INNER * 0.82, LABEL_SIZE + 4, 3, bold=True)
        step = size * DPI / 72 * LINE
        for i, words in enumerate(lines):
            canvas.text(
                middle[0], middle[1] + step * ((len(lines) - 1) / 2 - i), words, size=size, align="center", bold=True
            )
    _list(canvas, parts, middle[1], min(top, 2 * (middle[1] - 30)))


def _parts(canvas: Canvas, picture: Donut) -> list[tuple[str, float, Colour]]:
    """(label, fraction, colour) of what is drawn."""
    fractions = [fraction for _, fraction, _ in picture.slices]
    if min(fractions, default=-1) < 0 or abs(sum(fractions) - 1) > 1e-3:
        raise InvalidInput("The parts of a whole must not be negative and must sum to one.", field="slices")
    kept = [part for part in picture.slices if part[1] > 0]
    if len(kept) > _MOST_ROWS:
        ranked = sorted(kept, key=lambda part: -part[1])
        rest = ranked[_MOST_ROWS - 1 :]
        kept = [part for part in kept if part not in rest]
        kept.append((canvas.formats.word("others", n=len(rest)), sum(part[1] for part in rest), "rest"))
    sizes = Counter(group for _, _, group in kept)
    colours = {group: iter(palette.shades(group, count)) for group, count in sizes.items()}
    return [(label, fraction, next(colours[group])) for label, fraction, group in kept]


def _ring(canvas: Canvas, parts: list[tuple[str, float, Colour]], middle: tuple[float, float]) -> None:
    gap = _GAP * DPI / 72 if len(parts) > 1 else 0.0
    rim = canvas.colour(palette.BACKGROUND)
    angle = 90.0
    for _, fraction, pair in parts:
        end = angle - 360 * fraction
        canvas.add(Ring(middle, _OUTER, _INNER, (end, angle), canvas.colour(pair), rim, gap))
        angle = end


def _list(canvas: Canvas, parts: list[tuple[str, float, Colour]], middle: float, room: float) -> None:
    height = min(66.0, room / len(parts))
    size = min(LABEL_SIZE + 1, height / LINE * 72 / DPI)
    digits = shares([fraction for _, fraction, _ in parts])
    figures = [canvas.formats.percent(fraction, digits) for _, fraction, _ in parts]
    column = max(text_width(words, size, bold=True) for words in figures)
    y = middle + height * (len(parts) - 1) / 2
    for (label, _, pair), figure in zip(parts, figures, strict=True):
        square = 0.62 * size * DPI / 72
        corner = (_LIST_LEFT + 4 - _ROUND, y - square / 2 - _ROUND)
        canvas.add(Chip(corner, square + 2 * _ROUND, _ROUND, canvas.colour(pair)))
        words, fitted = fit(label, RIGHT - column - 24 - (_LIST_LEFT + 46), size, 0.8 * size)
        canvas.text(_LIST_LEFT + 46, y, words, size=fitted)
        canvas.text(RIGHT, y, figure, size=size, align="right", bold=True)
        y -= height
