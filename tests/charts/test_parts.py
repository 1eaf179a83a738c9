"""The parts that pictures are made of: spreading labels, fitting text, ticks, shades."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.charts.canvas import fit, nice_ticks, text_width, wrap
from advisor.charts.formats import Formats
from advisor.charts.labels import spread
from advisor.charts.palette import contrast, shades

heights = st.lists(st.floats(-500, 1500), min_size=1, max_size=12)


@given(heights)
def test_spread_keeps_the_gap_the_order_and_the_room(wanted: list[float]) -> None:
    places = spread(wanted, 50, 0, 800)
    assert all(-1e-6 <= place <= 800 + 1e-6 for place in places)
    assert all(b - a >= 50 - 1e-6 for a, b in pairwise(sorted(places)))
    for (want, place), (other, elsewhere) in pairwise(sorted(zip(wanted, places, strict=True))):
        assert want == other or place < elsewhere


def test_spread_leaves_alone_what_does_not_touch_and_centres_what_does() -> None:
    assert spread([100, 300, 600], 50, 0, 800) == [100, 300, 600]
    assert spread([400, 400], 50, 0, 800) == [375, 425]


def test_spread_shrinks_the_gap_where_there_is_no_room() -> None:
    assert spread([5, 5, 5], 50, 0, 60) == pytest.approx([0, 30, 60])


@given(st.text(min_size=1, max_size=60), st.floats(80, 600))
def test_fitted_text_is_as_narrow_as_asked(words: str, width: float) -> None:
    short, size = fit(words, width, 21.0)
    assert text_width(short, size) <= width + 1
    assert size <= 21.0


@given(st.text(alphabet="abc $%&", min_size=1, max_size=120))
def test_wrapped_text_has_at_most_the_lines_asked_for(words: str) -> None:
    lines, size = wrap(words, 300, 21.0, 2)
    assert len(lines) <= 2
    assert all(text_width(line, size) <= 301 for line in lines)


@given(st.floats(-1e9, 1e9), st.floats(0.001, 1e9))
def test_ticks_are_few_and_within_the_range(low: float, span: float) -> None:
    high = low + span
    ticks = nice_ticks(low, high)
    assert len(ticks) <= 7
    assert all(low - 1e-6 * span <= tick <= high + 1e-6 * span for tick in ticks)


@pytest.mark.parametrize("group", ["equity", "bond", "commodity", "real_estate", "cash", "unknown"])
def test_shades_of_a_group_are_distinct_and_show_on_both_backgrounds(group: str) -> None:
    colours = shades(group, 6)
    assert len(set(colours)) == 6
    assert shades(group, 1)[0] == colours[0]
    assert contrast(colours[0][0], "#ffffff") >= 2.5
    assert contrast(colours[0][1], "#15181d") >= 3


@pytest.mark.parametrize(
    ("locale", "amount", "written"),
    [
        ("en", 0.0, "$0"),
        ("en", 950.4, "$950"),
        ("en", 1_250.0, "$1.25K"),
        ("en", 411_800.0, "$412K"),
        ("en", 2_000_000.0, "$2M"),
        ("en", -4_200.0, "-$4.2K"),
        ("de", 411_800.0, "412.000\u00a0$"),
        ("de", 1_500_000.0, "1,5\u00a0Mio.\u00a0$"),
    ],
)
def test_money_is_short(locale: str, amount: float, written: str) -> None:
    assert Formats.of(locale).money(amount, "USD") == written


def test_percentages_keep_their_decimals_and_never_read_minus_zero() -> None:
    assert Formats.of("en").percent(-0.0001, 0) == "0%"
    assert Formats.of("de").percent(0.125, 1) == "12,5\u00a0%"
    assert Formats.of("en").ticks([0.0, 0.025, 0.05], "percent", "") == ["0.0%", "2.5%", "5.0%"]
