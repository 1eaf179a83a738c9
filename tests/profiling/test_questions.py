"""The questions as data: complete, button-sized, plain, and in step with the domain's words."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from advisor.domain.errors import InvalidInput
from advisor.domain.investor import Answers, GoalKind
from advisor.domain.market import AssetClass, AssetGroup
from advisor.profiling import RISK_SLOTS, SCALE_SLOTS, load

FIRST_PLAN = ("goal", "income_stability", "share_of_savings", "early_need", "experience", *RISK_SLOTS, "exclusions")
SLOTS = (*FIRST_PLAN, *SCALE_SLOTS)
JARGON = re.compile(
    r"volatil|portfolio|asset|equit|liquid|allocation|diversif|percentile|drawdown|yield", re.IGNORECASE
)


def _syllables(word: str) -> int:
    groups = len(re.findall(r"[aeiouy]+", word.lower()))
    return max(1, groups - (word.lower().endswith("e") and not word.lower().endswith("le")))


def _grade(text: str) -> float:
    """Flesch-Kincaid grade level (Kincaid et al. 1975)."""
    words = re.findall(r"[A-Za-z']+", text)
    sentences = max(1, len(re.findall(r"[.?]", text)))
    return 0.39 * len(words) / sentences + 11.8 * sum(map(_syllables, words)) / len(words) - 15.59


def test_every_choice_slot_of_the_contract_has_a_question() -> None:
    assert set(load()) == set(SLOTS)


@pytest.mark.parametrize("slot", SLOTS)
def test_options_are_distinct_and_fit_a_button(slot: str) -> None:
    question = load()[slot]
    assert len(set(question.ids)) == len(question.ids) >= (4 if slot in FIRST_PLAN else 2)
    assert len({option.label for option in question.options}) == len(question.options)
    for option in question.options:
        assert 0 < len(option.label) <= 40
        assert re.fullmatch(r"[a-z_]+", option.id)


@pytest.mark.parametrize("slot", SLOTS)
def test_wording_is_plain(slot: str) -> None:
    question = load()[slot]
    text = " ".join([question.text, question.why, *(f"{option.label}. {option.hint}." for option in question.options)])
    assert _grade(f"{question.text} {question.why}") <= 8
    assert "!" not in text
    assert not JARGON.search(text)


def test_only_the_goal_cannot_be_skipped() -> None:
    assert [slot for slot, question in load().items() if question.default is None] == ["goal"]
    assert all(question.default in question.ids for question in load().values() if question.default)


def test_defaults_are_those_of_the_answers() -> None:
    defaults = {field.name: field.default for field in fields(Answers)}
    for slot in ("income_stability", "share_of_savings", "early_need", "experience"):
        assert load()[slot].default == defaults[slot]


def test_skipped_risk_answers_count_as_less_than_the_middle() -> None:
    for slot in RISK_SLOTS:
        question = load()[slot]
        assert question.score(question.default or "") < 0.5


def test_risk_options_rise_from_none_to_full_score() -> None:
    for slot in RISK_SLOTS:
        scores = list(load()[slot].scores.values())
        assert scores == sorted(scores)
        assert (scores[0], scores[-1]) == (0.0, 1.0)


def test_skipped_answers_of_the_full_scale_are_careful_and_not_the_most_careful_where_there_are_four() -> None:
    for slot in SCALE_SLOTS:
        question = load()[slot]
        ranked = sorted(question.points, key=lambda option: question.points[option])
        assert question.default == ranked[1 if len(ranked) > 2 else 0]


def test_the_short_form_shares_no_sentence_with_the_full_scale() -> None:
    short, full = ({load()[slot].text for slot in slots} for slots in (RISK_SLOTS, SCALE_SLOTS))
    assert short.isdisjoint(full)
    assert len(full) == 13


def test_outcome_pairs_have_the_same_total() -> None:
    totals = set()
    for option in load()["risk_4"].options:
        best, worst = re.findall(r"[-+]?[\d,]+", option.label)
        totals.add(int(best.replace(",", "")) + int(worst.replace(",", "")))
    assert totals == {400}


def test_goal_ids_are_the_goal_kinds() -> None:
    assert set(load()["goal"].ids) == {kind.value for kind in GoalKind}


def test_exclusions_begin_with_none_and_name_classes_or_groups() -> None:
    question = load()["exclusions"]
    assert question.multiple
    assert question.ids[0] == "none"
    assert set(question.ids[1:]) <= {item.value for item in AssetClass} | {item.value for item in AssetGroup}


def test_a_regional_tag_gets_its_language_and_an_unknown_one_is_refused() -> None:
    assert load("en-GB")["goal"].text == load("en")["goal"].text
    for locale in ("xx", "slots", ""):
        with pytest.raises(InvalidInput):
            load(locale)


def test_an_unknown_option_names_its_slot() -> None:
    with pytest.raises(InvalidInput) as caught:
        load()["risk_1"].score("lion")
    assert caught.value.field == "risk_1"
