"""What column headers mean: "Adj. Close*", "Close/Last", "PX_LAST", "Datum"; and the symbol in a file's name."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

PRICES = ("open", "high", "low", "close", "adj_close")
NUMBERS = (*PRICES, "volume", "dividends", "splits")
TEXTS = ("currency", "name", "isin")

_DATE = frozenset(
    [
        *(
            "date",
            "datum",
            "day",
            "time",
            "timestamp",
            "datetime",
            "tradedate",
            "tradingdate",
            "tradingday",
            "pricedate",
        ),
        *(
            "businessdate",
            "businessday",
            "asof",
            "asofdate",
            "valuedate",
            "observationdate",
            "fecha",
            "data",
            "dt",
            "dates",
        ),
        *("quotedate", "datadate", "sessiondate", "session", "period"),
    ]
)
_SYMBOL = frozenset(
    [
        *("symbol", "symbols", "ticker", "tickers", "tradingsymbol", "instrument", "ric", "secid", "security", "sid"),
        *(
            "bloombergticker",
            "stock",
            "contract",
            "series",
            "seriesid",
            "assetid",
            "asset",
            "code",
            "symbole",
            "kuerzel",
        ),
    ]
)
_FIELDS: dict[str, frozenset[str]] = {
    "open": frozenset(
        [
            "open",
            "opening",
            "openprice",
            "openingprice",
            "openprc",
            "pxopen",
            "eroffnung",
            "erster",
            "apertura",
            "ouverture",
        ]
    ),
    "high": frozenset(
        [
            *("high", "highprice", "dayhigh", "highest", "pxhigh", "askhi", "hoch", "tageshoch", "massimo", "maximo"),
            "plushaut",
        ]
    ),
    "low": frozenset(
        [
            *("low", "lowprice", "daylow", "lowest", "pxlow", "bidlo", "tief", "tagestief", "minimo", "plusbas"),
            "niedrig",
        ]
    ),
    "close": frozenset(
        [
            *(
                "close",
                "closelast",
                "last",
                "lastprice",
                "price",
                "pxlast",
                "closeprice",
                "closing",
                "closingprice",
                "px",
            ),
            *(
                "settle",
                "settlement",
                "settlementprice",
                "value",
                "nav",
                "rate",
                "prc",
                "schluss",
                "schlusskurs",
                "letzter",
            ),
            *(
                "kurs",
                "chiusura",
                "ultimo",
                "cierre",
                "cloture",
                "dernier",
                "lasttrade",
                "unadjustedclose",
                "closeunadj",
            ),
        ]
    ),
    "adj_close": frozenset(
        [
            *(
                "adjclose",
                "adjustedclose",
                "adjclosing",
                "adjcloseprice",
                "closeadj",
                "closeadjusted",
                "adjusted",
                "adjprice",
            ),
            *("adjustedprice", "adjustedclosingprice", "totalreturn", "totalreturnindex", "adjlast", "adjsettle"),
        ]
    ),
    "volume": frozenset(
        [
            *("volume", "vol", "pxvolume", "volumen", "tradedvolume", "totaltradequantity", "sharestraded", "umsatz"),
            *("stuck", "totalvolume", "volumetraded"),
        ]
    ),
    "dividends": frozenset(
        ["dividends", "dividend", "dividendamount", "div", "divcash", "cashdividend", "dividende", "exdividend"]
    ),
    "splits": frozenset(
        ["splits", "split", "stocksplits", "stocksplit", "splitcoefficient", "splitratio", "splitfactor"]
    ),
    "currency": frozenset(["currency", "ccy", "curr", "wahrung", "divisa", "devise", "valuta"]),
    "name": frozenset(["name", "longname", "shortname", "company", "companyname", "securityname", "description"]),
    "isin": frozenset(["isin"]),
}
_MEANING = {word: field for field, words in _FIELDS.items() for word in words}
_ENDINGS = re.compile(r"\.(csv|tsv|txt)(\.gz)?$", re.IGNORECASE)
_DECORATION = re.compile(
    r"[ _\-]+(historical[ _\-]?(data|prices|quotes)|history|daily|prices|quotes)([ _\-]?\(?\d*\)?)$", re.IGNORECASE
)


@lru_cache(4096)
def plain(header: str) -> str:
    """A header as small letters and digits only, without accents and without the number Alpha Vantage puts before it."""
    text = re.sub(r"^\s*\d+[.)]\s*", "", header)
    text = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return re.sub(r"[\W_]+", "", text.casefold())


def is_date_name(header: str) -> bool:
    """Whether a column is called a date."""
    return plain(header) in _DATE


def is_symbol_name(header: str) -> bool:
    """Whether a column is called a symbol."""
    return plain(header) in _SYMBOL


def field_of(header: str) -> str:
    """The field of a bar or of an instrument a header means; empty if none."""
    return _MEANING.get(plain(header), "")


def symbol_and_field(header: str) -> tuple[str, str]:
    """The parts of a header such as "AAPL_Close", "Close AAPL" or "('Close', 'AAPL')"; two empty texts if it has no such parts."""
    parts = [part for part in re.split(r"[\s_,:|'\"()\[\]/]+", header) if part]
    for count in (1, 2):  # "Adj Close" is two
        if len(parts) <= count:
            break
        for field_parts, symbol_parts in ((parts[-count:], parts[:-count]), (parts[:count], parts[count:])):
            field = _MEANING.get(plain("".join(field_parts)), "")
            if field in NUMBERS and len(symbol_parts) == 1:
                return symbol_parts[0], field
    return "", ""


def symbol_of_file(file: str) -> str:
    """The symbol a file is named for: "RELIANCE.NS" for RELIANCE.NS.csv.gz, "AAPL" for "AAPL Historical Data.csv"."""
    stem = _ENDINGS.sub("", file)
    return (_DECORATION.sub("", stem) or stem).strip().upper()
