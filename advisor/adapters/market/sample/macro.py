"""The embedded sample's rates and consumer prices as macro series: what there is where no source of them can be reached."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from advisor.adapters.market.macro.catalogue import find, observed
from advisor.adapters.market.sample.market import SampleMarket
from advisor.domain.bars import Observations
from advisor.domain.errors import NotOffered
from advisor.domain.market import Dates, Floats
from advisor.ports.system import Clock

SERIES = ("us_bill_3m", "us_10y", "us_core_cpi", "oil_wti", "vix")


class SampleMacro:
    """The macro port over the sample: US rates, core prices, oil and the VIX to the middle of 2016."""

    name = "sample"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._found: Mapping[str, tuple[Dates, Floats]] | None = None

    async def observations(self, series: str, start: date) -> Observations:
        """The series from `start` on.

        Raises:
            NotOffered: for a series the sample does not have.
        """
        if self._found is None:
            self._found = await self._read()
        if series not in self._found:
            raise NotOffered(f"The sample has no series {series}.", field="series")
        days, values = self._found[series]
        kept = days >= np.datetime64(start)
        return observed(find(series), self.name, days[kept], values[kept], self._clock.now(), whose="The sample")

    async def close(self) -> None:
        """Forget what was read."""
        self._found = None

    async def _read(self) -> dict[str, tuple[Dates, Floats]]:
        market = SampleMarket()
        last = await market.market_date()
        snapshot = await market.snapshot((await market.currencies())[0], last)
        bills, ten_years = market.rate_history()
        shown = {name: await market.series(symbol, last) for name, symbol in (("oil_wti", "WTI"), ("vix", "VIX"))}
        months = snapshot.price_index_months.astype("datetime64[D]")
        return {
            "us_bill_3m": bills,
            "us_10y": ten_years,
            "us_core_cpi": (months, snapshot.price_index),
            **{name: (series.dates, series.levels) for name, series in shown.items()},
        }
