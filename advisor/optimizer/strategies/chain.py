"""One solver after the other, each answer judged before it is taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np
from cvxcla import CLAError

from advisor.domain.errors import SolverFailed
from advisor.domain.market import Floats
from advisor.optimizer.optimality import Judge
from advisor.optimizer.solve import Attempted

ACCEPTED = 1e-8
"""Largest violation of a limit and largest KKT residual of an answer that is taken."""

_SHARP = 1e-12
"""Residual from which on down nothing is gained by sharpening."""

_KNOWN = (CLAError, SolverFailed, RuntimeError, ValueError, ArithmeticError, np.linalg.LinAlgError)

Find = Callable[[], Sequence[Floats]]
"""A solver's answers to one problem: weights (n,) as they came, and perhaps sharpened by what else the solver told."""

Sharpen = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Optimum:
    """Weights (n,), their KKT residual and the solvers that were asked."""

    weights: Floats
    residual: float
    tried: tuple[Attempted, ...]


def first_accepted(attempts: Sequence[tuple[str, Find]], sharpen: Sharpen, judge: Judge) -> Optimum:
    """The first answer whose residual is at most 1e-8, if need be after Newton's method on its active limits (`sharpen`).

    Raises:
        SolverFailed: if there is none; `details["tried"]` holds (solver, reason) pairs.
    """
    tried: list[Attempted] = []
    for solver, find in attempts:
        try:
            with np.errstate(all="ignore"):
                weights, left, how = _judged(find(), sharpen, judge)
        except _KNOWN as error:
            tried.append(Attempted(solver, _reason(error)))
            continue
        if left <= ACCEPTED:
            return Optimum(weights, left, (*tried, Attempted(solver, how)))
        tried.append(Attempted(solver, f"not optimal: residual {left:.0e}"))
    raise SolverFailed(
        "No solver found a portfolio for these limits.", details={"tried": [(a.solver, a.outcome) for a in tried]}
    )


def _judged(answers: Sequence[Floats], sharpen: Sharpen, judge: Judge) -> tuple[Floats, float, str]:
    left, found = min(((judge(answer), answer) for answer in answers), key=itemgetter(0))
    if left <= _SHARP:
        return found, left, "ok"
    try:
        sharper = sharpen(found)
    except (ValueError, ArithmeticError, np.linalg.LinAlgError):
        return found, left, "ok"
    closer = judge(sharper)
    return (sharper, closer, "ok, sharpened") if closer < left else (found, left, "ok")


def _reason(error: Exception) -> str:
    tried = error.details.get("tried") if isinstance(error, SolverFailed) else None
    return str(tried[0][1]) if tried else f"{type(error).__name__}: {error}"
