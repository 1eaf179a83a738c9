"""What sources say of single instruments: daily bars, corporate actions, quotes, reported facts, and what is wrong with them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal

import numpy as np

from advisor.domain.market import Dates, Floats, Provenance


class InstrumentKind(StrEnum):
    """What an instrument is, as far as a source tells."""

    STOCK = "stock"
    ETF = "etf"
    FUND = "fund"
    INDEX = "index"
    CURRENCY = "currency"
    COMMODITY = "commodity"
    RATE = "rate"
    CRYPTO = "crypto"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class InstrumentRecord:
    """An instrument as one source knows it; `source` and `symbol` together are its identity. Empty text means unknown.

    `currency` is an ISO 4217 code, never a hundredth of one (pence are turned into pounds at the edge). `exchange` is the code
    of its calendar in exchange_calendars ("XNYS", "XBOM"). `asset_class` is a value of `AssetClass` where a universe gives one.
    """

    source: str
    symbol: str
    name: str
    kind: InstrumentKind = InstrumentKind.OTHER
    currency: str = ""
    exchange: str = ""
    isin: str = ""
    sector: str = ""
    asset_class: str = ""


@dataclass(frozen=True, slots=True)
class CorporateAction:
    """A split (`value` = new shares per old one: 4.0 for 4-for-1) or a cash dividend per share, on its ex-day.

    Dividends are in the share count of today (split-adjusted), as the bars are.
    """

    day: date
    kind: Literal["split", "dividend"]
    value: float


@dataclass(frozen=True)
class Bars:
    """Daily bars of one instrument, all arrays (T,), dates strictly ascending; NaN means unknown, never zero.

    Open, high, low and close are adjusted for splits and for nothing else; volume likewise. `adj_close` is also adjusted for
    dividends where `total_return`, scaled so that the last one equals the last close; else it equals the close. Only commodity
    futures and rates may have prices of zero or less.
    """

    record: InstrumentRecord
    dates: Dates
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    adj_close: Floats
    volume: Floats
    fetched_at: datetime
    actions: tuple[CorporateAction, ...] = ()
    total_return: bool = True

    def __len__(self) -> int:
        """The number of days."""
        return len(self.dates)

    def between(self, first: date | None, last: date | None) -> Bars:
        """The bars from `first` to `last`, both included; actions in the same span. Prices keep their scale."""
        kept = np.ones(len(self), bool)
        if first is not None:
            kept &= self.dates >= np.datetime64(first)
        if last is not None:
            kept &= self.dates <= np.datetime64(last)
        actions = tuple(
            item for item in self.actions if (first is None or item.day >= first) and (last is None or item.day <= last)
        )
        columns = {name: getattr(self, name)[kept] for name in COLUMNS}
        return replace(self, dates=self.dates[kept], actions=actions, **columns)

    def as_seen_on(self, day: date, findings: Sequence[Finding] = ()) -> Bars:
        """The bars as they stood on `day`: nothing later, splits after it undone, dividends after it taken out of `adj_close`.

        Sources restate the past with every split and dividend. Without this the scale of an old price would tell the future. So
        would that of a repair by scale among the `findings` whose cause came after the day.
        """
        seen = self.between(None, day)
        if not len(seen):
            return seen
        factor = float(np.prod([item.value for item in self.actions if item.kind == "split" and item.day > day]))
        repaired = repaired_since(seen.dates[-1].item(), self.actions, findings)
        # The last day with both: on the last day of all the price may be unknown.
        priced = np.flatnonzero(np.isfinite(seen.close) & np.isfinite(seen.adj_close) & (seen.adj_close != 0))
        rebase = float(seen.close[priced[-1]] / seen.adj_close[priced[-1]]) if len(priced) else 1.0
        prices = {name: getattr(seen, name) * (factor / repaired) for name in ("open", "high", "low", "close")}
        actions = tuple(
            replace(item, value=item.value * factor) if item.kind == "dividend" else item for item in seen.actions
        )
        return replace(
            seen,
            adj_close=seen.adj_close * (rebase * factor / repaired),
            volume=seen.volume / factor,
            actions=actions,
            **prices,
        )


_NEAR_SPLIT = timedelta(days=10)  # sources date splits by ex-day, payment or notice


def repaired_since(last: date, actions: Sequence[CorporateAction], findings: Sequence[Finding]) -> float:
    """What prices up to the session `last` were multiplied by in repairs whose cause, a change of scale, came after that session.

    Repairs for a split that is listed do not count: with it undone, prices stand as they were paid.
    """
    return math.prod(
        item.factor
        for item in findings
        if item.treatment is Treatment.REPAIRED
        and item.factor
        and item.first <= last <= item.last
        and not any(act.kind == "split" and abs(act.day - item.last) <= _NEAR_SPLIT for act in actions)
    )


COLUMNS = ("open", "high", "low", "close", "adj_close", "volume")


@dataclass(frozen=True)
class PriceHistory:
    """Bars with where they come from, as the advisor may show them. `findings` are known faults of these bars.

    `rescaled` says that the closes are not what was paid on their days: they were adjusted for splits and dividends that came
    later, and the source does not say by how much. Changes are right, a level is not a price.
    """

    bars: Bars
    provenance: Provenance
    findings: tuple[Finding, ...] = ()
    rescaled: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """The last known price of an instrument, in its currency, at `at` (UTC; a day's close carries the session's end)."""

    record: InstrumentRecord
    price: float
    at: datetime
    previous_close: float | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure of a financial statement. `reported` is the day it became known; None where the source does not tell.

    `item` is one of `FACT_ITEMS`; `value` is in `currency` (shares and ratios have none). `months` is the span it covers, 12
    for a year, 3 for a quarter, 0 for a point in time.
    """

    item: str
    period_end: date
    value: float
    months: int
    reported: date | None = None
    currency: str = ""


FACT_ITEMS = (
    "revenue",
    "net_income",
    "equity",
    "total_assets",
    "total_liabilities",
    "total_debt",
    "cash",
    "operating_income",
    "interest_expense",
    "current_assets",
    "current_liabilities",
    "retained_earnings",
    "operating_cash_flow",
    "capital_expenditure",
    "gross_profit",
    "shares",
    "eps_diluted",
)


class FindingKind(StrEnum):
    """What can be wrong with bars."""

    GAP = "gap"
    STALE_RUN = "stale_run"
    UNADJUSTED_SPLIT = "unadjusted_split"
    SCALE_BREAK = "scale_break"
    NEGATIVE_PRICE = "negative_price"
    PHANTOM_SESSION = "phantom_session"
    DUPLICATE_DATE = "duplicate_date"
    MIXED_ADJUSTMENT = "mixed_adjustment"
    IMPOSSIBLE_BAR = "impossible_bar"
    MISSING_PRICE = "missing_price"
    PRICE_LIMIT = "price_limit"
    SURVIVORSHIP = "survivorship"


class Treatment(StrEnum):
    """What was done about it: left as it is, mended with a record, or the days concerned not stored at all."""

    KEPT = "kept"
    REPAIRED = "repaired"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with an instrument's bars, what was done about it, and a plain sentence on it.

    `first` and `last` are the days concerned, `count` how many. `factor` is what prices before or on these days were multiplied
    by where the treatment is a repair by scale, so that it can be taken back.
    """

    kind: FindingKind
    treatment: Treatment
    first: date
    last: date
    count: int
    detail: str
    factor: float | None = None

    def known_on(self, last: date) -> bool:
        """Whether it could be found in bars up to the session `last`. A change of scale shows on the session after its days."""
        return self.last < last or (self.last == last and self.treatment is not Treatment.REPAIRED)

    def covers(self, other: Finding) -> bool:
        """Whether the other tells nothing that this one does not: the same fault and treatment, on days within these."""
        same = (self.kind, self.treatment, self.factor) == (other.kind, other.treatment, other.factor)
        return same and self.first <= other.first and other.last <= self.last and other.count <= self.count


@dataclass(frozen=True, slots=True)
class DailyLimit:
    """How far an exchange lets a price move in a day: a fraction of the close before, from `since` on (None: always)."""

    fraction: float
    since: date | None = None


@dataclass(frozen=True)
class Observations:
    """A macro series as a source gives it: `values` (T,) of the periods that begin on `days` (T,), known from `known_from` (T,) on.

    `estimated` says that the days of publication were computed from the usual lag, because the source does not tell them.
    The same day may come several times with later `known_from`: revisions.
    """

    series: str
    source: str
    days: Dates
    values: Floats
    known_from: Dates
    estimated: bool
    fetched_at: datetime


@dataclass(frozen=True)
class Closes:
    """The least that panels need of an instrument: days (T,), close and adjusted close (T,)."""

    days: Dates = field(default_factory=lambda: np.empty(0, "datetime64[D]"))
    close: Floats = field(default_factory=lambda: np.empty(0))
    adj_close: Floats = field(default_factory=lambda: np.empty(0))
