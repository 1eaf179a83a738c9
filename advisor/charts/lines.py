"""Series over time, each named where it ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from advisor.charts import palette
from advisor.charts.canvas import LEFT, RIGHT, SMALL_SIZE, Canvas, nice_ticks, text_width
from advisor.charts.frame import Frame
from advisor.charts.labels import EndLabel, draw_end_labels
from advisor.domain.chart import Lines
from advisor.domain.errors import InvalidInput

_BOTTOM = 84.0
_LABELS_FROM = 946.0
_MOST_TICKS = 5


def draw_lines(canvas: Canvas, picture: Lines) -> None:
    """Draw each series, its band and the day from which values are forecasts. NaN leaves a gap.

    Raises:
        InvalidInput: if a series has not one value for each date, or there is nothing finite to draw.
    """
    days = np.array([date.fromisoformat(text[:10]).toordinal() for text in picture.dates], dtype=float)
    columns = {name: np.asarray(values, dtype=float) for name, values in picture.series.items()}
    shown = list(columns.values()) + [np.asarray(edge, dtype=float) for edge in picture.band or ()]
    if len(days) < 2 or any(values.size != days.size for values in shown):
        raise InvalidInput("Each series needs one value for each of at least two dates.", field="series")
    if not columns or not all(np.isfinite(values).any() for values in shown):
        raise InvalidInput("There is nothing to draw.", field="series")
    top = canvas.heading()
    low, high = _range(shown, picture.unit)
    ticks = nice_ticks(low, high)
    labels = canvas.formats.ticks(ticks, picture.unit, picture.currency)
    left = LEFT + max(text_width(label, SMALL_SIZE) for label in labels) + 14
    frame = Frame(canvas, (left, _BOTTOM, _LABELS_FROM, top - 14), (days[0], days[-1]), (low, high))
    frame.grid(ticks, labels)
    frame.base(*_date_ticks(canvas, days[0], days[-1]))
    if picture.band is not None:
        frame.area(days, *picture.band, palette.BANDS[1])
    _split(frame, picture, days)
    marks = _band_labels(canvas, frame, picture)
    for rank, (name, values) in enumerate(columns.items()):
        pair = palette.SERIES[rank % len(palette.SERIES)]
        frame.line(days, values, pair, 2.8 if rank else 3.5, None if rank < len(palette.SERIES) else (4, 2))
        last = float(values[np.isfinite(values)][-1])
        figure = canvas.formats.value(last, picture.unit, picture.currency)
        marks.append(EndLabel(figure, name, frame.height_of(last), pair))
    draw_end_labels(canvas, marks, (_LABELS_FROM, _BOTTOM - 20, RIGHT + 24, top - 4))


def _band_labels(canvas: Canvas, frame: Frame, picture: Lines) -> list[EndLabel]:
    """What the band's two edges are worth where they end; none where the band stops before the last date."""
    marks = []
    for edge, word in zip(picture.band or (), ("range_low", "range_high"), strict=False):
        if np.isfinite(edge[-1]):
            figure = canvas.formats.value(edge[-1], picture.unit, picture.currency)
            marks.append(EndLabel(figure, canvas.formats.word(word), frame.height_of(edge[-1]), palette.AXIS))
    return marks


def _range(shown: Sequence[np.ndarray], unit: str) -> tuple[float, float]:
    """The values' range with some air; money and percentages that begin near zero begin at zero."""
    low = min(float(np.nanmin(values)) for values in shown)
    high = max(float(np.nanmax(values)) for values in shown)
    air = 0.05 * (high - low) or max(abs(high), 1.0) * 0.05
    near_zero = unit in ("money", "percent") and 0 <= low < 0.4 * high
    return (0.0 if near_zero else low - air), high + air


def _split(frame: Frame, picture: Lines, days: np.ndarray) -> None:
    if picture.split_at is None:
        return
    at = date.fromisoformat(picture.split_at[:10]).toordinal()
    if days[0] < at < days[-1]:
        x = float(frame.sheet((at, 0.0))[0, 0])
        frame.canvas.line((x, frame.bottom), (x, frame.top), palette.MUTED, 2.0, dash=(3, 3))


def _date_ticks(canvas: Canvas, first: float, last: float) -> tuple[list[int], list[str]]:
    """Round dates: years, first days of months, or days, whichever gives a handful."""
    begin, end = date.fromordinal(int(first)), date.fromordinal(int(last))
    months = (end.year - begin.year) * 12 + end.month - begin.month
    if months > 30:
        years = nice_ticks(begin.year, end.year, _MOST_TICKS, whole=True)
        ticks, pattern = [date(int(year), 1, 1) for year in years], "y"
    elif months > 4:
        step = next(size for size in (1, 2, 3, 6) if months / size <= _MOST_TICKS or size == 6)
        starts = range(begin.year * 12 + begin.month - 1, end.year * 12 + end.month)
        ticks, pattern = [date(m // 12, m % 12 + 1, 1) for m in starts if m % step == 0], "MMM y"
    else:
        count = min(4, max(1, int(last - first)))
        ticks = [date.fromordinal(round(first + (last - first) * i / count)) for i in range(count)]
        pattern = "d MMM"
    # A series of a year that begins on its first trading day begins with that year.
    kept = [max(day, begin) for day in ticks if begin - timedelta(days=min(10, months // 2)) <= day <= end]
    return [day.toordinal() for day in kept], [canvas.formats.day(day, pattern) for day in kept]
