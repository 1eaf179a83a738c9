"""Marks as an SVG that reads aloud and follows the theme. Text stays text in the reader's sans-serif."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

import numpy as np
from matplotlib.path import Path

from advisor.charts.canvas import HEIGHT, WIDTH
from advisor.charts.marks import Area, Chip, Dot, Mark, Ring, Stroke, Words
from advisor.domain.chart import ChartSpec

# What XML 1.0 cannot hold at all.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ANCHORS = {"left": "", "center": ";text-anchor:middle", "right": ";text-anchor:end"}
_MOVE = Path.MOVETO


def to_svg(marks: Sequence[Mark], background: str, spec: ChartSpec, both: Mapping[str, str] | None = None) -> bytes:
    """UTF-8 SVG with title and description.

    `both` maps the colours drawn (for light) to those for dark; with it one file follows `prefers-color-scheme`.
    """
    names = {light: f"var(--c{i})" for i, light in enumerate(both or {})}
    ground = names.get(background, background)
    body = "\n".join(_element(mark, names) for mark in marks)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'role="img" aria-labelledby="title desc">\n'
        f'<title id="title">{_xml(spec.title)}</title>\n<desc id="desc">{_xml(spec.alt)}</desc>\n'
        f"<style>{_style_sheet(both or {}, names)}</style>\n"
        f'<rect width="{WIDTH}" height="{HEIGHT}" style="fill:{ground}"/>\n{body}\n</svg>\n'
    ).encode()


def _element(mark: Mark, names: Mapping[str, str]) -> str:
    match mark:
        case Words():
            return _text(mark, names)
        case Stroke():
            dash = f";stroke-dasharray:{_n(mark.dash[0])} {_n(mark.dash[1])}" if mark.dash else ""
            cap = "butt" if mark.dash else "square"
            style = f"fill:none;stroke:{_c(mark.colour, names)};stroke-width:{_n(mark.width)};stroke-linejoin:round"
            return f'<path d="{_line(mark.points)}" style="{style};stroke-linecap:{cap}{dash}"/>'
        case Area():
            corners = " ".join(f"{_n(x)},{_n(HEIGHT - y)}" for x, y in mark.points.tolist())
            return f'<polygon points="{corners}" style="fill:{_c(mark.colour, names)}"/>'
        case Ring():
            rim = f";stroke:{_c(mark.rim, names)};stroke-width:{_n(mark.gap)}" if mark.gap else ""
            return f'<path d="{_ring(mark)}" style="fill:{_c(mark.colour, names)};fill-rule:evenodd{rim}"/>'
        case Chip():
            place = f'x="{_n(mark.corner[0])}" y="{_n(HEIGHT - mark.corner[1] - mark.side)}"'
            size = f'width="{_n(mark.side)}" height="{_n(mark.side)}" rx="{_n(mark.radius)}"'
            return f'<rect {place} {size} style="fill:{_c(mark.colour, names)}"/>'
        case Dot():
            place = f'cx="{_n(mark.middle[0])}" cy="{_n(HEIGHT - mark.middle[1])}" r="{_n(mark.size / 2)}"'
            rim = f"stroke:{_c(mark.rim, names)};stroke-width:{_n(mark.gap)}"
            return f'<circle {place} style="fill:{_c(mark.colour, names)};{rim}"/>'


def _text(mark: Words, names: Mapping[str, str]) -> str:
    x, y = _n(mark.x), _n(HEIGHT - mark.y)
    style = f"font-size:{_n(mark.size)}px{';font-weight:bold' if mark.bold else ''}{_ANCHORS[mark.align]}"
    style += f";fill:{_c(mark.colour, names)}" + (f";opacity:{mark.opacity}" if mark.opacity < 1 else "")
    turned = f' transform="rotate({_n(-mark.turn)} {x} {y})"' if mark.turn else ""
    return f'<text x="{x}" y="{y}" style="{style}"{turned}>{_xml(mark.text)}</text>'


def _line(points: np.ndarray) -> str:
    """A path's data: gaps become moves, and points that no eye could tell apart are merged."""
    path = Path(points).cleaned(remove_nans=True, simplify=True)
    drawn = zip(np.asarray(path.vertices).tolist(), np.asarray(path.codes).tolist(), strict=True)
    return "".join(f"{'M' if code == _MOVE else 'L'}{_n(x)} {_n(HEIGHT - y)}" for (x, y), code in drawn if code)


def _ring(mark: Ring) -> str:
    """Outer edge clockwise, inner edge back; a whole ring as two rings of two halves each."""
    start, end = mark.angles
    if mark.whole:
        return _circle(mark.middle, mark.outer) + _circle(mark.middle, mark.inner)
    large = int(end - start > 180)
    (a, b), (c, d) = (_on(mark.middle, mark.outer, angle) for angle in (end, start))
    (e, f), (g, h) = (_on(mark.middle, mark.inner, angle) for angle in (start, end))
    outer, inner = _n(mark.outer), _n(mark.inner)
    return f"M{a} {b}A{outer} {outer} 0 {large} 1 {c} {d}L{e} {f}A{inner} {inner} 0 {large} 0 {g} {h}Z"


def _circle(middle: tuple[float, float], radius: float) -> str:
    (a, b), (c, d), r = _on(middle, radius, 0), _on(middle, radius, 180), _n(radius)
    return f"M{a} {b}A{r} {r} 0 0 1 {c} {d}A{r} {r} 0 0 1 {a} {b}Z"


def _on(middle: tuple[float, float], radius: float, angle: float) -> tuple[str, str]:
    turn = math.radians(angle)
    return _n(middle[0] + radius * math.cos(turn)), _n(HEIGHT - middle[1] - radius * math.sin(turn))


def _c(colour: str, names: Mapping[str, str]) -> str:
    return names.get(colour, colour)


def _n(value: float) -> str:
    """A number to a hundredth of a pixel, without zeros that say nothing."""
    return f"{value + 0.0:.2f}".rstrip("0").rstrip(".")


def _style_sheet(both: Mapping[str, str], names: Mapping[str, str]) -> str:
    sheet = "text{font-family:system-ui,sans-serif;white-space:pre}"
    if not both:
        return sheet
    light = "".join(f"{names[colour][4:-1]}:{colour};" for colour in both)
    dark = "".join(f"{names[colour][4:-1]}:{other};" for colour, other in both.items())
    return f"{sheet}:root{{{light}}}@media(prefers-color-scheme:dark){{:root{{{dark}}}}}"


def _xml(words: str) -> str:
    return escape(_NOT_XML.sub(" ", words))
