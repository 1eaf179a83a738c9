"""Moves beyond an exchange's daily limit: noted where there is one, and only there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.analysis.quality import check
from advisor.analysis.quality.rule import as_date
from advisor.domain.bars import Bars, CorporateAction, DailyLimit, Finding, FindingKind, Treatment
from tests.analysis.quality.walks import plain, weekdays

TENTH = (DailyLimit(0.10),)


def jumping(change: float, at: int = 60, count: int = 120) -> Bars:
    """A price that stands near 20 and moves once."""
    wobble = 1 + 0.002 * np.sin(np.arange(count))
    return plain(list(20 * wobble * np.where(np.arange(count) < at, 1.0, 1 + change)))


def beyond(bars: Bars, limits: tuple[DailyLimit, ...]) -> list[Finding]:
    found = check(bars, weekdays(), daily_limits=limits)
    assert len(found.bars) == len(bars)
    return [item for item in found.findings if item.kind is FindingKind.PRICE_LIMIT]


@pytest.mark.parametrize("change", [-0.20, 0.15, 0.30])
def test_a_move_that_the_exchange_does_not_allow_is_noted_and_kept(change: float) -> None:
    bars = jumping(change)
    (finding,) = beyond(bars, TENTH)
    assert (finding.treatment, finding.first, finding.count) == (Treatment.KEPT, as_date(bars.dates[60]), 1)
    assert "10%" in finding.detail
    assert not beyond(bars, ())


@given(st.floats(-0.1, 0.1), st.integers(1, 119))
@settings(deadline=None, max_examples=40)
def test_a_move_up_to_the_limit_is_none(change: float, at: int) -> None:
    assert not beyond(jumping(change, at), TENTH)


def test_a_limit_holds_from_its_day_on() -> None:
    bars = jumping(0.15)
    wider = DailyLimit(0.20, as_date(bars.dates[60]))
    assert not beyond(bars, (*TENTH, wider))
    assert beyond(bars, (*TENTH, DailyLimit(0.20, as_date(bars.dates[61]))))
    assert not beyond(bars, (DailyLimit(0.10, as_date(bars.dates[61])),))
    assert beyond(bars, (DailyLimit(0.10, date(1996, 12, 16)),))


def test_a_listed_payout_is_no_move() -> None:
    bars = jumping(-0.15)
    paid = replace(bars, actions=(CorporateAction(as_date(bars.dates[60]), "dividend", 3.0),))
    assert not beyond(paid, TENTH)


def test_the_first_five_days_of_a_share_have_no_limit() -> None:
    assert not beyond(jumping(0.44, at=4), TENTH)
    assert beyond(jumping(0.44, at=5), TENTH)
