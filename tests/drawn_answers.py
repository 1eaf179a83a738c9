"""Answers as investors may give them, drawn by Hypothesis, and the embedded sample to plan on."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st

from advisor.adapters.market.sample.market import SampleMarket
from advisor.domain.investor import Answers, GoalKind
from advisor.domain.market import MarketSnapshot
from advisor.optimizer.constraints import default_constraints
from advisor.optimizer.moments import Moments, estimate
from advisor.optimizer.solve import solve
from advisor.profiling import RISK_SLOTS, load
from advisor.services.plan.basis import Basis
from advisor.services.plan.compute import compute

BOLD = ("enjoys", "longer", "buy_more", "huge_swing", "one_in_ten")
STEADY = ("weighs", "as_planned", "hold", "wide_swing", "one_in_four")
TIMID = ("avoids", "cancel", "sell_all", "no_swing", "sure")
EXCLUDABLE = tuple(name for name in load()["exclusions"].ids if name != "none")


def answers(**changes: Any) -> Answers:
    """A saver for a home in 8 years, with changes."""
    usual: dict[str, Any] = {
        "goal": GoalKind.HOME,
        "horizon_years": 8.0,
        "currency": "USD",
        "initial_amount": Decimal(20000),
        "monthly_amount": Decimal(500),
        "target_amount": Decimal(75000),
        "risk": STEADY,
    }
    return Answers(**(usual | changes))


@cache
def sample() -> MarketSnapshot:
    """The embedded prices."""
    with ThreadPoolExecutor(1) as thread:  # the test that asks first may have a loop of its own
        return thread.submit(asyncio.run, SampleMarket().snapshot("USD", date(2016, 7, 1))).result()


@cache
def _moments() -> Moments:
    return estimate(sample())


@cache
def basis(exclusions: tuple[str, ...] = ()) -> Basis:
    """What a plan starts from."""
    moments = _moments()
    return Basis(sample(), moments, solve(moments, default_constraints(moments.classes, exclusions)))


def plan(**changes: Any) -> dict[str, Any]:
    """The result for `answers(**changes)`."""
    wanted = answers(**changes)
    return compute(wanted, basis(tuple(sorted(wanted.exclusions))))


_CENTS = st.integers(1, 10**14).map(lambda cents: Decimal(cents) / 100)
_OPTIONS = {
    slot: st.sampled_from(load()[slot].ids)
    for slot in ("income_stability", "share_of_savings", "early_need", "experience")
}


@st.composite
def drawn(draw: st.DrawFn) -> Answers:
    """Any valid answers: from a cent to 10^12, from a month to 60 years."""
    initial = draw(st.just(Decimal(0)) | _CENTS)
    months = draw(st.integers(1, 720))
    monthly = draw(_CENTS if initial == 0 else st.just(Decimal(0)) | _CENTS)
    risk = tuple(draw(st.sampled_from(["", *load()[slot].ids])) for slot in RISK_SLOTS)
    return answers(
        goal=draw(st.sampled_from(list(GoalKind))),
        horizon_years=months / 12,
        initial_amount=initial,
        monthly_amount=monthly,
        target_amount=draw(st.none() | _CENTS),
        wanted_return=draw(st.none() | st.floats(0, 0.5)),
        debt_rate=draw(st.just(0.0) | st.floats(0, 1)),
        emergency_fund_months=draw(st.sampled_from([0.0, 0.5, 1.0, 3.0, 12.0])),
        loss_limit=draw(st.none() | st.floats(0, 1)),
        risk=risk,
        exclusions=draw(st.sampled_from([(), ("equity",), ("treasury_long",), ("emerging_equity", "treasury_long")])),
        **{slot: draw(options) for slot, options in _OPTIONS.items()},
    )
