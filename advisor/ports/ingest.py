"""What the market asks of ingestion, and what ingestion asks of the exchanges' calendars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from advisor.domain.errors import MarketDataError
from advisor.domain.market import Dates


class Refresher(Protocol):
    """Contract: brings stored prices up to date, at most once for all who ask at the same time, and never raises for a source."""

    async def refresh(self, symbols: Sequence[str]) -> Mapping[str, MarketDataError]:
        """Fetch and store what is due of these symbols; those that failed with their reasons. What is fresh costs one read."""
        ...

    async def ping(self) -> None:
        """Return if the source answers.

        Raises:
            MarketDataError: with the reason if it does not.
        """
        ...

    async def close(self) -> None:
        """Stop what is under way and release the source."""
        ...


class Calendars(Protocol):
    """Sessions of exchanges, by the codes of `InstrumentRecord.exchange`."""

    async def sessions(self, exchange: str, first: date, last: date) -> Dates | None:
        """The exchange's trading days from `first` to `last`; None where its calendar is not known."""
        ...

    async def last_completed_session(self, exchange: str, now: datetime) -> date:
        """The last trading day whose closing prices are final; for an unknown calendar the last day that is over everywhere."""
        ...
