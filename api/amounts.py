"""Amounts of money in a request: with their currency, or a plain number in the currency of what is asked about."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, NamedTuple

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

_TEXT = re.compile(r"-?\d{1,13}(\.\d{1,6})?")
_MOST = 10**12
_FINEST = Decimal("0.000001")


class Amount(NamedTuple):
    """An amount as it was given; without a currency it is in that of the goal or of the instruments."""

    amount: Decimal
    currency: str | None


def _amount(value: object, *, negative: bool) -> Amount:
    """Read an amount.

    Raises:
        ValueError: if it is none.
    """
    currency: str | None = None
    if isinstance(value, Amount):
        return value
    if isinstance(value, dict) and set(value) == {"amount", "currency"}:
        said: dict[str, object] = value
        value, currency = said["amount"], str(said["currency"])
        if not re.fullmatch("[A-Z]{3}", currency):
            raise ValueError("A currency is three capital letters, such as USD.")
    text = str(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else ""
    text = _digits(value) if isinstance(value, float) and abs(value) <= _MOST else text
    if not _TEXT.fullmatch(text) or not (-_MOST if negative else 0) <= Decimal(text) <= _MOST:
        least = "minus a trillion" if negative else "0"
        raise ValueError(
            f'An amount is a number from {least} to a trillion, or {{"amount": "1250.00", "currency": "USD"}}.'
        )
    return Amount(Decimal(text), currency)


def _digits(value: float) -> str:
    """A number without an exponent, to the sixth digit after the point, the finest that money is kept in."""
    exact = Decimal(str(value))
    return format(min(exact, exact.quantize(_FINEST), key=lambda each: len(format(each, "f"))), "f")


def _described(sign: str, least: float) -> WithJsonSchema:
    text = {"type": "string", "pattern": rf"^{sign}\d{{1,12}}(\.\d{{1,6}})?$"}
    money: dict[str, Any] = {
        "type": "object",
        "properties": {"amount": text, "currency": {"type": "string", "pattern": "^[A-Z]{3}$"}},
        "required": ["amount", "currency"],
        "additionalProperties": False,
    }
    number = {"type": "number", "minimum": least, "maximum": _MOST}
    return WithJsonSchema(
        {"anyOf": [money, number, text], "examples": [{"amount": "1250.00", "currency": "USD"}, 1250]}
    )


_as_sent = PlainSerializer(lambda given: [str(given.amount), given.currency], when_used="unless-none")
Given = Annotated[Amount, PlainValidator(partial(_amount, negative=False)), _as_sent, _described("", 0)]
Signed = Annotated[Amount, PlainValidator(partial(_amount, negative=True)), _as_sent, _described("-?", -_MOST)]
