"""Plans of made-up days are held against made-up prices whose results can be worked out by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from advisor.adapters.market.stored.levels import COMPUTED_CASH
from advisor.domain.market import Floats
from benchmarks.advice_record import december, main
from benchmarks.real_funds import Levels
from benchmarks.told_plans import INVESTORS, PlanDay, Told, quarter_ends
from benchmarks.what_came import JUDGED_AT, Record

SYMBOLS = ("STOCK", "BOND", COMPUTED_CASH)
DAYS = np.arange(np.datetime64("2003-01-01"), np.datetime64("2006-01-01"))
DAYS = DAYS[np.is_busday(DAYS)]


def told(weights: dict[str, float], *, bad_year: float = 0.1, volatility: float = 0.1) -> Told:
    fan = ((0.9, 1.2), (0.8, 1.6), (0.7, 2.0))
    before = ((0.99, 1.0), (0.8, 1.6), (0.7, 2.0))
    return Told("balanced", weights, {}, 0.05, volatility, 0.05, bad_year, fan, before)


def plan_day(day: date, weights: dict[str, float], **figures: float) -> PlanDay:
    plan = told(weights, **figures)
    yardsticks = {"1/N": {"STOCK": 0.5, "BOND": 0.5}, "60/40": {"STOCK": 0.6, "BOND": 0.4}}
    return PlanDay(day, SYMBOLS, dict.fromkeys(INVESTORS, plan), yardsticks)


def levels(stock: Floats, bond: Floats) -> Levels:
    cash = np.full(len(DAYS), 100.0)
    return Levels(DAYS, SYMBOLS, np.column_stack([stock, bond, cash]))


def steady(yearly: float) -> Floats:
    """Levels that grow by the same factor on each day."""
    passed = (DAYS - DAYS[0]).astype(float) / 365.0
    return 100.0 * (1.0 + yearly) ** passed


def prices(yearly: float = 0.0) -> dict[np.datetime64, float]:
    months = np.arange(np.datetime64("2002-12"), np.datetime64("2006-02"))
    return {month: 100.0 * (1.0 + yearly) ** (at / 12.0) for at, month in enumerate(months)}


def quarterly(first: str, last: str, weights: dict[str, float], **figures: float) -> list[PlanDay]:
    return [
        plan_day(day, weights, **figures) for day in quarter_ends(date.fromisoformat(first), date.fromisoformat(last))
    ]


def test_quarters_end_on_their_last_days() -> None:
    assert list(quarter_ends(date(2003, 9, 30), date(2004, 6, 29))) == [
        date(2003, 9, 30),
        date(2003, 12, 31),
        date(2004, 3, 31),
    ]
    assert december(np.datetime64("2004-12"))
    assert not december(np.datetime64("2005-01"))


def test_a_track_follows_the_plan_told_before_each_quarter_and_none_after() -> None:
    walk = np.random.default_rng(3).normal(0.0, 0.02, (len(DAYS), 2))
    stock, bond = (100.0 * np.exp(np.cumsum(column)) for column in walk.T)
    days = quarterly("2004-09-30", "2005-09-30", {"STOCK": 1.0})
    days[2] = plan_day(date(2005, 3, 31), {"BOND": 1.0})
    record = Record(days, levels(stock, bond), prices())
    months = record.months
    of_bond = (months >= np.datetime64("2005-04")) & (months <= np.datetime64("2005-06"))
    expected = np.where(of_bond, record.monthly.returns[:, 1], record.monthly.returns[:, 0])
    track = record.track("bold")
    np.testing.assert_allclose(track.gross, expected[months > np.datetime64("2004-09")])
    assert track.traded.tolist() == [1.0, 0.0, 2.0, 2.0, 0.0]
    assert track.cost_bps == JUDGED_AT

    kept, late = record.track("bold", "never"), record.track("bold", "a month late")
    np.testing.assert_allclose(kept.gross, record.monthly.returns[months > np.datetime64("2004-09"), 0])
    lagging = (months >= np.datetime64("2005-05")) & (months <= np.datetime64("2005-07"))
    expected = np.where(lagging, record.monthly.returns[:, 1], record.monthly.returns[:, 0])
    np.testing.assert_allclose(late.gross, expected[months > np.datetime64("2004-10")])


def test_a_plan_renewed_each_year_passes_over_those_between() -> None:
    days = quarterly("2003-09-30", "2005-09-30", {"STOCK": 1.0})
    days[1:4] = [plan_day(day.day, {"BOND": 1.0}) for day in days[1:4]]
    record = Record(days, levels(steady(0.1), steady(0.0)), prices())
    assert record.track("bold", "each year").traded.tolist() == [1.0, 0.0, 0.0]


def test_a_year_that_lost_more_than_told_is_counted() -> None:
    stock = steady(-0.2)
    for bad_year, exceeded in ((0.15, True), (0.25, False)):
        record = Record(
            quarterly("2003-12-31", "2005-12-31", {"STOCK": 1.0}, bad_year=bad_year), levels(stock, stock), prices()
        )
        years = record.years_after("cautious")
        assert [str(item.month) for item in years] == ["2003-12", "2004-03", "2004-06", "2004-09", "2004-12"]
        assert years[0].result == pytest.approx(-0.2, abs=0.005)
        assert all(item.exceeded is exceeded for item in years)


def test_the_fan_is_judged_in_the_money_of_its_own_day() -> None:
    days = quarterly("2003-12-31", "2005-12-31", {"STOCK": 1.0})
    grown = levels(steady(0.05), steady(0.05))
    plain = Record(days, grown, prices()).fan_coverage("bold", 1, before=False)
    narrow = Record(days, grown, prices()).fan_coverage("bold", 1, before=True)
    eaten = Record(days, grown, prices(0.30)).fan_coverage("bold", 1, before=False)
    assert plain is not None
    assert narrow is not None
    assert eaten is not None
    assert (plain.inside, plain.count, plain.disjoint) == (1.0, 5, 2)
    assert narrow.above == 1.0, "five per cent more than was put in lies above a fan that ends at one"
    assert eaten.below == 1.0, "five per cent buy less where prices rise by thirty"
    assert Record(days, grown, prices()).fan_coverage("bold", 5, before=False) is None
    assert Record(days, grown, prices()).fan_widening("bold", 1) == pytest.approx(0.3 / 0.01 - 1.0)
    assert Record(days, grown, prices()).fan_widening("bold", 3) == 0.0


@pytest.mark.parametrize(("factor", "ratio"), [(1.0, 1.0), (2.0, 0.5)])
def test_the_weeks_are_judged_by_what_was_promised_before_them(factor: float, ratio: float) -> None:
    generator = np.random.default_rng(5)
    stock = 100.0 * np.exp(np.cumsum(generator.normal(0.0, 0.01, len(DAYS))))
    days = quarterly("2003-12-31", "2005-12-31", {"STOCK": 1.0}, volatility=0.01 * np.sqrt(5 * 52) * factor)
    record = Record(days, levels(stock, stock), prices())
    found, weeks = record.risk_ratio("bold")
    assert weeks == 104
    assert found == pytest.approx(ratio, rel=0.15)


def test_risk_is_not_measured_on_weeks_that_began_before_the_plan() -> None:
    """One jump on the day of the plan, a Wednesday, belongs to those who held before it."""
    stock = np.where(np.datetime64("2004-03-31") > DAYS, 100.0, 150.0)
    days = quarterly("2004-03-31", "2005-12-31", {"STOCK": 1.0})
    stock = stock * (1.0 + 1e-4 * np.sin(np.arange(len(DAYS))))
    found, _ = Record(days, levels(stock, stock), prices()).risk_ratio("bold")
    assert found < 0.05


def test_without_the_real_data_the_command_says_where_it_looked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(tmp_path)]) == 1
    assert str(tmp_path) in capsys.readouterr().err
