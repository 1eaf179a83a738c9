"""DejaVu Sans, embedded in part: the one font that is on every machine, because matplotlib ships it."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

NORMAL, BOLD = "DejaVuSans", "DejaVuSans-Bold"
_REPLACEMENT = "\ufffd"


@cache
def register() -> frozenset[int]:
    """Make both fonts known to reportlab; returns the characters that both can show.

    Raises:
        FileNotFoundError: if matplotlib is not installed as it comes.
    """
    for name in (NORMAL, BOLD):
        pdfmetrics.registerFont(TTFont(name, str(_folder() / f"{name}.ttf")))
    pdfmetrics.registerFontFamily(NORMAL, normal=NORMAL, bold=BOLD, italic=NORMAL, boldItalic=BOLD)
    known = (pdfmetrics.getFont(name).face.charToGlyph for name in (NORMAL, BOLD))
    return frozenset.intersection(*(frozenset(glyphs) for glyphs in known))


def clean(words: str) -> str:
    """Text that the fonts can show: no control characters, and a replacement sign for what they lack."""
    known = register()
    spaced = "".join(c if c == "\n" or c.isprintable() or c == "\u00a0" else " " for c in words)
    return "".join(c if ord(c) in known or c == "\n" else _REPLACEMENT for c in spaced)


def width(words: str, size: float, *, bold: bool = False) -> float:
    """Width in points of one line."""
    return float(pdfmetrics.stringWidth(words, BOLD if bold else NORMAL, size))


def _folder() -> Path:
    """Where matplotlib keeps its fonts; it is found without being loaded, which would take half a second."""
    found = find_spec("matplotlib")
    if found is None or found.origin is None:
        raise FileNotFoundError("The fonts of reports come with matplotlib, which is not installed.")
    return Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"
