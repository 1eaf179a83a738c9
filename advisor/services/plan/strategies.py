"""Other ways to build a portfolio beside the plan: on the same universe, by the same estimates, under the same limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from advisor.analysis.assumptions import equal_weights, sixty_forty
from advisor.analysis.history import mix_history
from advisor.domain.errors import SmartInvestError
from advisor.domain.investor import Answers
from advisor.optimizer.constraints import Constraints
from advisor.optimizer.estimates import Estimates
from advisor.optimizer.rounding import rounded
from advisor.optimizer.strategies import Task, allocate_with_general
from advisor.services.plan.amounts import stake_of
from advisor.services.plan.basis import Basis, Json
from advisor.services.plan.beside import comparison, frontier_plot

# Not HRP: its tree puts cash beside shares, and what the cap on cash leaves over then goes into shares.
COMPARED = ("max_sharpe", "min_volatility", "risk_parity", "max_diversification", "min_cvar")


def allocations(estimates: Estimates, constraints: Constraints) -> dict[str, Json]:
    """Each strategy's weights by symbol with the solvers that were asked, or why it gave none; called in a helper process."""
    found: dict[str, Json] = {}
    for name in COMPARED:
        try:
            made = allocate_with_general(name, Task(estimates, constraints))
        except SmartInvestError as error:
            found[name] = {"weights": None, "tried": error.details.get("tried", []), "missing": error.message}
            continue
        weights = dict(zip(estimates.symbols, rounded(made.weights).tolist(), strict=True))
        found[name] = {
            "weights": {symbol: weight for symbol, weight in weights.items() if weight > 0},
            "tried": [asdict(item) for item in made.tried],
            "missing": None,
        }
    return found


def strategies_beside(answers: Answers, basis: Basis, result: Json, found: Mapping[str, Json]) -> Json:
    """The plan, 1/N, 60/40 and the strategies in one table and on one plot. `result` is the plan's.

    `comparison` and `frontier` are in the form of the plan's own, `equity` is each mix's part in shares, `missing` names the
    strategies without an answer and why.

    Raises:
        NotEnoughHistory: if a mix has no common history.
    """
    mixes = {name: item["weights"] for name, item in found.items() if item["weights"]}
    past = {name: mix_history(basis.snapshot, weights) for name, weights in mixes.items()}
    stake, _ = stake_of(answers)
    plot = frontier_plot(mixes, basis)
    return {
        "comparison": [*result["comparison"], *comparison(mixes, past, basis, stake)],
        "frontier": {"curve": plot["curve"], "points": [*result["frontier"]["points"], *plot["points"]]},
        "equity": _equity(result, mixes, basis),
        "weights": mixes,
        "tried": {name: item["tried"] for name, item in found.items()},
        "missing": {name: item["missing"] for name, item in found.items() if item["missing"]},
    }


def _equity(result: Json, mixes: Mapping[str, dict[str, float]], basis: Basis) -> dict[str, float]:
    """The part in shares of every mix, by name."""
    moments = basis.moments
    simple = {
        "plan": moments.vector(result["weights"]),
        "equal_weight": equal_weights(len(moments.symbols)),
        "sixty_forty": sixty_forty(moments.classes, moments.prior),
    }
    vectors = simple | {name: moments.vector(weights) for name, weights in mixes.items()}
    return {name: round(float(vector @ moments.equity), 4) for name, vector in vectors.items()}
