"""Pictures: a chart spec becomes an SVG or a PNG. The only package that knows matplotlib."""

from advisor.charts.render import Format, Theme, draw, render
from advisor.charts.renderer import ChartRenderer

__all__ = ["ChartRenderer", "Format", "Theme", "draw", "render"]
