"""One part of a plan and the risk of the whole: the stored figures, and whether a limit or a wish holds a part down."""

from __future__ import annotations

from typing import Any

import pytest

from advisor.domain.reply import Table, Text
from advisor.replies.format import percent
from advisor.replies.headline import group_percent
from advisor.replies.part import part, risk
from advisor.replies.wording import say, say_in
from tests.drawn_answers import plan

LOCALES = ("en", "de-DE")
locales = pytest.mark.parametrize("locale", LOCALES)
RESULT: dict[str, Any] = plan()


def text_of(result: dict[str, Any], argument: str, locale: str) -> str:
    block = part(result, locale, argument)[0]
    assert isinstance(block, Text)
    return block.text


@locales
def test_a_broad_kind_has_the_share_of_the_mix_and_its_share_of_risk(locale: str) -> None:
    held = [item for item in RESULT["holdings"] if item["group"] == "equity"]
    said = text_of(RESULT, "equity", locale)
    assert percent(locale, group_percent(RESULT, "equity") / 100) in said
    assert percent(locale, sum(item["risk_share"] for item in held)) in said
    table = part(RESULT, locale, "equity")[1]
    assert isinstance(table, Table)
    assert [row["share"] for row in table.rows] == [item["weight"] for item in held]


@locales
def test_a_limit_that_is_reached_is_named_with_the_part_it_holds_down(locale: str) -> None:
    capped = RESULT | {"binding": ["cap.gold_and_commodities", "ratio.long_to_medium"]}
    gold, long = (
        say_in(locale, RESULT["currency"], f"limits.{name}")
        for name in ("cap.gold_and_commodities", "ratio.long_to_medium")
    )
    assert gold in text_of(capped, "gold", locale)
    assert long not in text_of(capped, "gold", locale)
    assert long in text_of(capped, "bond", locale)
    assert long in text_of(capped, "treasury_long", locale)
    assert long not in text_of(capped, "equity", locale)


@locales
def test_a_part_that_is_not_held_is_said_to_be_a_wish_or_an_estimate(locale: str) -> None:
    without = RESULT | {
        "holdings": [item for item in RESULT["holdings"] if item["group"] != "commodity"],
        "binding": [],
    }
    assert say(locale, "part.left_out") in text_of(without, "gold left_out", locale)
    assert say(locale, "part.no_place") not in text_of(without, "gold left_out", locale)
    assert say(locale, "part.no_place") in text_of(without, "gold", locale)
    assert len(part(without, locale, "gold")) == 1


@locales
def test_a_name_of_no_part_is_asked_for(locale: str) -> None:
    assert say(locale, "part.which") in text_of(RESULT, "bitcoin", locale)


@locales
def test_the_risk_is_said_in_a_word_in_money_and_as_a_swing(locale: str) -> None:
    (block,) = risk(RESULT, locale, "")
    assert isinstance(block, Text)
    assert say(locale, f"words.{RESULT['profile']['word']}") in block.text
    assert percent(locale, RESULT["volatility"], 1) in block.text
    calm = risk(RESULT | {"volatility": 0.001}, locale, "")[0]
    assert isinstance(calm, Text)
    assert percent(locale, 0.001, 1) not in calm.text
