"""What is computed of a plan on demand, on the prices it was made of: why, costs, a list to buy, scenarios, other strategies."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal

from advisor.domain.investor import Answers
from advisor.optimizer.shopping import fractional_shares, whole_shares
from advisor.ports.system import Offload
from advisor.services.plan.basis import Basis, Json
from advisor.services.plan.calmest import calmest_reaching
from advisor.services.plan.entering import entering
from advisor.services.plan.fees import fee_drag
from advisor.services.plan.shopping import order_of, shopping_list
from advisor.services.plan.strategies import allocations, strategies_beside
from advisor.services.plan.stress import stress
from advisor.services.plan.together import together
from advisor.services.plan.turning_points import turning_points


@dataclass(frozen=True)
class Case:
    """A plan to be examined: its answers, what it was computed from, its result, and what was asked for besides."""

    answers: Answers
    basis: Basis
    result: Json
    wish: Json


async def _why(case: Case, offload: Offload) -> Json:
    return await offload.thread(turning_points, case.answers, case.basis)


async def _costs(case: Case, offload: Offload) -> Json:
    return await offload.thread(fee_drag, case.answers, case.basis, case.result)


async def _shopping(case: Case, offload: Offload) -> Json:
    """`wish`: "fractions" (bool) and "minimum" (money for one line, as text)."""
    order, minimum = order_of(case.result), Decimal(case.wish.get("minimum", "0"))
    if case.wish.get("fractions"):
        bought = fractional_shares(order.wanted, order.prices, minimum)
    else:
        bought = await offload.process(whole_shares, order.wanted, order.prices, minimum)
    return shopping_list(case.result, order, bought, minimum)


async def _stress(case: Case, offload: Offload) -> Json:
    """`wish`: "scenarios", the names of those wanted; none for all that are usual."""
    return await offload.thread(stress, case.answers, case.basis, case.result, case.wish.get("scenarios", []))


async def _calmest(case: Case, offload: Offload) -> Json:
    return asdict(await offload.thread(calmest_reaching, case.answers, case.basis))


async def _entering(case: Case, offload: Offload) -> Json:
    return await offload.thread(entering, case.answers, case.basis)


async def _strategies(case: Case, offload: Offload) -> Json:
    moments, constraints = case.basis.moments, case.basis.solution.frontier.constraints
    found = await offload.process(allocations, moments.estimates("black_litterman"), constraints)
    return await offload.thread(strategies_beside, case.answers, case.basis, case.result, found)


async def _together(case: Case, offload: Offload) -> Json:
    """`wish`: "positions" of all goals, as `together` takes them; the plan lends its prices."""
    return await offload.thread(together, case.basis, case.wish)


EXAMINATIONS: Mapping[str, Callable[[Case, Offload], Awaitable[Json]]] = {
    "why": _why,
    "costs": _costs,
    "shopping_list": _shopping,
    "strategies": _strategies,
    "stress": _stress,
    "calmest": _calmest,
    "entering": _entering,
    "together": _together,
}
