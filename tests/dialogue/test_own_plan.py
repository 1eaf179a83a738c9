"""Questions about one's own plan, with a plan and without one; what is not there yet; how far the questions are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from advisor.dialogue import commands as c
from advisor.dialogue.state import State
from tests.dialogue.test_engine import filled, planned
from tests.dialogue.test_understand import said


def german(state: State) -> State:
    return replace(state, locale="de-DE")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("why so many bonds?", "bond"),
        ("why so few shares", "equity"),
        ("why do I need emerging markets", "emerging_equity"),
        ("why is there so much cash in it", "cash"),
        ("Warum so viele Anleihen?", "bond"),
        ("wieso so wenig Aktien", "equity"),
        ("warum keine Immobilien?", "real_estate"),
    ],
)
def test_a_question_about_a_part_is_answered_by_the_plans_own_figures(text: str, part: str) -> None:
    state = german(planned()) if text[0] in "Ww" and "why" not in text else planned()
    assert said(text, state) == (c.Show("plan_part", part),)


@pytest.mark.parametrize("text", ["why no gold?", "why don't you have gold", "why so little gold"])
def test_what_the_investor_left_out_is_said_to_be_his_wish(text: str) -> None:
    assert said(text, planned()) == (c.Show("plan_part", "gold left_out"),)


def test_a_class_is_left_out_with_the_kind_it_belongs_to() -> None:
    state = planned()
    state = state.with_answer("exclusions", replace(state.slots["exclusions"], value=["commodity"]))
    assert said("why no gold?", state) == (c.Show("plan_part", "gold left_out"),)
    assert said("why so few bonds?", state) == (c.Show("plan_part", "bond"),)


@pytest.mark.parametrize(
    ("text", "locale", "key"),
    [
        ("why so many bonds?", "en", "faq.why_bonds"),
        ("why no gold?", "en", "faq.gold_share"),
        ("are there hidden costs?", "en", "faq.hidden_fees"),
        ("lump sum or monthly?", "en", "faq.lump_or_monthly"),
        ("how do you calculate the plan", "en", "faq.method"),
        ("why not just bitcoin", "en", "faq.crypto_plan"),
        ("what's my risk", "en", "glossary.risk"),
        ("gibt es versteckte Kosten?", "de-DE", "faq.hidden_fees"),
        ("alles auf einmal oder monatlich?", "de-DE", "faq.lump_or_monthly"),
        ("wie rechnest du den Plan", "de-DE", "faq.method"),
        ("welche Aktien soll ich kaufen", "de-DE", "faq.pick_stocks"),
        ("wie hoch ist mein Risiko", "de-DE", "glossary.risk"),
    ],
)
@pytest.mark.parametrize("asked", ["goal", "initial_amount", "horizon"])
def test_without_a_plan_it_is_a_question_in_general(text: str, locale: str, key: str, asked: str) -> None:
    assert said(text, replace(filled(asked), locale=locale)) == (c.Talk(key),)


def test_with_a_plan_costs_and_risk_are_those_of_the_plan() -> None:
    assert said("are there hidden costs?", planned()) == (c.Show("costs"),)
    assert said("what's my risk?", planned()) == (c.Show("my_risk"),)
    assert said("wie hoch ist mein Risiko?", german(planned())) == (c.Show("my_risk"),)
    assert said("why not just bitcoin?", planned()) == (c.Talk("faq.crypto_plan"),)


@pytest.mark.parametrize(
    ("text", "locale", "key"),
    [
        ("how am I doing?", "en", "performance"),
        ("what do I own?", "en", "holdings"),
        ("should I rebalance?", "en", "rebalance"),
        ("is a crash coming?", "en", "signals"),
        ("wie läuft es?", "de", "performance"),
        ("was besitze ich?", "de", "holdings"),
        ("muss ich umschichten?", "de", "rebalance"),
    ],
)
def test_what_is_not_built_names_what_can_be_done_instead(text: str, locale: str, key: str) -> None:
    assert said(text, replace(planned(), locale=locale)) == (c.Talk(f"not_yet.{key}"),)


@pytest.mark.parametrize(("text", "locale"), [("how many are left?", "en"), ("wie viele noch?", "de")])
def test_how_many_questions_are_left_is_said_with_both_numbers(text: str, locale: str) -> None:
    (command,) = said(text, replace(filled("horizon"), locale=locale))
    assert isinstance(command, c.Talk)
    assert command.key == "left_to_ask.some"
    step, steps = (int(number) for _, number in command.values)
    assert (step, steps > step) == (2, True)
    assert said(text, replace(planned(), asking=None, locale=locale)) == (c.Talk("left_to_ask.none"),)


@pytest.mark.parametrize(
    ("text", "locale", "command"),
    [
        ("delete everything", "en", c.Erase()),
        ("remove all", "en", c.Erase()),
        ("alles löschen", "de", c.Erase()),
        ("lösch bitte alles von mir", "de", c.Erase()),
        ("no wait", "en", c.Wait()),
        ("hmm", "en", c.Wait()),
        ("nein warte", "de", c.Wait()),
        ("stop asking", "en", c.Cancel()),
        ("hör auf zu fragen", "de", c.Cancel()),
        ("all 13", "en", c.Show("full_scale")),
        ("alle 13", "de", c.Show("full_scale")),
        ("what were we talking about?", "en", c.Resume()),
        ("vergleiche mal", "de", c.Show("compare")),
        ("is AAPL a buy?", "en", c.Show("forecast", "AAPL")),
        ("sell my VTI", "en", c.Talk("faq.trade_for_me")),
        ("was kostet ein Bitcoin", "de", c.Show("price", "Bitcoin")),
        ("what does 8 in 10 mean", "en", c.Talk("faq.in_ten")),
        ("was heißt 8 von 10", "de", c.Talk("faq.in_ten")),
        ("is that bad?", "en", c.Talk("faq.is_it_bad")),
        ("ist das schlimm?", "de", c.Talk("faq.is_it_bad")),
        ("are you a bot", "en", c.Talk("faq.a_bot")),
        ("bist du ein Bot", "de", c.Talk("faq.a_bot")),
        ("is now a good time to buy", "en", c.Talk("faq.now")),
        ("wann soll ich verkaufen", "de", c.Talk("faq.when_sell")),
        ("welches Depot soll ich nehmen", "de", c.Talk("faq.which_broker")),
        ("was passiert, wenn ihr pleitegeht", "de", c.Talk("faq.shut_down")),
        ("how old is your data", "en", c.Talk("faq.data_age")),
        ("wie alt sind deine Daten", "de", c.Talk("faq.data_age")),
        ("is a savings account better", "en", c.Talk("faq.just_savings")),
        ("ist Tagesgeld nicht besser", "de", c.Talk("faq.just_savings")),
        ("lohnt sich Gold", "de", c.Talk("faq.gold_share")),
        ("jemand verspricht mir 20 % im Monat garantiert", "de", c.Talk("faq.scam_promise")),
    ],
)
@pytest.mark.parametrize("asked", ["goal", "initial_amount", "horizon", "confirm_summary"])
def test_the_same_words_mean_the_same_at_every_question(text: str, locale: str, command: c.Command, asked: str) -> None:
    assert said(text, replace(filled(asked), locale=locale)) == (command,)


@pytest.mark.parametrize(
    ("text", "locale"),
    [("I'd sell everything", "en"), ("I'd panic and sell", "en"), ("ich würde alles verkaufen", "de")],
)
def test_what_somebody_would_do_is_no_question(text: str, locale: str) -> None:
    found = said(text, replace(filled("initial_amount"), locale=locale))
    meant = [inner for item in found for inner in (item.otherwise if isinstance(item, c.Tentative) else (item,))]
    assert not [item for item in meant if isinstance(item, c.Talk)]


@pytest.mark.parametrize("locale", ["en", "de"])
def test_a_question_that_nothing_answers_is_no_answer_that_went_wrong(locale: str) -> None:
    text = {"en": "why do banks build such tall houses", "de": "warum bauen Banken so hohe Häuser"}[locale]
    (command,) = said(text, replace(filled("initial_amount"), locale=locale))
    assert isinstance(command, c.Talk)
    assert command.key in ("talk.glossary_unknown", "talk.out_of_scope")


TRIED = ("monthly_amount", "add", 200)


@pytest.mark.parametrize(
    ("tried", "text", "locale", "change"),
    [
        (TRIED, "and 300?", "en", ("monthly_amount", "add", 300.0)),
        (TRIED, "what about 250 a month?", "en", ("monthly_amount", "add", 250.0)),
        (TRIED, "und 300?", "de", ("monthly_amount", "add", 300.0)),
        (("monthly_amount", "add", -100), "and 50?", "en", ("monthly_amount", "add", -50.0)),
        (("horizon", "set", 15.0), "and 20 years?", "en", ("horizon", "set", 20.0)),
        (("loss_limit", "set", 0.1), "and 15%?", "en", ("loss_limit", "set", 0.15)),
        (("loss_limit", "set", 0.1), "was ist mit 15 %?", "de", ("loss_limit", "set", 0.15)),
    ],
)
def test_another_value_of_what_was_tried_last_is_tried(
    tried: tuple[str, str, float], text: str, locale: str, change: tuple[str, str, float]
) -> None:
    state = replace(planned(), locale=locale)
    state = replace(state, facts=state.facts | {"what_if": [list(tried)]})
    assert said(text, state) == (c.WhatIf((c.Change(*change),)),)


@pytest.mark.parametrize("text", ["and 300", "and my wife?", "300?", "and a lot more of it all at once then?"])
def test_other_words_do_not_try_it_again(text: str) -> None:
    state = planned()
    state = replace(state, facts=state.facts | {"what_if": [list(TRIED)]})
    assert not [item for item in said(text, state) if isinstance(item, c.WhatIf)]
