"""Features of one day: all nineteen with what they mean, nothing that came later, and unknown where it cannot be known."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from math import isfinite

import pytest
import pytest_asyncio

from advisor.adapters.market.sample.market import SampleMarket
from advisor.adapters.system.offload import LocalOffload
from advisor.domain.bars import Fact, PriceHistory
from advisor.services.features import FeatureRow, FeatureService
from advisor.services.instruments import InstrumentService
from tests.bazaar import LAST, Bazaar
from tests.history_fake import MemoryHistory

pytestmark = pytest.mark.asyncio(loop_scope="module")
STATED = datetime(2024, 3, 1, tzinfo=UTC)
FILED = (
    Fact("net_income", date(2023, 12, 31), 50.0, 12, None, "USD"),
    Fact("equity", date(2023, 12, 31), 400.0, 0, None, "USD"),
    Fact("shares", date(2023, 12, 31), 10.0, 0, None),
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def offload() -> AsyncIterator[LocalOffload]:
    helpers = LocalOffload()
    yield helpers
    await helpers.close()


def values(row: FeatureRow) -> dict[str, float | None]:
    return {feature.name: value for feature, value in row.values}


class AdjustedOnly(Bazaar):
    """A source that has dividends inside its adjusted prices and names none."""

    async def history(self, symbol: str, as_of: date) -> PriceHistory:
        found = await super().history(symbol, as_of)
        return replace(found, bars=replace(found.bars, actions=()))


async def test_all_nineteen_come_with_statements_from_the_day_they_became_known(offload: LocalOffload) -> None:
    store = MemoryHistory()
    await store.save_facts("bazaar", "BAC", FILED, STATED)
    service = FeatureService(InstrumentService(Bazaar()), store, offload)
    before = await service.on("BAC", date(2024, 2, 29))
    after = await service.on("bac", date(2024, 3, 1))
    assert len(before.values) == len(after.values) == 19
    assert values(before)["price_earnings"] is None
    assert "No statements" in before.notes[-1]
    known = values(after)
    assert known["price_earnings"] == pytest.approx(known["price_book"] * 8)  # type: ignore[operator]
    assert known["return_on_equity"] == pytest.approx(0.125)
    assert known["leverage"] is None
    assert after.notes == ()
    assert after.day == date(2024, 3, 1)


async def test_a_day_is_seen_as_it_was_and_not_after_the_last(offload: LocalOffload) -> None:
    service = FeatureService(InstrumentService(Bazaar()), MemoryHistory(), offload)
    assert (await service.on("BAC", date(2020, 5, 2))).day == date(2020, 5, 1)
    latest = await service.on("BAC")
    assert latest.day == LAST
    assert latest.values == (await service.on("BAC", date(2099, 1, 1))).values
    assert all(value is None or isfinite(value) for _, value in latest.values)


async def test_no_dividend_is_zero_only_where_the_source_would_name_one(offload: LocalOffload) -> None:
    async def dividend_yield(market: SampleMarket, symbol: str) -> float | None:
        return values(await FeatureService(InstrumentService(market), MemoryHistory(), offload).on(symbol))[
            "dividend_yield"
        ]

    assert (await dividend_yield(Bazaar(), "BAC") or 0) > 0
    assert await dividend_yield(AdjustedOnly(), "BAC") is None
    assert await dividend_yield(SampleMarket(), "KO") is None
