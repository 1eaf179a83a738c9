"""Five fundamental features, from statements as they were known and dividends as they were paid.

Point in time: a figure counts from the end of the day it became known, a restatement from its own publication. Nothing is filled
backwards, and a figure whose period ended too long ago counts no more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import numpy as np

from advisor.analysis.features.known import check
from advisor.analysis.features.registry import FUNDAMENTAL, Features
from advisor.analysis.features.statements import Figure, PublicationLag, Statements, chronicle
from advisor.domain.bars import Bars, Fact, InstrumentKind
from advisor.domain.market import Floats

STALE_AFTER = 500
"""Days from a period's end after which its figure counts no more: a year, the 90 days of an annual report, and six weeks' delay."""

_YEAR = np.timedelta64(365, "D")
_PAYING = (InstrumentKind.STOCK, InstrumentKind.ETF, InstrumentKind.FUND)


def fundamental(
    bars: Bars, facts: Sequence[Fact], *, lag: PublicationLag | None = None, stale_after: int = STALE_AFTER
) -> Features:
    """The features of `FUNDAMENTAL` for each day of the bars, NaN where they cannot be known. docs/features.md has the formulas.

    `facts` may hold several figures of one period: restatements. A fact without its day of publication is left out, unless `lag`
    says after how many days to assume it. Price by earnings is unknown for a loss, what is divided by equity for equity of zero or
    less, and anything between figures in two currencies (an empty code is taken for the other's). Share counts are in the shares of
    the day they became known, as filings restate them; splits after that day are applied, so that `bars.actions` must hold every
    split the prices are adjusted for (`Bars.as_seen_on` keeps that, `Bars.between` with a last day does not).

    Raises:
        InvalidInput: if the bars break the promises of `Bars`.
    """
    check(bars)
    days = bars.dates.astype("datetime64[D]")
    columns = {item.name: np.full(len(bars), np.nan) for item in FUNDAMENTAL}
    known, published = Statements(), list(chronicle(facts, lag))
    for at, (since, fact) in enumerate(published):
        if np.isfinite(fact.value):
            known.learn(fact, since)
        if at + 1 < len(published) and published[at + 1][0] == since:
            continue  # all that one day brought counts together
        first = int(np.searchsorted(days, np.datetime64(since)))
        for name, values in _ratios(known, bars, first, stale_after).items():
            columns[name][first:] = values
    columns["dividend_yield"] = _dividend_yield(bars)
    names = tuple(item.name for item in FUNDAMENTAL)
    return Features(bars.dates, names, np.column_stack([columns[name] for name in names]))


def _ratios(known: Statements, bars: Bars, first: int, stale_after: int) -> dict[str, Floats]:
    """The statement ratios from row `first` on, as they are until something else becomes known."""
    income, equity = known.trailing_year("net_income"), known.latest("equity")
    shares, debts = known.latest("shares"), known.latest_pair("total_liabilities", "total_assets")
    days, close = bars.dates[first:].astype("datetime64[D]"), bars.close[first:]

    def ratio(figures: tuple[Figure | None, ...], compute: Callable[..., Floats | float]) -> Floats:
        values = np.full(len(days), np.nan)
        there = [figure for figure in figures if figure is not None]
        if len(there) < len(figures):
            return values
        fresh = days <= np.datetime64(min(figure.period_end for figure in there) + timedelta(days=stale_after))
        with np.errstate(over="ignore"):  # by a profit of next to nothing: no number, and no ratio either
            computed = np.broadcast_to(compute(*there), values.shape)
        told = fresh & np.isfinite(computed)
        values[told] = computed[told]
        return values

    def per_share(figure: Figure, count: Figure) -> Floats | float:
        if figure.value <= 0 or count.value <= 0 or _differ(figure.currency, bars.record.currency):
            return np.nan
        value: Floats = close * (count.value * _splits_after(bars, count.since)) / figure.value
        return value

    return {
        "price_earnings": ratio((income, shares), per_share),
        "price_book": ratio((equity, shares), per_share),
        "return_on_equity": ratio((income, equity), _part),
        "leverage": ratio(debts or (None, None), _part),
    }


def _part(part: Figure, whole: Figure) -> float:
    if whole.value <= 0 or _differ(part.currency, whole.currency):
        return np.nan
    return part.value / whole.value


def _differ(currency: str, other: str) -> bool:
    return bool(currency and other and currency != other)


def _splits_after(bars: Bars, day: date) -> float:
    return float(np.prod([item.value for item in bars.actions if item.kind == "split" and item.day > day]))


def _dividend_yield(bars: Bars) -> Floats:
    """Dividends of the 365 days up to each day, by that day's close; unknown until a year of prices is there.

    A year without dividends is 0 only for what can pay them and where the source knows of them (`total_return`).
    """
    days = bars.dates.astype("datetime64[D]")
    paid = sorted((item.day, item.value) for item in bars.actions if item.kind == "dividend")
    ex_days = np.array([day for day, _ in paid], "datetime64[D]")
    amounts = np.array([amount for _, amount in paid], np.float64)
    first = np.searchsorted(ex_days, days - _YEAR, side="right")
    last = np.searchsorted(ex_days, days, side="right")
    # Summed year by year: differences of a running sum would leave rounding behind where nothing was paid.
    trailing = np.array([amounts[a:b].sum() for a, b in zip(first, last, strict=True)], np.float64)
    told = (last > first) | (bars.total_return and bars.record.kind in _PAYING)
    whole_year = days >= days[:1] + _YEAR if len(days) else np.empty(0, bool)
    values = np.full(len(bars), np.nan)
    np.divide(trailing, bars.close, out=values, where=told & whole_year & (bars.close > 0))
    return values
