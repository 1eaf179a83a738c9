"""A projection: how wide the range of outcomes grows."""

from __future__ import annotations

from advisor.charts import palette
from advisor.charts.canvas import LEFT, RIGHT, SMALL_SIZE, Canvas, nice_ticks, text_width
from advisor.charts.frame import Frame
from advisor.charts.labels import EndLabel, draw_end_labels
from advisor.charts.palette import Colour
from advisor.domain.chart import Fan
from advisor.domain.errors import InvalidInput

_BOTTOM = 118.0
_LABELS_FROM = 946.0  # everything right of here belongs to the labels
_PAIRS = (("p5", "p95"), ("p10", "p90"), ("p25", "p75"))


def draw_fan(canvas: Canvas, picture: Fan) -> None:
    """Draw the bands p5-p95, p10-p90 and p25-p75 as far as given, the median, what was paid in, and the target.

    Raises:
        InvalidInput: without a median, or if a band or `paid_in` has not one value for each year.
    """
    lengths = {len(values) for values in (*picture.bands.values(), picture.paid_in)}
    if "p50" not in picture.bands or lengths != {len(picture.years)} or len(picture.years) < 2:
        raise InvalidInput("A projection needs its middle and one value for each year.", field="bands")
    top = canvas.heading(canvas.formats.word("real") if picture.real else "")
    edges = [value for values in picture.bands.values() for value in values]
    high = 1.03 * max(*edges, *picture.paid_in, picture.target or 0.0)
    low = min(0.0, *edges)
    high = high if high > low else low + 1
    ticks = nice_ticks(low, high)
    labels = canvas.formats.ticks(ticks, "money", picture.currency)
    left = LEFT + max(text_width(label, SMALL_SIZE) for label in labels) + 14
    frame = Frame(canvas, (left, _BOTTOM, _LABELS_FROM, top - 14), (picture.years[0], picture.years[-1]), (low, high))
    frame.grid(ticks, labels)
    _bands(frame, picture)
    _year_axis(canvas, frame, picture)
    draw_end_labels(canvas, _end_labels(canvas, frame, picture), (_LABELS_FROM, _BOTTOM - 40, RIGHT + 24, top - 4))


def _year_axis(canvas: Canvas, frame: Frame, picture: Fan) -> None:
    ticks = nice_ticks(picture.years[0], picture.years[-1], 6, whole=True)
    calendar = picture.years[0] >= 1900
    frame.base(ticks, [str(int(tick)) for tick in ticks], "" if calendar else canvas.formats.word("years"))


def _bands(frame: Frame, picture: Fan) -> None:
    for (lower, upper), pair in zip(_PAIRS, palette.BANDS, strict=True):
        if lower in picture.bands and upper in picture.bands:
            frame.area(picture.years, picture.bands[lower], picture.bands[upper], pair)
    if picture.target is not None:
        ends = (picture.years[0], picture.years[-1])
        frame.line(ends, (picture.target, picture.target), palette.VERMILLION, 2.5, (2, 2))
    frame.line(picture.years, picture.paid_in, palette.MUTED, 2.5, (6, 3))
    frame.line(picture.years, picture.bands["p50"], palette.BLUE, 4)


def _end_labels(canvas: Canvas, frame: Frame, picture: Fan) -> list[EndLabel]:
    """Labels of the outcomes at the end: 1 in 10 better, the middle, 1 in 10 worse, the target, what was paid in."""
    word = canvas.formats.word

    def label(amount: float, caption: str, colour: Colour) -> EndLabel:
        return EndLabel(canvas.formats.money(amount, picture.currency), caption, frame.height_of(amount), colour)

    marks = [label(picture.bands["p50"][-1], word("middle"), palette.BLUE)]
    if "p90" in picture.bands:
        marks.append(label(picture.bands["p90"][-1], word("better", n=10), palette.AXIS))
    if "p10" in picture.bands:
        marks.append(label(picture.bands["p10"][-1], word("worse", n=10), palette.AXIS))
    if picture.target is not None:
        marks.append(label(picture.target, word("target"), palette.VERMILLION))
    marks.append(label(picture.paid_in[-1], word("paid_in"), palette.MUTED))
    return marks
