"""Alpha Vantage's symbols: which exchange, time zone and currency they stand for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from advisor.adapters.market.units import SUBUNITS
from advisor.domain.bars import InstrumentKind, InstrumentRecord
from advisor.domain.errors import UnknownSymbol

SOURCE = "alphavantage"
_SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9.\-]{0,19}")
_PAIR = re.compile(r"([A-Z]{3})([A-Z]{3})=X")
# Quoted in hundredths of the currency.
_KINDS = {
    "equity": InstrumentKind.STOCK,
    "common stock": InstrumentKind.STOCK,
    "etf": InstrumentKind.ETF,
    "mutual fund": InstrumentKind.FUND,
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a symbol is traded. `exchange` is the code in exchange_calendars, `closing` the end of its regular session.

    A day's bar is settled an hour after `closing`: auctions and late corrections are over then.
    """

    exchange: str
    zone: str
    closing: time

    def end_of(self, day: date) -> datetime:
        """The end of a day's session, in UTC."""
        return datetime.combine(day, self.closing, ZoneInfo(self.zone)).astimezone(UTC)

    def completed(self, now: datetime) -> date:
        """The last day whose bar is final at `now`; it may be a holiday."""
        local = now.astimezone(ZoneInfo(self.zone))
        settled = (datetime.combine(local.date(), self.closing) + timedelta(hours=1)).time()
        return local.date() if local.time() >= settled else local.date() - timedelta(days=1)


_NEW_YORK = Place("XNYS", "America/New_York", time(16))
# By the part after the dot. India's BSE is the one Alpha Vantage has; Shenzhen keeps Shanghai's calendar.
_PLACES = {
    "LON": Place("XLON", "Europe/London", time(16, 35)),
    "DEX": Place("XETR", "Europe/Berlin", time(17, 35)),
    "FRK": Place("XFRA", "Europe/Berlin", time(20)),
    "PAR": Place("XPAR", "Europe/Paris", time(17, 35)),
    "AMS": Place("XAMS", "Europe/Amsterdam", time(17, 35)),
    "TRT": Place("XTSE", "America/Toronto", time(16)),
    "TRV": Place("XTSX", "America/Toronto", time(16)),
    "BSE": Place("XBOM", "Asia/Kolkata", time(15, 30)),
    "SHH": Place("XSHG", "Asia/Shanghai", time(15)),
    "SHZ": Place("XSHG", "Asia/Shanghai", time(15)),
    "HKG": Place("XHKG", "Asia/Hong_Kong", time(16, 10)),
    "SAO": Place("BVMF", "America/Sao_Paulo", time(18)),
}
# An exchange we have no hours of: its bars count when the day is over everywhere west of the date line.
_ANYWHERE = Place("", "Etc/GMT+12", time(22, 59))


@dataclass(frozen=True, slots=True)
class Symbol:
    """A checked symbol. `pair` holds the two currencies of an exchange rate ("EURUSD=X": dollars for one euro)."""

    text: str
    pair: tuple[str, str] | None = None

    @property
    def american(self) -> bool:
        """Whether it is listed in the United States: Alpha Vantage writes those, and only those, without a place."""
        return self.pair is None and "." not in self.text

    @property
    def place(self) -> Place:
        """Where it is traded; currencies around the clock, their day ends with the UTC day."""
        if self.pair is not None:
            return Place("", "UTC", time(22, 59))
        if self.american:
            return _NEW_YORK
        return _PLACES.get(self.text.rpartition(".")[2], _ANYWHERE)

    @property
    def plain(self) -> InstrumentRecord:
        """What the symbol itself tells of the instrument."""
        if self.pair is not None:
            bought, paid = self.pair
            return InstrumentRecord(SOURCE, self.text, f"{bought} in {paid}", InstrumentKind.CURRENCY, paid)
        currency = "USD" if self.american else ""
        return InstrumentRecord(SOURCE, self.text, "", currency=currency, exchange=self.place.exchange)


def parse(text: str) -> Symbol:
    """The symbol as Alpha Vantage writes it, in capitals.

    Raises:
        UnknownSymbol: if it cannot be one.
    """
    wanted = text.upper()
    pair = _PAIR.fullmatch(wanted)
    if pair is not None:
        return Symbol(wanted, (pair[1], pair[2]))
    if not _SYMBOL.fullmatch(wanted):
        shown = text if len(text) <= 30 and text.isprintable() else "This"
        raise UnknownSymbol(
            f"{shown or 'Nothing'} does not look like a symbol of Alpha Vantage, such as IBM.", field="symbol"
        )
    return Symbol(wanted)


def whole_units(currency: str) -> tuple[str, float]:
    """The ISO currency and what prices quoted in `currency` are divided by: ("GBP", 100) for pence."""
    text = currency.strip()
    if text in SUBUNITS:
        return SUBUNITS[text]
    return (text.upper() if re.fullmatch(r"[A-Za-z]{3}", text) else ""), 1.0


@dataclass(frozen=True, slots=True)
class Known:
    """A record as Alpha Vantage tells it, and what prices are divided by to be in its currency."""

    record: InstrumentRecord
    divisor: float = 1.0


def from_match(match: Mapping[str, Any]) -> Known | None:
    """A record out of one match of SYMBOL_SEARCH; None if it names no usable symbol."""
    try:
        symbol = parse(str(match.get("1. symbol", "")))
    except UnknownSymbol:
        return None
    currency, divisor = whole_units(str(match.get("8. currency", "")))
    kind = _KINDS.get(str(match.get("3. type", "")).lower(), InstrumentKind.OTHER)
    name = str(match.get("2. name", "")).strip()
    return Known(InstrumentRecord(SOURCE, symbol.text, name, kind, currency, symbol.place.exchange), divisor)


def from_overview(symbol: Symbol, known: Known | None, body: Mapping[str, Any]) -> Known | None:
    """What is known, with name, kind and sector out of OVERVIEW; None where the currency of the prices is still to be asked.

    OVERVIEW's own currency is not taken: in London the statements are in pounds and the prices in pence.
    """
    if known is None and not symbol.american:
        return None
    base = known or Known(symbol.plain)
    kind = _KINDS.get(str(body.get("AssetType", "")).lower(), base.record.kind)
    name, sector = (_word(body.get(key)) for key in ("Name", "Sector"))
    record = replace(base.record, name=name or base.record.name, kind=kind, sector=sector or base.record.sector)
    return replace(base, record=record)


def _word(value: object) -> str:
    text = str(value or "").strip()
    return "" if text in ("None", "-") else text
