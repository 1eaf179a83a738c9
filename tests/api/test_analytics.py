"""The analyses over HTTP: their shapes, what is refused and how it is said, repeats, replays and owners."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.api.conftest import VisitorClient, new_visitor
from tests.api.test_folder_market import served
from tests.folders import wide

pytestmark = pytest.mark.asyncio(loop_scope="module")
ROOT = "/api/v1"
THREE = {"symbols": ["AAPL", "JNJ", "XOM"]}
PARITY: dict[str, Any] = THREE | {"strategy": "risk_parity"}
HALVES: dict[str, Any] = {"weights": {"AAPL": 0.5, "JNJ": 0.5}}
ALL: dict[str, dict[str, Any]] = {
    "optimize": PARITY,
    "frontier": THREE | {"points": 5},
    "simulate": HALVES | {"years": 5, "initial_amount": 1000, "target_amount": 1500, "paths": 500},
    "backtest": THREE | {"strategy": "equal_weight", "rebalance": "yearly"},
    "risk-analysis": HALVES | {"amount": 10000},
    "scenarios": HALVES | {"amount": {"amount": "10000", "currency": "USD"}},
}


async def asked(visitor: VisitorClient, path: str, body: Any, **headers: str) -> httpx.Response:
    return await visitor.client.post(f"{ROOT}/{path}", json=body, headers=visitor.headers | headers)


async def answered(visitor: VisitorClient, path: str, body: Any) -> dict[str, Any]:
    answer = await asked(visitor, path, body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_an_optimised_portfolio_has_the_shape_that_clients_rely_on(visitor: VisitorClient) -> None:
    body = PARITY | {
        "investment_amount": {"amount": "5000.00", "currency": "USD"},
        "bounds": [0.1, 0.5],
        "moments": {"mean": "historical", "covariance": "sample"},
        "window": {"from": "2006-01-01", "to": "2015-01-01"},
        "risk_free_rate": 0.01,
    }
    found = await answered(visitor, "optimize", body)
    assert set(found["weights"]) == set(THREE["symbols"])
    assert sum(found["weights"].values()) == pytest.approx(1)
    assert all(0.1 - 1e-9 <= weight <= 0.5 + 1e-9 for weight in found["weights"].values())
    assert (found["strategy"], found["currency"], found["risk_free_rate"]) == ("risk_parity", "USD", 0.01)
    assert (found["moments"]["mean"], found["moments"]["covariance"]) == ("historical", "sample")
    assert found["window"] == {"from": "2006-01-03", "to": "2014-12-31"}
    assert found["as_of"] == "2014-12-31"
    assert found["sharpe"] == pytest.approx((found["expected_return"] - 0.01) / found["volatility"])
    assert found["source"]
    assert found["solvers_tried"][-1]["outcome"] == "ok"
    lines, left = found["shopping_list"]["lines"], found["shopping_list"]["cash_left"]
    assert all(set(line) == {"symbol", "shares", "price", "amount"} for line in lines)
    spent = sum(float(line["amount"]["amount"]) for line in lines)
    assert spent + float(left["amount"]) == pytest.approx(5000, abs=0.01)


async def test_an_amount_is_money_or_a_plain_number_and_bounds_a_pair_or_a_mapping(visitor: VisitorClient) -> None:
    lists = [
        (await answered(visitor, "optimize", PARITY | {"investment_amount": amount}))["shopping_list"]
        for amount in (5000, 5000.0, "5000", {"amount": "5000.00", "currency": "USD"})
    ]
    assert all(found == lists[0] for found in lists)
    by_pair = await answered(visitor, "optimize", PARITY | {"bounds": [0.1, 0.35]})
    by_symbol = {"AAPL": [0.1, 0.35], "jnj": [0.1, 0.35], "*": [0.1, 0.35]}
    assert (await answered(visitor, "optimize", PARITY | {"bounds": by_symbol}))["weights"] == by_pair["weights"]


async def test_a_tolerance_is_a_word_or_a_number_and_lowers_the_risk(visitor: VisitorClient) -> None:
    bold = THREE | {"strategy": "efficient_risk", "target_volatility": 0.3}
    free = await answered(visitor, "optimize", bold)
    word = await answered(visitor, "optimize", bold | {"risk_tolerance": "moderate"})
    number = await answered(visitor, "optimize", bold | {"risk_tolerance": 50})
    assert word["weights"] == number["weights"]
    assert word["volatility"] < free["volatility"]
    assert any(reason["key"].startswith("tolerance.") for reason in word["reasons"])


@pytest.mark.parametrize(("path", "body"), ALL.items())
async def test_every_analysis_is_strict_json_kept_and_computed_again_to_the_byte(
    client: httpx.AsyncClient, visitor: VisitorClient, path: str, body: dict[str, Any]
) -> None:
    answer = await asked(visitor, path, body)
    assert answer.status_code == 200, answer.text

    def refused(constant: str) -> float:
        raise AssertionError(f"{constant} is not JSON")

    found = json.loads(answer.text, parse_constant=refused)
    assert (found["as_of"], found["currency"]) == ("2016-07-01", "USD")
    kept = f"{ROOT}/computations/{found['id']}"
    assert (await visitor.get(kept)).json() == found
    replays = [(await visitor.get(f"{kept}/replay")) for _ in range(2)]
    assert replays[0].content == replays[1].content
    result = {name: value for name, value in found.items() if name not in ("id", "data_hash", "code_version")}
    assert replays[0].json() | {"shopping_list": None} == result | {"shopping_list": None}
    stranger = await new_visitor(client)
    for address in (kept, f"{kept}/replay"):
        refusal = await stranger.get(address)
        assert (refusal.status_code, refusal.json()["error"]["code"]) == (404, "not_found")
    assert (await client.post(f"{ROOT}/{path}", json=body)).status_code == 401


async def test_the_other_analyses_say_what_was_asked(visitor: VisitorClient) -> None:
    frontier = await answered(visitor, "frontier", ALL["frontier"])
    assert len(frontier["points"]) == 5
    spreads = [point["volatility"] for point in frontier["points"]]
    assert spreads == sorted(spreads)
    simulated = await answered(visitor, "simulate", ALL["simulate"])
    assert 0 <= simulated["chance_range"][0] <= simulated["chance"] <= simulated["chance_range"][1] <= 1
    tested = await answered(visitor, "backtest", ALL["backtest"] | {"costs_bps": [0, 50]})
    own = {row["cost_bps"]: row["annual_return"] for row in tested["figures"] if row["name"] == "equal_weight"}
    assert own[50] < own[0]
    risk = await answered(visitor, "risk-analysis", ALL["risk-analysis"])
    assert {"volatility", "max_drawdown"} <= {measure["name"] for measure in risk["measures"]}
    played = await answered(visitor, "scenarios", HALVES | {"amount": 10000, "names": ["crisis_2008"]})
    assert float(played["scenarios"][0]["amount"]["amount"]) == pytest.approx(
        10000 * played["scenarios"][0]["change"], abs=0.01
    )


async def test_a_view_moves_the_means_of_a_simulation_too(visitor: VisitorClient) -> None:
    view = {"picks": {"AAPL": 1.0}, "return": 0.3, "confidence": 0.9}
    plain = await answered(visitor, "simulate", ALL["simulate"])
    hopeful = await answered(visitor, "simulate", ALL["simulate"] | {"moments": {"views": [view]}})
    assert hopeful["chance"] > plain["chance"]


async def test_a_repeat_under_the_same_key_gets_the_same_bytes_and_other_content_none(visitor: VisitorClient) -> None:
    key = {"Idempotency-Key": "hrp"}
    answers = [await asked(visitor, "optimize", PARITY | {"strategy": "hrp"}, **key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    other = await asked(visitor, "optimize", PARITY, **key)
    assert (other.status_code, other.json()["error"]["code"]) == (422, "idempotency_mismatch")
    without = [(await answered(visitor, "optimize", PARITY))["id"] for _ in range(2)]
    assert without[0] != without[1]


async def test_each_backtest_of_the_same_instruments_is_a_trial_of_the_next(client: httpx.AsyncClient) -> None:
    visitor = await new_visitor(client)
    body = ALL["backtest"]
    trials = []
    for changes in ({}, {"strategy": "hrp"}, {"strategy": "hrp"}, {"symbols": ["AAPL", "JNJ"]}):
        tested = await answered(visitor, "backtest", body | changes)
        trials.append(tested["evidence"]["record"]["trials"])
    assert trials == [1, 2, 2, 1]
    other = await answered(await new_visitor(client), "backtest", body)
    assert other["evidence"]["record"]["trials"] == 1


async def test_a_window_wider_than_all_prices_is_all_prices(visitor: VisitorClient) -> None:
    wide_open = PARITY | {"window": {"from": "1900-01-01", "to": "2199-12-31"}}
    found = await answered(visitor, "optimize", wide_open)
    assert found["window"] == {"from": "1996-01-02", "to": "2016-07-01"}


@pytest.mark.parametrize("years", [1e-9, 100])
async def test_the_shortest_and_the_longest_time_have_figures(visitor: VisitorClient, years: float) -> None:
    simulated = await answered(visitor, "simulate", ALL["simulate"] | {"years": years, "monthly_amount": -1})
    assert all(math.isfinite(value) for value in simulated["terminal"].values())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hundred(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[VisitorClient]:
    """A visitor where there are a hundred funds in dollars and one in euros."""
    folder: Path = tmp_path_factory.mktemp("hundred")
    prices = wide(folder / "prices", tuple(f"F{number:03d}" for number in range(101)))
    (prices / "layout.yaml").write_text("currency: USD\nsymbols:\n  F100: {currency: EUR}\n")
    async with served(folder / "var", prices) as (client, container):
        feed = container.sources.feeds[0]
        await feed.ingest.run(await feed.symbols())
        yield await new_visitor(client)


@pytest.mark.slow
async def test_a_hundred_instruments_are_looked_at_together(hundred: VisitorClient) -> None:
    symbols = [f"F{number:03d}" for number in range(100)]
    body = {"symbols": symbols, "risk_free_rate": 0.01}
    found = await answered(hundred, "optimize", body | {"strategy": "min_volatility", "bounds": [0.0, 0.05]})
    assert sum(found["weights"].values()) == pytest.approx(1)
    assert max(found["weights"].values()) <= 0.05 + 1e-9
    mix = {"weights": dict.fromkeys(symbols, 0.01), "risk_free_rate": 0.01}
    assert (await answered(hundred, "risk-analysis", mix))["measures"]


@pytest.mark.slow
async def test_instruments_in_two_currencies_are_refused_by_name(hundred: VisitorClient) -> None:
    answer = await asked(hundred, "optimize", {"symbols": ["F000", "F100"], "strategy": "equal_weight"})
    error = answer.json()["error"]
    assert (answer.status_code, error["field"]) == (422, "symbols"), answer.text
    assert error["details"]["currencies"] == {"F000": "USD", "F100": "EUR"}
    assert "F000 in USD, F100 in EUR" in error["message"]


@pytest.mark.slow
async def test_a_conversation_does_not_wait_behind_long_analyses(client: httpx.AsyncClient) -> None:
    visitor = await new_visitor(client)
    long = {"strategy": "max_sharpe", "rebalance": "monthly", "warmup_years": 1}
    tested = [asyncio.create_task(asked(visitor, "backtest", long)) for _ in range(3)]
    turn = await visitor.answer_until("confirm_bad_year")
    chart = next(block for block in turn["blocks"] if block["kind"] == "chart")
    assert (await visitor.get(chart["png_url"])).status_code == 200
    assert not any(task.done() for task in tested)
    for task in tested:
        task.cancel()
    await asyncio.gather(*tested, return_exceptions=True)
