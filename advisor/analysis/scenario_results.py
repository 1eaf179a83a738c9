"""What is held, and what a scenario does to it: part by part, with what each part rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum
from typing import Any

import numpy as np

from advisor.analysis.returns import weekly_returns
from advisor.domain.errors import InvalidInput
from advisor.domain.investor import Reason
from advisor.domain.market import AssetClass, Dates, Floats
from advisor.domain.money import Money, minor_digits

LEAST_WEEKS = 104
"""Weeks that two series must share before one is regressed on the other."""

MOST_WEEKS = 260


class Basis(StrEnum):
    """What the change of a holding rests on."""

    OWN_PRICES = "own_prices"
    CLASS = "class"
    ESTIMATE = "estimate"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Path:
    """A series of levels: `dates` (T,) ascend, `levels` (T,) are finite; prices with dividends, a price index or a yield."""

    dates: Dates
    levels: Floats


@dataclass(frozen=True)
class Holding:
    """Something held: `weight` is its fraction of the whole value, `currency` the one it is priced in.

    `path` are its own levels, dividends included where known. `duration` and `convexity` (years, years squared) and `oil` (the part
    that is oil) are the instrument's own where they are known; else those of its class count.
    """

    symbol: str
    weight: float
    asset_class: AssetClass | None = None
    currency: str = "USD"
    path: Path | None = None
    duration: float | None = None
    convexity: float | None = None
    oil: float | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one holding: a simple fraction, None where nobody knows, and why it is so."""

    change: float | None
    basis: Basis
    notes: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A holding in a scenario. `contribution` is weight x change, a fraction of the whole; `amount` the same in money."""

    symbol: str
    weight: float
    change: float | None
    contribution: float | None
    basis: Basis
    notes: tuple[Reason, ...]
    amount: Money | None = None


@dataclass(frozen=True)
class ScenarioResult:
    """What a scenario does to a portfolio.

    `change` is the sum of the known contributions, a fraction of the whole value, negative for a loss; None where nothing is known.
    It speaks for `covered` of the weight and takes no view of the rest. `amount` is the change in money, the sum of its parts.
    `definition` is a key; `start` and `end` are the days of a historical scenario.
    """

    id: str
    definition: str
    change: float | None
    covered: float
    parts: tuple[Part, ...]
    amount: Money | None = None
    start: date | None = None
    end: date | None = None

    @property
    def unknown(self) -> tuple[str, ...]:
        """Symbols of the parts nobody knows about."""
        return tuple(part.symbol for part in self.parts if part.basis is Basis.UNKNOWN)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "id": self.id,
            "definition": self.definition,
            "change": self.change,
            "covered": self.covered,
            "amount": self.amount.to_json() if self.amount else None,
            "start": self.start.isoformat() if self.start else None,
            "end": self.end.isoformat() if self.end else None,
            "unknown": list(self.unknown),
            "parts": [_part_json(part) for part in self.parts],
        }


def checked(holdings: Sequence[Holding]) -> Sequence[Holding]:
    """The holdings as they are.

    Raises:
        InvalidInput: if there are none, a weight is negative, or they do not sum to 1.
    """
    weights = np.array([item.weight for item in holdings])
    if not len(weights) or not np.all(np.isfinite(weights)) or np.any(weights < 0) or abs(weights.sum() - 1.0) > 1e-6:
        raise InvalidInput("Weights must not be negative and must sum to 1.", field="weights")
    return holdings


def assembled(
    name: str,
    definition: str,
    holdings: Sequence[Holding],
    changes: Sequence[Change],
    *,
    amount: Money | None,
    days: tuple[date, date] | None = None,
) -> ScenarioResult:
    """The result of a scenario from what became of each holding; money in parts that sum to the whole to the smallest unit."""
    contributions = [
        None if change.change is None else item.weight * change.change
        for item, change in zip(holdings, changes, strict=True)
    ]
    known = [value for value in contributions if value is not None]
    in_money = _in_money(contributions, amount)
    parts = tuple(
        Part(item.symbol, item.weight, change.change, value, change.basis, change.notes, money)
        for item, change, value, money in zip(holdings, changes, contributions, in_money, strict=True)
    )
    total = sum((part.amount.amount for part in parts if part.amount), Decimal(0))
    return ScenarioResult(
        id=name,
        definition=definition,
        change=float(np.sum(known)) if known else None,
        covered=float(
            sum(item.weight for item, value in zip(holdings, contributions, strict=True) if value is not None)
        ),
        parts=parts,
        amount=Money(total, amount.currency) if amount and known else None,
        start=days[0] if days else None,
        end=days[1] if days else None,
    )


def common_weeks(paths: Sequence[Path]) -> tuple[Floats, int] | None:
    """Levels (W, k) of several series at the ends of the weeks they share, the last five years at most; None for too few.

    Series are joined on the days that all of them have.
    """
    days = paths[0].dates.astype("datetime64[D]")
    for path in paths[1:]:
        days = np.intersect1d(days, path.dates.astype("datetime64[D]"), assume_unique=True)
    if len(days) < LEAST_WEEKS:
        return None
    columns = [path.levels[np.isin(path.dates.astype("datetime64[D]"), days)] for path in paths]
    marks = weekly_returns(days, np.ones((len(days), 1))).ends
    rows = np.searchsorted(days, marks)[-MOST_WEEKS - 1 :]
    if len(rows) <= LEAST_WEEKS:
        return None
    return np.column_stack(columns)[rows], len(rows) - 1


def _in_money(contributions: Sequence[float | None], amount: Money | None) -> list[Money | None]:
    """Each contribution in money: rounded down, then the units left over go to the largest remainders."""
    if amount is None:
        return [None] * len(contributions)
    unit = Decimal(1).scaleb(-minor_digits(amount.currency))
    exact = [None if value is None else amount.amount * Decimal(repr(float(value))) / unit for value in contributions]
    down = [None if value is None else value.to_integral_value(ROUND_FLOOR) for value in exact]
    rests = [
        (value - low, -i)
        for i, (value, low) in enumerate(zip(exact, down, strict=True))
        if value is not None and low is not None
    ]
    left = int(sum((rest for rest, _ in rests), Decimal(0)).to_integral_value())
    lifted = {-i for _, i in sorted(rests, reverse=True)[:left]}
    return [None if low is None else Money((low + (i in lifted)) * unit, amount.currency) for i, low in enumerate(down)]


def _part_json(part: Part) -> dict[str, Any]:
    return {
        "symbol": part.symbol,
        "weight": part.weight,
        "change": part.change,
        "contribution": part.contribution,
        "basis": part.basis.value,
        "amount": part.amount.to_json() if part.amount else None,
        "notes": [{"key": note.key, "values": note.values, "effect": note.effect} for note in part.notes],
    }
