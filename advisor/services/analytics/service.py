"""Analyses: gathered, computed in a helper process, and kept with what is needed to compute them again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from advisor.domain.errors import CodeChanged
from advisor.domain.panel import PricePanel
from advisor.domain.records import Computation, digest_of
from advisor.ports.market import MarketData
from advisor.ports.system import Offload
from advisor.services.analytics.gathering import gather
from advisor.services.analytics.requests import REQUESTS, BacktestRequest, Request, from_json, to_json

Json = dict[str, Any]


@dataclass(frozen=True)
class Analysis:
    """An answer with all that is needed to compute it again; `panel` is the packed market data of `data_hash`."""

    kind: str
    inputs: Json
    data_hash: str
    code_version: str
    panel: bytes
    result: Json


class AnalyticsService:
    """One use case per kind of request; all run the same way."""

    def __init__(
        self,
        market: MarketData,
        offload: Offload,
        pack: Callable[[PricePanel], bytes],
        unpack: Callable[[bytes], PricePanel],
        code_version: str,
    ) -> None:
        self._market = market
        self._offload = offload
        self._pack = pack
        self._unpack = unpack
        self._code_version = code_version

    async def run(self, request: Request) -> Analysis:
        """Compute an answer on the market as it is.

        Raises:
            InvalidInput, InfeasibleConstraints, SolverFailed: if it cannot be answered as asked.
            MarketDataError: if the prices are not there.
        """
        panel = await gather(self._market, request.scope)
        inputs = to_json(request)
        result = await self._offload.process(computed, request.kind, inputs, panel)
        packed = await self._offload.thread(self._pack, panel)
        return Analysis(request.kind, inputs, panel.digest, self._code_version, packed, result)

    async def replay(self, computation: Computation, panel: bytes) -> Json:
        """The result computed again from what was stored.

        Raises:
            CodeChanged: if it was computed by other code.
        """
        if computation.code_version != self._code_version:
            raise CodeChanged(
                "This was computed by another version of the program, which may compute differently.",
                details={"computation": computation.code_version, "now": self._code_version},
            )
        unpacked = await self._offload.thread(self._unpack, panel)
        return await self._offload.process(computed, computation.kind, computation.inputs, unpacked)

    @staticmethod
    def with_trials(request: BacktestRequest, earlier: Sequence[Computation]) -> BacktestRequest:
        """The request with the Sharpe ratios of the backtests made before it on the same instruments; the same one counts once."""
        ratios: dict[str, float] = {}
        for done in earlier:
            past, found = done.inputs, done.result.get("evidence", {}).get("sharpe_per_week")
            if found is not None and _instruments(past["scope"]) == _instruments(to_json(request)["scope"]):
                ratios.setdefault(digest_of(past | {"trials": []}), found)
        ratios.pop(digest_of(to_json(replace(request, trials=()))), None)
        return replace(request, trials=tuple(ratios.values()))

    @staticmethod
    def replayable(kind: str) -> bool:
        """Whether a stored computation is one of these."""
        return kind in REQUESTS


def _instruments(scope: Mapping[str, Any]) -> tuple[frozenset[str], str | None]:
    """What a scope is of: its symbols in any order, or the funds of a plan in a currency."""
    symbols = frozenset(scope["symbols"])
    return symbols, None if symbols else scope["currency"]


def computed(kind: str, inputs: Mapping[str, Any], panel: PricePanel) -> Json:
    """The result of a stored request on its panel: pure, for a helper process."""
    from advisor.services.analytics.computing import COMPUTE  # noqa: PLC0415 - brings the solvers, for the helper only

    return COMPUTE[kind](from_json(kind, inputs), panel)
