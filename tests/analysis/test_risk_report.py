from __future__ import annotations

import json
from datetime import date

import empyrical
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from advisor.analysis.risk import (
    cvar_contributions,
    diversification_ratio,
    downside_deviation,
    effective_holdings,
    historical_cvar,
    kurtosis,
    normal_cvar,
    normal_var,
    skewness,
    tail_weights,
    worst_year,
)
from advisor.analysis.risk_measures import compounded
from advisor.analysis.risk_report import RiskReport, risk_report
from advisor.domain.errors import InvalidInput, NotEnoughHistory
from tests.published import published

MIXED = published("empyrical_mixed")
GENERATOR = np.random.default_rng(11)
MARKET = GENERATOR.normal(0.007, 0.04, 120)
PANEL = np.column_stack((MARKET, 0.3 * MARKET + GENERATOR.normal(0.002, 0.02, 120), GENERATOR.normal(0.001, 0.01, 120)))
WEIGHTS = np.array([0.5, 0.3, 0.2])
ENDS = np.arange("2000-02", "2010-02", dtype="datetime64[M]").astype("datetime64[D]") - 1
PANELS = hnp.arrays(np.float64, (40, 3), elements=st.floats(-0.3, 0.3))
SPLITS = hnp.arrays(np.float64, 3, elements=st.floats(0.05, 1.0)).map(lambda raw: raw / raw.sum())


def report(returns: np.ndarray = PANEL, **settings: object) -> RiskReport:
    options = {"weights": WEIGHTS, "symbols": ("A", "B", "C"), "benchmark": MARKET, **settings}
    return risk_report(returns, ENDS[: len(returns)], 12, **options)  # type: ignore[arg-type]


def alone(returns: np.ndarray, **settings: object) -> RiskReport:
    return risk_report(returns, ENDS[: len(returns)], 12, **settings)  # type: ignore[arg-type]


def test_the_measures_of_a_series_equal_the_published_figures() -> None:
    returns = np.array([np.nan if r is None else r for r in MIXED["r"]])
    days = np.arange("2020-01-01", "2020-01-10", dtype="datetime64[D]")
    found = risk_report(returns, days, 252)
    for name, key in (("volatility", "vol"), ("sharpe", "sharpe"), ("sortino", "sortino"), ("max_drawdown", "mdd")):
        assert found.value(name) == pytest.approx(MIXED[key], rel=1e-12)
    assert found.measures[0].sample.count == 8
    assert found.measures[0].sample.first == date(2020, 1, 2)


def test_what_empyrical_defines_alike_is_alike_and_where_it_differs_the_difference_is_known() -> None:
    own = PANEL @ WEIGHTS
    found = report()
    # Its downside risk and Sortino ratio need a name that numpy 2 has dropped; the published figures above check ours.
    alike = {
        "volatility": empyrical.annual_volatility(own, annualization=12),
        "max_drawdown": empyrical.max_drawdown(own),
        "sharpe": empyrical.sharpe_ratio(own, annualization=12),
        "calmar": empyrical.calmar_ratio(own, annualization=12),
        "beta": empyrical.beta(own, MARKET),
        # 120 months: 5 % of them are 6 whole ones, which it averages too.
        "historical_cvar_95": -empyrical.conditional_value_at_risk(own, 0.05),
        # It does not annualise the information ratio.
        "information_ratio": empyrical.excess_sharpe(own, MARKET) * np.sqrt(12),
    }
    for name, figure in alike.items():
        assert found.value(name) == pytest.approx(figure, rel=1e-9), name
    # It interpolates between two months where ours takes the milder of them.
    interpolated = -empyrical.value_at_risk(own, 0.05)
    worst = np.sort(own)
    assert -worst[6] <= interpolated <= -worst[5]
    assert found.value("historical_var_95") == pytest.approx(-worst[6])
    # It compounds alpha over the year where Jensen's is arithmetic.
    assert found.value("alpha") == pytest.approx(
        12 * ((1 + empyrical.alpha(own, MARKET, annualization=12)) ** (1 / 12) - 1)
    )
    # At 99 % 1.2 months are the tail: it takes the two worst alike, ours counts the second by a fifth.
    assert found.value("historical_cvar_99") == pytest.approx(-(worst[0] + 0.2 * worst[1]) / 1.2)
    assert -empyrical.conditional_value_at_risk(own, 0.01) == pytest.approx(-worst[:2].mean())


def test_every_measure_names_its_horizon_sample_and_definition() -> None:
    found = report()
    names = [measure.name for measure in found.measures]
    assert len(names) == len(set(names)) == 24
    for measure in found.measures:
        assert measure.value is not None
        assert measure.definition.startswith("risk.")
        assert measure.sample.period == "P1M"
        assert measure.sample.count == 120
        assert measure.sample.last == date(2009, 12, 31)
        assert measure.horizon in {"P1Y", "P1M", "sample"}
    assert found.fall is not None
    assert found.fall.depth == found.value("max_drawdown")
    assert json.loads(json.dumps(found.to_json()))["fall"]["trough"] == found.fall.trough.isoformat()
    with pytest.raises(InvalidInput):
        found.value("omega")


def test_the_benchmark_and_the_parametric_measures_are_by_their_formulas() -> None:
    own = PANEL @ WEIGHTS
    found = report(risk_free=0.001)
    slope = np.cov(own, MARKET, ddof=1)[0, 1] / np.var(MARKET, ddof=1)
    assert found.value("alpha") == pytest.approx(12 * np.mean(own - 0.001 - slope * (MARKET - 0.001)))
    assert found.value("tracking_error") == pytest.approx(np.std(own - MARKET, ddof=1) * np.sqrt(12))
    assert found.value("correlation") == pytest.approx(np.corrcoef(own, MARKET)[0, 1])
    assert found.value("normal_var_99") == pytest.approx(2.3263478740408408 * np.std(own, ddof=1) - own.mean())
    assert found.value("effective_holdings") == pytest.approx(1 / (0.25 + 0.09 + 0.04))
    deviations = np.sqrt(np.diag(np.cov(PANEL, rowvar=False)))
    assert found.value("diversification_ratio") == pytest.approx(WEIGHTS @ deviations / np.std(own, ddof=1))


def test_contributions_sum_to_the_whole() -> None:
    found = report()
    assert [part.symbol for part in found.contributions] == ["A", "B", "C"]
    assert sum(part.of_variance for part in found.contributions) == pytest.approx(1.0)
    assert sum(part.of_cvar for part in found.contributions) == pytest.approx(found.value("historical_cvar_95"))


def test_a_longer_horizon_takes_overlapping_stretches_and_says_how_many_stand_apart() -> None:
    own = PANEL @ WEIGHTS
    found = report(horizon=12)
    years = np.array([np.prod(1.0 + own[i : i + 12]) - 1.0 for i in range(109)])
    assert compounded(own, 12) == pytest.approx(years)
    assert found.value("historical_cvar_95") == pytest.approx(historical_cvar(years))
    assert found.value("normal_cvar_95") == pytest.approx(
        max(0.0, 2.0627128075074257 * np.std(own, ddof=1) * np.sqrt(12) - 12 * own.mean())
    )
    tail = next(measure for measure in found.measures if measure.name == "historical_cvar_95")
    assert tail.horizon == "P12M"
    assert tail.note is not None
    assert tail.note.values == {"apart": 10.0}


def test_what_cannot_be_computed_is_none_with_its_reason() -> None:
    short = alone(MARKET[:10])
    reasons = {measure.name: measure.note.key for measure in short.measures if measure.note and measure.value is None}
    assert reasons["worst_year"] == "risk.sample_too_small"
    assert reasons["historical_var_95"] == "risk.sample_too_small"
    assert reasons["beta"] == "risk.no_benchmark"
    assert reasons["effective_holdings"] == "risk.no_weights"
    assert short.value("normal_var_95") is not None
    flat = alone(np.full(30, 0.01), benchmark=MARKET[:30])
    reasons = {measure.name: measure.note.key for measure in flat.measures if measure.note and measure.value is None}
    assert reasons["sharpe"] == reasons["skewness"] == reasons["correlation"] == "risk.no_spread"
    assert reasons["sortino"] == "risk.no_shortfall"
    assert reasons["calmar"] == "risk.no_drawdown"
    assert flat.fall is None
    single = alone(MARKET[:1])
    assert single.value("volatility") is None
    assert single.value("normal_var_95") is None
    assert all(measure.value is not None or measure.note is not None for measure in single.measures)


def test_a_late_holding_cuts_the_sample_and_is_named_and_one_not_held_does_not() -> None:
    returns = PANEL.copy()
    returns[:20, 1] = np.nan
    found = report(returns)
    assert found.measures[0].sample.count == 100
    assert found.notes[0].values == {"symbol": "B", "from": str(ENDS[20])}
    assert report(returns, weights=np.array([0.6, 0.0, 0.4])).notes == ()
    late = MARKET.copy()
    late[:50] = np.nan
    beta = next(measure for measure in report(benchmark=late).measures if measure.name == "beta")
    assert beta.sample.count == 70
    assert beta.sample.first == ENDS[50].item()


def test_a_fall_from_the_first_day_has_no_dated_peak() -> None:
    found = alone(np.array([-0.1, -0.1, 0.05, 0.3]))
    assert found.fall is not None
    assert found.fall.peak is None
    assert found.fall.trough == ENDS[1].item()
    assert found.fall.recovered == ENDS[3].item()


def test_what_is_no_portfolio_or_no_series_is_refused() -> None:
    gap = PANEL.copy()
    gap[60, 0] = np.nan
    for settings in (
        {"weights": np.array([0.5, 0.5])},
        {"weights": np.array([1.5, -0.5, 0.0])},
        {"weights": None},
        {"symbols": ("A",)},
        {"benchmark": MARKET[:5]},
        {"horizon": 0},
        {"levels": (1.0,)},
        {"returns": gap},
    ):
        with pytest.raises(InvalidInput):
            report(**settings)
    with pytest.raises(InvalidInput):
        risk_report(MARKET, ENDS, 250)
    with pytest.raises(NotEnoughHistory):
        alone(np.full(12, np.nan))


@given(PANELS, SPLITS, st.permutations([0, 1, 2]))
def test_permuting_the_holdings_permutes_their_parts(
    returns: np.ndarray, weights: np.ndarray, order: list[int]
) -> None:
    parts = cvar_contributions(returns, weights)
    assert parts.sum() == pytest.approx(historical_cvar(returns @ weights), abs=1e-12)
    worst = np.sort(returns @ weights)[:3]
    if np.diff(worst).min() > 1e-9:  # a tie may be broken either way
        assert cvar_contributions(returns[:, order], weights[order]) == pytest.approx(parts[order], abs=1e-12)


@given(st.floats(0.0, 0.5), st.floats(-0.3, 0.3), st.floats(0.5, 0.995), st.floats(0.5, 0.995), st.floats(0.1, 10.0))
def test_the_normal_measures_grow_with_the_level_and_scale(
    spread: float, mean: float, one: float, other: float, scale: float
) -> None:
    low, high = sorted((one, other))
    assert normal_var(spread, mean, low) <= normal_var(spread, mean, high) + 1e-12
    assert normal_cvar(spread, mean, low) <= normal_cvar(spread, mean, high) + 1e-12
    assert normal_cvar(spread, mean, low) >= normal_var(spread, mean, low) - 1e-12
    assert normal_cvar(scale * spread, scale * mean, low) == pytest.approx(scale * normal_cvar(spread, mean, low))


@given(st.integers(1, 400), st.floats(0.5, 0.999))
def test_tail_weights_sum_to_one_and_never_rise(count: int, level: float) -> None:
    weights = tail_weights(count, level)
    assert weights.sum() == pytest.approx(1.0)
    assert np.all(np.diff(weights) <= 0.0)
    assert np.sum(weights > 0) <= np.ceil((1.0 - level) * count) + 1


def test_moments_concentration_and_the_worst_year_are_by_their_definitions() -> None:
    series = np.array([0.0, 0.0, 0.0, 1.0])
    assert skewness(series) == pytest.approx(2.0 / np.sqrt(3.0))
    assert kurtosis(series) == pytest.approx(7.0 / 3.0)
    assert skewness(np.full(5, 0.1)) is None
    assert downside_deviation(np.array([0.1, -0.2]), 4) == pytest.approx(0.2 / np.sqrt(2) * 2)
    assert worst_year(np.array([0.1, -0.5, -0.5, 0.1]), 2) == pytest.approx(-0.75)
    assert worst_year(np.array([0.1, -1.0]), 1) == -1.0
    assert worst_year(np.array([0.1]), 12) is None
    assert effective_holdings(np.full(8, 0.125)) == pytest.approx(8.0)
    assert effective_holdings(np.zeros(3)) is None
    assert diversification_ratio(np.array([0.5, 0.5]), np.diag([0.04, 0.04])) == pytest.approx(np.sqrt(2.0))
    assert diversification_ratio(np.array([1.0]), np.zeros((1, 1))) is None
    with pytest.raises(InvalidInput):
        cvar_contributions(np.full((3, 2), np.nan), np.array([0.5, 0.5]))
