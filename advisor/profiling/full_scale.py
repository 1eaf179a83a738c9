"""The full thirteen-topic scale of Grable and Lytton (Financial Services Review 8, 1999), in our own words.

The key of points is theirs: 13-47 in all. Bands: up to 18 low, 19-22 below average, 23-28 average, 29-32 above average, from 33
high. The scale's reliability (alpha 0.77, n = 160,279; Kuzniak et al. 2015) gives a standard error of 0.48 standard deviations,
about 2.4 points. Reworded items do not inherit it: it is the least error to reckon with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from advisor.domain.errors import InvalidInput
from advisor.domain.investor import Reason
from advisor.profiling.questions import SCALE_SLOTS, load
from advisor.profiling.willingness import Willingness, conflicts, doubt_of, settled

LEAST_POINTS, MOST_POINTS = 13, 47
SEM_POINTS = 0.48 * 5
"""Standard error of measurement in points of the scale, for a standard deviation of 5."""

# Highest points of each band but the last.
_BANDS = ((18, "low"), (22, "below_average"), (28, "average"), (32, "above_average"))
_RANGE = MOST_POINTS - LEAST_POINTS
OUTCOMES = "scale_8"
"""The question for best and worst results: its boldest answer wants the most growth there is."""


@dataclass(frozen=True, slots=True)
class FullScale:
    """A result in points (13-47). `low` and `high` lie two standard errors away; `bands` are those within one (one or two)."""

    points: int
    low: float
    high: float
    bands: tuple[str, ...]
    answered: int


def full_scale(answers: Sequence[str]) -> FullScale:
    """The result of thirteen option ids in order; short or empty entries count as skipped.

    A skipped item counts as its cautious default and widens the interval: the standard error of n answered items is that of 13
    items x sqrt(13 / n). With none answered everything from 13 to 47 is possible.

    Raises:
        InvalidInput: for an unknown option or more than thirteen answers; `field` names the slot.
    """
    points = sum(_points(answers).values())
    answered = sum(1 for option in answers if option)
    error = SEM_POINTS * sqrt(13 / answered) if answered else float(_RANGE)
    low, high = max(float(LEAST_POINTS), points - 2 * error), min(float(MOST_POINTS), points + 2 * error)
    near = {band(points - error), band(points), band(points + error)}
    names = [name for _, name in _BANDS] + ["high"]
    return FullScale(points, low, high, tuple(name for name in names if name in near), answered)


def band(points: float) -> str:
    """The band that points of the scale fall into; between two whole numbers the nearer one decides."""
    return next((name for most, name in _BANDS if points < most + 0.5), "high")


def full_willingness(answers: Sequence[str], opposed: Sequence[tuple[str, tuple[str, ...]]] = ()) -> Willingness:
    """The full scale as a wish for risk: points 13-47 mapped linearly to 0-100, with its interval and its reasons.

    `opposed` are the answers elsewhere that speak against risk (`willingness.opposing`): each contradicts the boldest answer about
    best and worst results, which then counts as (mean + minimum) / 2 of the two. Items of so long a scale are not held against each
    other: its error stands for that.

    Raises:
        InvalidInput: for an unknown option or more than thirteen answers; `field` names the slot.
    """
    result = full_scale(answers)
    scores = {slot: (value - 1) / (_most(slot) - 1) for slot, value in _points(answers).items()}
    said = {slot: scores[slot] for slot, option in zip(SCALE_SLOTS, answers, strict=False) if option}
    pairs = conflicts(said, [(against, (OUTCOMES,)) for against, _ in opposed], among_items=False)
    after = settled(scores, pairs)
    weights = {slot: 100 * (_most(slot) - 1) / _RANGE for slot in scores}
    value = sum(weights[slot] * after[slot] for slot in scores)
    doubt = doubt_of(result.answered)
    lowered = value - sum(weights[slot] * scores[slot] for slot in scores)
    reasons = [_result_reason(result, value - lowered - 50)]
    reasons += [Reason("willingness.conflict", {"first": a, "second": b}, lowered / len(pairs)) for a, b in pairs]
    return Willingness(value, max(0.0, value - doubt), min(100.0, value + doubt), pairs, tuple(reasons))


def result_key(result: FullScale) -> str:
    """The reason's key: named by its band, or by the outer two where it lies within one standard error of an edge."""
    names = result.bands if result.answered else ("unknown",)
    return "willingness.full_scale." + "_or_".join(dict.fromkeys((names[0], names[-1])))


def _result_reason(result: FullScale, effect: float) -> Reason:
    values: dict[str, float | str] = {
        "points": float(result.points),
        "low": result.low,
        "high": result.high,
        "answered": float(result.answered),
    }
    return Reason(result_key(result), values, effect)


def _points(answers: Sequence[str]) -> dict[str, int]:
    if len(answers) > len(SCALE_SLOTS):
        raise InvalidInput("There are only thirteen questions in the full test.", field="full_scale")
    questions = load()
    found: dict[str, int] = {}
    for index, slot in enumerate(SCALE_SLOTS):
        option = (answers[index] if index < len(answers) else "") or questions[slot].default or ""
        if option not in questions[slot].points:
            raise InvalidInput(f"There is no answer {option!r} to this question.", field=slot)
        found[slot] = questions[slot].points[option]
    return found


def _most(slot: str) -> int:
    return max(load()[slot].points.values())
