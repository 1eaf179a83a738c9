"""What is known of a symbol in a folder of files: from layout.yaml, from the file itself, and from the symbol's ending."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from advisor.adapters.market.files.layout import FolderRules, SymbolRules
from advisor.adapters.market.files.table import Span
from advisor.adapters.market.units import SUBUNITS
from advisor.domain.bars import InstrumentKind, InstrumentRecord

SOURCE = "csv"


@dataclass(frozen=True, slots=True)
class _Place:
    """An exchange: its currency, its calendar's code, and when its last trade is."""

    currency: str
    calendar: str
    zone: str
    closes: time


# Yahoo's endings of symbols. Where there is none the exchange stays unknown and the day is taken to end as in New York.
_PLACES = {
    "NS": _Place("INR", "XBOM", "Asia/Kolkata", time(15, 30)),
    "BO": _Place("INR", "XBOM", "Asia/Kolkata", time(15, 30)),
    "MI": _Place("EUR", "XMIL", "Europe/Rome", time(17, 35)),
    "DE": _Place("EUR", "XETR", "Europe/Berlin", time(17, 35)),
    "F": _Place("EUR", "XFRA", "Europe/Berlin", time(20, 0)),
    "PA": _Place("EUR", "XPAR", "Europe/Paris", time(17, 35)),
    "AS": _Place("EUR", "XAMS", "Europe/Amsterdam", time(17, 35)),
    "BR": _Place("EUR", "XBRU", "Europe/Brussels", time(17, 35)),
    "MC": _Place("EUR", "XMAD", "Europe/Madrid", time(17, 35)),
    "LS": _Place("EUR", "XLIS", "Europe/Lisbon", time(16, 35)),
    "VI": _Place("EUR", "XWBO", "Europe/Vienna", time(17, 35)),
    "HE": _Place("EUR", "XHEL", "Europe/Helsinki", time(18, 30)),
    "IR": _Place("EUR", "XDUB", "Europe/Dublin", time(16, 30)),
    "L": _Place("GBP", "XLON", "Europe/London", time(16, 35)),
    "SW": _Place("CHF", "XSWX", "Europe/Zurich", time(17, 30)),
    "ST": _Place("SEK", "XSTO", "Europe/Stockholm", time(17, 30)),
    "CO": _Place("DKK", "XCSE", "Europe/Copenhagen", time(17, 0)),
    "OL": _Place("NOK", "XOSL", "Europe/Oslo", time(16, 25)),
    "WA": _Place("PLN", "XWAR", "Europe/Warsaw", time(17, 5)),
    "IS": _Place("TRY", "XIST", "Europe/Istanbul", time(18, 10)),
    "TA": _Place("ILS", "XTAE", "Asia/Jerusalem", time(17, 25)),
    "JO": _Place("ZAR", "XJSE", "Africa/Johannesburg", time(17, 0)),
    "SS": _Place("CNY", "XSHG", "Asia/Shanghai", time(15, 0)),
    "SZ": _Place("CNY", "XSHG", "Asia/Shanghai", time(15, 0)),
    "HK": _Place("HKD", "XHKG", "Asia/Hong_Kong", time(16, 10)),
    "T": _Place("JPY", "XTKS", "Asia/Tokyo", time(15, 30)),
    "KS": _Place("KRW", "XKRX", "Asia/Seoul", time(15, 30)),
    "KQ": _Place("KRW", "XKRX", "Asia/Seoul", time(15, 30)),
    "TW": _Place("TWD", "XTAI", "Asia/Taipei", time(13, 30)),
    "SI": _Place("SGD", "XSES", "Asia/Singapore", time(17, 16)),
    "AX": _Place("AUD", "XASX", "Australia/Sydney", time(16, 12)),
    "NZ": _Place("NZD", "XNZE", "Pacific/Auckland", time(17, 0)),
    "TO": _Place("CAD", "XTSE", "America/Toronto", time(16, 0)),
    "V": _Place("CAD", "XTSE", "America/Toronto", time(16, 0)),
    "SA": _Place("BRL", "BVMF", "America/Sao_Paulo", time(18, 0)),
    "MX": _Place("MXN", "XMEX", "America/Mexico_City", time(15, 0)),
}
_ELSEWHERE = _Place("USD", "", "America/New_York", time(16, 0))
# Units of price that are a hundredth of a currency.
BILLS = ("^IRX", "IRX", "DGS3MO", "DTB3", "TB3MS")
TEN_YEARS = ("^TNX", "TNX", "DGS10", "GS10")


@dataclass(frozen=True, slots=True)
class Known:
    """A symbol's record, what its prices are to be multiplied by, and how its currency became known where it was a guess."""

    record: InstrumentRecord
    scale: float
    guessed: str = ""


def known_of(span: Span, rules: FolderRules, file_currency: str | None) -> Known:
    """The record of a symbol. What layout.yaml says comes before what the file says, and that before the symbol's ending."""
    symbol = span.symbol
    said = rules.symbols.get(symbol, SymbolRules())
    place = _place(symbol)
    told = said.currency or span.texts.get("currency") or file_currency or rules.currency
    currency = (told or place.currency).strip()
    unit, parts = SUBUNITS.get(currency, (currency.upper(), 1.0))
    guessed = "" if told else "ending" if place is not _ELSEWHERE else "none"
    record = InstrumentRecord(
        source=SOURCE,
        symbol=symbol,
        name=said.name or span.texts.get("name") or symbol,
        kind=said.kind or _kind(symbol),
        currency=unit,
        exchange=said.exchange or place.calendar,
        isin=said.isin or span.texts.get("isin", ""),
        sector=said.sector,
        asset_class=said.asset_class.value if said.asset_class else "",
    )
    return Known(record, 1 / parts, guessed)


def session_end(symbol: str, day: date) -> datetime:
    """When the session of `day` ended, in UTC, as far as the symbol tells where it trades."""
    place = _place(symbol)
    return datetime.combine(day, place.closes, ZoneInfo(place.zone)).astimezone(UTC)


def _place(symbol: str) -> _Place:
    return _PLACES.get(symbol.rpartition(".")[2], _ELSEWHERE) if "." in symbol else _ELSEWHERE


def _kind(symbol: str) -> InstrumentKind:
    """What a symbol's form tells: a rate, an index, a currency, a future or a coin; else nothing."""
    if symbol in BILLS or symbol in TEN_YEARS:
        return InstrumentKind.RATE
    if symbol.startswith("^"):
        return InstrumentKind.INDEX
    if symbol.endswith("=X"):
        return InstrumentKind.CURRENCY
    if symbol.endswith("=F"):
        return InstrumentKind.COMMODITY
    return InstrumentKind.CRYPTO if symbol.endswith(("-USD", "-EUR")) else InstrumentKind.OTHER
