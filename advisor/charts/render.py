"""From a chart spec to a picture."""

from __future__ import annotations

import math
from typing import Any, Literal

from advisor.charts.bars import draw_bars
from advisor.charts.canvas import Canvas
from advisor.charts.donut import draw_donut
from advisor.charts.fan import draw_fan
from advisor.charts.frontier import draw_frontier
from advisor.charts.lines import draw_lines
from advisor.charts.png import to_png
from advisor.charts.svg import to_svg
from advisor.domain.chart import Bars, ChartSpec, Donut, Fan, FrontierPlot, Lines
from advisor.domain.errors import InvalidInput

Format = Literal["svg", "png"]
Theme = Literal["light", "dark", "auto"]


def render(spec: ChartSpec, fmt: Format, theme: Theme = "auto") -> bytes:
    """The picture as bytes; equal specs give equal bytes. Safe to call from several threads at once.

    "auto" is one SVG that follows the reader's `prefers-color-scheme`; a PNG cannot, and is then light.

    Raises:
        InvalidInput: if the spec holds nothing that can be drawn, or numbers that are not finite.
    """
    canvas = draw(spec, dark=theme == "dark")
    if fmt == "png":
        return to_png(canvas.marks, canvas.background)
    return to_svg(canvas.marks, canvas.background, spec, canvas.used if theme == "auto" else None)


def draw(spec: ChartSpec, *, dark: bool = False) -> Canvas:
    """Draw a spec on a canvas of its own."""
    picture = spec.picture
    # Only lines may have gaps: there NaN is a day without a value.
    if not isinstance(picture, Lines) and not _finite(spec.to_json()["picture"]):
        raise InvalidInput("A picture needs finite numbers.", field="picture")
    canvas = Canvas(spec, dark=dark)
    match picture:
        case Donut():
            draw_donut(canvas, picture)
        case Fan():
            draw_fan(canvas, picture)
        case FrontierPlot():
            draw_frontier(canvas, picture)
        case Lines():
            draw_lines(canvas, picture)
        case Bars():
            draw_bars(canvas, picture)
    if picture.watermark:
        canvas.watermark(picture.watermark)
    return canvas


def _finite(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_finite(item) for item in value.values())
    if isinstance(value, list | tuple):
        return all(_finite(item) for item in value)
    return not isinstance(value, float) or math.isfinite(value)
