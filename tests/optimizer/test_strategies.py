"""What every strategy promises: within its limits, optimal, the same for the same problem in another order or another scale."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.domain.errors import InfeasibleConstraints, InvalidInput, NotEnoughHistory
from advisor.optimizer.constraints import Constraints, box
from advisor.optimizer.estimates import Estimates
from advisor.optimizer.groups import own_constraints
from advisor.optimizer.solve import Problem, trace_exact
from advisor.optimizer.strategies import STRATEGIES, Task, allocate
from tests.optimizer.problems import NAMES, drawn_estimates, drawn_limits, estimates_of
from tests.published import published

OPEN = box(np.zeros(6), np.ones(6))
SIX = drawn_estimates(np.random.default_rng(5), 6)


def _published() -> Estimates:
    paper = published("cla10")
    upper = np.zeros((10, 10))
    for i, row in enumerate(paper["cov_upper_rows"]):
        upper[i, i:] = row
    covariance = upper + np.triu(upper, 1).T
    return estimates_of(np.array(paper["mu"]), covariance, np.zeros((30, 10)), 0.0)


PAPER = published("cla10")
TEN = Task(_published(), box(np.zeros(10), np.ones(10)))


def test_the_published_portfolio_of_least_variance_is_found() -> None:
    assert allocate("min_volatility", TEN).weights == pytest.approx(PAPER["minvar_w"], abs=1e-6)


def test_the_published_portfolio_of_the_highest_sharpe_ratio_is_found() -> None:
    found = allocate("max_sharpe", TEN)
    assert found.weights == pytest.approx(PAPER["max_sharpe_w"], abs=1e-8)
    assert found.sharpe == pytest.approx(PAPER["max_sharpe_rf0"], rel=1e-12)
    assert [(attempt.solver, attempt.outcome) for attempt in found.tried] == [("critical_line", "ok")]


def test_the_ten_published_corners_are_found_by_their_return_and_by_their_volatility() -> None:
    corners = trace_exact(Problem(TEN.estimates.symbols, TEN.estimates.mean, TEN.estimates.covariance, TEN.constraints))
    printed = np.array(PAPER["corners_return_risk_lambda"])[::-1]
    assert np.abs(np.column_stack([corners.returns, corners.volatilities]) - printed[:, :2]).max() <= 1e-6
    for value, risk, weights in zip(corners.returns, corners.volatilities, corners.weights, strict=True):
        by_return = allocate("efficient_return", replace(TEN, target_return=float(value)))
        by_risk = allocate("efficient_risk", replace(TEN, target_volatility=float(risk)))
        assert by_return.weights == pytest.approx(weights, abs=1e-7)
        assert by_risk.weights == pytest.approx(weights, abs=1e-7)


# What each strategy promises of any problem.


def _task(seed: int, count: int) -> Task:
    generator = np.random.default_rng(seed)
    task = Task(drawn_estimates(generator, count, periods=60), drawn_limits(generator, count))
    calm, bold = allocate("min_volatility", task), allocate("efficient_risk", replace(task, target_volatility=9.0))
    between = (calm.expected_return + bold.expected_return) / 2, (calm.volatility + bold.volatility) / 2
    return replace(task, target_return=between[0], target_volatility=between[1])


_SEEDS = st.integers(0, 10_000)
_COUNTS = st.integers(2, 9)


@pytest.mark.slow
@settings(max_examples=60)
@given(_SEEDS, _COUNTS, st.sampled_from(NAMES))
def test_weights_sum_to_1_and_meet_every_limit(seed: int, count: int, strategy: str) -> None:
    task = _task(seed, count)
    found = allocate(strategy, task)
    assert math.isclose(found.weights.sum(), 1.0, abs_tol=1e-12)
    assert task.constraints.allows(found.weights, 1e-9)
    assert found.residual is None or found.residual <= 1e-8


@pytest.mark.slow
@settings(max_examples=60)
@given(_SEEDS, _COUNTS, st.sampled_from([name for name in NAMES if name != "min_cvar"]), st.randoms())
def test_permuting_instruments_permutes_weights(seed: int, count: int, strategy: str, random: object) -> None:
    task = _task(seed, count)
    order = list(range(count))
    random.shuffle(order)  # type: ignore[attr-defined]
    known, asked = task.estimates, task.constraints
    shuffled = replace(
        task,
        estimates=estimates_of(
            known.mean[order], known.covariance[np.ix_(order, order)], known.returns[:, order], 0.02
        ),
        constraints=replace(asked, lower=asked.lower[order], upper=asked.upper[order], rows=asked.rows[:, order]),
    )
    there, here = allocate(strategy, shuffled).weights, allocate(strategy, task).weights
    assert there == pytest.approx(here[order], abs=1e-7)


@pytest.mark.slow
@settings(max_examples=40)
@given(
    _SEEDS, _COUNTS, st.sampled_from([n for n in NAMES if n not in {"min_cvar", "black_litterman"}]), st.floats(-6, 6)
)
def test_the_unit_of_risk_and_return_plays_no_part(seed: int, count: int, strategy: str, power: float) -> None:
    task, unit = _task(seed, count), 10.0**power
    known = task.estimates
    scaled = estimates_of(known.mean * unit, known.covariance * unit**2, known.returns, known.risk_free * unit)
    again = replace(
        task, estimates=scaled, target_return=task.target_return * unit, target_volatility=task.target_volatility * unit
    )
    assert allocate(strategy, again).weights == pytest.approx(allocate(strategy, task).weights, abs=1e-6)


@settings(max_examples=40)
@given(_SEEDS, st.integers(2, 12))
def test_without_limits_every_instrument_carries_its_share_of_the_risk(seed: int, count: int) -> None:
    generator = np.random.default_rng(seed)
    known, budgets = drawn_estimates(generator, count, periods=2), generator.dirichlet(np.full(count, 2.0)) + 0.01
    task = Task(known, box(np.zeros(count), np.ones(count)), risk_budgets=budgets)
    weights = allocate("risk_parity", task).weights
    shares = weights * (known.covariance @ weights) / (weights @ known.covariance @ weights)
    assert shares == pytest.approx(budgets / budgets.sum(), abs=1e-8)


@pytest.mark.parametrize("strategy", NAMES)
def test_the_same_task_gives_the_same_bytes(strategy: str) -> None:
    task = _task(3, 8)
    first, second = allocate(strategy, task), allocate(strategy, task)
    assert first.weights.tobytes() == second.weights.tobytes()
    assert repr(first) == repr(second)


# Limits beyond a box.


@pytest.mark.parametrize("strategy", NAMES)
def test_a_limit_on_turnover_and_groups_and_exclusions_are_kept(strategy: str) -> None:
    held = {"S0": 0.5, "S1": 0.3, "S5": 0.2}
    limits = own_constraints(
        SIX.symbols,
        bounds={"S2": (0.05, 0.4), "S4": (0.1, 0.1)},
        groups={"first": ("S0", "S1", "S2")},
        group_shares={"first": (0.2, 0.7)},
        exclude=("S3",),
        held=held,
        turnover=0.25,
    )
    task = Task(SIX, limits)
    calm, bold = allocate("min_volatility", task), allocate("efficient_risk", replace(task, target_volatility=9.0))
    aimed = replace(
        task,
        target_return=(calm.expected_return + bold.expected_return) / 2,
        target_volatility=(calm.volatility + bold.volatility) / 2,
    )
    found = allocate(strategy, aimed)
    assert limits.moved(found.weights) <= 0.25 + 1e-9
    assert found.weights[3] == 0.0
    assert found.weights[4] == pytest.approx(0.1, abs=1e-12)
    assert 0.2 - 1e-9 <= found.weights[:3].sum() <= 0.7 + 1e-9
    if strategy in {"max_sharpe", "min_volatility"}:
        assert "turnover" in found.binding


def test_with_no_turnover_allowed_what_is_held_stays() -> None:
    held = np.array([0.5, 0.3, 0.2, 0.0, 0.0, 0.0])
    still = replace(OPEN, held=held, turnover=0.0)
    for strategy in ("min_volatility", "max_sharpe", "hrp", "equal_weight", "min_cvar"):
        assert allocate(strategy, Task(SIX, still)).weights == pytest.approx(held, abs=1e-9)


def test_a_turnover_that_binds_stops_on_the_way_to_the_optimum() -> None:
    held = np.eye(6)[0]
    free = allocate("min_volatility", Task(SIX, OPEN))
    some = allocate("min_volatility", Task(SIX, replace(OPEN, held=held, turnover=0.3)))
    ample = allocate("min_volatility", Task(SIX, replace(OPEN, held=held, turnover=1.0)))
    assert np.abs(some.weights - held).sum() / 2 == pytest.approx(0.3, abs=1e-9)
    assert free.volatility < some.volatility < SIX.volatilities[0]
    assert ample.weights == pytest.approx(free.weights, abs=1e-9)


@settings(max_examples=40)
@given(_SEEDS, _COUNTS, st.sampled_from([name for name in NAMES if name not in {"min_cvar", "hrp"}]))
def test_a_turnover_that_nothing_reaches_changes_the_solver_and_not_the_answer(
    seed: int, count: int, strategy: str
) -> None:
    task = _task(seed, count)
    ample = replace(task.constraints, held=np.full(count, 1 / count), turnover=1.0)
    free, other = allocate(strategy, task), allocate(strategy, replace(task, constraints=ample))
    assert other.weights == pytest.approx(free.weights, abs=1e-7)
    if strategy in {"max_sharpe", "min_volatility", "efficient_risk", "efficient_return", "black_litterman"}:
        assert free.tried[-1].solver == "critical_line"
        assert other.tried[-1].solver == "clarabel"


# Targets.


def test_a_return_out_of_reach_is_a_named_conflict_with_the_nearest() -> None:
    capped = box(np.zeros(6), np.full(6, 0.25), [f"cap.{symbol}" for symbol in SIX.symbols])
    boldest = allocate("efficient_risk", Task(SIX, capped, target_volatility=9.0)).expected_return
    wanted = (boldest + float(SIX.mean.max())) / 2  # too much under the caps, not without them
    with pytest.raises(InfeasibleConstraints) as caught:
        allocate("efficient_return", Task(SIX, capped, target_return=wanted))
    details = caught.value.details
    assert details["conflict"][-1] == "target.return"
    assert set(details["conflict"]) > {"target.return"}
    nearest = details["nearest"]
    assert nearest == pytest.approx(boldest, abs=1e-12)
    assert details["relaxation"] == {"target.return": pytest.approx(wanted - nearest)}
    reached = allocate("efficient_return", Task(SIX, capped, target_return=nearest))
    assert reached.expected_return == pytest.approx(nearest, abs=1e-9)
    assert caught.value.field == "target_return"


def test_a_volatility_below_the_least_is_a_named_conflict_with_the_nearest() -> None:
    jumpy = int(np.argmax(SIX.volatilities))
    bounds = {f"S{jumpy}": (0.6, 1.0)}
    task = Task(SIX, own_constraints(SIX.symbols, bounds=bounds))
    least = allocate("min_volatility", task).volatility
    calmest = allocate("min_volatility", Task(SIX, OPEN)).volatility
    with pytest.raises(InfeasibleConstraints) as caught:
        allocate("efficient_risk", replace(task, target_volatility=(least + calmest) / 2))
    assert caught.value.details["conflict"] == ["target.volatility", f"floor.S{jumpy}"]
    assert caught.value.details["nearest"] == pytest.approx(least, rel=1e-9)
    at_least = allocate("efficient_risk", replace(task, target_volatility=least))
    assert at_least.volatility == pytest.approx(least, rel=1e-9)


def test_a_target_that_is_missing_or_no_number_is_refused() -> None:
    for strategy in ("efficient_return", "efficient_risk"):
        with pytest.raises(InvalidInput):
            allocate(strategy, Task(SIX, OPEN))
    with pytest.raises(InvalidInput):
        allocate("efficient_return", Task(SIX, OPEN, target_return=math.nan))
    with pytest.raises(InvalidInput):
        allocate("efficient_risk", Task(SIX, OPEN, target_volatility=-0.1))
    with pytest.raises(InvalidInput):
        allocate("tea_leaves", Task(SIX, OPEN))


# Each by itself.


def test_equal_weight_is_equal_or_the_nearest_that_is_permitted() -> None:
    assert allocate("equal_weight", Task(SIX, OPEN)).weights.tolist() == [1 / 6] * 6
    capped = allocate("equal_weight", Task(SIX, box(np.zeros(6), np.array([0.05, 1, 1, 1, 1, 1.0]))))
    assert capped.weights == pytest.approx([0.05, *[0.19] * 5], abs=1e-9)
    assert [reason.key for reason in capped.reasons] == ["strategy.moved"]
    without = allocate("equal_weight", Task(SIX, box(np.zeros(6), np.array([0.0, 1, 1, 1, 1, 1]))))
    assert without.weights.tolist() == [0.0, *[0.2] * 5]
    assert without.reasons == ()


def test_black_litterman_without_views_gives_the_prior_back() -> None:
    prior = np.array([0.3, 0.1, 0.2, 0.15, 0.05, 0.2])
    found = allocate("black_litterman", Task(replace(SIX, prior=prior), OPEN))
    assert found.weights == pytest.approx(prior, abs=1e-9)
    assert [reason.key for reason in found.reasons] == ["strategy.equilibrium"]


def test_black_litterman_takes_the_means_that_were_made_by_its_method() -> None:
    bold = SIX.mean.copy()
    bold[2] += 5.0
    found = allocate("black_litterman", Task(replace(SIX, mean=bold, mean_method="black_litterman"), OPEN))
    assert found.weights == pytest.approx(np.eye(6)[2], abs=1e-9)
    assert found.reasons == ()


def test_diversification_is_the_ratio_of_average_to_whole_volatility() -> None:
    apart = estimates_of(np.full(3, 0.05), np.diag([0.01, 0.04, 0.09]), np.zeros((30, 3)), 0.02)
    found = allocate("max_diversification", Task(apart, box(np.zeros(3), np.ones(3))))
    assert found.weights == pytest.approx(
        np.array([6, 3, 2]) / 11, abs=1e-9
    )  # inverse volatility where nothing moves together
    assert found.objective == pytest.approx(math.sqrt(3), abs=1e-12)


def test_hierarchical_risk_parity_of_two_is_inverse_variance() -> None:
    two = estimates_of(np.full(2, 0.05), np.array([[0.01, 0.0], [0.0, 0.04]]), np.zeros((30, 2)), 0.02)
    assert allocate("hrp", Task(two, box(np.zeros(2), np.ones(2)))).weights == pytest.approx([0.8, 0.2])
    capped = allocate("hrp", Task(two, box(np.zeros(2), np.array([0.6, 1.0]))))
    assert capped.weights == pytest.approx([0.6, 0.4])
    assert capped.reasons == ()


def test_the_least_cvar_is_the_calm_one_of_two_that_crash() -> None:
    returns = np.zeros((40, 2))
    returns[0] = -0.5, 0.0
    returns[1] = 0.0, -0.1
    two = estimates_of(np.full(2, 0.05), np.eye(2) * 0.04, returns, 0.02)
    found = allocate("min_cvar", Task(two, box(np.zeros(2), np.ones(2)), level=0.975))
    assert found.weights == pytest.approx(
        [1 / 6, 5 / 6], abs=1e-9
    )  # where both crashes cost the same: 0.5 w = 0.1 (1 - w)
    assert found.objective == pytest.approx(0.5 / 6, abs=1e-9)


def test_the_least_cvar_needs_enough_returns_without_gaps() -> None:
    with pytest.raises(NotEnoughHistory):
        allocate("min_cvar", Task(replace(SIX, returns=SIX.returns[:19]), OPEN))
    with pytest.raises(InvalidInput):
        allocate("min_cvar", Task(replace(SIX, returns=SIX.returns * np.nan), OPEN))
    with pytest.raises(InvalidInput):
        allocate("min_cvar", Task(SIX, OPEN, level=1.0))


def test_an_instrument_that_may_not_be_held_takes_no_part_in_risk_parity() -> None:
    forbidden = Constraints(np.zeros(6), np.ones(6), np.eye(6)[:1], np.zeros(1), OPEN.upper_names, ("rule.none",))
    found = allocate("risk_parity", Task(SIX, forbidden))
    weights = found.weights[1:]
    shares = weights * (SIX.covariance[1:, 1:] @ weights)
    assert found.weights[0] == 0.0
    assert shares / shares.sum() == pytest.approx(np.full(5, 0.2), abs=1e-8)
    assert [reason.key for reason in found.reasons] == ["strategy.left_out"]


def test_shares_of_risk_must_be_positive() -> None:
    with pytest.raises(InvalidInput):
        allocate("risk_parity", Task(SIX, OPEN, risk_budgets=np.array([0.5, 0.5, 0, 0, 0, 0])))


def test_cash_that_never_moves_is_not_mixed_into_the_best_ratio() -> None:
    cash = np.zeros((3, 3))
    cash[:2, :2] = [[0.04, 0.01], [0.01, 0.09]]
    known = estimates_of(np.array([0.07, 0.08, 0.02]), cash, np.zeros((30, 3)), 0.02)
    found = allocate("max_sharpe", Task(known, box(np.zeros(3), np.ones(3))))
    assert found.weights[2] == pytest.approx(0.0, abs=1e-9)
    raw = np.linalg.solve(cash[:2, :2], np.array([0.05, 0.06]))
    assert found.weights[:2] == pytest.approx(raw / raw.sum(), abs=1e-9)


def test_the_register_holds_the_strategies_of_the_contract() -> None:
    assert set(STRATEGIES) >= {
        "max_sharpe",
        "min_volatility",
        "efficient_risk",
        "efficient_return",
        "risk_parity",
        "hrp",
        "max_diversification",
        "equal_weight",
        "black_litterman",
        "min_cvar",
    }
