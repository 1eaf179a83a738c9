"""What quantulum3, price-parser and dateparser read in the utterances that our own readers are measured on.

Each peer is given what it is made for, and settings that help it: the day of today, dates in the future, the language and the
order of day and month. quantulum3 runs without its classifier, which is stored for another version of scikit-learn. A peer that
is not installed is reported as missing.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

DAYS_PER_YEAR = Decimal("365.25")
# Their own names of units, as a share of a year.
_YEARS = {"year": 1.0, "month": 1 / 12, "week": 7 / 365.25, "day": 1 / 365.25, "decade": 10.0, "century": 100.0}
_SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}
_SECONDS |= {"month": 30 * 86_400, "year": 365 * 86_400, "decade": 3_650 * 86_400}
Numbers = list[Decimal]
Days = list[date]


@dataclass(frozen=True)
class Peer:
    """A package and its readers; a reader it does not have is None."""

    name: str
    package: str
    amounts: Callable[[str], Numbers] | None = None
    numbers: Callable[[str], Numbers] | None = None
    percents: Callable[[str], Numbers] | None = None
    years: Callable[[str], Numbers] | None = None
    seconds: Callable[[str], Numbers] | None = None
    days: Callable[[str, str, date], Days] | None = None

    @property
    def is_installed(self) -> bool:
        return find_spec(self.package) is not None


@contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@cache
def _quantulum() -> Any:
    with _quiet():
        classifier: Any = import_module("quantulum3.classifier")
        classifier.USE_CLF = False
        return import_module("quantulum3.parser")


@cache
def _measured(text: str) -> tuple[Any, ...]:
    """quantulum3's quantities; none where it fails, as it does on some signs."""
    parser = _quantulum()
    try:
        with _quiet():
            return tuple(parser.parse(text))
    except Exception:  # noqa: BLE001 - whatever a peer raises counts as nothing read
        return ()


def _with_unit(text: str, *entities: str) -> Numbers:
    return [Decimal(str(item.value)) for item in _measured(text) if item.unit.entity.name in entities]


def _percents(text: str) -> Numbers:
    return [Decimal(str(item.value)) for item in _measured(text) if item.unit.name in ("percentage", "dimensionless")]


def _in_units(text: str, units: dict[str, float] | dict[str, int]) -> Numbers:
    found = (item for item in _measured(text) if item.unit.name in units)
    return [Decimal(str(item.value * units[item.unit.name])) for item in found]


def _price(text: str) -> Numbers:
    amount = import_module("price_parser").Price.fromstring(text).amount
    return [] if amount is None else [amount]


def _dates(text: str, locale: str, today: date) -> Days:
    language, _, country = locale.partition("-")
    settings = {
        "RELATIVE_BASE": datetime(today.year, today.month, today.day),  # noqa: DTZ001 - a day without its hour
        "PREFER_DATES_FROM": "future",
        "PREFER_DAY_OF_MONTH": "first",
        "DATE_ORDER": "MDY" if country == "US" or locale == "en" else "DMY",
    }
    with _quiet():
        whole = import_module("dateparser").parse(text, languages=[language], settings=settings)
        if whole is not None:
            return [whole.date()]
        found = import_module("dateparser.search").search_dates(text, languages=[language], settings=settings)
    return [day.date() for _, day in found or ()]


def days_as_years(days: Days, today: date) -> Numbers:
    """How far ahead days are, in years of 365.25 days."""
    return [Decimal((day - today).days) / DAYS_PER_YEAR for day in days]


def near(day: date, other: date) -> bool:
    """Whether two days are the same, or a day apart as years with and without a leap day are."""
    return abs(day - other) <= timedelta(days=1)


PEERS = (
    Peer(
        "quantulum3",
        "quantulum3",
        amounts=lambda text: _with_unit(text, "currency", "dimensionless"),
        numbers=lambda text: [Decimal(str(item.value)) for item in _measured(text)],
        percents=_percents,
        years=lambda text: _in_units(text, _YEARS),
        seconds=lambda text: _in_units(text, _SECONDS),
    ),
    Peer("price-parser", "price_parser", amounts=_price),
    Peer("dateparser", "dateparser", days=_dates),
)
