"""Willingness: the score, its interval, skipped items and answers that disagree."""

from __future__ import annotations

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.domain.errors import InvalidInput
from advisor.profiling import RISK_SLOTS, load, willingness

LADDERS = [load()[slot].ids for slot in RISK_SLOTS]
levels = st.lists(st.integers(0, 3), min_size=5, max_size=5)


def answers(steps: list[int]) -> tuple[str, ...]:
    return tuple(ladder[step] for ladder, step in zip(LADDERS, steps, strict=True))


def test_lowest_and_highest_answers_span_the_scale() -> None:
    assert willingness(answers([0] * 5)).score == 0
    assert willingness(answers([3] * 5)).score == 100


def test_the_interval_is_two_standard_errors_of_a_five_item_scale() -> None:
    result = willingness(answers([1, 2, 1, 2, 1]))
    expected = 2 * 0.48 * (5 / 34 * 100) * sqrt(13 / 5)
    assert result.high - result.score == pytest.approx(expected)
    assert result.score - result.low == pytest.approx(expected)


@given(levels)
def test_the_score_lies_in_its_interval_and_on_the_scale(steps: list[int]) -> None:
    result = willingness(answers(steps))
    assert 0 <= result.low <= result.score <= result.high <= 100


@given(levels, levels)
def test_higher_consistent_answers_never_lower_the_score(first: list[int], second: list[int]) -> None:
    low = willingness(answers([min(pair) for pair in zip(first, second, strict=True)]))
    high = willingness(answers([max(pair) for pair in zip(first, second, strict=True)]))
    if not low.contradictions and not high.contradictions:
        assert low.score <= high.score


@given(levels)
def test_disagreeing_answers_score_below_their_plain_mean(steps: list[int]) -> None:
    result = willingness(answers(steps))
    plain = 100 * sum(step / 3 for step in steps) / 5
    assert bool(result.contradictions) == (0 in steps and 3 in steps)
    assert result.score < plain - 1 if result.contradictions else result.score == pytest.approx(plain, abs=0.01)


def test_a_conflict_names_both_questions_and_counts_half_way_to_the_minimum() -> None:
    result = willingness(answers([1, 1, 0, 3, 1]))
    assert result.contradictions == (("risk_3", "risk_4"),)
    # Mean 1/2 and minimum 0 of the pair: each of the two counts 1/4.
    assert result.score == pytest.approx(100 * (3 * 0.3333 + 2 * 0.25) / 5)
    assert [reason.values for reason in result.reasons if reason.key == "willingness.conflict"] == [
        {"first": "risk_3", "second": "risk_4"}
    ]


@pytest.mark.parametrize(("limit", "conflicts"), [(0.0, 5), (0.03, 5), (0.05, 0), (None, 0)])
def test_hardly_any_loss_contradicts_bold_answers(limit: float | None, conflicts: int) -> None:
    result = willingness(answers([3] * 5), loss_limit=limit)
    assert len(result.contradictions) == conflicts
    assert result.score == pytest.approx(100 * (5 / 6) / 2 if conflicts else 100)


def test_skipped_items_are_cautious_and_widen_the_interval() -> None:
    full = willingness(answers([2] * 5))
    some = willingness((*answers([2] * 5)[:2], "", "", ""))
    nothing = willingness(())
    assert nothing.score < some.score < full.score
    assert some.high - some.score > full.high - full.score
    assert (nothing.low, nothing.high) == (0, 100)


def test_a_defaulted_slot_counts_as_skipped_though_its_default_is_filled_in() -> None:
    given_ids = answers([1] * 5)
    assert willingness(given_ids).high < willingness(given_ids, skipped=("risk_2",)).high


def test_skipped_items_contradict_nothing() -> None:
    assert willingness(answers([0, 3, 1, 1, 1]), skipped=("risk_2",)).contradictions == ()


@given(levels)
def test_effects_add_up_to_the_score(steps: list[int]) -> None:
    result = willingness(answers(steps))
    assert 50 + sum(reason.effect for reason in result.reasons) == pytest.approx(result.score)


def test_unknown_or_too_many_answers_are_refused_by_name() -> None:
    with pytest.raises(InvalidInput) as caught:
        willingness(("avoids", "fly"))
    assert caught.value.field == "risk_2"
    with pytest.raises(InvalidInput):
        willingness(("avoids",) * 6)
