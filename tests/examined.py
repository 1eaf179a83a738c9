"""Examinations of plans on the embedded sample, made as the service makes them but without a process beside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any, ParamSpec, TypeVar

from advisor.services.plan.basis import Basis
from advisor.services.plan.compute import compute
from advisor.services.plan.examine import EXAMINATIONS, Case
from tests.drawn_answers import answers, basis

P = ParamSpec("P")
R = TypeVar("R")


class Here:
    """The offload's port: everything is done at once, in this thread."""

    async def thread(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return function(*args, **kwargs)

    async def process(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return function(*args, **kwargs)

    async def close(self) -> None:
        """Nothing is held."""


async def examined(
    kind: str, wish: dict[str, Any] | None = None, market: Basis | None = None, **changes: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The plan's result for `answers(**changes)`, and what one examination of it finds."""
    wanted = answers(**changes)
    found = market or basis(tuple(sorted(wanted.exclusions)))
    result = compute(wanted, found)
    return result, await EXAMINATIONS[kind](Case(wanted, found, result, wish or {}), Here())


def fees(ratio: float = 0.002, unknown: tuple[str, ...] = ()) -> Basis:
    """The sample as if its funds cost something: `ratio` a year and as much again between buying and selling price."""
    funds = tuple(
        replace(item, expense_ratio=None if item.symbol in unknown else ratio, spread=ratio)
        for item in basis().snapshot.instruments
    )
    return replace(basis(), snapshot=replace(basis().snapshot, instruments=funds))


TINY = {"initial_amount": Decimal(0), "monthly_amount": Decimal(40)}
