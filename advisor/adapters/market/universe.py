"""Universes as data: which instruments a source offers in a currency, and what is known of each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

import yaml

from advisor.domain.market import AssetClass, Instrument
from advisor.ports import market as port


@dataclass(frozen=True, slots=True)
class Listing:
    """A series that is shown or forecast but is no part of a plan: a share, an index, a rate."""

    symbol: str
    name: str
    total_return: bool
    also: tuple[str, ...] = ()
    example: bool = False
    unit: Literal["money", "points"] = "money"


@dataclass(frozen=True, slots=True)
class RateSymbols:
    """Where a source's interest rates come from, and the inflation assumed (a fraction per year) with its reason."""

    bill: str
    ten_year: str
    inflation: float
    inflation_note: str


@dataclass(frozen=True, slots=True)
class Universe:
    """What a source offers in one currency. `notes` go into every provenance. Exactly one instrument is cash."""

    currency: str
    instruments: tuple[Instrument, ...]
    listings: dict[str, Listing]
    notes: tuple[str, ...]
    rates: RateSymbols | None = None

    def __post_init__(self) -> None:
        classes = [item.asset_class for item in self.instruments]
        if classes.count(AssetClass.CASH) != 1 or len(set(classes)) != len(classes):
            raise ValueError("a universe holds each class at most once, and cash exactly once")

    def named(self) -> tuple[port.Listing, ...]:
        """Everything that can be asked for by name: the listings, then the plan's instruments."""
        listed = [port.Listing(item.symbol, item.name, item.also, item.example) for item in self.listings.values()]
        return (*listed, *(port.Listing(item.symbol, item.name) for item in self.instruments))


@cache
def load_universe(name: str) -> Universe:
    """The universe `universes/<name>.yaml` of this package.

    Raises:
        ValueError: if the file breaks a rule: two instruments of a class, no cash, a cost without its source.
    """
    text = (resources.files(__package__) / "universes" / f"{name}.yaml").read_text(encoding="utf-8")
    # The C loader reads 60 lines in 2 ms, the Python one in 15; it is missing where PyYAML was built without libyaml.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    raw: dict[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 both loaders are the safe ones
    return Universe(
        currency=raw["currency"],
        instruments=tuple(_instrument(item, raw["currency"]) for item in raw["instruments"]),
        listings={item["symbol"]: _listing(item) for item in raw.get("listings", [])},
        notes=tuple(raw["notes"]),
        rates=RateSymbols(**raw["rates"]) if "rates" in raw else None,
    )


def _listing(raw: dict[str, Any]) -> Listing:
    return Listing(**(raw | {"also": tuple(raw.get("also", ()))}))


def _instrument(raw: dict[str, Any], currency: str) -> Instrument:
    if "expense_ratio" in raw and not raw.get("expense_source"):
        raise ValueError(f"{raw['symbol']} states a cost without saying where it comes from")
    return Instrument(
        symbol=raw["symbol"],
        name=raw["name"],
        asset_class=AssetClass(raw["asset_class"]),
        currency=currency,
        expense_ratio=raw.get("expense_ratio"),
        spread=raw.get("spread"),
        income_note=raw.get("income_note", ""),
    )
