"""What a picture is made of. A picture is a list of marks; the SVG and the PNG are two ways of writing the same list.

Coordinates are pixels from the bottom left, widths of lines are pixels too. Colours are those of the canvas's theme.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

Align = Literal["left", "center", "right"]
Dash = tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through points (n, 2); NaN leaves a gap. `dash` is (on, off) in pixels."""

    points: np.ndarray
    colour: str
    width: float
    dash: Dash = None


@dataclass(frozen=True, slots=True)
class Area:
    """A filled polygon through points (n, 2)."""

    points: np.ndarray
    colour: str


@dataclass(frozen=True, slots=True)
class Ring:
    """A part of a ring between two angles (degrees, anticlockwise from the right), with a rim of `gap` pixels where not 0."""

    middle: tuple[float, float]
    outer: float
    inner: float
    angles: tuple[float, float]
    colour: str
    rim: str
    gap: float = 0.0

    @property
    def whole(self) -> bool:
        """Whether it goes all the way round."""
        return abs(self.angles[1] - self.angles[0]) >= 360 - 1e-9


@dataclass(frozen=True, slots=True)
class Chip:
    """A square with rounded corners: (left, bottom), its side and the radius of its corners."""

    corner: tuple[float, float]
    side: float
    radius: float
    colour: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A disc with a rim; `size` is its diameter without the rim."""

    middle: tuple[float, float]
    size: float
    colour: str
    rim: str
    gap: float


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text: `x` is where it is aligned, `y` its baseline, `size` in pixels, `turn` in degrees around that point."""

    x: float
    y: float
    text: str
    size: float
    colour: str
    align: Align = "left"
    bold: bool = False
    turn: float = 0.0
    opacity: float = 1.0


Mark = Stroke | Area | Ring | Chip | Dot | Words
