"""Looks at what is to be saved before a database sees it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import fields

from advisor.adapters.db.market.rows import Rows, rows_of
from advisor.adapters.db.part import checked_key, is_storable
from advisor.domain.bars import InstrumentRecord
from advisor.domain.errors import InvalidInput
from advisor.ports.history import Arrival


def checked(arrivals: Iterable[Arrival]) -> list[tuple[Arrival, Rows | None]]:
    """The arrivals, each with its bars as rows (None where nothing came).

    Raises:
        InvalidInput: for a source or symbol of more than 255 characters, text with NUL or half a surrogate pair, days out of
            order, or a split or dividend that is no number.
    """
    return [(arrival, _checked(arrival)) for arrival in arrivals]


def _checked(arrival: Arrival) -> Rows | None:
    record = arrival.record
    checked_key(record.source, "source")
    checked_key(record.symbol, "symbol")
    texts = [getattr(record, field.name) for field in fields(InstrumentRecord)]
    texts += [arrival.outcome, *(finding.detail for finding in arrival.findings)]
    if not all(map(is_storable, texts)):
        raise InvalidInput(f"What came for {record.symbol} holds characters that cannot be stored.")
    if arrival.bars is None:
        return None
    if not all(math.isfinite(action.value) for action in arrival.bars.actions):
        raise InvalidInput(f"A split or dividend of {record.symbol} is no number and cannot be stored.")
    return rows_of(arrival.bars)
