"""What the advisor knows of the market: instruments, price panels, interest rates, and where all of it came from."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Dates = NDArray[np.datetime64]


class AssetGroup(StrEnum):
    """The broad kinds an investor thinks in."""

    EQUITY = "equity"
    BOND = "bond"
    COMMODITY = "commodity"
    REAL_ESTATE = "real_estate"
    CASH = "cash"


class AssetClass(StrEnum):
    """The classes an allocation is made of.

    A universe holds some of them. Outside the US dollar shares are cut differently: `WORLD_EQUITY` is one fund of all rich
    countries, `HOME_EQUITY` the largest companies of the currency's own country or region, `HOME_MID_EQUITY` the next largest ones,
    `FOREIGN_EQUITY` shares abroad beside a home market. The Treasury classes are bonds of the currency's own states.
    """

    US_EQUITY = "us_equity"
    DEVELOPED_EQUITY = "developed_equity"
    EMERGING_EQUITY = "emerging_equity"
    WORLD_EQUITY = "world_equity"
    HOME_EQUITY = "home_equity"
    HOME_MID_EQUITY = "home_mid_equity"
    FOREIGN_EQUITY = "foreign_equity"
    TREASURY_SHORT = "treasury_short"
    TREASURY_MEDIUM = "treasury_medium"
    TREASURY_LONG = "treasury_long"
    TIPS = "tips"
    CREDIT = "credit"
    AGGREGATE_BOND = "aggregate_bond"
    GOLD = "gold"
    SILVER = "silver"
    COMMODITIES = "commodities"
    REAL_ESTATE = "real_estate"
    CASH = "cash"

    @property
    def group(self) -> AssetGroup:
        """The broad kind this class belongs to."""
        if self.value.endswith("_equity"):
            return AssetGroup.EQUITY
        if self in (AssetClass.GOLD, AssetClass.SILVER, AssetClass.COMMODITIES):
            return AssetGroup.COMMODITY
        if self is AssetClass.REAL_ESTATE:
            return AssetGroup.REAL_ESTATE
        return AssetGroup.CASH if self is AssetClass.CASH else AssetGroup.BOND


@dataclass(frozen=True, slots=True)
class Instrument:
    """Something that can be held.

    `expense_ratio` and `spread` are fractions (0.0003 = 0.03 % per year; spread is the full bid-ask width);
    None means unknown, never zero. `income_note` says where income not in the prices was estimated. `prior` is the instrument's
    points in the universe's market portfolio (any scale). `exchange` is its calendar's code, `domicile` a country's ISO code.
    What is not `tradable` is a computed level that nobody can buy.
    """

    symbol: str
    name: str
    asset_class: AssetClass
    currency: str
    expense_ratio: float | None = None
    spread: float | None = None
    income_note: str = ""
    prior: float | None = None
    isin: str = ""
    exchange: str = ""
    domicile: str = ""
    distribution: Literal["accumulating", "distributing", ""] = ""
    tradable: bool = True


@dataclass(frozen=True, slots=True)
class Attempt:
    """One source that was tried, and what came of it ("ok", or the reason why not)."""

    source: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where numbers came from. Every reply with numbers says `title`.

    `rehearsal` is true for data too old to act on: its pictures carry a watermark and no shopping list is offered.
    `attempts` is the chain of sources tried, the last one being the one used.
    """

    source: str
    title: str
    first: date
    last: date
    rehearsal: bool
    notes: tuple[str, ...] = ()
    attempts: tuple[Attempt, ...] = ()


@dataclass(frozen=True)
class Series:
    """One daily series up to and including the as-of date.

    `levels` are total-return levels where `total_return`, else plain prices; finite and positive. `dates` ascend strictly.
    `unit` says whether they are money in `currency`, or points (an index, a rate, a computed level).
    """

    symbol: str
    name: str
    currency: str
    dates: Dates
    levels: Floats
    total_return: bool
    provenance: Provenance
    unit: Literal["money", "points"] = "money"


@dataclass(frozen=True, slots=True)
class Rates:
    """Interest rates known at `as_of`, as fractions per year.

    `bill` is the 3-month Treasury bill's yield, `ten_year` the 10-year Treasury's, `inflation` the expected inflation
    with `inflation_note` saying what it rests on.
    """

    as_of: date
    bill: float
    ten_year: float
    inflation: float
    inflation_note: str
    source: str


@dataclass(frozen=True)
class MarketSnapshot:
    """Everything one plan is computed from, content-addressed, so that the plan can be replayed when sources change.

    `dates` (T,) ascend strictly; `levels` (T, n) are total-return levels in the columns of `instruments`, NaN before an
    instrument's first day and nowhere else. Exactly one instrument is cash. Nothing is later than `provenance.last`.
    `price_index` (M,) with `price_index_months` (M,) is the monthly consumer price index, empty where the source has none.
    """

    currency: str
    instruments: tuple[Instrument, ...]
    dates: Dates
    levels: Floats
    rates: Rates
    provenance: Provenance
    price_index_months: Dates = field(default_factory=lambda: np.empty(0, "datetime64[M]"))
    price_index: Floats = field(default_factory=lambda: np.empty(0))

    @property
    def symbols(self) -> tuple[str, ...]:
        """Symbols in column order."""
        return tuple(instrument.symbol for instrument in self.instruments)

    @property
    def cash_column(self) -> int:
        """Column of the one cash instrument."""
        return next(i for i, item in enumerate(self.instruments) if item.asset_class is AssetClass.CASH)

    def header(self) -> dict[str, Any]:
        """All but the arrays, as JSON-able values."""
        return {
            "currency": self.currency,
            "instruments": [asdict(item) for item in self.instruments],
            "rates": asdict(self.rates),
            "provenance": asdict(self.provenance),
        }

    @cached_property
    def digest(self) -> str:
        """SHA-256 over header and arrays: the plan's data hash. Which sources were tried does not change the data."""
        header = self.header()
        header["provenance"].pop("attempts")
        state = hashlib.sha256(json.dumps(header, sort_keys=True, default=str).encode())
        for array, kind in (
            (self.dates, "<M8[D]"),
            (self.levels, "<f8"),
            (self.price_index_months, "<M8[M]"),
            (self.price_index, "<f8"),
        ):
            state.update(str(array.shape).encode())
            state.update(np.ascontiguousarray(array.astype(kind)).tobytes())
        return state.hexdigest()
