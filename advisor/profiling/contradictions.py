"""Answers that contradict each other: which ones, which pair is asked about, and what counts once the investor has settled it."""

from __future__ import annotations

from dataclasses import replace

from advisor.domain.investor import Answers
from advisor.profiling.full_scale import OUTCOMES, full_willingness
from advisor.profiling.questions import RISK_SLOTS, SCALE_SLOTS, load
from advisor.profiling.willingness import CONFLICT, Pair, Willingness, opposing, willingness

# Nobody earns this much on money that may hardly fall in a year, nor 5 points a year more than the worst year may cost.
_HIGH_WISH, _MOST_OVER_LIMIT = 0.08, 0.05
_LONG_HORIZON = 10.0
_GROWTH = "risk_4"  # of the short form the question for best and worst results
_SLACK = 1e-9
# Which contradiction is asked about first: a stated limit bears on the plan more than one item among five.
_ORDER = ("loss_limit", "early_need")


def wish_of(answers: Answers) -> Willingness:
    """The wish for risk: of the full scale where it was answered, else of the short form.

    Raises:
        InvalidInput: for unknown options; `field` names the slot.
    """
    if answers.full_scale:
        return full_willingness(answers.full_scale, opposing(answers.loss_limit))
    return willingness(answers.risk, answers.defaulted, answers.loss_limit, not_asked=answers.not_asked)


def contradictions(answers: Answers) -> tuple[Pair, ...]:
    """All pairs of slots whose answers disagree: in the wish for risk, and beside it.

    Raises:
        InvalidInput: for unknown options; `field` names the slot.
    """
    return wish_of(answers).contradictions + beside_the_wish(answers)


def beside_the_wish(answers: Answers) -> tuple[Pair, ...]:
    """Pairs that are named but do not lower the score, because the more careful answer counts in full already.

    A loss limit with a wanted return that no plan within it can earn. An early need that is likely, with a date ten years away or
    more and a wish for the most growth: lowering the score there would let more time take risk away.
    """
    pairs: list[Pair] = []
    growth, option = (OUTCOMES, answers.full_scale[7:8]) if answers.full_scale else (_GROWTH, answers.risk[3:4])
    wildest = bool(option and option[0]) and load()[growth].score(option[0]) >= CONFLICT
    if (
        answers.early_need == "likely"
        and answers.horizon_years >= _LONG_HORIZON
        and wildest
        and growth not in answers.defaulted
    ):
        pairs.append(("early_need", growth))
    limit, wanted = answers.loss_limit, answers.wanted_return
    if limit is not None and wanted is not None and wanted >= max(_HIGH_WISH, limit + _MOST_OVER_LIMIT) - _SLACK:
        pairs.append(("loss_limit", "wanted_return"))
    return tuple(pairs)


def to_settle(answers: Answers) -> Pair | None:
    """The one pair to ask about: stated limits first, then an early need, then the first two items that disagree; None without any.

    Raises:
        InvalidInput: for unknown options; `field` names the slot.
    """
    pairs = contradictions(answers)
    if not pairs:
        return None
    return min(pairs, key=lambda pair: _ORDER.index(pair[0]) if pair[0] in _ORDER else len(_ORDER))


def withdraw(answers: Answers, slot: str) -> Answers:
    """The answers once the investor no longer stands by one of them: it counts as not given, and is kept in `withdrawn`."""
    changed: dict[str, object] = {}
    if slot in RISK_SLOTS:
        changed["risk"] = tuple(
            "" if name == slot else option for name, option in zip(RISK_SLOTS, answers.risk, strict=False)
        )
    elif slot in SCALE_SLOTS:
        changed["full_scale"] = tuple(
            "" if name == slot else option for name, option in zip(SCALE_SLOTS, answers.full_scale, strict=False)
        )
    elif slot in ("loss_limit", "wanted_return"):
        changed[slot] = None
    else:
        changed[slot] = load()[slot].default
    return replace(
        answers,
        **changed,  # type: ignore[arg-type]
        defaulted=(*answers.defaulted, *(() if slot in answers.defaulted else (slot,))),
        withdrawn=(*answers.withdrawn, slot),
    )
