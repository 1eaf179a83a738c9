from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.analysis.repayment import Situation, schedule
from advisor.domain.errors import InvalidInput

CARD = Situation(
    now=Decimal(2000),
    monthly=Decimal(500),
    owed=Decimal(8000),
    rate=Decimal("0.19"),
    buffer=Decimal(500),
    wanted_buffer=Decimal(1500),
)
_CENTS = st.integers(0, 10**7).map(lambda cents: Decimal(cents) / 100)


def test_the_cushion_is_filled_first_then_the_debt_falls_then_investing_begins() -> None:
    found = schedule(CARD)
    first = found.months[0]
    assert [first.to_buffer, first.to_debt, first.invested] == [Decimal(1000), Decimal(1000), Decimal(0)]
    assert found.months[1].interest == Decimal("110.83")  # 7000 x 19 % / 12
    assert found.invests_from == found.debt_free == 16
    assert found.months[-1].invested > 0
    assert found.months[-1].owed == 0


def test_the_number_of_months_is_that_of_the_loan_formula() -> None:
    plain = replace(CARD, now=Decimal(0), wanted_buffer=Decimal(0))
    month = 0.19 / 12
    months = -np.log1p(-8000 * month / 500) / np.log1p(month)
    assert schedule(plain).debt_free == int(np.ceil(months))


def test_what_is_saved_is_the_interest_of_a_debt_left_alone_less_that_paid() -> None:
    found = schedule(CARD, Decimal("0.05"))
    left = Decimal(8000)
    for _ in range(found.debt_free or 0):
        left += (left * Decimal("0.19") / 12).quantize(Decimal("0.01"))
    assert found.interest_if_left == left - 8000
    assert found.interest == sum(item.interest for item in found.months)
    assert found.saved == found.interest_if_left - found.interest
    assert 0 < found.forgone < found.saved


def test_a_debt_that_can_be_paid_at_once_still_saves_its_interest_of_a_year() -> None:
    found = schedule(replace(CARD, now=Decimal(20000)), Decimal("0.05"))
    assert found.debt_free == found.invests_from == 0
    assert found.interest == 0
    assert found.saved == found.interest_if_left > 1500


@pytest.mark.parametrize("monthly", ["0", "100", "126.67"])
def test_a_debt_that_grows_faster_than_it_is_paid_has_no_end(monthly: str) -> None:
    found = schedule(replace(CARD, now=Decimal(0), monthly=Decimal(monthly), wanted_buffer=Decimal(0)))
    assert found.invests_from is None
    assert found.debt_free is None
    assert found.least_monthly == Decimal("126.67")


def test_a_cushion_alone_costs_no_interest() -> None:
    found = schedule(Situation(Decimal(0), Decimal(200), Decimal(0), Decimal(0), Decimal(0), Decimal(1500)))
    assert found.invests_from == 8
    assert found.interest == found.saved == 0
    assert found.months[-1].buffer == 1500


_RATES = st.integers(0, 60).map(lambda percent: Decimal(percent) / 100)


@given(st.builds(Situation, _CENTS, _CENTS, _CENTS, _RATES, _CENTS, _CENTS, st.just(Decimal("0.01"))))
def test_every_cent_is_accounted_for(case: Situation) -> None:
    before_buffer, before_owed = case.buffer, case.owed
    for item in schedule(case).months:
        free = case.now if item.month == 0 else case.monthly
        assert item.to_buffer + item.to_debt + item.invested == free
        assert item.owed == before_owed + item.interest - item.to_debt
        assert item.buffer == before_buffer + item.to_buffer
        assert min(item.to_buffer, item.to_debt, item.invested, item.owed) >= 0
        assert item.invested == 0 or (item.owed == 0 and item.buffer >= case.wanted_buffer)
        before_buffer, before_owed = item.buffer, item.owed


@given(_CENTS, st.integers(1, 40))
def test_more_money_a_month_never_takes_longer(extra: Decimal, percent: int) -> None:
    case = replace(CARD, rate=Decimal(percent) / 100)
    slow, fast = (schedule(replace(case, monthly=amount)) for amount in (Decimal(500), 500 + extra))
    assert slow.debt_free is not None
    assert fast.debt_free is not None
    assert fast.debt_free <= slow.debt_free
    assert fast.interest <= slow.interest


@pytest.mark.parametrize("field", ["now", "monthly", "owed", "rate", "buffer", "wanted_buffer"])
def test_what_is_no_amount_is_refused(field: str) -> None:
    for bad in (Decimal(-1), Decimal("NaN"), Decimal("Infinity")):
        with pytest.raises(InvalidInput):
            schedule(replace(CARD, **{field: bad}))
