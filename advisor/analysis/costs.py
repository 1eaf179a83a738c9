"""What a mix costs: the fund fees of a year and the price of buying, with the unknown named and never taken for zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from advisor.domain.errors import InvalidInput
from advisor.domain.market import Instrument


@dataclass(frozen=True, slots=True)
class Costs:
    """Costs of a mix as fractions of the money invested.

    `yearly` sums weight x expense ratio over the holdings whose fee is known, None if none is; `purchase` is half the spread of a
    first purchase, likewise. `yearly_unknown` and `purchase_unknown` name the held instruments left out of the sums, and
    `yearly_known_weight` is the share of the mix that `yearly` speaks for.
    """

    yearly: float | None
    yearly_known_weight: float
    yearly_unknown: tuple[str, ...]
    purchase: float | None
    purchase_unknown: tuple[str, ...]


def mix_costs(weights: Mapping[str, float], instruments: Sequence[Instrument]) -> Costs:
    """Costs of holding `weights` (symbol -> fraction).

    Raises:
        InvalidInput: if a held symbol is not among the instruments.
    """
    known = {item.symbol: item for item in instruments}
    strangers = [symbol for symbol, weight in weights.items() if weight > 0 and symbol not in known]
    if strangers:
        raise InvalidInput("A held instrument is not part of this universe.", details={"symbols": strangers})
    held = [(known[symbol], weight) for symbol, weight in sorted(weights.items()) if weight > 0]
    fees = [(item.expense_ratio, weight) for item, weight in held if item.expense_ratio is not None]
    spreads = [(item.spread, weight) for item, weight in held if item.spread is not None]
    return Costs(
        yearly=sum(fee * weight for fee, weight in fees) if fees else None,
        yearly_known_weight=sum(weight for _, weight in fees),
        yearly_unknown=tuple(item.symbol for item, _ in held if item.expense_ratio is None),
        purchase=sum(spread * weight / 2.0 for spread, weight in spreads) if spreads else None,
        purchase_unknown=tuple(item.symbol for item, _ in held if item.spread is None),
    )
