"""How much risk the investor wants to take: five items, an interval for their error, and answers that disagree.

Items follow topics of the Grable-Lytton scale (Financial Services Review 8, 1999). That scale of 13 items has a standard
error of measurement of 0.48 standard deviations (alpha 0.77, Kuzniak et al. 2015). Our wording is new, so the figure is
borrowed, not measured: it says how wide the doubt is at least.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import sqrt

from advisor.domain.errors import InvalidInput
from advisor.domain.investor import Reason
from advisor.profiling.questions import RISK_SLOTS, load

# 0.48 SD x 5 points of SD on a scale 34 points long (13-47), as points of 100.
_SEM_OF_13_ITEMS = 0.48 * 5 / 34 * 100
# The lowest against the highest answer: a neighbour's distance is ordinary noise of a single item.
_CONFLICT = 0.9
_NO_LOSS = 0.03  # a largest loss up to 3 % a year leaves no room for the boldest answers


@dataclass(frozen=True, slots=True)
class Willingness:
    """Scores in points of 0-100; `low` and `high` lie two standard errors away, cut at 0 and 100."""

    score: float
    low: float
    high: float
    contradictions: tuple[tuple[str, str], ...]
    reasons: tuple[Reason, ...]


def willingness(risk: Sequence[str], skipped: Collection[str] = (), loss_limit: float | None = None) -> Willingness:
    """Score of the answers `risk` (option ids of risk_1..risk_5 in order; short or empty entries count as skipped).

    The score is 100 x the mean of the items' scores. A skipped item counts as its cautious default and widens the interval:
    the standard error of n answered items is that of 13 items x sqrt(13 / n), and everything is possible for n = 0.
    Items that conflict each count as (mean + minimum) / 2 of all that conflict. `loss_limit` (fraction, None if not
    said) conflicts with the boldest answers when it is 3 % or less; for them it counts as an answer of 0.

    Raises:
        InvalidInput: for an unknown option or more than five answers; `field` names the slot.
    """
    if len(risk) > len(RISK_SLOTS):
        raise InvalidInput("There are only five questions about risk.", field="risk")
    answers = {slot: risk[i] for i, slot in enumerate(RISK_SLOTS) if i < len(risk) and risk[i]}
    questions = load()
    scores = {slot: questions[slot].score(answers.get(slot) or questions[slot].default or "") for slot in RISK_SLOTS}
    answered = [slot for slot in RISK_SLOTS if slot in answers and slot not in skipped]
    pairs = _conflicts({slot: scores[slot] for slot in answered}, loss_limit)
    settled = _settled(scores, pairs)
    value = 100 * sum(settled.values()) / len(settled)
    doubt = 2 * _SEM_OF_13_ITEMS * sqrt(13 / len(answered)) if answered else 100.0
    reasons = _reasons(answers, scores, settled, answered, pairs)
    return Willingness(value, max(0.0, value - doubt), min(100.0, value + doubt), pairs, reasons)


def _conflicts(scores: dict[str, float], loss_limit: float | None) -> tuple[tuple[str, str], ...]:
    pairs = [(a, b) for a, b in combinations(scores, 2) if abs(scores[a] - scores[b]) >= _CONFLICT]
    if loss_limit is not None and loss_limit <= _NO_LOSS:
        pairs += [("loss_limit", slot) for slot, value in scores.items() if value >= _CONFLICT]
    return tuple(pairs)


def _settled(scores: dict[str, float], pairs: tuple[tuple[str, str], ...]) -> dict[str, float]:
    """Scores where all conflicting items together count as (mean + minimum) / 2 of theirs, so never more than their mean.

    Settled pair by pair, one bold answer among four timid ones would lift the timid ones.
    """
    involved = {slot for pair in pairs for slot in pair}
    if not involved:
        return scores
    values = [scores.get(slot, 0.0) for slot in sorted(involved)]  # a loss limit in conflict counts as an answer of 0
    lowered = (sum(values) / len(values) + min(values)) / 2
    return {slot: lowered if slot in involved else value for slot, value in scores.items()}


def _reasons(
    answers: dict[str, str],
    scores: dict[str, float],
    settled: dict[str, float],
    answered: list[str],
    pairs: tuple[tuple[str, str], ...],
) -> tuple[Reason, ...]:
    """What each item did to the score, measured from the middle of the scale (50 points)."""
    weight = 100 / len(RISK_SLOTS)
    reasons = []
    for slot in RISK_SLOTS:
        key = "willingness.item" if slot in answered else "willingness.skipped"
        values: dict[str, float | str] = {"slot": slot, "answer": answers.get(slot, ""), "score": scores[slot]}
        reasons.append(Reason(key, values, weight * (scores[slot] - 0.5)))
    lowered = weight * sum(settled[slot] - scores[slot] for slot in RISK_SLOTS)
    for a, b in pairs:
        reasons.append(Reason("willingness.conflict", {"first": a, "second": b}, lowered / len(pairs)))
    return tuple(reasons)
