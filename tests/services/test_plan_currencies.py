"""Plans from the committed universes over made-up prices are sound for a careful and a bold investor, and read right."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from typing import Any

import numpy as np
import pytest

from advisor.domain.investor import GoalKind
from advisor.domain.market import AssetClass, AssetGroup
from advisor.optimizer.constraints import default_constraints
from advisor.optimizer.moments import estimate
from advisor.optimizer.solve import solve
from advisor.replies import explain
from advisor.replies import plan as plan_words
from advisor.services.plan.basis import Basis
from advisor.services.plan.compute import compute
from tests.drawn_answers import BOLD, answers
from tests.replies.test_plan_words import NOTHING_FOUND, texts
from tests.universe_market import universe_snapshot

PLANS = ["ucits_eur", "india_inr", "china_a", "us_etf_usd"]
CAREFUL: dict[str, Any] = {"goal": GoalKind.HOME, "horizon_years": 5.0, "loss_limit": 0.05}
DARING: dict[str, Any] = {"goal": GoalKind.GROWTH, "horizon_years": 20.0, "risk": BOLD, "target_amount": None}


@cache
def basis(name: str, available: frozenset[str] | None = None, exclusions: tuple[str, ...] = ()) -> Basis:
    snapshot = universe_snapshot(name, available)
    moments = estimate(snapshot)
    return Basis(snapshot, moments, solve(moments, default_constraints(moments.classes, exclusions)))


def plan(name: str, wishes: dict[str, Any], available: Collection[str] | None = None) -> dict[str, Any]:
    chosen = basis(name, None if available is None else frozenset(available), tuple(wishes.get("exclusions", ())))
    return compute(answers(currency=chosen.snapshot.currency, **wishes), chosen)


def share(result: dict[str, Any], *groups: AssetGroup) -> float:
    return float(sum(h["weight"] for h in result["holdings"] if h["group"] in groups))


def said(result: dict[str, Any]) -> str:
    return " ".join(texts((*plan_words.present(result, "en"), *explain.why(result, NOTHING_FOUND, "en"))))


@pytest.mark.parametrize("name", PLANS)
def test_a_careful_plan_keeps_its_limit_and_a_bold_one_is_mostly_shares(name: str) -> None:
    careful, bold = plan(name, CAREFUL), plan(name, DARING)
    for result in (careful, bold):
        assert sum(h["weight"] for h in result["holdings"]) == pytest.approx(1.0, abs=1e-3)
        assert all(h["weight"] > 0 for h in result["holdings"])
    assert careful["bad_year"]["fraction"] <= 0.05 + 1e-6
    assert share(careful, AssetGroup.BOND, AssetGroup.CASH) > 0.6
    assert 0.7 < share(bold, AssetGroup.EQUITY) <= 0.95
    assert bold["expected_return"] > careful["expected_return"] > 0


@pytest.mark.parametrize("name", PLANS)
def test_the_frontier_is_exact_and_each_plan_is_spread(name: str) -> None:
    assert basis(name).solution.frontier.exact
    assert len(plan(name, DARING)["holdings"]) >= 4


@pytest.mark.parametrize(
    ("name", "foreign"),
    [
        ("ucits_eur", r"US Treasur|Indian|Chinese"),
        ("india_inr", r"Treasur|[Ee]uro\b|Chinese"),
        ("china_a", r"Treasur|[Ee]uro\b|Indian"),
    ],
)
def test_a_plan_names_what_is_bought_in_its_own_currency(name: str, foreign: str) -> None:
    for wishes in (CAREFUL, DARING):
        text = said(plan(name, wishes))
        assert not re.search(foreign, text), re.findall(foreign, text)
        assert "home market" not in text, "the country is known here"
        assert "$" not in text


def test_the_plan_in_euros_says_what_its_parts_are() -> None:
    text = said(plan("ucits_eur", CAREFUL))
    assert "Rich countries' shares, worldwide" in text
    assert "Short euro government bonds" in text
    assert "€" in text


def test_the_plan_in_rupees_says_what_its_parts_are() -> None:
    text = said(plan("india_inr", DARING))
    assert "Large Indian companies" in text
    assert "growth from the companies next in size in India" in text
    assert "₹" in text


def test_the_dollar_plan_still_speaks_of_treasuries() -> None:
    assert "Short US Treasuries" in said(plan("us_etf_usd", CAREFUL))


def test_prior_weights_are_those_of_the_universe_file() -> None:
    moments = basis("india_inr").moments
    points = np.array([item.prior for item in basis("india_inr").snapshot.instruments])
    assert moments.prior == pytest.approx(points / points.sum())
    assert moments.prior[moments.classes.index(AssetClass.HOME_EQUITY)] == pytest.approx(0.36)


def test_a_folder_of_older_dollar_funds_makes_a_plan_with_bonds_of_all_kinds() -> None:
    result = plan("us_etf_usd", DARING | {"horizon_years": 8.0}, {"SPY", "EFA", "EEM", "AGG", "IYR", "SHV"})
    assert {h["symbol"] for h in result["holdings"]} >= {"SPY", "AGG"}
    assert "US bonds of all sound kinds" in said(result)
    assert any("SPY" in note for note in result["source"]["notes"])


def test_without_us_shares_a_plan_in_euros_holds_no_world_fund() -> None:
    result = plan("ucits_eur", DARING | {"exclusions": ("us_equity",)})
    assert "EUNL.DE" not in {h["symbol"] for h in result["holdings"]}
    assert share(result, AssetGroup.EQUITY) > 0.1
