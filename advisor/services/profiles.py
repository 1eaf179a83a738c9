"""The risk profile of one person: assessed from his answers, kept with the market it was given in."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np

from advisor.domain.circumstances import changed_slots, person_of, together
from advisor.domain.errors import InvalidInput, MarketDataError
from advisor.domain.investor import Reason
from advisor.domain.market import Series
from advisor.domain.records import ProfileRecord
from advisor.ports.market import MarketData
from advisor.ports.storage import Storage
from advisor.ports.system import Clock
from advisor.profiling.questions import load
from advisor.profiling.reassessment import coloured, due, market_of
from advisor.profiling.suitability import assess

Json = dict[str, Any]

# Time takes away from capacity, and each goal has its own: the person is assessed as for money that has all the time there is.
_ALL_THE_TIME = 20.0
_KEPT = ("willingness", "willingness_low", "willingness_high", "capacity", "ceiling", "word")


class ProfileService:
    """Assesses and keeps profiles; earlier ones stay for the record."""

    def __init__(self, storage: Storage, market: MarketData, clock: Clock, today: Callable[[], date]) -> None:
        self._storage = storage
        self._market = market
        self._clock = clock
        self._today = today

    async def save(self, user_id: str, person: Json) -> ProfileRecord:
        """Assess answers (`PERSON_SLOTS` as JSON) and keep them. Wishes changed in a fall or a long boom are flagged.

        Raises:
            InvalidInput: for unknown options or impossible numbers; `field` names the slot.
        """
        former = await self._storage.profile(user_id)
        record = stated(user_id, person, former, await self._market_now(), self._clock.now())
        await self._storage.save_profile(record)
        return record

    async def latest(self, user_id: str) -> ProfileRecord | None:
        """The latest profile, None if there is none."""
        return await self._storage.profile(user_id)

    async def person(self, user_id: str) -> Json:
        """What the user said of himself: in his latest profile, else with his newest plan; nothing if he never did."""
        record = await self._storage.profile(user_id)
        if record is not None:
            return record.answers
        plans = await self._storage.plans(user_id, None, 1)
        return person_of(plans[0].inputs) if plans else {}

    def due(self, record: ProfileRecord) -> Reason | None:
        """Why a profile is to be looked at again; None if it is not."""
        return due(record, self._today())

    async def _market_now(self) -> Json:
        """In which market the answers are given; why that is unknown, where the source has no index."""
        try:
            currency = (await self._market.currencies())[0]
            symbol = await self._market.benchmark(currency)
            if not symbol:
                return {"unknown": "no benchmark"}
            series = await self._market.series(symbol, await self._market.market_date())
        except MarketDataError as fault:
            return {"unknown": fault.code}
        return market_of(_month_ends(series)) | {"benchmark": symbol}


def stated(user_id: str, person: Json, former: ProfileRecord | None, market: Json, now: datetime) -> ProfileRecord:
    """The profile of a person who states these answers now, in this market; wishes changed in a fall or a long boom are flagged.

    Raises:
        InvalidInput: for unknown options or impossible numbers; `field` names the slot.
    """
    assessment = assessed(person)
    notice = coloured(market, changed_slots(former.answers, person)) if former else None
    assessment["notices"] = [asdict(notice)] if notice else []
    return ProfileRecord(secrets.token_hex(16), user_id, now, person, assessment, market)


def assessed(person: Json) -> Json:
    """The assessment of a person, apart from any goal: as for money that is not needed for twenty years.

    Raises:
        InvalidInput: for unknown options or impossible numbers; `field` names the slot.
    """
    strange = set(person.get("exclusions") or ()) - set(load()["exclusions"].ids)
    if strange:
        raise InvalidInput(f"There is no kind of investment {min(strange)!r} to leave out.", field="exclusions")
    currency = next((value["currency"] for value in person.values() if isinstance(value, dict)), "USD")
    neutral = {"goal": "growth", "horizon_years": _ALL_THE_TIME, "currency": currency}
    answers = together(neutral | {"initial_amount": str(Decimal(0)), "monthly_amount": str(Decimal(0))}, person)
    profile = assess(answers, 0.0)
    kept: Json = {name: getattr(profile, name) for name in _KEPT}
    reasons = [asdict(reason) for reason in profile.reasons if not reason.key.startswith("save_first")]
    return kept | {
        "years": _ALL_THE_TIME,
        "defaulted": list(answers.defaulted),
        "contradictions": [list(pair) for pair in profile.contradictions],
        "reasons": reasons,
    }


def _month_ends(series: Series) -> list[float]:
    """The last level of each month, oldest first."""
    months = series.dates.astype("datetime64[M]")
    last = np.append(months[1:] != months[:-1], True)
    return [float(level) for level in series.levels[last]]
