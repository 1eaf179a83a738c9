"""Plans: proposed from answers, previewed under other answers, replayed from what is stored."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from advisor.domain.errors import CodeChanged, InvalidInput, SolverFailed
from advisor.domain.investor import Answers, GoalKind
from advisor.domain.market import MarketSnapshot, Provenance
from advisor.domain.plan import Plan
from advisor.optimizer.constraints import default_constraints
from advisor.optimizer.general import efficient_points
from advisor.optimizer.moments import Moments, estimate
from advisor.optimizer.solve import EXACT, GENERAL, Attempted, Solution, from_general, problem_of, trace_exact
from advisor.ports.market import MarketData
from advisor.ports.system import Offload
from advisor.services.plan.basis import Basis, Json
from advisor.services.plan.compute import compute
from advisor.services.plan.difference import difference
from advisor.services.plan.examine import EXAMINATIONS, Case

_KEPT = 64
_MONEY = (
    "initial_amount",
    "monthly_amount",
    "target_amount",
    "income_wanted",
    "pension_monthly",
    "debt_amount",
    "monthly_spending",
)


@dataclass(frozen=True)
class Proposal:
    """A computed plan with all that is needed to compute it again."""

    inputs: Json
    data_hash: str
    code_version: str
    snapshot: bytes
    result: Json


@dataclass(frozen=True)
class Examined:
    """What was computed of a plan on demand, with all that is needed to compute it again."""

    inputs: Json
    data_hash: str
    code_version: str
    result: Json


class PlanService:
    """Computes plans off the event loop. Moments and frontiers are kept per market snapshot and set of exclusions."""

    def __init__(
        self,
        market: MarketData,
        offload: Offload,
        pack: Callable[[MarketSnapshot], bytes],
        unpack: Callable[[bytes], MarketSnapshot],
        code_version: str,
    ) -> None:
        self._market = market
        self._offload = offload
        self._pack = pack
        self._unpack = unpack
        self._code_version = code_version
        self._bases: OrderedDict[tuple[str, tuple[str, ...]], asyncio.Task[Basis]] = OrderedDict()

    async def propose(self, answers: Answers) -> Proposal:
        """The plan for these answers on the market as it is.

        Raises:
            MarketDataError: if no source has the data.
            InfeasibleConstraints: if exclusions and limits leave no portfolio.
        """
        snapshot = await self._snapshot(answers.currency)
        basis = await self._basis(snapshot, answers.exclusions)
        result, packed = await asyncio.gather(
            self._offload.thread(compute, answers, basis), self._offload.thread(self._pack, snapshot)
        )
        return Proposal(answers_to_json(answers), snapshot.digest, self._code_version, packed, result)

    async def preview(self, answers: Answers, risk_scale: float = 1.0) -> Json:
        """A result that is shown and not kept: the rough first picture, and what-ifs."""
        basis = await self._basis(await self._snapshot(answers.currency), answers.exclusions)
        return await self._offload.thread(compute, answers, basis, risk_scale)

    async def replay(self, plan: Plan, snapshot: bytes) -> Json:
        """The result computed again from what was stored.

        Raises:
            CodeChanged: if the plan was made by other code.
        """
        if plan.code_version != self._code_version:
            raise CodeChanged(
                "This plan was made by another version of the program, which may compute differently.",
                details={"plan": plan.code_version, "now": self._code_version},
            )
        answers = answers_from_json(plan.inputs)
        market = await self._offload.thread(self._unpack, snapshot)
        return await self._offload.thread(compute, answers, await self._basis(market, answers.exclusions))

    async def examine(self, kind: str, plan: Plan, snapshot: bytes, wish: Json) -> Examined:
        """One of `EXAMINATIONS` of a plan, on the prices it was made of (`snapshot`); `wish` is what was asked for besides.

        Raises:
            InvalidInput: for a kind that does not exist.
        """
        if kind not in EXAMINATIONS:
            raise InvalidInput("There is no such view of a plan.", field="kind")
        answers = answers_from_json(plan.inputs)
        market = await self._offload.thread(self._unpack, snapshot)
        case = Case(answers, await self._basis(market, answers.exclusions), plan.result, wish)
        result = await EXAMINATIONS[kind](case, self._offload)
        return Examined({"plan": plan.id, "wish": wish}, plan.data_hash, self._code_version, result)

    def compare(self, first: Plan, second: Plan) -> Examined:
        """What the second plan has more or less than the first, from both stored results."""
        found = difference(first.result, second.result, (first.inputs, second.inputs))
        return Examined({"plan": second.id, "other": first.id}, second.data_hash, self._code_version, found)

    async def warm(self, snapshot: MarketSnapshot) -> None:
        """Compute one plan on this snapshot before anybody waits: imports, caches and the unconstrained frontier."""
        answers = Answers(GoalKind.GROWTH, 10.0, snapshot.currency, Decimal(1000), Decimal(10), risk=())
        basis = await self._basis(snapshot, ())
        await self._offload.thread(compute, answers, basis)

    async def fetch(self) -> Provenance:
        """Bring the data of the main currency into the source's own cache; those of others come when they are asked for.

        Returns where they come from.

        Raises:
            MarketDataError: if no source has them.
        """
        return (await self._snapshot((await self._market.currencies())[0])).provenance

    async def _snapshot(self, currency: str) -> MarketSnapshot:
        return await self._market.snapshot(currency, await self._market.market_date())

    async def _basis(self, snapshot: MarketSnapshot, exclusions: tuple[str, ...]) -> Basis:
        """Moments and frontier: computed once, however many ask at the same time."""
        key = (snapshot.digest, tuple(sorted(exclusions)))
        task = self._bases.get(key)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = self._bases[key] = asyncio.create_task(self._solve(snapshot, key[1]))
            while len(self._bases) > _KEPT:
                self._bases.popitem(last=False)
        self._bases.move_to_end(key)
        return await asyncio.shield(task)

    async def _solve(self, snapshot: MarketSnapshot, exclusions: tuple[str, ...]) -> Basis:
        """The exact frontier; where the critical line gives up, the general solver in a helper process. Both are recorded."""
        moments = await self._offload.thread(estimate, snapshot)
        try:
            return Basis(snapshot, moments, await self._offload.thread(_exact, moments, exclusions))
        except SolverFailed as failure:
            tried = tuple(Attempted(*attempt) for attempt in failure.details["tried"])
        problem = problem_of(moments, default_constraints(moments.classes, exclusions))
        try:
            points = await self._offload.process(efficient_points, *problem.arrays())
            frontier = from_general(problem, points)
        except (SolverFailed, ValueError) as error:
            chain = [*((item.solver, item.outcome) for item in tried), (GENERAL, str(error))]
            raise SolverFailed("No solver found a portfolio for these limits.", details={"tried": chain}) from error
        return Basis(snapshot, moments, Solution(frontier, (*tried, Attempted(GENERAL, "ok"))))


def _exact(moments: Moments, exclusions: tuple[str, ...]) -> Solution:
    problem = problem_of(moments, default_constraints(moments.classes, exclusions))
    return Solution(trace_exact(problem), (Attempted(EXACT, "ok"),))


def answers_to_json(answers: Answers) -> Json:
    """Answers as stored with a plan."""
    fields: dict[str, Any] = {name: getattr(answers, name) for name in Answers.__dataclass_fields__}
    for name, value in fields.items():
        if isinstance(value, Decimal):
            fields[name] = str(value)
        elif isinstance(value, tuple):
            fields[name] = list(value)
    return fields | {"goal": answers.goal.value}


def answers_from_json(raw: Json) -> Answers:
    """Inverse of `answers_to_json`."""
    fields = dict(raw) | {"goal": GoalKind(raw["goal"])}
    for name in _MONEY:
        fields[name] = None if raw.get(name) is None else Decimal(raw[name])
    for name in ("risk", "exclusions", "defaulted", "not_asked", "withdrawn", "full_scale"):
        fields[name] = tuple(raw.get(name, ()))
    return Answers(**fields)
