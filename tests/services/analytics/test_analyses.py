"""Analyses on the sample: what was asked is answered, what was used is said, and the same request gives the same bytes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from advisor.adapters.market.archive import panel_from_bytes, panel_to_bytes
from advisor.adapters.market.sample.market import SampleMarket
from advisor.adapters.system.offload import LocalOffload
from advisor.domain.errors import CodeChanged, InfeasibleConstraints, InvalidInput
from advisor.domain.panel import PricePanel
from advisor.domain.plan import canonical_json
from advisor.domain.records import Computation
from advisor.optimizer.strategies import STRATEGIES
from advisor.services.analytics import AnalyticsService
from advisor.services.analytics.gathering import gather
from advisor.services.analytics.requests import (
    BacktestRequest,
    Estimation,
    FrontierRequest,
    GroupLimit,
    Limits,
    OptimizeRequest,
    Request,
    RiskRequest,
    ScenarioRequest,
    Scope,
    Shock,
    SimulateRequest,
    ViewWish,
    from_json,
    to_json,
)
from advisor.services.analytics.service import computed

SHARES = ("AAPL", "WMT", "XOM", "JNJ", "KO", "MSFT")
SCOPE = Scope(symbols=SHARES, window_from="2006-01-01")
HALVES = {"AAPL": 0.5, "WMT": 0.5}


@pytest.fixture(scope="module")
def panel() -> PricePanel:
    return asyncio.run(gather(SampleMarket(), SCOPE))


@pytest.fixture(scope="module")
def pair() -> PricePanel:
    return asyncio.run(gather(SampleMarket(), Scope(symbols=("AAPL", "WMT"))))


@pytest.fixture(scope="module")
def funds() -> PricePanel:
    return asyncio.run(gather(SampleMarket(), Scope()))


def answered(request: Request, panel: PricePanel) -> dict[str, Any]:
    return computed(request.kind, to_json(request), panel)


def wish(strategy: str, **more: Any) -> OptimizeRequest:
    targets = {"efficient_risk": {"target_volatility": 0.17}, "efficient_return": {"target_return": 0.045}}
    return OptimizeRequest(SCOPE, strategy, **(targets.get(strategy, {}) | more))


@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
def test_every_strategy_gives_weights_that_sum_to_one_and_says_what_was_used(strategy: str, panel: PricePanel) -> None:
    body = answered(wish(strategy), panel)
    weights = np.array(list(body["weights"].values()))
    assert set(body["weights"]) == set(SHARES)
    assert weights.sum() == pytest.approx(1.0, abs=1e-9)
    assert weights.min() >= 0.0
    assert body["solvers_tried"][-1]["outcome"] == "ok"
    assert (body["moments"]["mean"], body["risk_free_rate"]) == ("capm", panel.rates.bill)
    assert [item["name"] for item in body["compared_with"]] == ["equal_weight"]
    json.dumps(body, allow_nan=False)


def test_bounds_groups_exclusions_and_turnover_are_kept(panel: PricePanel) -> None:
    limits = Limits(
        bounds={"AAPL": (0.1, 0.2), "*": (0.0, 0.5)},
        groups=(GroupLimit("old", ("XOM", "KO"), 0.3, 0.4),),
        exclude=("JNJ",),
        held={"AAPL": 0.2, "WMT": 0.5, "XOM": 0.3},
        turnover=0.25,
    )
    weights = answered(wish("min_volatility", limits=limits), panel)["weights"]
    assert 0.1 - 1e-8 <= weights["AAPL"] <= 0.2 + 1e-8
    assert weights["JNJ"] == 0.0
    assert 0.3 - 1e-8 <= weights["XOM"] + weights["KO"] <= 0.4 + 1e-8
    held = limits.held or {}
    assert sum(abs(weights[symbol] - held.get(symbol, 0.0)) for symbol in SHARES) / 2 <= 0.25 + 1e-8


def test_limits_that_contradict_one_another_are_named_with_the_smallest_way_out(panel: PricePanel) -> None:
    limits = Limits(bounds={"*": (0.0, 0.1)})
    with pytest.raises(InfeasibleConstraints) as caught:
        answered(wish("max_sharpe", limits=limits), panel)
    assert set(caught.value.details["conflict"]) == {f"cap.{symbol}" for symbol in SHARES}
    assert sum(caught.value.details["relaxation"].values()) == pytest.approx(0.4, abs=1e-6)


def test_a_limit_on_a_stranger_is_refused(panel: PricePanel) -> None:
    with pytest.raises(InvalidInput, match="NOPE is not among"):
        answered(wish("max_sharpe", limits=Limits(bounds={"NOPE": (0.0, 0.1)})), panel)


def test_a_tolerance_for_risk_bounds_the_loss_of_a_bad_year_and_says_so(panel: PricePanel, funds: PricePanel) -> None:
    free = answered(OptimizeRequest(Scope(), "max_sharpe", Limits({"*": (0.0, 1.0)}), risk_tolerance=100.0), funds)
    bold = OptimizeRequest(
        Scope(), "efficient_risk", Limits({"*": (0.0, 1.0)}), risk_tolerance=30.0, target_volatility=0.15
    )
    body = answered(bold, funds)
    budget = 0.02 + 0.33 * 0.3
    assert body["cvar_95_one_year"] == pytest.approx(budget, abs=1e-5)
    assert body["reasons"][0]["key"] == "tolerance.limited"
    assert free["reasons"][0]["key"] == "tolerance.kept"
    beyond = answered(wish("max_sharpe", risk_tolerance=5.0), panel)
    assert beyond["reasons"][0]["key"] == "tolerance.out_of_reach"


def test_opinions_move_the_weights_towards_what_they_favour(panel: PricePanel) -> None:
    without = answered(wish("black_litterman"), panel)["weights"]
    view = ViewWish({"MSFT": 1.0, "WMT": -1.0}, 0.05, 0.8)
    body = answered(wish("black_litterman", estimation=Estimation(views=(view,))), panel)
    assert body["moments"]["mean"] == "black_litterman"
    assert body["weights"]["MSFT"] > without["MSFT"] + 0.01
    assert body["weights"]["WMT"] < without["WMT"] - 0.01


def test_a_shopping_list_never_costs_more_than_the_amount(panel: PricePanel) -> None:
    for fractions in (False, True):
        body = answered(wish("risk_parity", amount="5000", fractions=fractions), panel)["shopping_list"]
        spent = sum(float(line["amount"]["amount"]) for line in body["lines"])
        left = float(body["cash_left"]["amount"])
        assert spent + left == pytest.approx(5000.0, abs=1e-6)
        assert 0.0 <= left < (400.0 if not fractions else 0.1)
        assert fractions or all(line["shares"] == int(line["shares"]) for line in body["lines"])


def test_what_has_no_price_of_its_own_stays_off_the_list_and_is_named(funds: PricePanel) -> None:
    body = answered(OptimizeRequest(Scope(), "equal_weight", amount="5000"), funds)["shopping_list"]
    priceless = {item.symbol for item in funds.members if item.price is None}
    assert set(body["unpriced"]) == priceless
    assert not priceless & {line["symbol"] for line in body["lines"]}


def test_the_funds_of_a_plan_are_held_to_the_limits_of_the_advice(funds: PricePanel) -> None:
    body = answered(OptimizeRequest(Scope(), "max_sharpe"), funds)
    assert body["moments"]["mean"] == "forward"
    cash = next(item.symbol for item in funds.members if item.asset_class and item.asset_class.value == "cash")
    assert body["weights"][cash] <= 0.30 + 1e-8
    assert [item["name"] for item in body["compared_with"]] == ["equal_weight", "sixty_forty"]


def test_the_frontier_rises_from_the_calmest_point_and_no_strategy_lies_above_it(panel: PricePanel) -> None:
    body = answered(FrontierRequest(SCOPE, points=30), panel)
    curve = [(point["volatility"], point["expected_return"]) for point in body["points"]]
    assert (len(curve), body["exact"]) == (30, True)
    assert curve == sorted(curve)
    spreads, means = np.array(curve).T
    for item in body["strategies"]:
        assert item["expected_return"] <= np.interp(item["volatility"], spreads, means) + 1e-4


def test_more_money_never_lowers_the_simulated_chance(pair: PricePanel) -> None:
    scope = Scope(symbols=("AAPL", "WMT"))
    less = SimulateRequest(scope, HALVES, 10.0, "10000", "100", "40000", paths=2000)
    more = SimulateRequest(scope, HALVES, 10.0, "10000", "300", "40000", paths=2000)
    first, second = answered(less, pair), answered(more, pair)
    assert first["chance"] < second["chance"]
    assert first["levers"]["extra_monthly"] > second["levers"]["extra_monthly"]
    assert first["bands"]["p10"][-1] < first["bands"]["p50"][-1] < first["bands"]["p90"][-1]


def test_a_backtest_stands_beside_one_over_n_and_is_told_as_evidence(panel: PricePanel) -> None:
    body = answered(BacktestRequest(SCOPE, "min_volatility", rebalance="yearly"), panel)
    names = {(item["name"], item["cost_bps"]) for item in body["figures"]}
    assert names == {(name, cost) for name in ("min_volatility", "equal_weight") for cost in (0.0, 10.0, 25.0)}
    own = [item["annual_return"] for item in body["figures"] if item["name"] == "min_volatility"]
    assert own == sorted(own, reverse=True)
    difference = body["evidence"]["difference_to"]["equal_weight"]
    assert difference["low"] < difference["difference"] < difference["high"]


def test_trials_made_before_deflate_the_record(panel: PricePanel) -> None:
    first = answered(BacktestRequest(SCOPE, "min_volatility", rebalance="yearly"), panel)["evidence"]
    many = BacktestRequest(SCOPE, "min_volatility", rebalance="yearly", trials=(0.01, 0.05, -0.02, 0.08))
    later = answered(many, panel)["evidence"]
    assert (first["record"]["trials"], later["record"]["trials"]) == (1, 5)
    assert later["record"]["deflated"] < first["record"]["deflated"]


def test_only_backtests_of_the_same_instruments_count_as_trials_and_each_once() -> None:
    def made(scope: Scope, strategy: str, ratio: float) -> Computation:
        inputs = to_json(BacktestRequest(scope, strategy))
        found = {"evidence": {"sharpe_per_week": ratio}}
        return Computation("c", "u", "backtest", datetime(2026, 1, 1, tzinfo=UTC), inputs, "d", "code", found)

    dollars, euros = Scope(currency="USD"), Scope(currency="EUR")
    earlier = [
        made(dollars, "hrp", 0.01),
        made(dollars, "hrp", 0.01),
        made(dollars, "min_cvar", 0.02),
        made(euros, "hrp", 0.03),
        made(Scope(symbols=("AAPL", "WMT")), "hrp", 0.04),
    ]
    assert AnalyticsService.with_trials(BacktestRequest(dollars, "min_cvar"), earlier).trials == (0.01,)
    assert AnalyticsService.with_trials(BacktestRequest(euros, "min_cvar"), earlier).trials == (0.03,)
    turned = BacktestRequest(Scope(symbols=("WMT", "AAPL")), "min_cvar")
    assert AnalyticsService.with_trials(turned, earlier).trials == (0.04,)


def test_a_backtest_uses_nothing_that_came_later(panel: PricePanel) -> None:
    cut = int(np.searchsorted(panel.dates, np.datetime64("2013-01-01")))
    short = PricePanel(
        **{name: getattr(panel, name) for name in ("currency", "members", "benchmark", "rates", "rehearsal", "notes")},
        dates=panel.dates[:cut],
        levels=panel.levels[:cut],
        benchmark_levels=panel.benchmark_levels[:cut],
    )
    request = BacktestRequest(SCOPE, "max_sharpe", rebalance="yearly", estimation=Estimation(mean="historical"))
    whole, known = answered(request, panel)["weights"], answered(request, short)["weights"]
    assert len(known) > 2
    assert whole[: len(known)] == known


def test_means_that_rest_on_todays_rates_are_refused_for_the_past(funds: PricePanel) -> None:
    with pytest.raises(InvalidInput, match="rates of today"):
        answered(BacktestRequest(Scope(), "max_sharpe", estimation=Estimation(mean="forward")), funds)


def test_risk_is_measured_against_the_benchmark_and_in_money(pair: PricePanel) -> None:
    body = answered(RiskRequest(Scope(symbols=("AAPL", "WMT")), HALVES, "10000"), pair)
    measures = {item["name"]: item for item in body["measures"]}
    assert 0.5 < measures["beta"]["value"] < 1.5
    worst = measures["historical_cvar_95"]
    assert float(worst["amount"]["amount"]) == pytest.approx(worst["value"] * 10_000, abs=0.01)
    assert sum(item["of_variance"] for item in body["contributions"]) == pytest.approx(1.0)


def test_scenarios_say_what_each_holding_rests_on_and_what_nobody_knows(pair: PricePanel) -> None:
    scope = Scope(symbols=("AAPL", "WMT"))
    everything = answered(ScenarioRequest(scope, HALVES, "10000"), pair)["scenarios"]
    crisis = next(item for item in everything if item["id"] == "crisis_2008")
    assert {part["basis"] for part in crisis["parts"]} == {"own_prices"}
    assert float(crisis["amount"]["amount"]) == pytest.approx(crisis["change"] * 10_000, abs=0.01)
    rates = answered(ScenarioRequest(scope, HALVES, shocks=(Shock("rates", 0.02),)), pair)["scenarios"]
    assert [(item["change"], item["unknown"]) for item in rates] == [(None, ["AAPL", "WMT"])]


@pytest.mark.parametrize(
    "weights",
    [{"AAPL": 0.7, "WMT": 0.7}, {"AAPL": -0.5, "WMT": 1.5}, {"AAPL": float("nan"), "WMT": 1.0}, {"NOPE": 1.0}],
)
def test_weights_that_cannot_be_are_refused(weights: dict[str, float], pair: PricePanel) -> None:
    with pytest.raises(InvalidInput):
        answered(RiskRequest(Scope(symbols=("AAPL", "WMT")), weights), pair)


def test_a_request_survives_its_json_form() -> None:
    request = wish(
        "max_sharpe",
        limits=Limits({"AAPL": (0.1, 0.2)}, (GroupLimit("g", ("AAPL", "WMT"), 0.1, 0.9),), ("KO",), {"AAPL": 1.0}, 0.3),
        estimation=Estimation("black_litterman", "ewma", (ViewWish({"AAPL": 1.0}, 0.1, 0.5),)),
    )
    assert from_json("optimize", json.loads(json.dumps(to_json(request)))) == request


@pytest.fixture
async def service() -> AsyncIterator[AnalyticsService]:
    offload = LocalOffload(processes=1)
    yield AnalyticsService(SampleMarket(), offload, panel_to_bytes, panel_from_bytes, "code-1")
    await offload.close()


@pytest.mark.slow
async def test_a_stored_computation_gives_the_same_bytes_again_and_only_under_its_own_code(
    service: AnalyticsService,
) -> None:
    done = await service.run(wish("risk_parity", amount="1000"))
    stored = Computation(
        "c1", "u1", done.kind, datetime(2026, 1, 1, tzinfo=UTC), done.inputs, done.data_hash, "code-1", done.result
    )
    again = await service.replay(stored, done.panel)
    assert canonical_json(again) == canonical_json(done.result)
    with pytest.raises(CodeChanged):
        await service.replay(replace(stored, code_version="code-0"), done.panel)
