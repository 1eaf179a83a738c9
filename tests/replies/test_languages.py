"""A language is data: every language says all of it, in its own words, and asks for nothing that it does not understand."""

from __future__ import annotations

import json
import pickle
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml

from advisor.charts.canvas import text_width
from advisor.dialogue import asking, filling
from advisor.dialogue.commands import Fill
from advisor.dialogue.flows import load as flow
from advisor.dialogue.nlu.lexicon import LANGUAGES
from advisor.dialogue.state import Answered, State
from advisor.dialogue.understand import understand
from advisor.domain.chart import ChartSpec
from advisor.domain.documents import Issuer
from advisor.domain.investor import GoalKind
from advisor.domain.market import AssetClass
from advisor.domain.message import Inbound
from advisor.domain.plan import Plan, PlanStatus
from advisor.domain.reply import Notice, Table, Text
from advisor.profiling import load
from advisor.replies.answers import span
from advisor.replies.inflection import inflected
from advisor.replies.report import compose
from advisor.replies.translated import translated
from advisor.replies.wording import FALLBACK, catalogue, known, locales, say, say_in, under
from advisor.services.plan.compute import compute
from advisor.services.plan.service import answers_to_json
from tests.drawn_answers import answers, basis
from tests.replies.reading import sentences

OTHERS = [language for language in locales() if language != FALLBACK]
OWN_GRAMMAR = ("values.dative.",)  # cases that English has not
OF_DATA = "data."  # words for what the data say in English
ENGLISH = re.compile(
    r"\b(?:the|and|of|is|are|was|were|you|your|with|for|that|this|it|its|to|from|by|at|as|or|not|have|has|will|would|"
    r"can|could|say|please|about|month|year|years|money|share|shares|bond|bonds|risk|loss)\b",
    re.IGNORECASE,
)
# Names, and words that German writes alike.
NOT_ENGLISH = re.compile(r"critical line|was\b|will\b|also\b|\bfor example\b", re.IGNORECASE)
QUOTED = Path(__file__).parents[1] / "dialogue/nlu/quoted_de.yaml"
LONGEST_CLASS = 530  # of a picture's points at 26: as far as the ring's list has room for a name
UNIVERSES = ("us_etf_usd", "ucits_eur", "india_inr", "china_a", "sample_usd")


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{([a-z_0-9]+)", text))


def test_there_is_more_than_one_language() -> None:
    assert "de" in OTHERS


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_there_in_every_language(language: str) -> None:
    first, other = set(catalogue(FALLBACK)), set(catalogue(language))
    assert first - other == set()
    assert {key for key in other - first if not key.startswith((*OWN_GRAMMAR, OF_DATA))} == set()


@pytest.mark.parametrize("language", OTHERS)
def test_values_bold_words_lists_and_lines_are_the_same(language: str) -> None:
    first, other = catalogue(FALLBACK), catalogue(language)
    both = first.keys() & other.keys()
    assert {key for key in both if placeholders(first[key]) != placeholders(other[key])} == set()
    for sign in ("**", "\n- ", "\n"):
        assert {key for key in both if first[key].count(sign) != other[key].count(sign)} == set(), sign
    assert {key for key in both if bool(first[key]) != bool(other[key])} == set()


@pytest.mark.parametrize("language", OTHERS)
def test_no_english_is_left(language: str) -> None:
    found = {
        key: hit.group()
        for key, text in sentences(language)
        if (hit := ENGLISH.search(NOT_ENGLISH.sub("", re.sub(r"\{[^}]*\}|„/[^“]*“|/\w+", "", text))))
    }
    assert found == {}
    same = {key for key, text in catalogue(language).items() if catalogue(FALLBACK).get(key) == text and " " in text}
    assert {key for key in same if re.search(r"[a-z]{3,} [a-z]{3,}", catalogue(language)[key])} == set()


@pytest.mark.parametrize("language", locales())
def test_the_questionnaire_is_whole_and_its_answers_are_told_apart(language: str) -> None:
    for slot, question in load(language).items():
        first = load(FALLBACK)[slot]
        assert question.ids == first.ids
        assert question.scores == first.scores
        assert question.text.endswith(("?", "."))
        labels = Counter(option.label.casefold() for option in question.options)
        assert max(labels.values()) == 1, slot
        assert [bool(option.hint) for option in question.options] == [bool(option.hint) for option in first.options]
        figures = [re.findall(r"\d+", re.sub(r"[.,](?=\d{3})", "", option.label)) for option in question.options]
        assert figures == [re.findall(r"\d+", option.label.replace(",", "")) for option in first.options], slot


@pytest.mark.parametrize("language", locales())
def test_buttons_and_labels_are_told_apart(language: str) -> None:
    for prefix in ("buttons", "labels"):
        words = Counter(text.casefold() for text in under(language, prefix).values())
        assert {text for text, count in words.items() if count > 1} == set()


@pytest.mark.parametrize("language", locales())
def test_every_question_without_options_has_an_example(language: str) -> None:
    for part in flow("first_plan").slots():
        assert bool(asking.example(part.slot, language)) == (part.kind in ("money", "duration", "percent", "number"))


def _asked(slot: str, language: str) -> State:
    """A dialogue in which this is the open question; "age" is the second half of the question for the time."""
    goal = Answered("income", "income", 1)
    state = State(locale=language, currency="USD", slots={"goal": goal}, asking="horizon" if slot == "age" else slot)
    return replace(state, pending={"kind": "age", "slot": "horizon", "value": {"age": 65}}) if slot == "age" else state


@pytest.mark.parametrize(
    ("language", "slot"), [(language, slot) for language in LANGUAGES for slot in under(language, "example")]
)
def test_every_example_is_a_valid_answer(language: str, slot: str) -> None:
    state, plan = _asked(slot, language), flow("first_plan")
    said = Inbound("1", text=say(language, f"example.{slot}"))
    (command,) = understand(said, state, plan, date(2026, 7, 1))
    assert isinstance(command, Fill)
    assert command.slot == state.asking
    assert isinstance(filling.check(plan.slot(command.slot), command, state), filling.Accepted)


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("currency", ["USD", "EUR"])
def test_names_of_classes_fit_beside_the_ring(language: str, currency: str) -> None:
    names = [say_in(language, currency, f"classes.{kind.value}") for kind in AssetClass]
    assert {name for name in names if text_width(name, 26) > LONGEST_CLASS} == set()


def test_every_quoted_command_is_listed_so_that_its_understanding_is_held() -> None:
    """The rows of quoted_de.yaml are held against the understanding in tests/dialogue/nlu."""
    listed = yaml.safe_load(QUOTED.read_text("utf-8"))
    known_words = {row[0].replace("{label}", "{second}") for row in listed["rows"]} | set(listed["not_typed"])
    quoted = {text for _, said in catalogue("de").items() for text in re.findall(r"„([^„“]+)“", said)}
    assert {text for text in quoted - known_words if not re.fullmatch(r"\{\w+\}", text)} == set()


def test_a_stretch_of_time_takes_the_case_of_its_sentence() -> None:
    assert f"{span('de', 10)} / {span('de', 10):dative}" == "10 Jahre / 10 Jahren"
    assert f"{span('de', 1)} / {span('de', 1):dative}" == "1 Jahr / einem Jahr"
    assert f"{span('de', 0.25):dative}" == "3 Monaten"
    assert say("de", "first_steps.after", time=span("de", 2.5)) == "nach 2,5 Jahren"
    assert say("en", "first_steps.after", time=span("en", 2.5)) == "after 2.5 years"


def test_a_case_that_is_not_there_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="dative"):
        format(inflected("en", "values", "months", n=3), "dative")


def test_words_with_cases_are_stored_as_plain_words() -> None:
    words = span("de", 3)
    assert type(pickle.loads(pickle.dumps(words))) is str  # noqa: S301 - our own
    assert json.dumps(words) == '"3 Jahre"'


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("universe", UNIVERSES)
def test_every_fund_and_note_of_a_universe_has_a_name_in_every_language(language: str, universe: str) -> None:
    path = Path(__file__).parents[2] / f"advisor/adapters/market/universes/{universe}.yaml"
    raw = yaml.safe_load(path.read_text("utf-8"))
    texts = list(raw.get("notes", []))
    for item in raw["instruments"]:
        for one in (item, *item.get("alternatives", [])):
            texts += [one[key] for key in ("name", "note", "income_note") if key in one]
        texts += [item["proxy"]["note"]] if "proxy" in item else []
    for way in ("risk_free", "ten_year", "inflation"):
        texts += [step["note"] for step in raw.get(way, []) if "note" in step]
    same = {text for text in texts if translated(text, language) == text}
    assert {text for text in same if not re.fullmatch(r"(?:Gold|Silber) \(.*\)", text)} == set()
    bare = {
        text: re.sub(r"\(.*?\)", "", translated(text, language)) for text in texts
    }  # names of houses stand in brackets
    left = {text: hit.group() for text, said in bare.items() if (hit := ENGLISH.search(NOT_ENGLISH.sub("", said)))}
    assert left == {}


def test_what_differs_in_a_text_of_the_data_is_kept_and_written_as_the_locale_does() -> None:
    said = "EFA (Shares of emerging countries (iShares)) is left out: it has less than a year of prices by 1 July 2016."
    assert translated(said, "de-DE") == (
        "EFA (Aktien aus Schwellenländern (iShares)) fehlt: am 1. Juli 2016 gab es Kurse für weniger als ein Jahr."
    )
    fee = "Dividends are an even estimate of 3.5% a year. The fund's own fee is already inside its price."
    assert "mit 3,5\N{NO-BREAK SPACE}% im Jahr" in translated(fee, "de-DE")
    assert translated(said, "en-GB") == said


def test_a_text_that_no_language_knows_stays_as_it_is() -> None:
    assert translated("Apple", "de") == "Apple"
    assert known("de", "data.US shares, whole market")


def _said(blocks: Iterable[object]) -> Iterator[str]:
    """Every text of blocks: sentences, captions, heads and cells of tables, titles and alternatives of pictures."""
    for block in blocks:
        match block:
            case Text(text=text) | Notice(text=text):
                yield text
            case Table(caption=caption, columns=columns, rows=rows):
                yield from (caption, *(column.label for column in columns))
                yield from (cell for row in rows for cell in row.values() if isinstance(cell, str))
            case ChartSpec(title=title, alt=alt):
                yield from (title, alt)


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("goal", [GoalKind.HOME, GoalKind.RETIREMENT, GoalKind.EMERGENCY])
def test_a_report_holds_no_english_before_the_record_for_experts(language: str, goal: GoalKind) -> None:
    wanted = answers(goal=goal, horizon_years=12.0, debt_rate=0.1 if goal is GoalKind.HOME else 0.0)
    result = compute(wanted, basis())
    made = Plan(
        "a" * 32, "o", PlanStatus.PROPOSED, datetime(2026, 3, 2, tzinfo=UTC), answers_to_json(wanted), "d", "c", result
    )
    report = compose(made, Issuer("ACME", "4711", "0"), language)
    *sections, record = report.sections
    assert record.title == say(language, "report.sections.record")
    said = [text for section in sections for text in (section.title, *_said(section.blocks))]
    assert len(said) > 200
    left = {
        text: hit.group() for text in said if (hit := ENGLISH.search(NOT_ENGLISH.sub("", re.sub(r"\(.*?\)", "", text))))
    }
    assert left == {}
