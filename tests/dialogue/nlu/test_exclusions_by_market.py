"""Kinds of investments that only some universes have can be left out by name."""

from __future__ import annotations

import pytest

from advisor.dialogue.nlu.choices import match_options
from advisor.dialogue.nlu.slots import slot_words
from advisor.domain.market import AssetClass, AssetGroup
from advisor.domain.reply import Option

OPTIONS = [Option(item, item.replace("_", " ")) for item in ("none", *slot_words("en").exclusion_ids)]


@pytest.mark.parametrize(
    ("said", "left_out"),
    [
        ("silver", ("silver",)),
        ("gold and silver", ("gold", "silver")),
        ("domestic shares", ("home_equity",)),
        ("shares abroad", ("foreign_equity",)),
        ("no overseas stocks please", ("foreign_equity",)),
        ("foreign shares", ("developed_equity",)),
        ("us shares", ("us_equity",)),
        ("shares", ("equity",)),
    ],
)
def test_a_kind_is_recognised_by_its_usual_names(said: str, left_out: tuple[str, ...]) -> None:
    match = match_options(said, OPTIONS, multiple=True, slot="exclusions")
    assert match is not None
    assert match.ids == left_out


def test_every_exclusion_that_can_be_named_is_a_class_or_a_group() -> None:
    known = {item.value for item in AssetClass} | {item.value for item in AssetGroup}
    assert set(slot_words("en").exclusion_ids) <= known
