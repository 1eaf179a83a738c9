"""Backtests on the sample: what nobody knew then is refused or left out, and all rules pay for the same things."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from advisor.adapters.market.sample.market import SampleMarket
from advisor.analysis.returns import weekly_returns
from advisor.domain.errors import InfeasibleConstraints, InvalidInput
from advisor.domain.market import Floats
from advisor.domain.panel import PricePanel
from advisor.services.analytics.gathering import gather
from advisor.services.analytics.requests import (
    BacktestRequest,
    Estimation,
    GroupLimit,
    Limits,
    Scope,
    ViewWish,
    to_json,
)
from advisor.services.analytics.service import computed

SHARES = Scope(symbols=("AAPL", "WMT", "XOM", "KO"), window_from="2008-01-01")
MIXED = Scope(symbols=("AAPL", "EFA"), window_from="2005-06-01")


@pytest.fixture(scope="module")
def shares() -> PricePanel:
    return asyncio.run(gather(SampleMarket(), SHARES))


@pytest.fixture(scope="module")
def mixed() -> PricePanel:
    """A share with a long history and a fund that began in January 2008."""
    return asyncio.run(gather(SampleMarket(), MIXED))


def answered(request: BacktestRequest, panel: PricePanel) -> dict[str, Any]:
    return computed(request.kind, to_json(request), panel)


def test_a_yardstick_that_could_have_begun_earlier_begins_with_the_rest_and_pays_for_its_purchase(
    mixed: PricePanel,
) -> None:
    held = Limits(bounds={"EFA": (0.2, 1.0)})
    body = answered(BacktestRequest(MIXED, "min_volatility", held, warmup_years=1.0), mixed)
    weekly = weekly_returns(mixed.dates, mixed.levels)
    first = int(np.searchsorted(weekly.ends, np.datetime64(body["first_decision"]))) + 1
    assert body["first_decision"][:4] >= "2009"
    assert body["reasons"][0]["key"] == "backtest.step_left_out"
    assert "EFA has to be held" in body["reasons"][0]["values"]["why"]
    bought: Floats = weekly.returns[first]
    assert body["growth"]["dates"][0] == str(weekly.ends[first])
    assert body["growth"]["net_of_10_bps"]["equal_weight"][0] == pytest.approx((1.0 + bought.mean()) * 0.999, rel=1e-12)
    periods = {item["periods"] for item in body["figures"]}
    assert periods == {len(weekly.ends) - first}


def test_a_limit_on_turnover_counts_from_what_is_held_by_then(shares: PricePanel) -> None:
    calm = Limits(turnover=0.02, held={"AAPL": 1.0})
    body = answered(BacktestRequest(SHARES, "min_volatility", calm), shares)
    weekly = weekly_returns(shares.dates, shares.levels)
    days = [str(day) for day in weekly.ends]
    held: Floats | None = None
    for at, after in zip(body["weights"], [*body["weights"][1:], None], strict=True):
        wanted = np.array([at["weights"][symbol] for symbol in shares.symbols])
        if held is not None:
            assert np.abs(wanted - held).sum() / 2.0 <= 0.02 + 1e-7
        until = days.index(after["at"]) + 1 if after else len(days)
        grown = wanted * np.prod(1.0 + weekly.returns[days.index(at["at"]) + 1 : until], axis=0)
        held = grown / grown.sum()
    free = answered(BacktestRequest(SHARES, "min_volatility"), shares)
    assert body["figures"][0]["turnover"] < free["figures"][0]["turnover"]


def test_the_interest_of_today_moves_no_decision_of_the_past(shares: PricePanel) -> None:
    request = BacktestRequest(
        SHARES, "efficient_return", rebalance="yearly", estimation=Estimation(mean="capm"), target_return=0.03
    )
    other = replace(shares, rates=replace(shares.rates, ten_year=shares.rates.ten_year + 0.05))
    assert answered(request, shares)["weights"] == answered(request, other)["weights"]


def test_a_view_of_today_is_refused_for_the_past(shares: PricePanel) -> None:
    view = Estimation(views=(ViewWish({"AAPL": 1.0}, 0.2, 0.9),))
    with pytest.raises(InvalidInput, match="view is of today") as caught:
        answered(BacktestRequest(SHARES, "black_litterman", estimation=view), shares)
    assert caught.value.field == "moments.views"


def test_one_over_n_within_limits_is_walked_within_them(shares: PricePanel) -> None:
    capped = Limits(bounds={"AAPL": (0.0, 0.1)})
    body = answered(BacktestRequest(SHARES, "equal_weight", capped, rebalance="yearly"), shares)
    assert all(step["weights"]["AAPL"] <= 0.1 + 1e-8 for step in body["weights"])
    assert body["evidence"]["difference_to"] == {}


def test_where_no_step_finds_a_portfolio_the_reason_is_the_answer(shares: PricePanel) -> None:
    with pytest.raises(InfeasibleConstraints, match="cannot all hold") as caught:
        answered(BacktestRequest(SHARES, "min_volatility", Limits(bounds={"*": (0.0, 0.1)})), shares)
    assert set(caught.value.details["conflict"]) == {f"cap.{symbol}" for symbol in shares.symbols}


def test_a_cap_on_a_group_that_has_no_history_yet_stops_no_step(mixed: PricePanel) -> None:
    capped = Limits(groups=(GroupLimit("abroad", ("EFA",), 0.0, 0.3),))
    body = answered(BacktestRequest(MIXED, "min_volatility", capped, rebalance="yearly", warmup_years=1.0), mixed)
    assert body["reasons"] == []
    assert body["weights"][0]["weights"] == {"AAPL": 1.0, "EFA": 0.0}
    assert body["weights"][-1]["weights"]["EFA"] == pytest.approx(0.3, abs=1e-8)
