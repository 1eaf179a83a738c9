"""What the stored market is told of its source, and how it speaks of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from advisor.adapters.market.universes.loader import Universe
from advisor.domain.alignment import in_words
from advisor.domain.errors import MarketDataError
from advisor.domain.market import Attempt, Provenance

_ACTIONABLE_DAYS = 10  # older prices are for rehearsal


@dataclass(frozen=True)
class Source:
    """A source of stored prices.

    `title` names it in sentences. `live` sources are due after every session and their prices grow stale; others (a folder of
    files) are as old as they are. `max_age_days` is the operator's limit on the age of prices that advice may rest on.
    `patience_seconds` is how long stored prices wait for newer ones, less than a chooser between sources waits for an answer.
    """

    name: str
    title: str
    live: bool
    universes: tuple[Universe, ...]
    max_age_days: int = 30
    patience_seconds: float = 10.0

    def provenance(
        self, today: date, first: date, last: date, notes: tuple[str, ...], away: MarketDataError | None = None
    ) -> Provenance:
        """Where prices from `first` to `last` come from, said on `today`.

        Where the source was `away`, the stored prices that serve are a fallback: on record, and said first.
        """
        tried = (Attempt(self.name, away.message), Attempt(self.name, "ok")) if away else ()
        return Provenance(
            source=self.name,
            title=f"{self.title}: daily prices to {in_words(last)}",
            first=first,
            last=last,
            rehearsal=(today - last).days > _ACTIONABLE_DAYS,
            notes=((self._age_note(away, last), *notes) if away else notes),
            attempts=tried,
        )

    def _age_note(self, fault: MarketDataError, last: date) -> str:
        return f"{fault.message} These are the stored prices up to {in_words(last)}."
