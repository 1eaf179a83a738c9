"""Pictures as data: a spec holds everything that is drawn. Two equal specs give the same picture."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Donut:
    """Parts of a whole. `slices` are (label, fraction, asset group); fractions sum to 1. `centre` is the text in the hole."""

    kind: ClassVar[str] = "donut"
    slices: tuple[tuple[str, float, str], ...]
    centre: str = ""
    watermark: str = ""


@dataclass(frozen=True, slots=True)
class Fan:
    """A projection. `bands` maps percentiles ("p5".."p95") to one value per entry of `years`; `paid_in` is what was put in.

    Values are money in `currency`, in today's money where `real`.
    """

    kind: ClassVar[str] = "fan"
    years: tuple[float, ...]
    bands: dict[str, tuple[float, ...]]
    paid_in: tuple[float, ...]
    currency: str
    target: float | None = None
    real: bool = True
    watermark: str = ""


@dataclass(frozen=True, slots=True)
class FrontierPlot:
    """Risk against return. `curve` and `points` are in fractions per year; points are (label, volatility, return)."""

    kind: ClassVar[str] = "frontier"
    curve: tuple[tuple[float, float], ...]
    points: tuple[tuple[str, float, float], ...]
    highlight: str = ""
    watermark: str = ""


@dataclass(frozen=True, slots=True)
class Lines:
    """Several series over the same dates (ISO strings). `unit` is "money", "percent" or "index"; `band` is (low, high) or None."""

    kind: ClassVar[str] = "lines"
    dates: tuple[str, ...]
    series: dict[str, tuple[float, ...]]
    unit: str
    currency: str = ""
    band: tuple[tuple[float, ...], tuple[float, ...]] | None = None
    split_at: str | None = None
    watermark: str = ""


@dataclass(frozen=True, slots=True)
class Bars:
    """Amounts side by side: (label, value), negative values point down. `unit` as in Lines."""

    kind: ClassVar[str] = "bars"
    bars: tuple[tuple[str, float], ...]
    unit: str
    currency: str = ""
    watermark: str = ""


Picture = Donut | Fan | FrontierPlot | Lines | Bars
_KINDS: dict[str, type[Picture]] = {cls.kind: cls for cls in (Donut, Fan, FrontierPlot, Lines, Bars)}


@dataclass(frozen=True, slots=True)
class ChartSpec:
    """A picture with its title, its alternative text (holding every key value) and the locale its numbers are written in."""

    name: str
    title: str
    alt: str
    picture: Picture
    locale: str = "en"

    def to_json(self) -> dict[str, Any]:
        """As JSON-able values; `from_json` is the inverse."""
        return {
            "name": self.name,
            "title": self.title,
            "alt": self.alt,
            "locale": self.locale,
            "picture": {"kind": self.picture.kind, **asdict(self.picture)},
        }

    @staticmethod
    def from_json(raw: dict[str, Any]) -> ChartSpec:
        """Inverse of `to_json`, also after a trip through JSON text (lists become tuples again)."""
        fields = {key: _frozen(value) for key, value in raw["picture"].items() if key != "kind"}
        picture = _KINDS[raw["picture"]["kind"]](**fields)
        return ChartSpec(raw["name"], raw["title"], raw["alt"], picture, raw["locale"])

    def digest(self) -> str:
        """SHA-256 of the canonical JSON: the key under which drawn pictures are cached."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()


def _frozen(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(_frozen(item) for item in value)
    if isinstance(value, dict):
        return {key: _frozen(item) for key, item in value.items()}
    return value
