"""The catalogue of our macro series, and when their values become known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from advisor.adapters.market.packaged import parsed
from advisor.domain.bars import Observations
from advisor.domain.errors import NotOffered, SourceUnavailable
from advisor.domain.market import Dates, Floats


@dataclass(frozen=True, slots=True)
class Publication:
    """The usual day a value becomes public: `days` after the last day of its period, in business days or in any."""

    days: int
    business: bool


@dataclass(frozen=True, slots=True)
class MacroSeries:
    """One series of the catalogue. `unit` is percent a year, points of an index or US dollars; empty text means there is none.

    Values are dated by the first day of their period. `yahoo_quoted` marks a discount rate, which is no yield. `also` are
    further names that a file of this series may bear.
    """

    id: str
    name: str
    unit: Literal["percent", "index", "usd"]
    frequency: Literal["daily", "monthly"]
    country: str
    published: Publication
    fred: str = ""
    yahoo: str = ""
    yahoo_quoted: Literal["discount", ""] = ""
    also: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Every name a file or a column of this series may bear, in lower case."""
        return frozenset(name.lower() for name in (self.id, self.fred, *self.also) if name)

    def periods(self, days: Dates) -> Dates:
        """The first days of the periods that `days` (T,) lie in."""
        return days.astype("datetime64[M]" if self.frequency == "monthly" else "datetime64[D]").astype("datetime64[D]")

    def known_from(self, days: Dates) -> Dates:
        """The days (T,) on which the values of the periods beginning on `days` (T,) usually become known."""
        base = self.periods(days)
        if self.frequency == "monthly":
            base = (base.astype("datetime64[M]") + 1).astype("datetime64[D]") - 1
        if not self.published.business:
            return base + np.timedelta64(self.published.days, "D")
        # From the last business day up to `base`: a month that ends on a Sunday is out on Monday.
        return np.busday_offset(base, self.published.days, roll="backward")


@cache
def load_macro() -> Mapping[str, MacroSeries]:
    """The catalogue `macro/series.yaml` by our ids.

    Raises:
        ValueError: if two series share an id or another name, or a value would be known before its period is over.
    """
    text = (resources.files(__package__) / "series.yaml").read_text(encoding="utf-8")
    series = [_series(item) for item in parsed(text)["series"]]
    names = [name for item in series for name in item.names]
    if len(set(names)) != len(names):
        raise ValueError("two macro series share a name")
    return MappingProxyType({item.id: item for item in series})


def find(series: str) -> MacroSeries:
    """The series with this id of ours.

    Raises:
        NotOffered: if the catalogue has none.
    """
    found = load_macro().get(series)
    if found is None:
        raise NotOffered(f"There is no macro series called {series}.", field="series")
    return found


def observed(
    series: MacroSeries, source: str, days: Dates, values: Floats, fetched_at: datetime, *, whose: str
) -> Observations:
    """Observations of `values` (T,) for the periods that `days` (T,) lie in, ascending, with estimated days of publication.

    Missing values (NaN) are left out. What is already here is known by the day it was fetched, however late the series usually is.
    `whose` names the source in errors.

    Raises:
        SourceUnavailable: if a period comes twice with different values, or lies in the future.
    """
    given = np.isfinite(values)
    periods, values = series.periods(days[given]), values[given]
    order = np.argsort(periods, kind="stable")
    periods, values = periods[order], values[order]
    again = np.zeros(len(periods), bool)
    again[1:] = periods[1:] == periods[:-1]
    if np.any(again[1:] & (values[1:] != values[:-1])):
        raise SourceUnavailable(f"{whose} has two values of {series.name} for one {series.frequency} period.")
    periods, values = periods[~again], values[~again]
    today = np.datetime64(fetched_at.date())
    if len(periods) and periods[-1] > today:
        raise SourceUnavailable(f"{whose} has values of {series.name} for days still to come.")
    return Observations(
        series=series.id,
        source=source,
        days=periods,
        values=values,
        known_from=np.minimum(series.known_from(periods), today),
        estimated=True,
        fetched_at=fetched_at,
    )


def number(text: str) -> float:
    """A value as FRED writes it: "." and nothing at all are missing (NaN).

    Raises:
        ValueError: if it is no number.
    """
    stripped = text.strip()
    if stripped in ("", ".", "NA", "NaN", "nan", "#N/A"):
        return np.nan
    value = float(stripped)
    if not np.isfinite(value):
        raise ValueError(stripped)
    return value


def columns(rows: Sequence[tuple[str, str]]) -> tuple[Dates, Floats]:
    """Days (T,) and values (T,) of rows of text.

    Raises:
        ValueError: if a day is not written as YYYY-MM-DD or a value is no number.
    """
    return np.array([day(text) for text, _ in rows], "datetime64[D]"), np.array(
        [number(text) for _, text in rows], float
    )


def day(text: str) -> date:
    """A day written as YYYY-MM-DD.

    Raises:
        ValueError: if it is written otherwise.
    """
    stripped = text.strip()
    # The standard library also takes 20141231 and 2014-W01-1.
    if len(stripped) != len("YYYY-MM-DD") or stripped[4] != "-" or stripped[7] != "-":
        raise ValueError(stripped)
    return date.fromisoformat(stripped)


def _series(raw: dict[str, Any]) -> MacroSeries:
    published = raw["published"]
    if published["days"] < 1:
        raise ValueError(f"{raw['id']} would be known before its period is over")
    return MacroSeries(**(raw | {"published": Publication(**published), "also": tuple(raw.get("also", ()))}))
