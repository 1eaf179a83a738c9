"""The same amount in everything: the yardstick that is hard to beat."""

from __future__ import annotations

import numpy as np

from advisor.domain.investor import Reason
from advisor.optimizer.solve import Attempted
from advisor.optimizer.strategies.projection import nearest
from advisor.optimizer.strategies.region import Region
from advisor.optimizer.strategies.task import Answer, General, Task

CLOSED = "closed_form"


def equal_weight(task: Task, general: General | None = None) -> Answer:  # noqa: ARG001  every strategy is called alike
    """1/N of each instrument (DeMiguel, Garlappi and Uppal 2009), or the permitted portfolio nearest to it (`strategy.moved`).

    The objective is the distance from 1/N over the instruments that are not excluded, 0 where it is permitted.

    Raises:
        SolverFailed: if the nearest portfolio was not found.
    """
    asked = task.constraints
    usable = asked.upper > 0.0
    equal = np.where(usable, 1.0 / max(1, int(usable.sum())), 0.0)
    if asked.allows(equal, 1e-12):
        return Answer(equal, 0.0, (Attempted(CLOSED, "ok"),), 0.0)
    found = nearest(Region(asked), equal)
    distance = float(np.linalg.norm(found.weights - equal))
    return Answer(found.weights, distance, found.tried, found.residual, (Reason("strategy.moved", {"by": distance}),))
