"""A made-up market with names that are alike: two Tatas, three banks, gold and the shares quoted as GOLD, one name twice."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np

from advisor.adapters.market.naming import Candidates, rank
from advisor.adapters.market.sample.market import SampleMarket
from advisor.domain.bars import (
    Bars,
    CorporateAction,
    Finding,
    FindingKind,
    InstrumentKind,
    InstrumentRecord,
    PriceHistory,
    Treatment,
)
from advisor.domain.errors import NotEnoughHistory, SourceUnavailable, UnknownSymbol
from advisor.domain.market import Provenance
from advisor.ports.market import Listing

LAST = date(2024, 6, 28)
FIRST = date(2014, 1, 2)
_STOCK, _ETF = InstrumentKind.STOCK, InstrumentKind.ETF


def _record(
    symbol: str, name: str, kind: InstrumentKind = _STOCK, currency: str = "INR", isin: str = ""
) -> InstrumentRecord:
    return InstrumentRecord("bazaar", symbol, name, kind, currency, "XNSE" if currency == "INR" else "XNYS", isin)


RECORDS = (
    _record("TATAMOTORS.NS", "Tata Motors Limited"),
    _record("TATASTEEL.NS", "Tata Steel Limited"),
    _record("RELIANCE.NS", "Reliance Industries Limited", isin="INE002A01018"),
    _record("HDFCBANK.NS", "HDFC Bank Limited"),
    _record("SBIN.NS", "State Bank of India"),
    _record("BAC", "Bank of America Corporation", currency="USD"),
    _record("INFY.NS", "Infosys Limited"),
    _record("INFY", "Infosys Limited", currency="USD"),
    _record("M&M.NS", "Mahindra & Mahindra Limited"),
    _record("GC=F", "Gold futures", InstrumentKind.COMMODITY, "USD"),
    _record("GOLD", "Barrick Gold Corporation", currency="USD"),
    _record("^NSEI", "Nifty 50", InstrumentKind.INDEX),
    _record("YIELD", "Ten-year yield, percent a year", InstrumentKind.RATE, "USD"),
    _record("EURUSD=X", "Euro in dollars", InstrumentKind.CURRENCY, "USD"),
    _record("PENNY", "Penny Mines", currency="USD"),
    _record("YOUNG", "Young Fund", _ETF, "USD"),
)
_ALSO = {"GC=F": ("gold",), "^NSEI": ("nifty",)}
HIDDEN = "HIDDEN.NS"  # known by its symbol and found under no name


class Bazaar(SampleMarket):
    """The made-up market; plans still come from the sample."""

    def __init__(self) -> None:
        super().__init__()
        self.down = False
        self._names = Candidates((record, _ALSO.get(record.symbol, ())) for record in RECORDS)

    async def market_date(self, limit: date | None = None) -> date:
        self._check()
        return min(limit or LAST, LAST)

    async def search(self, text: str, limit: int = 10, *, outside: bool = True) -> tuple[InstrumentRecord, ...]:
        self._check()
        return rank(text, self._names, limit)

    async def listings(self) -> tuple[Listing, ...]:
        self._check()
        return tuple(
            Listing(item.symbol, item.name, _ALSO.get(item.symbol, ()), item.symbol == "GC=F") for item in RECORDS
        )

    async def history(self, symbol: str, as_of: date) -> PriceHistory:
        self._check()
        record = next((item for item in (*RECORDS, _record(HIDDEN, "Hidden Limited")) if item.symbol == symbol), None)
        if record is None:
            raise UnknownSymbol(f"The bazaar does not hold {symbol}.", field="symbol")
        bars = bars_of(record).as_seen_on(as_of)
        if not len(bars):
            raise NotEnoughHistory(f"There are no prices of {symbol} by then.", field="symbol")
        provenance = Provenance("bazaar", "The bazaar", bars.dates[0].item(), bars.dates[-1].item(), rehearsal=False)
        still = Finding(
            FindingKind.STALE_RUN, Treatment.KEPT, date(2020, 3, 2), date(2020, 3, 6), 5, "the same close, no trade"
        )
        return PriceHistory(bars, provenance, (still,) if symbol == "SBIN.NS" else ())

    def _check(self) -> None:
        if self.down:
            raise SourceUnavailable("The bazaar is closed.")


def bars_of(record: InstrumentRecord) -> Bars:
    """Business days from 2014 (the young fund from 2024 on) to the last day: a rise with a ripple, and a dividend each June."""
    first = np.datetime64("2024-03-01" if record.symbol == "YOUNG" else FIRST)
    days = np.arange(first, np.datetime64(LAST) + 1)
    days = days[np.is_busday(days)]
    steps = np.arange(len(days))
    scale = {"PENNY": 0.001, "YIELD": 0.02, "EURUSD=X": 0.01}.get(record.symbol, 1.0)
    close = scale * 100.0 * (1.0 + steps / 1000.0 + 0.01 * np.sin(steps / 7.0))
    paying = record.kind in (_STOCK, _ETF)
    kept = (
        1.01 ** np.array([(day.item().year + (day.item().month >= 6)) - LAST.year - 1 for day in days])
        if paying
        else 1.0
    )
    actions = tuple(CorporateAction(date(year, 6, 3), "dividend", 1.0) for year in range(2014, 2025) if paying)
    return Bars(
        record=record,
        dates=days,
        open=np.full(len(days), np.nan),
        high=close * 1.01,
        low=close * 0.99,
        close=close,
        adj_close=close * kept,
        volume=np.full(len(days), 1000.0),
        fetched_at=datetime(2024, 6, 29, tzinfo=UTC),
        actions=tuple(item for item in actions if np.datetime64(item.day) >= days[0]),
        total_return=paying,
    )
