"""Prices of any instruments on common days, content-addressed: what an analysis outside a plan is computed from."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from advisor.domain.market import AssetClass, Dates, Floats, Rates
from advisor.domain.plan import canonical_json


@dataclass(frozen=True, slots=True)
class Member:
    """One instrument of a panel.

    `asset_class` and `prior` (points in the market portfolio) are None for what is not part of a universe of plans. `price` is
    the last price in the panel's currency, None for what cannot be bought by the piece. `source` and `title` say where its
    prices come from, `total_return` whether they hold dividends.
    """

    symbol: str
    name: str
    asset_class: AssetClass | None
    prior: float | None
    price: float | None
    total_return: bool
    source: str
    title: str


@dataclass(frozen=True)
class PricePanel:
    """Levels of instruments of one currency up to a day.

    `dates` (T,) ascend strictly; `levels` (T, n) are in the columns of `members`, NaN before an instrument's first day and
    nowhere else. `benchmark_levels` (T,) likewise, all NaN where the currency's `benchmark` has no prices ("" is none).
    `rehearsal`: some prices are too old to act on. `notes` say what a reader of the figures has to know.
    """

    currency: str
    members: tuple[Member, ...]
    dates: Dates
    levels: Floats
    benchmark: str
    benchmark_levels: Floats
    rates: Rates
    rehearsal: bool
    notes: tuple[str, ...] = ()

    @property
    def symbols(self) -> tuple[str, ...]:
        """Symbols in column order."""
        return tuple(item.symbol for item in self.members)

    @property
    def as_of(self) -> date:
        """The last day with prices."""
        return date.fromisoformat(str(self.dates[-1].astype("datetime64[D]")))

    @property
    def source(self) -> str:
        """Where the prices come from, in words; several sources one after the other."""
        return "; ".join(dict.fromkeys(item.title for item in self.members))

    def header(self) -> dict[str, Any]:
        """All but the arrays, as JSON values."""
        rates = asdict(self.rates) | {"as_of": self.rates.as_of.isoformat()}
        return {
            "currency": self.currency,
            "members": [asdict(item) for item in self.members],
            "benchmark": self.benchmark,
            "rates": rates,
            "rehearsal": self.rehearsal,
            "notes": list(self.notes),
        }

    @cached_property
    def digest(self) -> str:
        """SHA-256 over header and arrays: the data hash of what is computed from it."""
        state = hashlib.sha256(canonical_json(self.header()))
        for array, kind in ((self.dates, "<M8[D]"), (self.levels, "<f8"), (self.benchmark_levels, "<f8")):
            state.update(str(array.shape).encode())
            state.update(np.ascontiguousarray(array.astype(kind)).tobytes())
        return state.hexdigest()
