"""Money: an exact decimal amount together with its currency."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from advisor.domain.errors import InvalidInput

# Currencies whose smallest unit is not a hundredth (ISO 4217).
_MINOR_DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "BHD": 3, "KWD": 3, "OMR": 3, "TND": 3, "JOD": 3}


def minor_digits(currency: str) -> int:
    """Decimal places of the currency's smallest unit."""
    return _MINOR_DIGITS.get(currency, 2)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in one currency (ISO 4217 code). Amounts of different currencies never mix.

    Raises:
        InvalidInput: for an amount that is not finite, or on mixing currencies.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not self.amount.is_finite():
            raise InvalidInput("An amount of money must be a finite number.", field="amount")

    def quantized(self) -> Money:
        """Rounded half-even to the currency's smallest unit."""
        exponent = Decimal(1).scaleb(-minor_digits(self.currency))
        return Money(self.amount.quantize(exponent, ROUND_HALF_EVEN), self.currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other).amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other).amount, self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        return Money(self.amount * factor, self.currency)

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise InvalidInput(f"Amounts in {self.currency} and {other.currency} cannot be mixed.", field="currency")
        return other

    def to_json(self) -> dict[str, str]:
        """`{"amount": "1250.00", "currency": "USD"}`: amounts travel as strings, never as floats."""
        return {"amount": str(self.quantized().amount), "currency": self.currency}

    @staticmethod
    def from_json(raw: dict[str, str]) -> Money:
        """Inverse of `to_json`."""
        return Money(Decimal(raw["amount"]), raw["currency"])
