"""The features of an instrument: their names, units and meanings, and the table they are computed into.

Nothing here needs TA-Lib, so that explanations can name a feature without loading it (it brings pandas along).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from advisor.domain.errors import InvalidInput
from advisor.domain.market import Dates, Floats

Group = Literal["technical", "fundamental", "macro"]
Unit = Literal["fraction", "fraction_per_year", "index_0_100", "ratio", "series"]


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature.

    `warm_up` is how many known days come before the first value; for fundamental and macro features, whose wait is for reports and
    not for days, it is 0 (the dividend yield waits for a calendar year). `meaning` is a plain sentence for a person. `unit`:
    "fraction" 0.05 is 5 %; "ratio" 1 means equal; "index_0_100" has no unit; "series" is the unit of the macro series.
    """

    name: str
    group: Group
    unit: Unit
    warm_up: int
    meaning: str


@dataclass(frozen=True)
class Features:
    """Features by day: `dates` (T,), `names` (k,), `values` (T, k). NaN means unknown, never zero.

    Row t holds what was known at the end of day t.
    """

    dates: Dates
    names: tuple[str, ...]
    values: Floats

    def column(self, name: str) -> Floats:
        """One feature over time (T,).

        Raises:
            InvalidInput: if there is no feature of that name.
        """
        if name not in self.names:
            raise InvalidInput(f"There is no feature called {name}.", field="name")
        column: Floats = self.values[:, self.names.index(name)]
        return column


TECHNICAL = (
    Feature(
        "sma50_distance", "technical", "fraction", 49, "How far the price is above its average of the last 50 days."
    ),
    Feature(
        "sma200_distance", "technical", "fraction", 199, "How far the price is above its average of the last 200 days."
    ),
    Feature("ema_ratio", "technical", "fraction", 25, "How far the recent average price is above the slower one."),
    Feature(
        "rsi", "technical", "index_0_100", 14, "How much of the recent movement was upwards: 100 all of it, 0 none."
    ),
    Feature("macd_histogram", "technical", "fraction", 33, "Whether the trend is gaining pace (above 0) or losing it."),
    Feature("atr", "technical", "fraction", 14, "How far the price usually moves within a day."),
    Feature(
        "bollinger_position",
        "technical",
        "ratio",
        19,
        "Where the price stands in its usual band: 1 at the top, 0 below.",
    ),
    Feature("bollinger_width", "technical", "fraction", 19, "How wide the price's usual band of the last 20 days is."),
    Feature("momentum_1m", "technical", "fraction", 21, "The return of the last month."),
    Feature("momentum_3m", "technical", "fraction", 63, "The return of the last three months."),
    Feature("momentum_12_1", "technical", "fraction", 252, "The return of the last year without its last month."),
    Feature(
        "volatility", "technical", "fraction_per_year", 63, "How much the price fluctuated in three months, per year."
    ),
    Feature("volume_ratio", "technical", "ratio", 19, "Trading compared with its average of the last 20 days."),
    Feature("drawdown", "technical", "fraction", 0, "How far the price is below its highest point so far."),
)
"""The 14 technical features, in the order of their columns."""

FUNDAMENTAL = (
    Feature("price_earnings", "fundamental", "ratio", 0, "The company's market value in years of its present profit."),
    Feature(
        "price_book",
        "fundamental",
        "ratio",
        0,
        "The company's market value compared with its own capital in the books.",
    ),
    Feature("return_on_equity", "fundamental", "fraction", 0, "A year's profit on the company's own capital."),
    Feature("leverage", "fundamental", "fraction", 0, "The part of what the company owns that is paid for by debts."),
    Feature("dividend_yield", "fundamental", "fraction", 0, "A year's dividends compared with the price."),
)
"""The five fundamental features, in the order of their columns."""

FEATURES: Mapping[str, Feature] = MappingProxyType({item.name: item for item in (*TECHNICAL, *FUNDAMENTAL)})
"""All 19 features of an instrument by name."""


def macro_pair(series: str, title: str) -> tuple[Feature, Feature]:
    """The two features of a macro series, its latest known value and the change of that; `title` names it to people."""
    return (
        Feature(series, "macro", "series", 0, f"{title}: the latest figure that was published."),
        Feature(f"{series}_change", "macro", "series", 0, f"{title}: the latest figure less the one before it."),
    )
