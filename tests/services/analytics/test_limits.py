"""Limits on instruments without estimates, and on trading: never passed over."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest

from advisor.adapters.market.sample.market import SampleMarket
from advisor.domain.errors import InfeasibleConstraints, NotEnoughHistory
from advisor.domain.panel import PricePanel
from advisor.services.analytics.basis import constraints_of
from advisor.services.analytics.gathering import gather
from advisor.services.analytics.requests import (
    FrontierRequest,
    GroupLimit,
    Limits,
    OptimizeRequest,
    Request,
    Scope,
    SimulateRequest,
    to_json,
)
from advisor.services.analytics.service import computed

YOUNG = Scope(symbols=("AAPL", "WMT", "EFA"), window_to="2008-09-30")  # EFA: not a year of prices by then
SHARES = Scope(symbols=("AAPL", "WMT", "XOM", "KO"), window_from="2006-01-01")


@pytest.fixture(scope="module")
def young() -> PricePanel:
    return asyncio.run(gather(SampleMarket(), YOUNG))


@pytest.fixture(scope="module")
def shares() -> PricePanel:
    return asyncio.run(gather(SampleMarket(), SHARES))


def answered(request: Request, panel: PricePanel) -> dict[str, Any]:
    return computed(request.kind, to_json(request), panel)


@pytest.mark.parametrize(
    "limits", [Limits(bounds={"EFA": (0.1, 0.5)}), Limits(groups=(GroupLimit("abroad", ("EFA",), 0.1, 0.5),))]
)
def test_what_has_to_be_held_but_cannot_be_judged_is_named_and_not_passed_over(
    limits: Limits, young: PricePanel
) -> None:
    with pytest.raises(NotEnoughHistory, match="EFA has to be held") as caught:
        answered(OptimizeRequest(YOUNG, "min_volatility", limits), young)
    assert caught.value.details == {"symbols": ["EFA"]}


def test_a_cap_on_what_cannot_be_judged_changes_nothing(young: PricePanel) -> None:
    free = answered(OptimizeRequest(YOUNG, "min_volatility"), young)
    capped = Limits(bounds={"EFA": (0.0, 0.5)}, groups=(GroupLimit("abroad", ("EFA",), 0.0, 0.5),))
    assert answered(OptimizeRequest(YOUNG, "min_volatility", capped), young)["weights"] == free["weights"]


def test_the_sale_of_what_cannot_be_judged_counts_as_turnover(young: PricePanel) -> None:
    kept = ("AAPL", "WMT")
    limits = Limits(held={"AAPL": 0.5, "WMT": 0.3, "EFA": 0.2}, turnover=0.25)
    weights = answered(OptimizeRequest(YOUNG, "min_volatility", limits), young)["weights"]
    moved = sum(abs(weights.get(symbol, 0.0) - part) for symbol, part in (limits.held or {}).items()) / 2.0
    assert set(weights) == set(kept)
    assert moved == pytest.approx(0.25, abs=1e-7)
    with pytest.raises(InfeasibleConstraints, match="selling it breaks") as caught:
        constraints_of(young, Limits(held={"AAPL": 0.1, "EFA": 0.9}, turnover=0.25), kept)
    assert caught.value.details["relaxation"]["turnover"] == pytest.approx(0.2)


def test_a_limit_on_turnover_leaves_the_limits_of_the_advice_in_force() -> None:
    funds = asyncio.run(gather(SampleMarket(), Scope()))
    cash = next(item.symbol for item in funds.members if item.asset_class and item.asset_class.value == "cash")
    equal = {symbol: 1.0 / len(funds.symbols) for symbol in funds.symbols}
    asked = OptimizeRequest(Scope(), "min_volatility", Limits(held=equal, turnover=0.4))
    weights = answered(asked, funds)["weights"]
    assert weights[cash] <= 0.30 + 1e-8


def test_a_frontier_under_a_limit_on_turnover_is_made_of_portfolios_that_keep_it(shares: PricePanel) -> None:
    held = dict.fromkeys(shares.symbols, 0.25)
    body = answered(FrontierRequest(SHARES, Limits(held=held, turnover=0.2), points=12), shares)
    weights = np.array([[point["weights"][symbol] for symbol in shares.symbols] for point in body["points"]])
    assert np.abs(weights - 0.25).sum(axis=1).max() / 2.0 <= 0.2 + 1e-6
    assert not body["exact"]
    assert body["solvers_tried"][0]["outcome"].startswith("not asked")
    free = answered(FrontierRequest(SHARES, points=12), shares)
    assert body["points"][-1]["expected_return"] < free["points"][-1]["expected_return"]


def test_no_future_is_drawn_of_what_cannot_be_judged(young: PricePanel) -> None:
    with pytest.raises(NotEnoughHistory, match="EFA has too few prices"):
        answered(SimulateRequest(YOUNG, {"AAPL": 0.5, "EFA": 0.5}, 10.0, "1000"), young)


def test_the_extra_saving_named_brings_the_chance_wanted_on_the_same_futures(shares: PricePanel) -> None:
    asked = SimulateRequest(SHARES, {"AAPL": 0.5, "WMT": 0.5}, 10.0, "1000", "100", "40000", paths=500)
    lever = answered(asked, shares)["levers"]
    more = SimulateRequest(
        SHARES, {"AAPL": 0.5, "WMT": 0.5}, 10.0, "1000", str(100 + lever["extra_monthly"] + 0.01), "40000", paths=500
    )
    assert answered(more, shares)["chance"] == pytest.approx(lever["wanted_chance"], abs=0.003)
