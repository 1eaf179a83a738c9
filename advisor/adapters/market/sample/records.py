"""The embedded sample's instruments as records and bars."""

from __future__ import annotations

from datetime import UTC, datetime, time

import numpy as np

from advisor.adapters.market.naming import Candidates
from advisor.adapters.market.universes.loader import Universe
from advisor.domain.alignment import as_date
from advisor.domain.bars import Bars, InstrumentKind, InstrumentRecord
from advisor.domain.market import Series

SAMPLE = "sample"
# What is not a share: computed levels and indices nobody can buy, two real funds, and the indicators.
_KINDS = {
    "EFA": InstrumentKind.ETF,
    "EEM": InstrumentKind.ETF,
    "US-EQUITY": InstrumentKind.INDEX,
    "UST-2Y": InstrumentKind.INDEX,
    "UST-8Y": InstrumentKind.INDEX,
    "UST-25Y": InstrumentKind.INDEX,
    "CASH": InstrumentKind.INDEX,
    "SP500": InstrumentKind.INDEX,
    "NASDAQ": InstrumentKind.INDEX,
    "VIX": InstrumentKind.INDEX,
    "WTI": InstrumentKind.COMMODITY,
    "US10Y": InstrumentKind.RATE,
}


def sample_records(universe: Universe) -> dict[str, InstrumentRecord]:
    """Every instrument and indicator of the sample by symbol. Its days are those of New York."""
    classes = {item.symbol: item.asset_class.value for item in universe.instruments}
    return {
        item.symbol: InstrumentRecord(
            source=SAMPLE,
            symbol=item.symbol,
            name=item.name,
            kind=_KINDS.get(item.symbol, InstrumentKind.STOCK),
            currency=universe.currency,
            exchange="XNYS",
            asset_class=classes.get(item.symbol, ""),
        )
        for item in universe.named()
    }


def sample_candidates(universe: Universe) -> Candidates:
    """All records with their other names, ready to be searched."""
    records = sample_records(universe)
    return Candidates((records[item.symbol], item.also) for item in universe.named())


def bars_of(universe: Universe, series: Series) -> Bars:
    """The series as bars: levels stand for closes and adjusted closes, since the sample holds nothing else."""
    unknown = np.full(len(series.dates), np.nan)
    unknown.flags.writeable = False
    return Bars(
        record=sample_records(universe)[series.symbol],
        dates=series.dates,
        open=unknown,
        high=unknown,
        low=unknown,
        close=series.levels,
        adj_close=series.levels,
        volume=unknown,
        # The file never changes: what it says was known once its last day was over.
        fetched_at=datetime.combine(as_date(series.dates[-1]), time.max, UTC),
        total_return=series.total_return,
    )
