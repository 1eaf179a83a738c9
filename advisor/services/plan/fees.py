"""What fees take over the whole term: the plain sum, and with the growth that the money would have had. Pure."""

from __future__ import annotations

from dataclasses import replace

from advisor.domain.investor import Answers
from advisor.services.plan.basis import Basis, Json
from advisor.services.plan.compute import compute


def fee_drag(answers: Answers, basis: Basis, result: Json) -> Json:
    """The costs of a plan with what they leave missing at the end of the middle future, in today's money.

    The same futures are computed once more as if all funds were free; `drag` is what their middle outcome has more. It counts the
    known fees alone, and is None where none is known. `result` is the plan's.

    Raises:
        InvalidInput, NotEnoughHistory: as `compute`.
    """
    costs: Json = result["costs"]
    body: Json = {
        "costs": costs,
        "horizon_years": result["horizon_years"],
        "with_fees": None,
        "free": None,
        "drag": None,
    }
    if costs["yearly"] is None:
        return body
    funds = tuple(replace(item, expense_ratio=0.0) for item in basis.snapshot.instruments)
    free = compute(answers, replace(basis, snapshot=replace(basis.snapshot, instruments=funds)))
    ends = {name: found["projection"]["bands"]["p50"][-1] for name, found in (("with_fees", result), ("free", free))}
    return body | ends | {"drag": ends["free"] - ends["with_fees"]}
