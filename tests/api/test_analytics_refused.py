"""What the analyses refuse: with the field at fault, in a sentence, and with what would work."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import VisitorClient
from tests.api.test_analytics import ALL, PARITY, ROOT, THREE, asked

pytestmark = pytest.mark.asyncio(loop_scope="module")
AMOUNT = 'An amount is a number from 0 to a trillion, or {"amount": "1250.00", "currency": "USD"}.'
PAIR = "Bounds are a pair, the least and the largest weight, or such a pair for each symbol."
TOLERANCE = "A tolerance for risk is conservative, moderate, aggressive, or a number from 0 to 100."


@pytest.mark.parametrize(
    ("path", "changes", "field", "said"),
    [
        ("optimize", {"strategy": "best"}, "strategy", None),
        ("optimize", {"strategy": None}, "strategy", None),
        ("optimize", {"symbols": "AAPL"}, "symbols", "This must be a list."),
        ("optimize", {"symbols": ["a b"]}, "symbols.0", None),
        ("optimize", {"symbols": ["AAPL"] * 101}, "symbols", "These are too many: at most 100."),
        ("optimize", {"investment_amount": -5}, "investment_amount", AMOUNT),
        ("optimize", {"investment_amount": 1e13}, "investment_amount", AMOUNT),
        ("optimize", {"investment_amount": True}, "investment_amount", AMOUNT),
        ("optimize", {"investment_amount": 0}, "investment_amount", None),
        ("optimize", {"investment_amount": {"amount": "5", "currency": "EUR"}}, "currency", None),
        ("optimize", {"risk_tolerance": "bold"}, "risk_tolerance", TOLERANCE),
        ("optimize", {"risk_tolerance": 101}, "risk_tolerance", TOLERANCE),
        ("optimize", {"risk_tolerance": True}, "risk_tolerance", TOLERANCE),
        ("optimize", {"bounds": [0.5]}, "bounds", PAIR),
        ("optimize", {"bounds": [0, None]}, "bounds", PAIR),
        ("optimize", {"bounds": {"AAPL": 0.5}}, "bounds", PAIR),
        ("optimize", {"bounds": [0.5, 0.1]}, "bounds", "The least weight must not be above the largest."),
        ("optimize", {"bounds": {"a b": [0, 1]}}, "bounds", None),
        ("optimize", {"bounds": {"MSFT": [0, 1]}}, "bounds", "MSFT is not among the instruments asked for."),
        ("optimize", {"turnover": 0.1}, "held", "A limit on trading needs the present weights."),
        ("optimize", {"held": {"AAPL": 0.5}}, "held", "The present weights must sum to 1."),
        ("optimize", {"window": "5y"}, "window", "This must be an object."),
        ("optimize", {"window": {"from": "yesterday"}}, "window.from", "This must be a date such as 2016-07-01."),
        ("optimize", {"window": {"from": "2015-01-01", "to": "2010-01-01"}}, "window", None),
        ("optimize", {"window": {"from": "2016-06-25"}}, "window", None),
        ("optimize", {"window": {"from": "2100-01-01"}}, "window", "There are no prices in this window."),
        ("optimize", {"risk_free_rate": 2}, "risk_free_rate", "This must be at most 1.0."),
        ("optimize", {"currency": "EUR"}, "currency", "These instruments are priced in USD, not in EUR."),
        ("optimize", {"symbols": [], "currency": "XTS"}, "currency", None),
        ("optimize", {"strategy": "efficient_return"}, "target_return", None),
        ("optimize", {"moments": {"mean": "magic"}}, "moments.mean", None),
        (
            "optimize",
            {"moments": {"mean": "historical", "views": [{"picks": {"AAPL": 1}, "return": 0.2}]}},
            "moments.views",
            None,
        ),
        ("optimize", {"symbols": ["SP500"]}, "symbols", None),
        ("optimize", {"surprise": 1}, "surprise", "There is no field of this name here."),
        ("frontier", {"points": 1}, "points", "This must be at least 2."),
        ("simulate", {"years": 0}, "years", None),
        ("simulate", {"weights": {"AAPL": 0.5}}, "weights", "The weights must sum to 1."),
        ("simulate", {"weights": {"AAPL": 1.5, "JNJ": -0.5}}, "weights.AAPL", None),
        ("simulate", {"weights": {}}, "weights", None),
        ("simulate", {"target_amount": {"amount": "9", "currency": "EUR"}}, "currency", None),
        ("simulate", {"monthly_amount": "lots"}, "monthly_amount", None),
        ("backtest", {"moments": {"mean": "forward"}}, "moments.mean", None),
        ("backtest", {"costs_bps": []}, "costs_bps", None),
        ("backtest", {"window": {"from": "2015-01-01"}}, None, None),
        ("risk-analysis", {"amount": -1}, "amount", AMOUNT),
        ("scenarios", {"names": ["flood"]}, "names", None),
        ("scenarios", {"shocks": [{"kind": "rates", "size": 9}]}, "shocks", None),
        ("scenarios", {"shocks": [{"kind": "moon", "size": 0.1}]}, "shocks.0.kind", None),
    ],
)
async def test_what_cannot_be_computed_is_refused_by_its_field_in_a_sentence(
    visitor: VisitorClient, path: str, changes: dict[str, Any], field: str | None, said: str | None
) -> None:
    answer = await asked(visitor, path, ALL[path] | changes)
    error = answer.json()["error"]
    assert (answer.status_code, error.get("field")) == (422, field), answer.text
    assert said in (None, error["message"])
    assert error["message"].endswith((".", "$'")) or "form that is needed" in error["message"], error["message"]


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "1e400"])
async def test_a_number_that_is_none_is_refused(visitor: VisitorClient, constant: str) -> None:
    content = f'{{"strategy": "equal_weight", "risk_free_rate": {constant}}}'
    headers = visitor.headers | {"Content-Type": "application/json"}
    answer = await visitor.client.post(f"{ROOT}/optimize", content=content, headers=headers)
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("path", "changes", "field"),
    [
        ("optimize", {"symbols": ["AAPL", "NOPE1"]}, "symbols"),
        ("optimize", {"benchmark": "NOPE1"}, "benchmark"),
        ("simulate", {"weights": {"NOPE1": 1}}, "symbols"),
    ],
)
async def test_a_symbol_that_nobody_knows_is_not_found_and_named(
    visitor: VisitorClient, path: str, changes: dict[str, Any], field: str
) -> None:
    answer = await asked(visitor, path, ALL[path] | changes)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["field"]) == (404, "unknown_symbol", field)
    assert "NOPE1" in error["message"]


@pytest.mark.parametrize(
    ("path", "changes", "field", "conflict"),
    [
        ("optimize", {"bounds": [0, 0.2]}, "bounds", ["cap.AAPL", "cap.JNJ", "cap.XOM"]),
        ("frontier", {"bounds": [0, 0.2]}, "bounds", ["cap.AAPL", "cap.JNJ", "cap.XOM"]),
        ("optimize", {"exclude": THREE["symbols"]}, "exclude", ["exclude.AAPL", "exclude.JNJ", "exclude.XOM"]),
        ("optimize", {"held": {"AAPL": 1}, "turnover": 0.1, "bounds": [0, 0.5]}, "bounds", ["cap.AAPL", "turnover"]),
        ("optimize", {"strategy": "efficient_return", "target_return": 0.9}, "target_return", ["target.return"]),
    ],
)
async def test_limits_that_cannot_all_hold_are_named_with_what_would_work(
    visitor: VisitorClient, path: str, changes: dict[str, Any], field: str, conflict: list[str]
) -> None:
    answer = await asked(visitor, path, ALL[path] | changes)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["field"]) == (422, "infeasible_constraints", field), answer.text
    assert error["details"]["conflict"] == conflict
    assert set(error["details"]["relaxation"]) <= set(conflict)
    assert all(change > 0 for change in error["details"]["relaxation"].values())


async def test_a_body_above_the_limit_is_refused(visitor: VisitorClient) -> None:
    answer = await asked(visitor, "optimize", PARITY | {"exclude": ["A" * 32] * 4000})
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "content_too_large")
