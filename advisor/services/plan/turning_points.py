"""What would change the advice: the smallest change of time, amount, wish for risk or a single answer that alters it. Pure.

The advice counts as altered when a class of investments moves by 5 points of weight or more, when the word of the profile
changes, or when saving or repaying first begins or ends. Each change is tried alone and on the choice itself (profile, then the
highest point allowed), so that it can be checked: at the number told the advice is altered, one step before it is not.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

from advisor.domain.investor import Answers
from advisor.profiling import RISK_SLOTS, load
from advisor.services.plan.basis import Basis, Json
from advisor.services.plan.suited import Advice, Suited

MOVED = 0.05
"""A class that moves by this much of the money makes another mix in an investor's eyes; 0.05 = 5 points of weight."""

_MONTHS = 12
_MOST_MONTHS, _MORE_MONTHS = 720, 240
_MOST_POINTS = 100
_AMOUNTS = (("less", Decimal("0.1")), ("more", Decimal(10)))
_SCORED = ("income_stability", "share_of_savings", "early_need", "experience")
_FULL_BUFFER = 6  # months of spending; more than that no part of the profile counts
_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Difference:
    """How one advice differs from another: the class that moves most, the word, or what comes first, `before` and `after`."""

    what: str
    before: float | str | None
    after: float | str | None
    asset_class: str = ""


Altered = Callable[..., Difference | None]


def turning_points(answers: Answers, basis: Basis) -> Json:
    """The smallest changes that alter the advice, each with its number; None where nothing within reach does.

    `horizon`: whole months "longer" (up to 20 years more) and "shorter" (down to a month). `score`: whole points of the wish
    for risk, "higher" and "lower". `amount`: a tenth and ten times of what is put in, "less" and "more". `answers`: of each
    answer the nearest other one that alters the advice, what is nearest to what was said first. Each holds a `Difference`.

    Raises:
        InvalidInput: for answers that make no sense.
    """
    suited = Suited(answers, basis)
    now = suited.advice()

    def altered(**changes: Any) -> Difference | None:
        return difference(now, suited.advice(replace(answers, **changes)))

    return {
        "horizon": _horizon(answers, altered),
        "score": _score(suited, now),
        "amount": {side: _told(altered(**_scaled(answers, factor))) for side, factor in _AMOUNTS},
        "answers": _single_answers(answers, altered),
    }


def difference(one: Advice, other: Advice) -> Difference | None:
    """What is different in the other advice; None where it is the same in an investor's eyes."""
    if other.save_first != one.save_first:
        return Difference("save_first", one.save_first, other.save_first)
    kinds = sorted(one.classes | other.classes)
    moves = {kind: abs(other.classes.get(kind, 0.0) - one.classes.get(kind, 0.0)) for kind in kinds}
    most = max(kinds, key=lambda kind: moves[kind])
    if moves[most] >= MOVED - _SAME:
        return Difference("mix", one.classes.get(most, 0.0), other.classes.get(most, 0.0), most)
    return Difference("word", one.word, other.word) if other.word != one.word else None


def _told(found: Difference | None, **figures: float | str) -> Json | None:
    return None if found is None else figures | asdict(found)


def _smallest(altered: Callable[[int], Difference | None], most: int) -> tuple[int, Difference] | None:
    """The smallest whole step from 1 to `most` that alters the advice: doubled until it does, then halved to the edge."""
    low, step = 0, 1
    while step < most and altered(step) is None:
        low, step = step, step * 2
    step = min(step, most)
    found = altered(step) if most > 0 else None
    if found is None:
        return None
    while step - low > 1:
        middle = (low + step) // 2
        at = altered(middle)
        low, step, found = (middle, step, found) if at is None else (low, middle, at)
    return step, found


def _horizon(answers: Answers, altered: Altered) -> Json:
    now = round(answers.horizon_years * _MONTHS)
    sides = {"longer": (1, min(_MORE_MONTHS, _MOST_MONTHS - now)), "shorter": (-1, now - 1)}
    found: Json = {}
    for side, (sign, most) in sides.items():
        at = _smallest(lambda months, sign=sign: altered(horizon_years=_moved(answers, sign * months)), most)  # type: ignore[misc]
        found[side] = None if at is None else _told(at[1], months=at[0])
    return found


def _moved(answers: Answers, months: int) -> float:
    return answers.horizon_years + months / _MONTHS


def _score(suited: Suited, now: Advice) -> Json:
    found: Json = {}
    wish = suited.profile().willingness
    for side, sign, most in (("higher", 1, math.ceil(_MOST_POINTS - wish)), ("lower", -1, math.ceil(wish))):
        at = _smallest(lambda points, sign=sign: difference(now, suited.at_score(wish + sign * points)), most)  # type: ignore[misc]
        found[side] = None if at is None else _told(at[1], points=at[0])
    return found


def _scaled(answers: Answers, factor: Decimal) -> dict[str, Any]:
    """All amounts but the target: what is put in."""
    return {name: getattr(answers, name) * factor for name in ("initial_amount", "monthly_amount")}


def _single_answers(answers: Answers, altered: Altered) -> list[Json]:
    """Of each answer the nearest other one that alters the advice; the nearest of all first, by the distance of their scores."""
    found = [near for slot in (*RISK_SLOTS, *_SCORED) if (near := _nearest_option(slot, answers, altered))]
    found += [
        near for near in (_buffer(answers, altered), _debt(answers, altered), _loss_limit(answers, altered)) if near
    ]
    return [item for _, item in sorted(found, key=lambda pair: pair[0])]


def _nearest_option(slot: str, answers: Answers, altered: Altered) -> tuple[float, Json] | None:
    """The option nearest in score that alters the advice. The ends are tried first: where they do not, nothing between does."""
    question = load()[slot]
    now = _option(slot, answers) or question.default or ""
    place = question.score(now)
    near: list[tuple[float, Json]] = []
    for sign in (1, -1):
        side = sorted(
            (sign * (question.score(item) - place), item)
            for item in question.ids
            if sign * (question.score(item) - place) > 0
        )
        if not side or altered(**_answered(slot, side[-1][1], answers)) is None:
            continue
        distance, option, found = next(
            (away, item, difference)
            for away, item in side
            if (difference := altered(**_answered(slot, item, answers))) is not None
        )
        near.append((distance, asdict(found) | {"slot": slot, "answer": option}))
    return min(near, key=lambda pair: pair[0], default=None)


def _option(slot: str, answers: Answers) -> str:
    if slot not in RISK_SLOTS:
        return str(getattr(answers, slot))
    place = RISK_SLOTS.index(slot)
    return answers.risk[place] if place < len(answers.risk) else ""


def _answered(slot: str, option: str, answers: Answers) -> dict[str, Any]:
    """The fields of `Answers` with this slot answered; an answer that was skipped counts as given then."""
    given = {
        name: tuple(item for item in getattr(answers, name) if item != slot)
        for name in ("defaulted", "not_asked", "withdrawn")
    }
    if slot not in RISK_SLOTS:
        return {slot: option, **given}
    risk = [*answers.risk, *[""] * (len(RISK_SLOTS) - len(answers.risk))]
    risk[RISK_SLOTS.index(slot)] = option
    return {"risk": tuple(risk), **given}


def _buffer(answers: Answers, altered: Altered) -> tuple[float, Json] | None:
    """Whole months of spending more set aside, up to a full emergency fund."""
    now = int(answers.emergency_fund_months)
    at = _smallest(lambda more: altered(emergency_fund_months=float(now + more)), _FULL_BUFFER - now)
    if at is None:
        return None
    return at[0] / _FULL_BUFFER, asdict(at[1]) | {"slot": "emergency_fund", "answer": float(now + at[0])}


def _debt(answers: Answers, altered: Altered) -> tuple[float, Json] | None:
    """The dearest debt's rate, in whole points down to none."""
    points = math.ceil(100 * answers.debt_rate - _SAME)

    def rate(fewer: int) -> float:
        return max(0, points - fewer) / 100

    at = _smallest(lambda fewer: altered(debt_rate=rate(fewer)), points)
    return None if at is None else (at[0] / 100, asdict(at[1]) | {"slot": "debt", "answer": rate(at[0])})


def _loss_limit(answers: Answers, altered: Altered) -> tuple[float, Json] | None:
    """A stated largest loss, in whole points up or down."""
    if answers.loss_limit is None:
        return None
    now = round(100 * answers.loss_limit)
    near: list[tuple[float, Json]] = []
    for sign, most in ((1, 100 - now), (-1, now)):
        at = _smallest(lambda points, sign=sign: altered(loss_limit=(now + sign * points) / 100), most)  # type: ignore[misc]
        if at is not None:
            near.append((at[0] / 100, asdict(at[1]) | {"slot": "loss_limit", "answer": (now + sign * at[0]) / 100}))
    return min(near, key=lambda pair: pair[0], default=None)
