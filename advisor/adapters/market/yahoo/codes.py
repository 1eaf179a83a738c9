"""Yahoo's codes for exchanges, kinds and currencies in our words; the tables are `yahoo/codes.yaml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from advisor.adapters.market.packaged import parsed
from advisor.adapters.market.units import SUBUNITS
from advisor.domain.bars import InstrumentKind, InstrumentRecord

SOURCE = "yahoo"
TOTAL_RETURN_KINDS = frozenset({InstrumentKind.STOCK, InstrumentKind.ETF, InstrumentKind.FUND})
_ISO_CURRENCY = re.compile(r"[A-Z]{3}")
_SYMBOL = re.compile(r"[A-Z0-9^][A-Z0-9.^=&_\-]{0,24}")


class UnknownUnit(ValueError):
    """Prices in a unit that is neither a currency nor a known part of one: they mean nothing to us."""


@dataclass(frozen=True, slots=True)
class Codes:
    """Tables from Yahoo's codes to ours."""

    exchanges: dict[str, str]
    kinds: dict[str, str]
    rates: frozenset[str]
    financial_futures: frozenset[str]

    def kind(self, symbol: str, text: str) -> InstrumentKind:
        """What Yahoo's `instrumentType` or `quoteType` stands for."""
        if symbol in self.rates:
            return InstrumentKind.RATE
        if symbol in self.financial_futures:
            return InstrumentKind.OTHER
        return InstrumentKind(self.kinds.get(text, InstrumentKind.OTHER))

    def unit(self, text: str) -> tuple[str, float]:
        """The ISO currency of a price, and what to divide by: ("GBP", 100.0) for pence, ("", 1.0) where Yahoo names none.

        Raises:
            UnknownUnit: for what is neither a currency's code nor a part of one that we know.
        """
        if text in SUBUNITS:
            return SUBUNITS[text]
        if text and not _ISO_CURRENCY.fullmatch(text):
            raise UnknownUnit(text)
        return text, 1.0


@cache
def codes() -> Codes:
    """The tables, read once a process."""
    text = (resources.files(__package__) / "codes.yaml").read_text(encoding="utf-8")
    raw: dict[str, Any] = parsed(text)
    return Codes(
        exchanges=raw["exchanges"],
        kinds=raw["kinds"],
        rates=frozenset(raw["rates"]),
        financial_futures=frozenset(raw["financial_futures"]),
    )


def symbol_of(text: str) -> str | None:
    """The symbol in Yahoo's spelling (upper case), or None for what cannot be one."""
    wanted = text.strip().upper()
    return wanted if _SYMBOL.fullmatch(wanted) else None


def record_of(symbol: str, fields: dict[str, Any], *, kind: str, exchange: str, currency: str = "") -> InstrumentRecord:
    """An instrument from the fields of one of Yahoo's answers; `currency` is ISO already. Names come in two spellings."""
    names = (fields.get(key) for key in ("longName", "longname", "shortName", "shortname"))
    table = codes()
    return InstrumentRecord(
        source=SOURCE,
        symbol=symbol,
        name=next((name.strip() for name in names if isinstance(name, str) and name.strip()), symbol),
        kind=table.kind(symbol, kind),
        currency=currency,
        exchange=table.exchanges.get(exchange, ""),
        sector=str(fields.get("sector") or ""),
    )
