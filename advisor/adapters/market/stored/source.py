"""What the stored market is told of its source, and how it speaks of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from advisor.adapters.market.panel import in_words
from advisor.adapters.market.universes.loader import Universe
from advisor.domain.errors import MarketDataError
from advisor.domain.market import Provenance

_ACTIONABLE_DAYS = 10  # older prices are for rehearsal


@dataclass(frozen=True)
class Source:
    """A source of stored prices.

    `title` names it in sentences. `live` sources are due after every session and their prices grow stale; others (a folder of
    files) are as old as they are. `max_age_days` is the operator's limit on the age of prices that advice may rest on.
    """

    name: str
    title: str
    live: bool
    universes: tuple[Universe, ...]
    max_age_days: int = 30

    def provenance(self, today: date, first: date, last: date, notes: tuple[str, ...]) -> Provenance:
        """Where prices from `first` to `last` come from, said on `today`."""
        return Provenance(
            source=self.name,
            title=f"{self.title}: daily prices to {in_words(last)}",
            first=first,
            last=last,
            rehearsal=(today - last).days > _ACTIONABLE_DAYS,
            notes=notes,
        )

    def age_note(self, fault: MarketDataError, last: date) -> str:
        """A sentence on prices that serve although the source did not give newer ones."""
        return f"{fault.message} These are the stored prices up to {in_words(last)}."
