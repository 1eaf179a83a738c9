"""Prices and forecasts within a talk: asking back, near names, several at once, and a market that is away."""

from __future__ import annotations

from typing import Any

import pytest

from advisor.adapters.system.offload import LocalOffload
from advisor.dialogue import commands as c
from advisor.dialogue.effects import Do
from advisor.dialogue.outcome import Outcome
from advisor.dialogue.quoting import Quoting
from advisor.dialogue.state import State
from advisor.domain.chart import ChartSpec
from advisor.domain.errors import SourceUnavailable
from advisor.domain.message import Channel, Conversation
from advisor.domain.reply import Choices, Notice, Text
from advisor.services.forecast import ForecastService
from advisor.services.instruments import InstrumentService
from tests.bazaar import Bazaar

UNREADABLE = c.Unreadable("unreadable.goal")
CONVERSATION = Conversation("c", "u", Channel.WEB, "a", 0, 6, {})


@pytest.fixture
def market() -> Bazaar:
    return Bazaar()


def quoting(market: Bazaar) -> Quoting:
    return Quoting(InstrumentService(market), ForecastService(market, LocalOffload()))


async def price(market: Bazaar, names: str, span: str = "", state: State | None = None) -> Outcome:
    return await quoting(market).price(state or State(locale="en-US"), Do("price", names, period=span), CONVERSATION)


def offered(outcome: Outcome) -> list[str]:
    return [option.id for block in outcome.blocks if isinstance(block, Choices) for option in block.options]


def words(outcome: Outcome) -> str:
    return " ".join(block.text for block in outcome.blocks if isinstance(block, Text | Notice))


def kept(outcome: Outcome) -> dict[str, Any]:
    found: dict[str, Any] = outcome.facts["shown"]
    return found


async def settled(market: Bazaar, name: str, *, exact: bool) -> bool:
    wish = c.Tentative(c.Show("price", name, "5y"), (UNREADABLE,), exact)
    (command,) = await quoting(market).settle([wish])
    assert command in (wish.show, UNREADABLE)
    return command == wish.show


@pytest.mark.parametrize("name", ["INFY", "gold", "tata", "infosys", "RELIANCE.NS", "BAC and INFY"])
async def test_what_names_something_is_a_wish(market: Bazaar, name: str) -> None:
    assert await settled(market, name, exact=True)


@pytest.mark.parametrize("name", ["reliance of", "motors", "america", "freedom", "INFY and happiness", "tatta"])
async def test_a_part_of_a_name_or_a_slip_is_no_wish_where_words_may_mean_something_else(
    market: Bazaar, name: str
) -> None:
    assert not await settled(market, name, exact=True)


@pytest.mark.parametrize(("name", "wish"), [("motors", True), ("INFY and happiness", True), ("freedom", False)])
async def test_after_words_that_ask_to_see_a_part_of_a_name_will_do(market: Bazaar, name: str, wish: bool) -> None:
    assert await settled(market, name, exact=False) is wish


async def test_while_the_market_is_away_words_mean_what_they_else_mean(market: Bazaar) -> None:
    market.down = True
    assert not await settled(market, "INFY", exact=True)
    with pytest.raises(SourceUnavailable):
        await price(market, "INFY")


async def test_what_several_may_be_is_asked_with_three_at_most_and_the_rest_is_kept(market: Bazaar) -> None:
    outcome = await price(market, "INFY and tata", "5y")
    assert "tata" in words(outcome)
    assert set(offered(outcome)) == {"price/INFY,TATAMOTORS.NS/5y", "price/INFY,TATASTEEL.NS/5y"}
    assert kept(outcome)["names"] == ""
    bank = await price(market, "bank")
    assert len(offered(bank)) == 3


async def test_a_forecast_asks_back_as_well(market: Bazaar) -> None:
    outcome = await quoting(market).forecast(State(), Do("forecast", "tata"), CONVERSATION)
    assert set(offered(outcome)) == {"forecast/TATAMOTORS.NS/", "forecast/TATASTEEL.NS/"}


async def test_an_unknown_name_does_not_hide_the_others_and_near_ones_are_offered(market: Bazaar) -> None:
    outcome = await price(market, "INFY and Mahendra Tractor and zzzzz")
    assert "Infosys Limited (INFY)" in words(outcome)
    assert 'no prices of "zzzzz"' in words(outcome)
    nothing = await price(market, "zzzzz")
    assert "Gold futures (GC=F)" in words(nothing)
    assert offered(nothing) == []
    near = await price(market, "relians indistries")
    assert "RELIANCE.NS" in offered(near)[0] or "Reliance" in words(near)


async def test_without_prices_in_that_time_it_is_said_for_that_one(market: Bazaar) -> None:
    outcome = await price(market, "YOUNG and BAC", "2015-01-01/2015-12-31")
    assert "no prices of Young Fund" in words(outcome)
    assert "Bank of America Corporation (BAC)" in words(outcome)
    assert kept(outcome)["names"] == "BAC"


async def test_of_more_than_three_the_first_three_are_shown_and_that_is_said(market: Bazaar) -> None:
    outcome = await price(market, "BAC, INFY, GOLD, PENNY")
    assert kept(outcome)["names"] == "BAC,INFY,GOLD"
    assert "3 at a time" in words(outcome)
    assert len([block for block in outcome.blocks if isinstance(block, ChartSpec)]) == 1


async def test_buttons_name_the_symbol_while_a_question_is_open(market: Bazaar) -> None:
    idle = await price(market, "BAC")
    asked = await price(market, "BAC", state=State(asking="horizon"))
    assert list(kept(idle)["choices"]) == ["1 month", "1 year", "5 years", "all"]
    assert list(kept(asked)["choices"]) == ["bac 1 month", "bac 1 year", "bac 5 years", "bac all"]
    assert kept(idle)["turn"] == CONVERSATION.turn + 2
