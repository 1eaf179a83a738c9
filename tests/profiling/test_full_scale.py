"""The full scale: the published key of points, bands, the interval, and what contradicts it."""

from __future__ import annotations

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.domain.errors import InvalidInput
from advisor.profiling import SCALE_SLOTS, full_scale, full_willingness, load
from advisor.profiling.full_scale import band

QUESTIONS = [load()[slot] for slot in SCALE_SLOTS]
drawn = st.tuples(*(st.sampled_from(question.ids) for question in QUESTIONS))
maybe_skipped = st.tuples(*(st.sampled_from(["", *question.ids]) for question in QUESTIONS))


def extreme(pick: str) -> tuple[str, ...]:
    chooser = min if pick == "least" else max
    return tuple(chooser(question.points, key=lambda option: question.points[option]) for question in QUESTIONS)


def test_the_key_of_points_is_the_published_one() -> None:
    points = [list(question.points.values()) for question in QUESTIONS]
    assert points[0] == [4, 3, 2, 1]
    assert all(points[number - 1] == [1, 2, 3, 4] for number in (2, 3, 6, 7, 8, 11, 13))
    assert all(points[number - 1] == [1, 2, 3] for number in (4, 5, 12))
    assert all(points[number - 1] == [1, 3] for number in (9, 10))
    assert (full_scale(extreme("least")).points, full_scale(extreme("most")).points) == (13, 47)


@pytest.mark.parametrize(
    ("points", "name"),
    [
        (13, "low"), (18, "low"), (19, "below_average"), (22, "below_average"), (23, "average"), (28, "average"),
        (29, "above_average"), (32, "above_average"), (33, "high"), (47, "high"),
    ],
)  # fmt: skip
def test_bands_are_the_published_ones(points: int, name: str) -> None:
    assert band(points) == name


@given(drawn)
def test_the_score_maps_the_points_in_a_straight_line(answers: tuple[str, ...]) -> None:
    points = full_scale(answers).points
    assert points == sum(q.points[option] for q, option in zip(QUESTIONS, answers, strict=True))
    assert full_willingness(answers).score == pytest.approx((points - 13) / 34 * 100)


@given(drawn, drawn)
def test_higher_answers_never_lower_the_score(first: tuple[str, ...], second: tuple[str, ...]) -> None:
    low, high = [], []
    for question, pair in zip(QUESTIONS, zip(first, second, strict=True), strict=True):
        ordered = sorted(pair, key=lambda option: question.points[option])
        low.append(ordered[0])
        high.append(ordered[1])
    assert full_willingness(low).score <= full_willingness(high).score + 1e-9


@given(maybe_skipped)
def test_the_interval_holds_the_result_and_widens_with_what_was_skipped(answers: tuple[str, ...]) -> None:
    result, wish = full_scale(answers), full_willingness(answers)
    assert 13 <= result.low <= result.points <= result.high <= 47
    assert 0 <= wish.low <= wish.score <= wish.high <= 100
    answered = sum(map(bool, answers))
    assert result.answered == answered
    if answered == 0:
        assert (result.low, result.high, wish.low, wish.high) == (13, 47, 0, 100)
    elif result.low > 13 and result.high < 47:
        assert result.high - result.low == pytest.approx(4 * 2.4 * sqrt(13 / answered))


def test_a_result_near_an_edge_names_both_bands_and_one_in_the_middle_names_one() -> None:
    least = list(extreme("least"))

    def with_points(more: int) -> tuple[str, ...]:
        answers, left = least.copy(), more
        for index, question in enumerate(QUESTIONS):
            best = max((p for p in question.points.values() if p - 1 <= left), default=1)
            answers[index] = next(option for option, p in question.points.items() if p == best)
            left -= best - 1
        assert left == 0
        return tuple(answers)

    assert full_scale(with_points(0)).bands == ("low",)
    assert full_scale(with_points(5)).bands == ("low", "below_average")
    assert full_scale(with_points(12)).bands == ("average",)
    assert full_scale(with_points(15)).bands == ("average", "above_average")
    assert full_scale(with_points(34)).bands == ("high",)


@given(maybe_skipped)
def test_effects_add_up_to_the_score(answers: tuple[str, ...]) -> None:
    for opposed in ((), (("loss_limit", ("risk_4",)),)):
        result = full_willingness(answers, opposed)
        assert 50 + sum(reason.effect for reason in result.reasons) == pytest.approx(result.score)


def test_hardly_any_loss_contradicts_the_widest_range_and_lowers_it() -> None:
    bold = extreme("most")
    opposed = full_willingness(bold, (("loss_limit", ("risk_4",)),))
    assert opposed.contradictions == (("loss_limit", "scale_8"),)
    # The item weighs 3 of 34 points and counts (mean + minimum) / 2 of 1 and 0.
    assert opposed.score == pytest.approx(100 - 0.75 * 3 / 34 * 100)


def test_unknown_or_too_many_answers_are_refused_by_name() -> None:
    with pytest.raises(InvalidInput) as caught:
        full_scale(("dares", "lion"))
    assert caught.value.field == "scale_2"
    with pytest.raises(InvalidInput):
        full_scale(("dares",) * 14)
