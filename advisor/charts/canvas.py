"""A sheet of 1280 x 800 pixels: its marks, its colours, its locale and the ways text is put on it."""

from __future__ import annotations

import re
from functools import lru_cache

import matplotlib as mpl
import numpy as np
from matplotlib.font_manager import FontProperties, fontManager, get_font
from matplotlib.textpath import text_to_path
from matplotlib.ticker import MaxNLocator

from advisor.charts import palette
from advisor.charts.formats import Formats
from advisor.charts.marks import Align, Dash, Mark, Stroke, Words
from advisor.charts.palette import Colour
from advisor.domain.chart import ChartSpec

WIDTH, HEIGHT, DPI = 1280, 800, 100
LEFT, RIGHT = 56, WIDTH - 48
TITLE_SIZE, LABEL_SIZE, SMALL_SIZE = 28.0, 21.0, 18.5  # points; 1 point is 1.4 pixels of the picture
LINE = 1.25  # height of a line of text over its size

_ASCENT, _DESCENT = 0.76, 0.236  # of DejaVu Sans, over its size
_WATERMARK_TURN, WATERMARK_OPACITY = 24.0, 0.13

# These hold for the whole process and only here, since nothing else draws: letters are as wide as measured (hinting is for small
# print, and a fifth slower), and long lines are drawn without the points that no eye could tell apart.
mpl.rcParams.update({"text.hinting": "none", "path.simplify": True})

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")


class Canvas:
    """One picture in the making: a list of marks. `dark` picks one side of every colour pair.

    `used` collects the colours asked for, so that an SVG can carry both sides.
    """

    def __init__(self, spec: ChartSpec, *, dark: bool = False) -> None:
        self.spec = spec
        self.formats = Formats.of(spec.locale)
        self.used: dict[str, str] = {}
        self._side = int(dark)
        self._under: list[Mark] = []
        self._words: list[Mark] = []
        self.background = self.colour(palette.BACKGROUND)

    @property
    def marks(self) -> list[Mark]:
        """Everything on the sheet from the lowest up: what was put there in its order, and all text over it."""
        return [*self._under, *self._words]

    def colour(self, pair: Colour) -> str:
        """The colour for this canvas's theme."""
        self.used.setdefault(pair[0], pair[1])
        return pair[self._side]

    def add(self, mark: Mark) -> None:
        """Put a mark on the sheet, over those put there before and under all text."""
        self._under.append(mark)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = LABEL_SIZE,
        colour: Colour = palette.INK,
        align: Align = "left",
        bold: bool = False,
    ) -> None:
        """One line of text of `size` points with the middle of its capitals at height `y`."""
        pixels = size * DPI / 72
        baseline = y - _ASCENT / 2 * pixels
        self._words.append(Words(x, baseline, clean(words), pixels, self.colour(colour), align, bold))

    def line(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        pair: Colour,
        width: float = 1.5,
        *,
        dash: Dash = None,
    ) -> None:
        """A straight line between two points in pixels, `width` points wide."""
        self.stroke(np.array([start, end]), pair, width, dash)

    def stroke(self, points: np.ndarray, pair: Colour, width: float, dash: Dash = None) -> None:
        """A line through pixels (n, 2), `width` points wide; NaN leaves a gap. `dash` is (on, off) in widths of the line."""
        wide = width * DPI / 72
        pattern = (dash[0] * wide, dash[1] * wide) if dash else None
        self.add(Stroke(points, self.colour(pair), wide, pattern))

    def heading(self, note: str = "") -> float:
        """The title, with a note under it; returns the height below which the picture may begin."""
        lines, size = wrap(self.spec.title, RIGHT - LEFT, TITLE_SIZE, 2, bold=True)
        y = float(HEIGHT - 52)
        for words in lines:
            self.text(LEFT, y, words, size=size, bold=True)
            y -= size * DPI / 72 * LINE
        if note:
            self.text(LEFT, y + 2, note, size=SMALL_SIZE, colour=palette.MUTED)
            y -= SMALL_SIZE * DPI / 72 * LINE
        return y

    def watermark(self, words: str) -> None:
        """Text across the whole picture: readable, and the picture is too."""
        size = min(64.0, 64.0 * 1020 / max(1.0, text_width(words, 64.0, bold=True)))
        pixels, turn = size * DPI / 72, np.radians(_WATERMARK_TURN)
        # Its middle is that of the picture; text is placed by its baseline.
        down = (_ASCENT - _DESCENT) / 2 * pixels
        x, y = WIDTH / 2 + down * float(np.sin(turn)), HEIGHT / 2 - 30 - down * float(np.cos(turn))
        ink = self.colour(palette.INK)
        self._words.append(Words(x, y, clean(words), pixels, ink, "center", True, _WATERMARK_TURN, WATERMARK_OPACITY))


def nice_ticks(low: float, high: float, count: int = 5, *, whole: bool = False) -> list[float]:
    """At most `count` + 1 round values within [low, high]."""
    values = MaxNLocator(count, steps=[1, 2, 2.5, 5, 10], integer=whole).tick_values(low, high)
    slack = 1e-9 * (high - low)
    return [float(value) + 0.0 for value in values if low - slack <= value <= high + slack]


def clean(words: str) -> str:
    """Text that every renderer can show: no control characters, and a replacement sign for what the font lacks."""
    known = _known_characters()
    return "".join(c if ord(c) in known or c == "\n" else "\ufffd" for c in _CONTROL.sub(" ", words))


def text_width(words: str, size: float, *, bold: bool = False) -> float:
    """Width in pixels of one line."""
    return _width_of_one_point(words, bold) * size * DPI / 72


def fit(
    words: str, width: float, size: float, smallest: float = SMALL_SIZE, *, bold: bool = False
) -> tuple[str, float]:
    """One line and its size: shrunk down to `smallest` first, then cut with an ellipsis."""
    words = " ".join(words.split())
    needed = text_width(words, size, bold=bold)
    size = max(smallest, min(size, size * width / needed)) if needed else size
    if text_width(words, size, bold=bold) <= width + 0.5:
        return words, size
    kept, cut = 0, len(words)  # the longest beginning that fits lies in [kept, cut)
    while cut - kept > 1:
        half = (kept + cut) // 2
        if text_width(words[:half].rstrip() + "…", size, bold=bold) <= width:
            kept = half
        else:
            cut = half
    return words[:kept].rstrip() + "…", size


def wrap(
    words: str, width: float, size: float, most: int, smallest: float = SMALL_SIZE, *, bold: bool = False
) -> tuple[list[str], float]:
    """At most `most` lines broken at spaces, and the size (`smallest` or more) at which all of them fit."""
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if text_width(longer, size, bold=bold) <= width or not lines[-1] or len(lines) == most:
            lines[-1] = longer
        else:
            lines.append(word)
    fitted = [fit(line, width, size, min(size, smallest), bold=bold) for line in lines]
    return [line for line, _ in fitted], min(size_of for _, size_of in fitted)


@lru_cache(maxsize=4096)
def _width_of_one_point(words: str, bold: bool) -> float:  # noqa: FBT001  # a cache key, not an interface
    """Unhinted widths grow with the size, so one measurement, at a third of a millisecond, serves all sizes."""
    width = text_to_path.get_text_width_height_descent(clean(words), font(100.0, bold=bold), ismath=False)[0]
    return float(width) / 100


@lru_cache(maxsize=256)
def font(size: float, *, bold: bool) -> FontProperties:
    """The one font, which ships with matplotlib, at so many points."""
    return FontProperties(family=["DejaVu Sans"], size=size, weight="bold" if bold else "normal")


@lru_cache(maxsize=256)
def rgb(colour: str) -> tuple[float, float, float]:
    """A colour such as "#1f2430" as fractions."""
    return int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255


@lru_cache(maxsize=1)
def _known_characters() -> frozenset[int]:
    return frozenset(get_font(fontManager.findfont(font(12.0, bold=False))).get_charmap())
