"""Interest rates and inflation of a universe, as far as they were known on a day."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from advisor.adapters.market.stored.levels import earning
from advisor.adapters.market.stored.rates import RateBook, RateDesk
from advisor.domain.bars import Closes, Observations
from tests.history_fake import MemoryHistory
from tests.stored_markets import DOLLARS
from tests.world import at
from tests.yahoo_server import sessions

LAST = date(2024, 6, 14)
DAYS = sessions("2022-01-03", "2024-06-17")  # one day more than is asked for


async def rates(
    store: MemoryHistory, quotes: dict[str, Closes], levels: np.ndarray | None = None, last: date = LAST
) -> RateBook:
    histories = {"BIL": (DAYS, np.full(len(DAYS), 50.0) if levels is None else levels)}
    return await RateDesk(store, "yahoo").rates(DOLLARS, quotes, histories, "BIL", last)


def quoted(value: float) -> Closes:
    return Closes(DAYS, np.full(len(DAYS), value), np.full(len(DAYS), value))


def prices(missing: str = "") -> Observations:
    """Consumer prices that rise by 0.2 % a month, published 45 days after the month began."""
    months = np.arange(np.datetime64("2010-01", "M"), np.datetime64("2024-05", "M"))
    values = 100 * 1.002 ** np.arange(len(months))
    kept = months != np.datetime64(missing or "1900-01", "M")
    days = months[kept].astype("datetime64[D]")
    known = np.array(days + np.timedelta64(45, "D"), "datetime64[D]")
    return Observations("us_core_cpi", "fred", days, values[kept], known, estimated=True, fetched_at=at("2024-06-14"))


@pytest.mark.parametrize("missing", ["", "2023-10", "2014-04"])
async def test_inflation_is_the_yearly_rise_over_ten_years_even_where_a_month_was_never_published(missing: str) -> None:
    store = MemoryHistory()
    await store.save_observations(prices(missing))
    found = await rates(store, {"^IRX": quoted(5.0), "^TNX": quoted(4.0)})
    assert found.rates.inflation == pytest.approx(1.002**12 - 1, rel=1e-9)


async def test_what_cash_earned_ends_with_the_last_day_that_all_funds_have() -> None:
    """One fund may have a day that others still lack; what it earned on that day belongs to the next plan."""
    grown = 50 * 1.0001 ** np.arange(len(DAYS))
    jump = grown.copy()
    jump[-1] *= 1.5
    one, other = await rates(MemoryHistory(), {}, grown), await rates(MemoryHistory(), {}, jump)
    assert one.rates.bill == other.rates.bill > 0


async def test_a_revision_known_after_the_next_months_value_does_not_disturb_what_cash_earns() -> None:
    days = np.array(["2024-01-01", "2024-02-01"], "datetime64[D]")
    known = np.array(["2024-03-20", "2024-03-01"], "datetime64[D]")  # January was revised after February came
    store = MemoryHistory()
    await store.save_observations(
        Observations(
            "us_bill_3m", "fred", days, np.array([6.0, 3.0]), known, estimated=False, fetched_at=at("2024-03-20")
        )
    )
    found = await rates(store, {}, last=date(2024, 4, 1))
    assert np.all(np.diff(found.bill_days) >= np.timedelta64(0, "D"))
    level = earning(sessions("2024-03-01", "2024-03-29"), found.bill_days, found.bill)
    assert np.all(np.diff(level) > 0)


async def test_a_rate_that_cannot_be_right_is_said_and_the_next_way_is_taken() -> None:
    found = await rates(MemoryHistory(), {"^IRX": quoted(5.0), "^TNX": quoted(42.5)})
    assert found.rates.ten_year == 0.042
    assert found.notes[0] == "A ten-year interest rate of 42.5% cannot be right and is not used."
