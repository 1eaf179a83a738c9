"""The questionnaire as it is asked: its own options, answered as people answer."""

from __future__ import annotations

import pytest

from advisor.dialogue.nlu.choices import match_options
from advisor.profiling.questions import load

QUESTIONS = load("en")


@pytest.mark.parametrize("slot", sorted(QUESTIONS))
def test_every_option_is_found_by_id_label_number_and_letter(slot: str) -> None:
    options, multiple = QUESTIONS[slot].options, slot == "exclusions"
    for index, option in enumerate(options):
        for text in (
            option.id,
            option.label,
            option.label.lower().replace(",", ""),
            str(index + 1),
            f"{'abcdefgh'[index]})",
        ):
            match = match_options(text, options, slot=slot, multiple=multiple)
            assert match is not None, text
            assert match.ids == (option.id,), text


@pytest.mark.parametrize(
    ("slot", "text", "option"),
    [
        ("income_stability", "I'm self-employed", "variable"),
        ("income_stability", "pretty stable", "steady"),
        ("income_stability", "I am between jobs", "uncertain"),
        ("income_stability", "civil servant", "very_steady"),
        ("income_stability", "not steady", "variable"),
        ("share_of_savings", "it's all I have", "all"),
        ("share_of_savings", "about half of it", "half"),
        ("share_of_savings", "just a small part", "small"),
        ("early_need", "no", "no"),
        ("early_need", "probably not", "unlikely"),
        ("early_need", "I don't think so", "unlikely"),
        ("early_need", "maybe", "maybe"),
        ("early_need", "yes", "likely"),
        ("experience", "no", "none"),
        ("experience", "never", "none"),
        ("experience", "complete beginner", "none"),
        ("experience", "a bit of crypto", "some"),
        ("experience", "many years", "long"),
        ("risk_1", "cautious", "careful"),
        ("risk_2", "stay at home", "cancel"),
        ("risk_3", "I'd do nothing", "hold"),
        ("risk_3", "buy the dip", "buy_more"),
        ("risk_3", "sell some", "uneasy"),
        ("risk_5", "1000 for sure", "sure"),
        ("exclusions", "no oil", "commodity"),
        ("exclusions", "nothing", "none"),
        ("exclusions", "no", "none"),
    ],
)
def test_an_answer_in_other_words_finds_its_option(slot: str, text: str, option: str) -> None:
    match = match_options(text, QUESTIONS[slot].options, slot=slot, multiple=slot == "exclusions")
    assert match is not None
    assert match.ids == (option,)
