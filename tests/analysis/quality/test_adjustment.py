"""Adjusted closes beside closes, dividends and splits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from advisor.analysis.quality import check
from advisor.analysis.quality.rule import as_date
from advisor.domain.bars import Bars, CorporateAction, FindingKind
from tests.analysis.quality.walks import walk, weekdays

EX_DAYS = (100, 160, 220, 280, 340, 400, 460, 520, 580, 640, 700, 760)


def paying(amounts: dict[int, float], *, listed: bool = True, decimals: int = 6) -> Bars:
    """A walk that pays these amounts, adjusted as CRSP does: earlier prices times 1 - d / close before."""
    bars = walk(3)
    factor = np.ones(len(bars))
    for at, amount in amounts.items():
        factor[:at] *= 1 - amount / bars.close[at - 1]
    actions = tuple(CorporateAction(as_date(bars.dates[at]), "dividend", amount) for at, amount in amounts.items())
    close = np.round(bars.close, 2) if decimals == 2 else bars.close
    adjusted = np.round(close * factor, decimals)
    return replace(bars, close=close, adj_close=adjusted, actions=actions if listed else ())


def details(bars: Bars) -> list[str]:
    return [item.detail for item in check(bars, weekdays()).findings if item.kind is FindingKind.MIXED_ADJUSTMENT]


@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize("decimals", [6, 2])
def test_dividends_counted_well_are_silent_in_cents_and_in_six_digits(listed: bool, decimals: int) -> None:
    assert details(paying(dict.fromkeys(EX_DAYS, 0.4), listed=listed, decimals=decimals)) == []


def test_an_adjusted_close_above_the_close_is_noted() -> None:
    bars = paying({})
    assert any("above" in detail for detail in details(replace(bars, adj_close=bars.adj_close * 1.01)))


def test_an_adjustment_that_falls_is_noted() -> None:
    bars = paying({100: 1.0})
    factor = np.where(np.arange(len(bars)) >= 500, 0.97, 1)
    assert any("falls" in detail for detail in details(replace(bars, adj_close=bars.adj_close * factor)))


def test_a_listed_dividend_without_its_step_and_a_step_without_a_dividend_are_noted() -> None:
    whole, part = paying(dict.fromkeys(EX_DAYS, 0.6)), paying(dict.fromkeys(EX_DAYS[:5] + EX_DAYS[6:], 0.6))
    assert any("another size" in detail for detail in details(replace(part, actions=whole.actions)))
    assert any("not listed" in detail for detail in details(replace(whole, actions=part.actions)))


def test_prices_that_were_adjusted_already_are_noted() -> None:
    bars = paying(dict.fromkeys(EX_DAYS, 0.6))
    assert any("only one of the two" in detail for detail in details(replace(bars, close=bars.adj_close.copy())))


def test_a_special_distribution_is_noted() -> None:
    bars = walk(3)
    assert any("quarter" in detail for detail in details(paying({500: 0.4 * float(bars.close[499])}, listed=False)))


@pytest.mark.parametrize("split", [2.0, 3.0, 7.0])
def test_dividends_in_shares_of_before_a_split_are_noted(split: float) -> None:
    """Old Yahoo files: on split-adjusted prices the dividends before the split stand as they were paid."""
    action = (CorporateAction(as_date(walk(3).dates[500]), "split", split),)
    wrong = paying({at: 0.3 * (split if at < 500 else 1) for at in EX_DAYS}, listed=False)
    right = paying(dict.fromkeys(EX_DAYS, 0.3), listed=False)
    assert any("old shares" in detail for detail in details(replace(wrong, actions=action)))
    assert details(replace(right, actions=action)) == []


def test_price_only_series_are_not_judged() -> None:
    bars = paying(dict.fromkeys(EX_DAYS, 0.6))
    assert details(replace(bars, adj_close=bars.close.copy(), total_return=False)) == []
