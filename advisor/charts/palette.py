"""Colours, each as a pair (on light, on dark), so that one picture can follow the reader's theme.

Hues are those of Okabe and Ito (2008), told apart with every common colour-vision deficiency. A kind of asset keeps its hue in
every picture; its members are shades of it, from deep to pale. Text is only ever drawn in ink or muted ink.
"""

from __future__ import annotations

Colour = tuple[str, str]

BACKGROUND: Colour = ("#ffffff", "#15181d")
INK: Colour = ("#1f2430", "#eef1f5")
MUTED: Colour = ("#596271", "#aab3c0")
GRID: Colour = ("#e2e6eb", "#2e343d")
AXIS: Colour = ("#b9c0ca", "#4d5664")

BLUE: Colour = ("#0072b2", "#55b4ec")
VERMILLION: Colour = ("#d55e00", "#f28b4d")
GREEN: Colour = ("#009e73", "#2fc497")
PURPLE: Colour = ("#b8578f", "#e39ac4")
ORANGE: Colour = ("#d99600", "#f3bd4c")
GREY: Colour = ("#7b8695", "#8f9aa9")
SERIES = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, GREY)

# A projection's bands from the widest to the narrowest.
BANDS: tuple[Colour, ...] = (("#dcebf5", "#1a2f40"), ("#bcdaec", "#1d4763"), ("#8fc1e0", "#236390"))

# (deep, pale) ends of each kind's shades.
_GROUPS: dict[str, tuple[Colour, Colour]] = {
    "equity": (("#00609a", "#2f8fd0"), ("#9fcfec", "#b4ddf6")),
    "bond": (("#00805d", "#1fa881"), ("#9adcc6", "#b0e6d4")),
    "commodity": (("#d08700", "#e8a820"), ("#f6d48a", "#f9e0a8")),
    "real_estate": (("#b8578f", "#d680b2"), ("#e9bcd6", "#f2d2e4")),
    "cash": (("#8a94a2", "#7d8796"), ("#c6ccd4", "#b4bcc7")),
}
_OTHER: tuple[Colour, Colour] = (("#c05200", "#e57a38"), ("#f3b88f", "#f7cdb0"))


def shades(group: str, count: int) -> list[Colour]:
    """`count` shades of an asset group's hue, deep to pale; an unknown group gets vermillion.

    Few members stay near the deep end: a single one has the hue itself.
    """
    deep, pale = _GROUPS.get(group, _OTHER)
    reach = max(count - 1, 3)
    return [(_mix(deep[0], pale[0], i / reach), _mix(deep[1], pale[1], i / reach)) for i in range(count)]


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _mix(start: str, end: str, share: float) -> str:
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(_rgb(start), _rgb(end), strict=True))


def _luminance(colour: str) -> float:
    linear = [(c / 255 / 12.92) if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in _rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
