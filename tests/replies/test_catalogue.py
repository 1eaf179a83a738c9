"""The catalogue as a whole: short and plain sentences, no jargon, and words for every reason that is recorded."""

from __future__ import annotations

import re
from pathlib import Path
from statistics import median

import pytest
from hypothesis import HealthCheck, given, settings

from advisor.domain.investor import Answers, Reason
from advisor.domain.market import AssetClass
from advisor.optimizer.constraints import CAPS, default_constraints
from advisor.replies.reasons import told
from advisor.replies.wording import known, locales, say_in, under
from advisor.services.plan.compute import compute
from tests.drawn_answers import basis, drawn, plan
from tests.replies.reading import READERS, parts, plain, sentences

ADVISOR = Path(__file__).parents[2] / "advisor"

# Kept with the plan for whoever checks it; an investor is told the same by other words, or it changes nothing for him or her.
TECHNICAL = {
    "choice.save_first": "save_first.* is told",
    "constraints.rule_not_applied": "a rule without its measure",
    "moments.repaired": "a matrix",
    "moments.shrunk": "a matrix",
    "moments.stock_bond_floored": "a matrix",
    "willingness.item": "the score with its interval is told",
    "willingness.skipped": "the interval is told",
}
PURPOSE = "purpose."  # told from `purposes` beside each holding

ABOUT_TERMS = ("glossary.", "frontier_view.", "charts.frontier", "buttons.frontier", "talk.glossary")
TERMS = "frontier_view.terms"  # a list of learned names, for those who look for them
languages = pytest.mark.parametrize("language", locales())


@pytest.mark.parametrize(
    ("language", "easy", "hard"),
    [
        (
            "en",
            "The cat sat on the mat. It was a good day.",
            "Institutional diversification considerations necessitate sophisticated optimisation methodologies.",
        ),
        (
            "de",
            "Die Katze saß auf dem Tisch. Es war ein guter Tag.",
            "Institutionelle Diversifikationsüberlegungen erfordern anspruchsvolle Optimierungsverfahren.",
        ),
    ],
)
def test_the_grade_tells_plain_from_learned(language: str, easy: str, hard: str) -> None:
    assert READERS[language].grade(easy) < 3
    assert READERS[language].grade(hard) > 16


@languages
def test_a_reader_of_grade_8_can_follow(language: str) -> None:
    reader = READERS[language]
    graded = {
        key: reader.grade(text)
        for key, text in sentences(language)
        if len(re.findall(r"\w+", text)) >= reader.few and key != TERMS
    }
    assert len(graded) > 150
    assert median(graded.values()) <= 6
    too_learned = {key: round(value, 1) for key, value in graded.items() if value > 12}
    assert not too_learned


@languages
def test_no_sentence_is_long(language: str) -> None:
    long = {key: part for key, text in sentences(language) for part in parts(text) if len(part.split()) > 30}
    assert not long


@languages
def test_no_word_of_the_trade_without_being_asked_for(language: str) -> None:
    found = {
        key: hit.group()
        for key, text in sentences(language)
        if not key.startswith(ABOUT_TERMS) and (hit := READERS[language].jargon.search(plain(text)))
    }
    assert not found


@languages
def test_nobody_shouts(language: str) -> None:
    assert not {key: text for key, text in sentences(language) if "!" in text}


def _recorded_in_code() -> set[str]:
    keys: set[str] = set()
    for path in ADVISOR.rglob("*.py"):
        code = path.read_text("utf-8")
        if re.search(r"\bReason\(", code):
            prefixes = (
                "capacity|ceiling|budget|save_first|willingness|need|choice|wanted_return|constraints|moments|estimates|"
                "payout|history"
            )
            keys |= set(re.findall(rf'(?<!field=)"((?:{prefixes})\.[a-z_]+)"', code))
    return keys


def test_every_reason_that_code_can_record_is_told_or_is_technical() -> None:
    recorded = _recorded_in_code()
    assert len(recorded) > 15  # or the search finds nothing and holds nothing
    recorded |= {
        f"capacity.{slot}" for slot in ("emergency_fund", "debt", "early_need", "income_stability", "experience")
    }
    recorded |= {f"save_first.{why}" for why in ("debt", "buffer", "emergency")} | {
        "ceiling.willingness",
        "ceiling.capacity",
    }
    silent = {key for key in recorded if not known("en", f"reasons.{key}") and key not in TECHNICAL}
    assert not silent
    assert not {key for key in TECHNICAL if known("en", f"reasons.{key}")}


def test_no_reason_has_words_that_nothing_records() -> None:
    spare = set(under("en", "reasons")) - _recorded_in_code() - {"ceiling.equal"}
    formed = ("capacity.", "save_first.", "ceiling.", "willingness.full_scale.")
    assert not {key for key in spare if not key.startswith(formed)}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn())
def test_every_recorded_reason_can_be_said(wanted: Answers) -> None:
    result = compute(wanted, basis(tuple(sorted(wanted.exclusions))))
    for item in result["reasons"]:
        key = item["key"]
        assert known("en", f"reasons.{key}") or key in TECHNICAL or key.startswith(PURPOSE), key
    for language in locales():
        assert all(told(result["reasons"], language))


def test_a_reason_without_effect_is_not_told_as_one() -> None:
    even = Reason("ceiling.capacity", {"willingness": 50.0, "capacity": 49.8}, -0.2)
    one = Reason("ceiling.capacity", {"willingness": 50.0, "capacity": 49.0}, -1.0)
    rows = [{"key": r.key, "values": dict(r.values), "effect": r.effect} for r in (even, one)]
    assert told(rows[:1], "en") == ["Your wish for risk and your room for it are about the same."]
    assert "by 1 point." in told(rows[1:], "en")[0]


@languages
@pytest.mark.parametrize("kind", list(AssetClass))
def test_every_class_has_a_name_a_group_and_a_purpose(kind: AssetClass, language: str) -> None:
    assert known(language, f"classes.{kind.value}")
    assert known(language, f"purposes.{kind.value}")
    assert known(language, f"groups.{kind.group.value}")


# The words that languages have for the shares that limits rest on.
SHARES = {
    "en": {0.30: "30%", 0.60: "60%", 0.15: "15%", 0.75: "three quarters", 0.25: "a quarter", 0.5: "half", 0.12: "12%"},
    "de": {
        0.30: "30\N{NO-BREAK SPACE}%",
        0.60: "60\N{NO-BREAK SPACE}%",
        0.15: "15\N{NO-BREAK SPACE}%",
        0.75: "drei Viertel",
        0.25: "ein Viertel",
        0.5: "Hälfte",
        0.12: "12\N{NO-BREAK SPACE}%",
    },
}


@languages
def test_every_limit_has_words_with_its_own_figure(language: str) -> None:
    limits = default_constraints(list(AssetClass))
    for name in limits.row_names:
        assert known(language, f"limits.{name}"), name
    for name in limits.upper_names:
        assert known(language, f"classes.{name.removeprefix('cap.')}"), name
    ratios = {name: row for name, row in zip(limits.row_names, limits.rows, strict=True) if name.startswith("ratio.")}
    assert len(ratios) == 8
    for name, row in ratios.items():
        figure = SHARES[language][round(float(-row.min()), 2)]
        for currency in ("USD", "EUR", "INR", "CNY", "GBP"):
            assert figure in say_in(language, currency, f"limits.{name}")
    together = limits.limits[limits.row_names.index("cap.gold_and_commodities")]
    assert SHARES[language][round(float(together), 2)] in under(language, "limits")["cap.gold_and_commodities"]
    assert CAPS[AssetClass.CASH] == 0.30
    assert set(plan()["binding"]) <= {*limits.row_names, *limits.upper_names}


@languages
@pytest.mark.parametrize("currency", ["USD", "EUR", "INR", "CNY"])
def test_words_of_a_currency_only_override_words_that_exist(currency: str, language: str) -> None:
    own = under(language, f"in_currency.{currency}")
    assert own
    assert all(known(language, key) for key in own)
    assert all(say_in(language, currency, key) == text for key, text in own.items())


def test_a_currency_without_words_of_its_own_gets_the_common_ones() -> None:
    assert say_in("en", "GBP", "classes.treasury_short") == "Short government bonds"
    assert say_in("en", "USD", "classes.treasury_short") == "Short US Treasuries"
    assert say_in("en", "EUR", "classes.gold") == "Gold"


@pytest.mark.parametrize("currency", ["USD", "EUR", "INR", "CNY"])
@languages
def test_classes_of_a_plan_are_told_apart_by_name(currency: str, language: str) -> None:
    names = [
        say_in(language, currency, f"classes.{kind.value}") for kind in AssetClass if kind.value not in ("us_equity",)
    ]
    assert len(set(names)) == len(names)
