"""Whether the process lives, and whether it can serve."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Response
from pydantic import BaseModel

from advisor.domain.errors import MarketDataError
from advisor.ports.market import MarketData
from api.deps import Resources

router = APIRouter(tags=["health"])
_DATE_SECONDS = 5.0  # who asks whether we live must not wait for a first fetch


class Health(BaseModel):
    """Alive."""

    status: str


class Readiness(BaseModel):
    """Each resource with "ok" or what is wrong with it."""

    status: str
    checks: dict[str, str]
    market_source: str
    market_date: str | None


@router.get("/healthz")
async def healthz() -> Health:
    """The process answers."""
    return Health(status="ok")


@router.get("/readyz", responses={503: {"model": Readiness, "description": "Something needed does not answer"}})
async def readyz(resources: Resources, response: Response) -> Readiness:
    """Database, news channel and market data answer; the age of the market data."""
    checks = await resources.ping()
    ready = all(outcome == "ok" for outcome in checks.values())
    response.status_code = 200 if ready else 503
    day = await _market_date(resources.market) if checks["market"] == "ok" else None
    return Readiness(
        status="ok" if ready else "unavailable", checks=checks, market_source=resources.market.name, market_date=day
    )


async def _market_date(market: MarketData) -> str | None:
    """None where the market answers and yet has no last day: a folder without prices, a replay before the data begin, or a
    first fetch that is still under way."""
    try:
        return str(await asyncio.wait_for(market.market_date(), _DATE_SECONDS))
    except (MarketDataError, TimeoutError):
        return None
