"""Bars of one symbol of a folder of files."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from advisor.adapters.market.files.folder import Holding
from advisor.adapters.market.files.names import PRICES
from advisor.adapters.market.files.records import session_end
from advisor.adapters.market.files.table import load
from advisor.domain.alignment import as_date
from advisor.domain.bars import COLUMNS, Bars, Quote


def bars_of(holding: Holding, now: datetime) -> Bars:
    """All bars of completed sessions. Where a file has only one kind of close, it stands for the other as well.

    Raises:
        OSError, ValueError: if the stored rows are gone.
    """
    days, fields = load(holding.file.stored, holding.span)
    scale = holding.known.scale
    unknown = np.full(len(days), np.nan)
    values = {name: fields.get(name, unknown) for name in COLUMNS}
    if scale != 1.0:
        values |= {name: values[name] * scale for name in PRICES}
    if not np.isfinite(values["close"]).any():
        values["close"] = values["adj_close"]
    if not holding.span.total_return:
        values["adj_close"] = values["close"]
    bars = Bars(
        record=holding.known.record,
        dates=days,
        fetched_at=holding.file.read_at,
        actions=tuple(
            replace(action, value=action.value * scale) if action.kind == "dividend" else action
            for action in holding.span.actions
        ),
        total_return=holding.span.total_return,
        **values,
    )
    # A file may have tomorrow's date already, where it was written east of us, and a day that is not over.
    over = now.date() + timedelta(days=1)
    while session_end(bars.record.symbol, over) > now:
        over -= timedelta(days=1)
    return bars.between(None, over)


def last_quote(bars: Bars) -> Quote:
    """The last known close of bars that have one, and the one before."""
    known = np.flatnonzero(np.isfinite(bars.close))
    return Quote(
        record=bars.record,
        price=float(bars.close[known[-1]]),
        at=session_end(bars.record.symbol, as_date(bars.dates[known[-1]])),
        previous_close=float(bars.close[known[-2]]) if len(known) > 1 else None,
    )
