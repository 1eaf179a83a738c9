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
from advisor.profiling import load
from advisor.replies.reasons import told
from advisor.replies.wording import catalogue, known, say_in, under
from advisor.services.plan.compute import compute
from tests.drawn_answers import basis, drawn, plan

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

# Words of the trade. The glossary explains some, and the frontier is a view for those who ask for it by name.
JARGON = re.compile(
    r"volatil|cvar|\bvar\b|value at risk|sharpe|sortino|frontier|covarian|correlat|basis point|quantile|percentile|median|"
    r"stochastic|monte carlo|bootstrap|optimi[sz]|equit(?:y|ies)\b|asset class|allocation|drawdown|standard deviation|"
    r"variance|log return|random walk|liquidity|rebalanc|nominal|annuali[sz]",
    re.IGNORECASE,
)
ABOUT_TERMS = ("glossary.", "frontier_view.", "charts.frontier", "buttons.frontier", "talk.glossary")


def _sentences() -> list[tuple[str, str]]:
    """(key, text) of all that may be said, the questionnaire included; values stand for the figures."""
    said = list(_catalogue().items())
    for slot, asked in load("en").items():
        said += [(f"question.{slot}", asked.text), (f"question.{slot}.why", asked.why)]
        said += [(f"question.{slot}.{o.id}", f"{o.label}. {o.hint}") for o in asked.options]
    return said


def _catalogue() -> dict[str, str]:
    return catalogue("en")


def _plain(text: str) -> str:
    return re.sub(r"\{[a-z_0-9]+\}", "10", text.replace("**", ""))


def _parts(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?:;])\s+|\n+", _plain(text)) if re.search(r"[A-Za-z]", part)]


def _syllables(word: str) -> int:
    bare = re.sub(r"(?:[^laeiouy]es|ed|[^laeiouy]e)$", "", re.sub(r"[^a-z]", "", word.lower()))
    return max(1, len(re.findall(r"[aeiouy]{1,2}", re.sub(r"^y", "", bare))))


def grade(text: str) -> float:
    """Flesch and Kincaid's (1975) reading grade: 0.39 words per sentence + 11.8 syllables per word - 15.59."""
    sentences = _parts(text)
    words = [word for part in sentences for word in re.findall(r"[A-Za-z0-9'’]+", part)]
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(_syllables, words)) / len(words) - 15.59


def test_the_grade_tells_plain_from_learned() -> None:
    assert grade("The cat sat on the mat. It was a good day.") < 3
    assert (
        grade("Institutional diversification considerations necessitate sophisticated optimisation methodologies.") > 16
    )


def test_a_reader_of_grade_8_can_follow() -> None:
    graded = {key: grade(text) for key, text in _sentences() if len(re.findall(r"\w+", text)) >= 6}
    assert len(graded) > 150
    assert median(graded.values()) <= 6
    too_learned = {key: round(value, 1) for key, value in graded.items() if value > 12}
    assert not too_learned


def test_no_sentence_is_long() -> None:
    long = {key: part for key, text in _sentences() for part in _parts(text) if len(part.split()) > 30}
    assert not long


def test_no_word_of_the_trade_without_being_asked_for() -> None:
    found = {
        key: hit.group()
        for key, text in _sentences()
        if not key.startswith(ABOUT_TERMS) and (hit := JARGON.search(_plain(text)))
    }
    assert not found


def test_nobody_shouts() -> None:
    assert not {key: text for key, text in _sentences() if "!" in text}


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
    told(result["reasons"], "en")


def test_a_reason_without_effect_is_not_told_as_one() -> None:
    even = Reason("ceiling.capacity", {"willingness": 50.0, "capacity": 49.8}, -0.2)
    one = Reason("ceiling.capacity", {"willingness": 50.0, "capacity": 49.0}, -1.0)
    rows = [{"key": r.key, "values": dict(r.values), "effect": r.effect} for r in (even, one)]
    assert told(rows[:1], "en") == ["Your wish for risk and your room for it are about the same."]
    assert "by 1 point." in told(rows[1:], "en")[0]


@pytest.mark.parametrize("kind", list(AssetClass))
def test_every_class_has_a_name_a_group_and_a_purpose(kind: AssetClass) -> None:
    assert known("en", f"classes.{kind.value}")
    assert known("en", f"purposes.{kind.value}")
    assert known("en", f"groups.{kind.group.value}")


def test_every_limit_has_words_with_its_own_figure() -> None:
    limits = default_constraints(list(AssetClass))
    for name in limits.row_names:
        assert known("en", f"limits.{name}"), name
    for name in limits.upper_names:
        assert known("en", f"classes.{name.removeprefix('cap.')}"), name
    figures = {
        "emerging_to_us": "30%",
        "long_to_medium": "60%",
        "real_estate_to_equity": "15%",
        "developed_to_us": "three quarters",
        "emerging_to_world": "a quarter",
        "home_to_world": "a quarter",
        "mid_to_home": "30%",
        "foreign_to_home": "half",
    }
    for name, figure in figures.items():
        row = limits.rows[limits.row_names.index(f"ratio.{name}")]
        share = {"30%": 0.30, "60%": 0.60, "15%": 0.15, "three quarters": 0.75, "a quarter": 0.25, "half": 0.5}[figure]
        for currency in ("USD", "EUR", "INR", "CNY"):
            assert figure in say_in("en", currency, f"limits.ratio.{name}")
        assert -row.min() == pytest.approx(share)
        assert figure in under("en", "limits")[f"ratio.{name}"]
    assert limits.limits[limits.row_names.index("cap.gold_and_commodities")] == pytest.approx(0.12)
    assert "12%" in under("en", "limits")["cap.gold_and_commodities"]
    assert CAPS[AssetClass.CASH] == 0.30
    assert set(plan()["binding"]) <= {*limits.row_names, *limits.upper_names}


@pytest.mark.parametrize("currency", ["USD", "EUR", "INR", "CNY"])
def test_words_of_a_currency_only_override_words_that_exist(currency: str) -> None:
    own = under("en", f"in_currency.{currency}")
    assert own
    assert all(known("en", key) for key in own)
    assert all(say_in("en", currency, key) == text for key, text in own.items())


def test_a_currency_without_words_of_its_own_gets_the_common_ones() -> None:
    assert say_in("en", "GBP", "classes.treasury_short") == "Short government bonds"
    assert say_in("en", "USD", "classes.treasury_short") == "Short US Treasuries"
    assert say_in("en", "EUR", "classes.gold") == "Gold"


@pytest.mark.parametrize("currency", ["USD", "EUR", "INR", "CNY"])
def test_classes_of_a_plan_are_told_apart_by_name(currency: str) -> None:
    names = [say_in("en", currency, f"classes.{kind.value}") for kind in AssetClass if kind.value not in ("us_equity",)]
    assert len(set(names)) == len(names)
