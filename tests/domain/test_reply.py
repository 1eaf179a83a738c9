"""Blocks survive their trip through JSON, whatever kind they are."""

from __future__ import annotations

import json

import pytest

from advisor.domain.chart import Bars, ChartSpec, Donut, Fan, FrontierPlot, Lines, Picture
from advisor.domain.errors import InvalidInput
from advisor.domain.reply import (
    BLOCK_TYPES,
    Block,
    Chart,
    Choices,
    Column,
    Expects,
    File,
    Link,
    Notice,
    Option,
    Table,
    Text,
    block_from_json,
    block_to_json,
    expects_from_json,
)

PICTURES: tuple[Picture, ...] = (
    Donut((("Shares", 0.6, "equity"), ("Bonds", 0.4, "bond")), "100 %"),
    Fan((0.0, 1.0), {"p5": (1.0, 0.9), "p50": (1.0, 1.1)}, (1.0, 1.0), "USD", target=2.0),
    FrontierPlot(((0.1, 0.05),), (("Plan", 0.1, 0.05),), "Plan"),
    Lines(("2020-01-01", "2020-01-02"), {"a": (1.0, 2.0)}, "index", band=((0.5, 1.0), (1.5, 3.0))),
    Bars((("a", 1.0), ("b", -1.0)), "money", "USD"),
)
BLOCKS: tuple[Block, ...] = (
    Text("**Hello**\n\n- one"),
    Choices((Option("a", "A", "first"), Option("b", "B")), "Which?", multiple=True),
    *(Chart("0" * 32, ChartSpec("name", "Title", "All of it", picture, "de-DE")) for picture in PICTURES),
    Table(
        "t",
        "Caption",
        (Column("x", "X", "money", "USD"), Column("y", "Y")),
        ({"x": {"amount": "1", "currency": "USD"}, "y": "z"},),
    ),
    Notice("warning", "Careful."),
    File("report.pdf", "application/pdf", 10, "/files/1"),
    Link("More", "https://example.org"),
)


def test_the_samples_cover_the_whole_union() -> None:
    assert {type(block) for block in BLOCKS} == set(BLOCK_TYPES)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: type(block).__name__)
def test_a_block_comes_back_as_it_was(block: Block) -> None:
    written = json.loads(json.dumps(block_to_json(block)))
    assert written["kind"] == block.kind
    assert block_from_json(written) == block


def test_a_chart_has_the_addresses_of_its_pictures() -> None:
    chart = next(block for block in BLOCKS if isinstance(block, Chart))
    written = block_to_json(chart)
    assert written["svg_url"] == f"/api/v1/chat/charts/{chart.id}.svg"
    assert written["png_url"] == f"/api/v1/chat/charts/{chart.id}.png"


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(InvalidInput):
        block_from_json({"kind": "hologram"})


@pytest.mark.parametrize(
    "expects",
    [
        None,
        Expects("horizon", "duration", skippable=False, step=2, steps=21, example="10 years"),
        Expects("goal", "choice", skippable=False, step=1, steps=21, options=(Option("home", "A home", "hint"),)),
    ],
)
def test_what_is_expected_comes_back_as_it_was(expects: Expects | None) -> None:
    written = json.loads(json.dumps(expects.to_json())) if expects else None
    assert expects_from_json(written) == expects


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.kind)
def test_equal_pictures_have_one_digest_and_others_another(picture: Picture) -> None:
    spec = ChartSpec("name", "Title", "Alt", picture)
    again = ChartSpec.from_json(json.loads(json.dumps(spec.to_json())))
    assert again.digest() == spec.digest()
    assert ChartSpec("name", "Another", "Alt", picture).digest() != spec.digest()
