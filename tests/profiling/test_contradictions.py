"""Answers that disagree: which pairs, which one is asked about, and what counts once it is settled."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.profiling import RISK_SLOTS, SCALE_SLOTS, assess, contradictions, load, to_settle, withdraw
from tests.drawn_answers import BOLD, STEADY, TIMID, answers

LADDERS = [load()[slot].ids for slot in RISK_SLOTS]
levels = st.tuples(*[st.integers(0, 3)] * 5)


def risk(steps: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(ladder[step] for ladder, step in zip(LADDERS, steps, strict=True))


@pytest.mark.parametrize(
    ("changes", "pair"),
    [
        ({}, None),
        ({"risk": (*TIMID[:1], *BOLD[1:2], *STEADY[2:])}, ("risk_1", "risk_2")),
        ({"risk": BOLD, "loss_limit": 0.02}, ("loss_limit", "risk_1")),
        ({"risk": (*STEADY[:3], "huge_swing", STEADY[4]), "early_need": "likely", "horizon_years": 12.0}, ("early_need", "risk_4")),
        ({"risk": (*STEADY[:3], "huge_swing", STEADY[4]), "early_need": "likely", "horizon_years": 9.0}, None),
        ({"risk": (*STEADY[:3], "huge_swing", STEADY[4]), "early_need": "maybe", "horizon_years": 12.0}, None),
        ({"loss_limit": 0.02, "wanted_return": 0.08}, ("loss_limit", "wanted_return")),
        ({"loss_limit": 0.10, "wanted_return": 0.15}, ("loss_limit", "wanted_return")),
        ({"loss_limit": 0.10, "wanted_return": 0.14}, None),
        ({"risk": (*TIMID[:1], *BOLD[1:]), "loss_limit": 0.02}, ("loss_limit", "risk_2")),
    ],
)  # fmt: skip
def test_the_pair_asked_about(changes: dict[str, Any], pair: tuple[str, str] | None) -> None:
    assert to_settle(answers(**changes)) == pair


@given(levels, st.none() | st.floats(0, 0.2), st.sampled_from(["likely", "unlikely"]), st.none() | st.floats(0, 0.25))
def test_settling_a_pair_ends_that_contradiction_and_keeping_the_careful_answer_never_raises_the_score(
    steps: tuple[int, ...], limit: float | None, early: str, wanted: float | None
) -> None:
    given_answers = answers(
        risk=risk(steps), loss_limit=limit, early_need=early, wanted_return=wanted, horizon_years=15.0
    )
    pair = to_settle(given_answers)
    if pair is None:
        assert contradictions(given_answers) == ()
        return
    for slot in pair:
        after = withdraw(given_answers, slot)
        assert pair not in contradictions(after)
        assert slot in after.withdrawn
        assert slot in after.defaulted
        recorded = {r.values["first"] for r in assess(after, 0.05).reasons if r.key == "willingness.withdrawn"}
        assert recorded == {slot}
    if pair[1] in RISK_SLOTS and pair[0] not in RISK_SLOTS:
        assert (
            assess(withdraw(given_answers, pair[1]), 0.05).cvar_budget
            <= assess(withdraw(given_answers, pair[0]), 0.05).cvar_budget + 1e-9
        )


@given(levels)
def test_left_unsettled_the_score_lies_between_the_two_ways_of_settling(steps: tuple[int, ...]) -> None:
    given_answers = answers(risk=risk(steps))
    pair = to_settle(given_answers)
    if pair is None or len(contradictions(given_answers)) > 1:
        return
    left = assess(given_answers, 0.05).willingness
    ways = sorted(assess(withdraw(given_answers, slot), 0.05).willingness for slot in pair)
    assert ways[0] - 1e-9 <= left <= ways[1] + 1e-9


def test_an_early_need_is_named_and_counts_in_full_without_lowering_the_wish() -> None:
    torn = answers(risk=(*STEADY[:3], "huge_swing", STEADY[4]), early_need="likely", horizon_years=12.0)
    near = answers(risk=torn.risk, early_need="likely", horizon_years=9.0)
    assert assess(torn, 0.05).contradictions == (("early_need", "risk_4"),)
    assert assess(torn, 0.05).willingness == assess(near, 0.05).willingness
    kept = withdraw(torn, "early_need")
    assert kept.early_need == "unlikely"
    assert assess(kept, 0.05).capacity > assess(torn, 0.05).capacity


def test_a_full_scale_is_held_against_limits_but_not_against_itself() -> None:
    bold = []
    for slot in SCALE_SLOTS:
        points = load()[slot].points
        bold.append(next(option for option in points if points[option] == max(points.values())))
    mixed = ("stays_clear", *bold[1:])
    assert contradictions(answers(full_scale=mixed)) == ()
    assert to_settle(answers(full_scale=mixed, loss_limit=0.02)) == ("loss_limit", "scale_8")
    assert withdraw(answers(full_scale=mixed, loss_limit=0.02), "scale_8").full_scale[7] == ""
