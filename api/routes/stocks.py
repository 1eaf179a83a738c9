"""Prices of single instruments. Nothing here is personal, so no token is needed."""

from __future__ import annotations

import math
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query

from advisor.analysis.changes import ChangeSummary, change_summary
from advisor.analysis.periods import Interval, Period, resample, within
from advisor.domain.bars import Bars, InstrumentRecord, PriceHistory
from advisor.domain.errors import InvalidInput, MarketDataError
from api.deps import Resources
from api.errors import described
from api.schemas import (
    SYMBOL,
    ActionBody,
    BarBody,
    BatchBody,
    BatchError,
    BatchRequest,
    DailyInterval,
    FeatureBody,
    FeaturesBody,
    FindingBody,
    InstrumentBody,
    InstrumentList,
    StockBody,
    StockSummary,
)

router = APIRouter(prefix="/api/v1", tags=["stocks"])
# Of one answer: about 15 MB. More would hold up everybody else while it is written.
MOST_BARS = 100_000


@router.get("/stocks/{symbol}", responses=described(404, 422, 500, 503))
async def get_stock(
    symbol: Annotated[str, Path(pattern=SYMBOL, examples=["AAPL", "^GSPC"])],
    resources: Resources,
    period: Annotated[Period, Query(description="How far back from the last price")] = Period.ONE_YEAR,
    interval: Annotated[
        DailyInterval, Query(description="What one bar covers; daily prices are the finest")
    ] = Interval.DAY,
    as_of: Annotated[
        date | None, Query(description="As it stood on this day; later than the last price is the last price")
    ] = None,
) -> StockBody:
    """Prices, splits, dividends and a few figures of one instrument."""
    day = await resources.instruments.day(as_of)
    return _body(await resources.instruments.history(symbol, day), day, period, interval)


@router.get("/stocks/{symbol}/features", responses=described(404, 422, 500, 503))
async def get_features(
    symbol: Annotated[str, Path(pattern=SYMBOL, examples=["AAPL"])],
    resources: Resources,
    as_of: Annotated[
        date | None, Query(description="What was known on this day; later than the last price is the last price")
    ] = None,
) -> FeaturesBody:
    """Nineteen features of one instrument: 14 from prices, 5 from statements and dividends."""
    row = await resources.features.on(symbol, as_of)
    return FeaturesBody(
        symbol=row.record.symbol,
        name=row.record.name,
        source=row.record.source,
        title=row.provenance.title,
        day=row.day,
        rehearsal=row.provenance.rehearsal,
        features=[
            FeatureBody(name=item.name, group=item.group, unit=item.unit, value=value, meaning=item.meaning)
            for item, value in row.values
        ],
        notes=list(row.notes),
    )


@router.post("/stocks/batch", responses=described(408, 413, 422, 500, 503))
async def get_stocks(body: BatchRequest, resources: Resources) -> BatchBody:
    """The same for up to 50 instruments. One that has no prices does not stop the others."""
    day = await resources.instruments.day(None)
    stocks: dict[str, StockBody] = {}
    errors: dict[str, BatchError] = {}
    bars = 0
    for symbol, outcome in (await resources.instruments.histories(body.symbols)).items():
        try:
            if isinstance(outcome, MarketDataError):
                raise outcome
            stocks[symbol] = _body(outcome, day, body.period, body.interval)
        except MarketDataError as fault:
            errors[symbol] = BatchError(code=fault.code, message=fault.message)
            continue
        bars += len(stocks[symbol].bars)
        if bars > MOST_BARS:
            raise InvalidInput(
                "That is more than one answer can hold. Please ask for fewer symbols, a shorter period or a longer interval.",
                field="symbols",
            )
    return BatchBody(stocks=stocks, errors=errors)


@router.get("/instruments", responses=described(422, 500, 503))
async def find_instruments(
    resources: Resources,
    q: Annotated[
        str, Query(max_length=100, description="Symbol, name or ISIN, misspelt or not; empty for those listed")
    ] = "",
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> InstrumentList:
    """Instruments by name, best match first."""
    found = await resources.instruments.find(q, limit)
    return InstrumentList(instruments=[_instrument(record) for record in found])


def _body(history: PriceHistory, day: date, period: Period, interval: Interval) -> StockBody:
    record, origin = history.bars.record, history.provenance
    summary = change_summary(history.bars, period)
    shown = within(history.bars, period)
    first = shown.dates[0].item()
    notes = list(origin.notes)
    if summary.start is None and period is not Period.MAX:
        notes.append(
            f"The prices begin on {first.isoformat()}, within this period, so there is no return over all of it."
        )
    return StockBody(
        **{name: getattr(record, name) for name in ("symbol", "name", "currency", "exchange", "isin", "source")},
        kind=record.kind.value,
        title=origin.title,
        as_of=day,
        rehearsal=origin.rehearsal,
        period=period,
        interval=interval,
        total_return=history.bars.total_return,
        rescaled=history.rescaled,
        bars=_bars(resample(shown, interval)),
        actions=[ActionBody(date=item.day, kind=item.kind, value=item.value) for item in shown.actions],
        summary=_summary(summary),
        findings=[
            FindingBody(
                kind=item.kind.value,
                treatment=item.treatment.value,
                first=item.first,
                last=item.last,
                count=item.count,
                detail=item.detail,
            )
            for item in history.findings
            if item.last >= first
        ],
        notes=notes,
    )


def _summary(figures: ChangeSummary) -> StockSummary:
    return StockSummary(
        start=figures.start,
        end=figures.end,
        return_=figures.total_return if figures.total_return is not None else figures.change,
        price_return=figures.change,
        volatility_per_year=figures.volatility,
        high_52w=figures.high,
        low_52w=figures.low,
        max_drawdown=figures.max_drawdown,
    )


def _bars(bars: Bars) -> list[BarBody]:
    columns = (bars.open, bars.high, bars.low, bars.close, bars.adj_close, bars.volume)
    days = bars.dates.astype("datetime64[D]").tolist()
    rows = zip(days, *(map(_known, column.tolist()) for column in columns), strict=True)
    return [
        BarBody(date=day, open=first, high=high, low=low, close=close, adj_close=adjusted, volume=volume)
        for day, first, high, low, close, adjusted, volume in rows
    ]


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _instrument(record: InstrumentRecord) -> InstrumentBody:
    texts = ("symbol", "name", "currency", "exchange", "isin", "sector", "asset_class", "source")
    return InstrumentBody(kind=record.kind.value, **{name: getattr(record, name) for name in texts})
