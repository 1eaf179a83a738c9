"""The nineteen features of an instrument on a day: what was known of it at the end of that day."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

import numpy as np

from advisor.analysis.features.registry import FEATURES, Feature
from advisor.domain.bars import Bars, Fact, InstrumentRecord, PriceHistory
from advisor.domain.market import Provenance
from advisor.ports.history import HistoryStore
from advisor.ports.system import Offload

_NO_STATEMENTS = "No statements of this company are stored that were known by then, so what is made of them is unknown."


@dataclass(frozen=True)
class FeatureRow:
    """Features on the last day with bars up to the day asked for; None is unknown, never zero."""

    record: InstrumentRecord
    provenance: Provenance
    day: date
    values: tuple[tuple[Feature, float | None], ...]
    notes: tuple[str, ...] = ()


class Histories(Protocol):
    """What is needed of the use cases of instruments."""

    async def day(self, as_of: date | None) -> date:
        """The day that prices are seen on."""
        ...

    async def history(self, symbol: str, as_of: date | None = None) -> PriceHistory:
        """All daily bars up to `as_of`."""
        ...


class FeatureService:
    """Features from stored prices and statements, computed in a helper process: TA-Lib loads pandas."""

    def __init__(self, instruments: Histories, store: HistoryStore, offload: Offload) -> None:
        self._instruments = instruments
        self._store = store
        self._offload = offload

    async def on(self, symbol: str, as_of: date | None = None) -> FeatureRow:
        """The features at the end of `as_of`, at most of the market's last day.

        Raises:
            UnknownSymbol, NotEnoughHistory, SourceUnavailable: from the market.
        """
        day = await self._instruments.day(as_of)
        history = await self._instruments.history(symbol, day)
        record = history.bars.record
        facts = await self._store.facts(record.source, record.symbol, day)
        bars = replace(history.bars, total_return=_tells_dividends(history))
        values = await self._offload.process(last_row, bars, facts)
        return FeatureRow(
            record=record,
            provenance=history.provenance,
            day=bars.dates[-1].item(),
            values=tuple((FEATURES[name], value if math.isfinite(value) else None) for name, value in values),
            notes=(*history.provenance.notes, *(() if facts else (_NO_STATEMENTS,))),
        )


def last_row(bars: Bars, facts: Sequence[Fact]) -> tuple[tuple[str, float], ...]:
    """Every feature with its value on the last day of the bars, NaN where it is unknown."""
    from advisor.analysis.features.fundamental import fundamental  # noqa: PLC0415 - for the helper process only
    from advisor.analysis.features.technical import technical  # noqa: PLC0415 - brings TA-Lib and pandas

    tables = (technical(bars), fundamental(bars, facts))
    return tuple(
        (name, float(value)) for table in tables for name, value in zip(table.names, table.values[-1], strict=True)
    )


def _tells_dividends(history: PriceHistory) -> bool:
    """Whether "no dividend" means that none was paid. Where they are in the adjusted prices alone, it does not."""
    bars = history.bars
    if not bars.total_return or history.rescaled:
        return False
    named = any(item.kind == "dividend" for item in bars.actions)
    return named or bool(np.allclose(bars.adj_close, bars.close, rtol=1e-9, atol=0.0, equal_nan=True))
