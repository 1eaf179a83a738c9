"""What is forecast, and what is said of a symbol that is not there."""

from __future__ import annotations

import pytest

from advisor.adapters.market.sample.market import SampleMarket
from advisor.adapters.system.offload import LocalOffload
from advisor.domain.errors import InvalidInput, UnknownSymbol
from advisor.services.forecast import MONTH, ForecastService


async def test_a_forecast_covers_a_month_of_trading_days() -> None:
    answer = await ForecastService(SampleMarket(), LocalOffload()).forecast("AAPL")
    assert len(answer.served.dates) == MONTH
    assert answer.series.symbol == "AAPL"


async def test_an_unknown_one_is_refused_with_some_that_are_known() -> None:
    service = ForecastService(SampleMarket(), LocalOffload())
    with pytest.raises(UnknownSymbol, match=r"XYZQ.*Apple \(AAPL\)"):
        await service.forecast("XYZQ")


async def test_a_forecast_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidInput, match="Which one"):
        await ForecastService(SampleMarket(), LocalOffload()).forecast("")
