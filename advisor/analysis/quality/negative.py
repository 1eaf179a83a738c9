"""Prices below zero."""

from __future__ import annotations

from advisor.analysis.quality.missing import MAY_BE_ZERO
from advisor.analysis.quality.rule import Checked, Context, over_days, refuse
from advisor.domain.bars import Bars, FindingKind, Treatment


def negative(bars: Bars, _context: Context) -> Checked:
    """Refuses days with a negative price, but keeps those of commodities and rates, where they are true.

    An adjusted close below zero comes from counting dividends larger than the price; returns on it mean nothing.
    Crude oil closed at -37.63 dollars on 20 April 2020. Returns across such a day are not defined; whoever computes them must know.
    """
    below = (bars.close < 0) | (bars.adj_close < 0) | (bars.open < 0) | (bars.high < 0) | (bars.low < 0)
    if bars.record.kind in MAY_BE_ZERO:
        if not below.any():
            return Checked(bars)
        detail = "prices are below zero, which futures and rates can be"
        return Checked(bars, (over_days(bars.dates[below], FindingKind.NEGATIVE_PRICE, Treatment.KEPT, detail),))
    return refuse(
        bars,
        below,
        FindingKind.NEGATIVE_PRICE,
        "the price, or what dividends leave of the adjusted close, is below zero",
    )
