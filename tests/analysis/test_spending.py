from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.analysis.futures import Market
from advisor.analysis.spending import Payout, annuity_payment, spending_paths, spending_plan
from advisor.domain.errors import InvalidInput

PAST = np.random.default_rng(11).standard_t(5, 300) * 0.03
MARKET = Market(PAST, 0.06, 0.02, fee=0.002)
STILL = Market(np.zeros(60), 0.05, 0.02, mean_uncertainty=0.0)
REAL = (1 + 0.05 / 12) ** 12 / 1.02 - 1
ASK = {"seed": 4, "paths": 400}


@pytest.mark.parametrize(
    ("rate", "periods", "factor"),
    [(0.05, 20, 12.4622), (0.06, 30, 13.7648), (0.03, 10, 8.5302), (0.08, 25, 10.6748)],
)
def test_annuity_payments_are_those_of_the_printed_tables(rate: float, periods: int, factor: float) -> None:
    """Present value of an annuity of 1, as in any table of compound interest, four decimals; ours is paid at the beginning."""
    yearly = (1 + rate) ** 12 - 1  # a month of ours stands for a year of the table
    assert annuity_payment(1.0, yearly, periods) * (1 + rate) == pytest.approx(1 / factor, rel=1e-5)


def test_a_mortgage_of_a_hundred_thousand_costs_what_every_table_says() -> None:
    """100,000 at 6 % nominal over 30 years: 599.55 at the end of each month."""
    rate = 1.005**12 - 1
    assert annuity_payment(100_000.0, rate, 360) * 1.005 == pytest.approx(599.55, abs=0.005)


@pytest.mark.parametrize("months", [12, 240, 600])
def test_where_nothing_moves_the_sustainable_payment_is_the_annuity(months: int) -> None:
    paths = spending_paths(STILL, Payout(0, months), start=1e5, monthly=0.0, seed=1, paths=4)
    payment = annuity_payment(1e5, REAL, months)
    assert paths.sustainable(0.9) == pytest.approx(payment, rel=1e-4)
    assert spending_plan(paths, payment * 0.999).chance == 1.0
    broke = spending_plan(paths, payment * 1.001)
    assert broke.chance == 0.0
    assert broke.dry_after == pytest.approx(months / 12)
    assert broke.bands["p50"][-1] == 0.0


def test_where_nothing_moves_a_pension_later_is_an_annuity_in_two_parts() -> None:
    """Saved 100 a month for 10 years, then paid 20 years; a pension of 300 from the sixth year of payments on."""
    month = (1 + REAL) ** (1 / 12) - 1
    there = 5e4 * (1 + month) ** 120 + 100 * ((1 + month) ** 120 - 1) / month
    worth = sum(300 / (1 + month) ** k for k in range(60, 240))
    paths = spending_paths(STILL, Payout(120, 360, 300.0, 180), start=5e4, monthly=100.0, seed=1, paths=4)
    assert paths.sustainable(0.8) == pytest.approx(annuity_payment(there + worth, REAL, 240), rel=1e-4)
    assert paths.saving.wealth(5e4, 100.0)[-1] == pytest.approx(there, rel=1e-4)


def test_a_pension_that_covers_the_wish_takes_nothing_out_of_the_savings() -> None:
    paths = spending_paths(MARKET, Payout(0, 360, 500.0), start=1000.0, monthly=0.0, **ASK)
    lived = spending_plan(paths, 400.0)
    assert lived.chance == 1.0
    assert lived.dry_after is None
    assert np.allclose(paths.balance(400.0), paths.saved)


@settings(deadline=None, max_examples=40)
@given(st.floats(0, 5e5), st.floats(0, 500), st.integers(0, 240), st.integers(12, 480), st.floats(0, 900))
def test_more_money_never_lowers_the_chance_and_a_longer_life_never_raises_it(
    start: float, monthly: float, first: int, length: int, pension: float
) -> None:
    payout = Payout(first, first + length, pension, first + 24)
    now = spending_paths(MARKET, payout, start=start, monthly=monthly, **ASK)
    payment = 1000.0
    chance = spending_plan(now, payment).chance
    more = spending_paths(MARKET, payout, start=start * 1.1 + 1, monthly=monthly, **ASK)
    assert spending_plan(more, payment).chance >= chance
    longer = spending_paths(MARKET, replace(payout, last=payout.last + 60), start=start, monthly=monthly, **ASK)
    assert spending_plan(longer, payment).chance <= chance
    assert longer.sustainable(0.8) <= now.sustainable(0.8) * (1 + 1e-6) + 1e-6


@settings(deadline=None, max_examples=40)
@given(st.floats(1, 3000), st.floats(1, 3000))
def test_a_higher_payment_never_lasts_longer(one: float, other: float) -> None:
    paths = spending_paths(MARKET, Payout(24, 384, 200.0, 60), start=2e5, monthly=100.0, **ASK)
    low, high = (spending_plan(paths, payment) for payment in sorted((one, other)))
    assert high.chance <= low.chance
    assert (low.dry_after or 1e9) >= (high.dry_after or 1e9)
    assert all(np.array(high.bands["p50"]) <= np.array(low.bands["p50"]))


@settings(deadline=None, max_examples=30)
@given(st.floats(0.05, 1.0), st.floats(0, 900), st.integers(0, 200))
def test_what_is_sustainable_lasts_in_that_share_of_futures_and_no_more_does(
    chance: float, pension: float, later: int
) -> None:
    paths = spending_paths(MARKET, Payout(12, 312, pension, 12 + later), start=1e5, monthly=50.0, **ASK)
    payment = paths.sustainable(chance)
    assert spending_plan(paths, payment).chance >= chance - 1e-9  # a share of whole futures
    assert float((paths.most > payment).mean()) <= chance + 1 / 400
    lasted = (paths.balance(payment * 0.999)[-1] >= 0).mean()
    assert lasted >= chance - 1e-9


def test_the_money_is_gone_in_the_bad_tenth_when_it_is_said_to_be() -> None:
    paths = spending_paths(MARKET, Payout(0, 360), start=1e5, monthly=0.0, seed=4, paths=4000)
    lived = spending_plan(paths, 700.0)
    assert lived.dry_after is not None
    at = lived.years.index(lived.dry_after)
    gone = (paths.balance(700.0) < 0).mean(axis=1)
    assert gone[at] > 0.10 >= gone[at - 1]
    assert lived.chance_low <= lived.chance <= lived.chance_high
    assert spending_plan(paths, paths.sustainable(0.9)).dry_after is None


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, second = (
        spending_paths(MARKET, Payout(6, 186, 10.0, 50), start=1e4, monthly=5.0, seed=9, paths=300) for _ in range(2)
    )
    assert first.balance(80.0).tobytes() == second.balance(80.0).tobytes()


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(InvalidInput):
        spending_paths(MARKET, Payout(12, 12), start=1.0, monthly=0.0, seed=1)
    with pytest.raises(InvalidInput):
        spending_paths(MARKET, Payout(0, 12), start=-1.0, monthly=0.0, seed=1)
    with pytest.raises(InvalidInput):
        spending_paths(MARKET, Payout(0, 12, -5.0), start=1.0, monthly=0.0, seed=1)
    paths = spending_paths(MARKET, Payout(0, 12), start=1.0, monthly=0.0, seed=1, paths=10)
    for payment in (-1.0, float("nan"), float("inf")):
        with pytest.raises(InvalidInput):
            spending_plan(paths, payment)
    with pytest.raises(InvalidInput):
        paths.sustainable(0.0)
    with pytest.raises(InvalidInput):
        annuity_payment(1.0, -1.0, 12)
