"""Marks as a small PNG, by matplotlib's renderer without its figures: artists and their layout took two thirds of the time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from io import BytesIO
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg as _RendererAgg
from matplotlib.backends.backend_agg import get_hinting_flag
from matplotlib.font_manager import fontManager, get_font
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, IdentityTransform, Transform
from PIL import Image

from advisor.charts.canvas import DPI, HEIGHT, WIDTH, font, rgb, text_width
from advisor.charts.marks import Area, Chip, Dot, Mark, Ring, Stroke, Words

_LARGEST_PNG = 60_000
Letters = tuple[np.ndarray, float, float]
RendererAgg = Any  # matplotlib states no types for its renderer
_PACKING = ((127, 4), (127, 8), (63, 8), (31, 8))  # (colours beside the ground, zlib level): 9 takes six times 8's time
_IDENTITY = IdentityTransform()
_POINT = 72 / DPI  # the renderer counts widths, dashes and sizes of text in points
_BACK = {"left": 0.0, "center": 0.5, "right": 1.0}


def to_png(marks: Sequence[Mark], background: str) -> bytes:
    """PNG of 1280 x 800 pixels in at most 128 colours: a quarter of the bytes, and no difference to the eye.

    A crowded picture is packed harder until it is below 60 kB, or was drawn in 32 colours.
    """
    pixels = painted(marks, background)
    ground = np.uint32(int.from_bytes(bytes([*(round(255 * c) for c in rgb(background)), 255]), "little"))
    flat = pixels.view(np.uint32).ravel()
    where = np.flatnonzero(flat != ground)
    packed = b""
    for colours, effort in _PACKING:
        packed = _packed(flat, where, int(ground), colours, effort)
        if len(packed) < _LARGEST_PNG:
            break
    return packed


def painted(marks: Sequence[Mark], background: str) -> np.ndarray:
    """The pixels (HEIGHT, WIDTH, 4), red to alpha."""
    renderer: RendererAgg = _RendererAgg(WIDTH, HEIGHT, DPI)  # type: ignore[no-untyped-call]  # matplotlib's gap
    sheet = Path(np.array([(0.0, 0.0), (WIDTH, 0.0), (WIDTH, HEIGHT), (0.0, HEIGHT), (0.0, 0.0)]))
    _fill(renderer, sheet, background)
    for mark in marks:
        _PAINTERS[type(mark)](renderer, mark)
    return np.asarray(renderer.buffer_rgba())


def _packed(flat: np.ndarray, where: np.ndarray, ground: int, colours: int, effort: int) -> bytes:
    """The ground is most of the picture and has one colour: only what is not ground has to be reduced to a palette."""
    indexes = np.zeros(WIDTH * HEIGHT, dtype=np.uint8)
    palette = list(ground.to_bytes(4, "little")[:3])
    if where.size:
        drawn = Image.frombuffer("RGBA", (where.size, 1), flat[where].tobytes(), "raw", "RGBA", 0, 1).convert("RGB")
        reduced = drawn.quantize(colours, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        palette += (reduced.getpalette() or [])[: 3 * colours]
        indexes[where] = np.asarray(reduced).ravel() + 1
    image = Image.frombuffer("P", (WIDTH, HEIGHT), indexes.tobytes(), "raw", "P", 0, 1)
    image.putpalette(palette)
    buffer = BytesIO()
    image.save(buffer, "PNG", compress_level=effort)
    return buffer.getvalue()


def _fill(renderer: RendererAgg, path: Path, colour: str) -> None:
    context = renderer.new_gc()
    context.set_linewidth(0.0)
    renderer.draw_path(context, path, _IDENTITY, (*rgb(colour), 1.0))


def _outlined(renderer: RendererAgg, path: Path, place: Transform, mark: Ring | Dot) -> None:
    context = renderer.new_gc()
    context.set_linewidth(mark.gap * _POINT)
    context.set_foreground((*rgb(mark.rim), 1.0), isRGBA=True)
    context.set_joinstyle("miter")
    renderer.draw_path(context, path, place, (*rgb(mark.colour), 1.0))


def _stroke(renderer: RendererAgg, mark: Stroke) -> None:
    context = renderer.new_gc()
    context.set_linewidth(mark.width * _POINT)
    context.set_foreground((*rgb(mark.colour), 1.0), isRGBA=True)
    context.set_joinstyle("round")
    context.set_capstyle("butt" if mark.dash else "projecting")
    if mark.dash:
        context.set_dashes(0, [length * _POINT for length in mark.dash])
    renderer.draw_path(context, Path(mark.points), _IDENTITY)


def _area(renderer: RendererAgg, mark: Area) -> None:
    _fill(renderer, Path(mark.points), mark.colour)


def _ring(renderer: RendererAgg, mark: Ring) -> None:
    """The outer arc, a line to the inner one, and back along it; a whole ring is two circles."""
    start, end = (0.0, 360.0) if mark.whole else mark.angles
    arc = Path.arc(start, end)
    turns, curves = np.asarray(arc.vertices), np.asarray(arc.codes)
    outer, inner = turns * mark.outer, turns[::-1] * mark.inner
    codes = np.concatenate([curves, curves, [Path.CLOSEPOLY]])
    codes[len(curves)] = Path.MOVETO if mark.whole else Path.LINETO
    path = Path(np.concatenate([outer, inner, [(0.0, 0.0)]]) + mark.middle, codes)
    if mark.gap:
        _outlined(renderer, path, _IDENTITY, mark)
    else:
        _fill(renderer, path, mark.colour)


def _chip(renderer: RendererAgg, mark: Chip) -> None:
    """A square whose corners are quadratic curves."""
    (left, low), radius = mark.corner, mark.radius
    right, high = left + mark.side, low + mark.side
    points = [(left + radius, low), (right - radius, low), (right, low), (right, low + radius)]
    points += [(right, high - radius), (right, high), (right - radius, high), (left + radius, high)]
    points += [(left, high), (left, high - radius), (left, low + radius), (left, low), (left + radius, low)]
    side = [Path.LINETO, Path.CURVE3, Path.CURVE3]
    _fill(renderer, Path(np.array([*points, points[0]]), [Path.MOVETO, *side * 4, Path.CLOSEPOLY]), mark.colour)


def _dot(renderer: RendererAgg, mark: Dot) -> None:
    place = Affine2D().scale(mark.size / 2).translate(*mark.middle)
    _outlined(renderer, Path.unit_circle(), place, mark)


def _words(renderer: RendererAgg, mark: Words) -> None:
    size = mark.size * _POINT
    back = _BACK[mark.align] * (text_width(mark.text, size, bold=mark.bold) if mark.align != "left" else 0.0)
    turn = np.radians(mark.turn)
    x, y = mark.x - back * np.cos(turn), HEIGHT - (mark.y - back * np.sin(turn))
    if not mark.turn:
        _blend(np.asarray(renderer.buffer_rgba()), _letters(mark.text, size, mark.bold), x, y, mark.colour)
        return
    context = renderer.new_gc()
    context.set_foreground((*rgb(mark.colour), mark.opacity), isRGBA=True)
    context.set_alpha(mark.opacity)
    renderer.draw_text(context, x, y, mark.text, font(size, bold=mark.bold), mark.turn)


def _blend(pixels: np.ndarray, letters: Letters, x: float, y: float, colour: str) -> None:
    """Lay letters in a colour over the pixels; what would lie beyond the sheet is left out."""
    covered, left, below = letters
    low, start = round(y + below) + 1, round(x + left)
    top, end = low - covered.shape[0], start + covered.shape[1]
    seen = covered[max(0, -top) : max(0, HEIGHT - top), max(0, -start) : max(0, WIDTH - start), None]
    under = pixels[max(0, top) : max(0, low), max(0, start) : max(0, end), :3]
    ink = np.array([round(255 * part) for part in rgb(colour)], dtype=np.uint16)
    under[:] = (under * (255 - seen) + ink * seen + 127) // 255


@lru_cache(maxsize=2048)
def _letters(words: str, size: float, bold: bool) -> Letters:  # noqa: FBT001  # a cache key
    """A line of text as coverage (rows, columns), where it begins right of its origin and how far it reaches below its baseline.

    Words recur from picture to picture: titles, captions, figures on the axes. Laying them out is most of the work of a PNG.
    """
    face = get_font(fontManager.findfont(font(size, bold=bold)))
    face.clear()
    face.set_size(size, DPI)
    face.set_text(words, 0.0, flags=get_hinting_flag())  # type: ignore[no-untyped-call]  # matplotlib's gap
    face.draw_glyphs_to_bitmap(antialiased=True)
    left, below = face.get_bitmap_offset()
    return np.asarray(face.get_image(), dtype=np.uint16), left / 64, (below + face.get_descent()) / 64


_PAINTERS: dict[type[Mark], Callable[[RendererAgg, Any], None]] = {
    Stroke: _stroke,
    Area: _area,
    Ring: _ring,
    Chip: _chip,
    Dot: _dot,
    Words: _words,
}
