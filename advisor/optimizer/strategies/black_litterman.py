"""The portfolio that an investor of average caution holds who believes the market, and his or her own views."""

from __future__ import annotations

from advisor.domain.investor import Reason
from advisor.optimizer.strategies.market import centred_market
from advisor.optimizer.strategies.task import Answer, General, Task
from advisor.optimizer.views import DELTA, equilibrium_mean


def black_litterman(task: Task, general: General | None = None) -> Answer:
    """Highest excess' w - delta / 2 w' Sigma w with delta 2.5 (He and Litterman 1999). The objective is that utility per year.

    Excess means are those of the estimates if they were made by Black and Litterman's method, else the equilibrium of the prior
    weights (reason `strategy.equilibrium`), with which the prior itself comes back wherever the limits permit it. The utility and
    not the Sharpe ratio, because it is what the method is derived from: it is defined for any means, and agrees with the maximum
    Sharpe ratio where no view is held and no limit binds.

    Raises:
        SolverFailed: if no solver's answer was sharp enough.
    """
    known = task.estimates
    reasons: tuple[Reason, ...] = ()
    excess = known.mean - known.risk_free
    if known.mean_method != "black_litterman":
        excess = equilibrium_mean(known.covariance, known.prior, DELTA)
        reasons = (Reason("strategy.equilibrium", {"mean_method": known.mean_method}),)
    market = centred_market(task, general, excess)
    caution = DELTA * market.variance_unit / market.mean_unit
    found = market.optimum(
        "black_litterman", lambda line: line.best_utility(caution), caution, 1.0, market.region.limits, caution
    )
    weights = found.weights
    utility = float(excess @ weights) - DELTA / 2.0 * known.volatility(weights) ** 2
    return Answer(weights, utility, found.tried, found.residual, reasons)
