"""How much risk the investor wants to take: five items, an interval for their error, and answers that disagree.

Items follow topics of the Grable-Lytton scale (Financial Services Review 8, 1999). That scale of 13 items has a standard
error of measurement of 0.48 standard deviations (alpha 0.77, Kuzniak et al. 2015). Our wording is new, so the figure is
borrowed, not measured: it says how wide the doubt is at least.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, product
from math import sqrt

from advisor.domain.errors import InvalidInput
from advisor.domain.investor import Reason
from advisor.profiling.questions import RISK_SLOTS, load

SEM_OF_13_ITEMS = 0.48 * 5 / 34 * 100
"""0.48 SD x 5 points of SD on a scale 34 points long (13-47), as points of 100."""

# The lowest against the highest answer: a neighbour's distance is ordinary noise of a single item.
CONFLICT = 0.9
NO_LOSS = 0.03
"""A largest loss up to 3 % a year leaves no room for the boldest answers."""
Pair = tuple[str, str]
Scores = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Willingness:
    """Scores in points of 0-100; `low` and `high` lie two standard errors away, cut at 0 and 100."""

    score: float
    low: float
    high: float
    contradictions: tuple[Pair, ...]
    reasons: tuple[Reason, ...]


def willingness(
    risk: Sequence[str],
    skipped: Collection[str] = (),
    loss_limit: float | None = None,
    *,
    not_asked: Collection[str] = (),
) -> Willingness:
    """Score of the answers `risk` (option ids of risk_1..risk_5 in order; short or empty entries count as skipped).

    The score is 100 x the mean of the items' scores. A skipped item counts as its cautious default and widens the interval:
    the standard error of n answered items is that of 13 items x sqrt(13 / n), and everything is possible for n = 0. With items
    `not_asked` the score is the lowest that any answers to them could give, and the interval reaches from there to the highest.
    Items that conflict each count as (mean + minimum) / 2 of all that conflict. `loss_limit` (fraction, None if not said)
    conflicts with the boldest answers when it is 3 % or less; for them it counts as an answer of 0.

    Raises:
        InvalidInput: for an unknown option or more than five answers; `field` names the slot.
    """
    if len(risk) > len(RISK_SLOTS):
        raise InvalidInput("There are only five questions about risk.", field="risk")
    answers = {slot: risk[i] for i, slot in enumerate(RISK_SLOTS) if i < len(risk) and risk[i]}
    left_out = tuple(slot for slot in RISK_SLOTS if slot in not_asked and slot not in answers)
    scores = item_scores(answers, left_out)
    answered = [slot for slot in RISK_SLOTS if slot in answers and slot not in skipped]
    opposed = opposing(loss_limit)
    pairs = conflicts({slot: scores[slot] for slot in answered}, opposed)
    if left_out:
        low, high = score_range(tuple(scores.items()), frozenset(answered), left_out, opposed)
    else:
        low = high = _mean(settled(scores, pairs))
    doubt = doubt_of(len(answered))
    reasons = _reasons(answers, scores, answered, pairs)
    reasons += _left_out(left_out, low - 50 - sum(reason.effect for reason in reasons))
    return Willingness(low, max(0.0, low - doubt), min(100.0, high + doubt), pairs, reasons)


def doubt_of(answered: int) -> float:
    """Half the width of the interval (points of 100): two standard errors of as many answered items; 100 for none."""
    return 2 * SEM_OF_13_ITEMS * sqrt(13 / answered) if answered else 100.0


def item_scores(answers: Mapping[str, str], left_out: Collection[str] = ()) -> dict[str, float]:
    """Scores (0..1) of the items of the short form but those left out; one without an answer counts as its default.

    Raises:
        InvalidInput: for an unknown option; `field` names the slot.
    """
    questions = load()
    return {
        slot: questions[slot].score(answers.get(slot) or questions[slot].default or "")
        for slot in RISK_SLOTS
        if slot not in left_out
    }


def opposing(loss_limit: float | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Answers to other questions that speak against risk, each with the items whose boldest answer they contradict."""
    return (("loss_limit", RISK_SLOTS),) if loss_limit is not None and loss_limit <= NO_LOSS else ()


def conflicts(
    scores: Mapping[str, float], opposed: Sequence[tuple[str, tuple[str, ...]]], *, among_items: bool = True
) -> tuple[Pair, ...]:
    """Pairs that disagree: the lowest and the highest answer to two items, and what speaks against risk with a boldest answer."""
    pairs = []
    if among_items:
        pairs = [(a, b) for a, b in combinations(scores, 2) if abs(scores[a] - scores[b]) >= CONFLICT]
    pairs += [(against, slot) for against, items in opposed for slot in items if scores.get(slot, 0.0) >= CONFLICT]
    return tuple(pairs)


def settled(scores: Mapping[str, float], pairs: Sequence[Pair]) -> dict[str, float]:
    """Scores where all conflicting items together count as (mean + minimum) / 2 of theirs, so never more than their mean.

    Settled pair by pair, one bold answer among four timid ones would lift the timid ones. What is no item counts as an answer of 0.
    """
    involved = {slot for pair in pairs for slot in pair}
    if not involved:
        return dict(scores)
    values = [scores.get(slot, 0.0) for slot in sorted(involved)]
    lowered = (sum(values) / len(values) + min(values)) / 2
    return {slot: lowered if slot in involved else value for slot, value in scores.items()}


@lru_cache(maxsize=8192)
def score_range(
    fixed: Scores, answered: frozenset[str], left_out: tuple[str, ...], opposed: tuple[tuple[str, tuple[str, ...]], ...]
) -> tuple[float, float]:
    """Lowest and highest score (points of 100) that any answers to the items `left_out` could give.

    `fixed` are the scores of all others, `answered` those of them that were answered and not skipped. Every completion counts,
    also one whose answers disagree, as it stands and with either answer of a disagreeing pair of items taken back.
    """
    questions = load()
    values = []
    for drawn in product(*(questions[slot].scores.values() for slot in left_out)):
        scores = dict(fixed) | dict(zip(left_out, drawn, strict=True))
        said = {slot: value for slot, value in scores.items() if slot in answered or slot in left_out}
        values += _readings(scores, said, opposed)
    return min(values), max(values)


def _readings(
    scores: dict[str, float], said: dict[str, float], opposed: tuple[tuple[str, tuple[str, ...]], ...]
) -> list[float]:
    """The score as it stands, and with one of the disagreeing items taken back."""
    pairs = conflicts(said, opposed)
    values = [_mean(settled(scores, pairs))]
    questions = load()
    for slot in {slot for pair in pairs for slot in pair if slot in said}:
        without = scores | {slot: questions[slot].score(questions[slot].default or "")}
        rest = conflicts({name: value for name, value in said.items() if name != slot}, opposed)
        values.append(_mean(settled(without, rest)))
    return values


def _mean(scores: Mapping[str, float]) -> float:
    return 100 * sum(scores.values()) / len(RISK_SLOTS)


def _reasons(
    answers: dict[str, str], scores: dict[str, float], answered: list[str], pairs: tuple[Pair, ...]
) -> tuple[Reason, ...]:
    """What each item did to the score, measured from the middle of the scale (50 points)."""
    weight = 100 / len(RISK_SLOTS)
    reasons = []
    for slot, score in scores.items():
        key = "willingness.item" if slot in answered else "willingness.skipped"
        values: dict[str, float | str] = {"slot": slot, "answer": answers.get(slot, ""), "score": score}
        reasons.append(Reason(key, values, weight * (score - 0.5)))
    lowered = weight * sum(settled(scores, pairs)[slot] - score for slot, score in scores.items())
    for a, b in pairs:
        reasons.append(Reason("willingness.conflict", {"first": a, "second": b}, lowered / len(pairs)))
    return tuple(reasons)


def _left_out(slots: tuple[str, ...], effect: float) -> tuple[Reason, ...]:
    """Questions that were not asked, and what the most careful answers to them take off the score."""
    return tuple(Reason("willingness.not_needed", {"slot": slot}, effect / len(slots)) for slot in slots)
