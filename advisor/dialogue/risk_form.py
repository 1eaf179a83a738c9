"""Which questions about risk are asked: the short form until it is settled, or all thirteen for those who want them. Pure."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from advisor.dialogue.effects import Effect, Say
from advisor.dialogue.state import LAST_CORRECTION, State
from advisor.domain.investor import Answers, GoalKind
from advisor.profiling import RISK_SLOTS, SCALE_SLOTS, full_scale, is_settled, load, to_settle
from advisor.profiling.full_scale import result_key
from advisor.profiling.reassessment import WISHES, coloured, market_of
from advisor.replies.format import number, percent

FORMS = ("full_scale", "short_form")
_FULL = "full_scale"
_BEFORE_RISK = frozenset({"loss_limit", *RISK_SLOTS})
_ENOUGH_MONTHS = 12.0
_CHOICES = ("income_stability", "share_of_savings", "early_need", "experience")


def takes_risk(state: State) -> bool:
    """Money for emergencies stays in cash, so nothing about risk needs to be asked."""
    return bool(state.value("goal") != GoalKind.EMERGENCY)


def is_full(state: State) -> bool:
    """Whether all thirteen questions were asked for."""
    return bool(state.facts.get(_FULL)) and takes_risk(state)


def is_short(state: State) -> bool:
    """Whether the short form is asked."""
    return not state.facts.get(_FULL) and takes_risk(state)


def scale_answers(state: State) -> tuple[str, ...]:
    """The thirteen answers ("" where skipped); empty until all of them are there."""
    if not is_full(state) or not all(slot in state.slots for slot in SCALE_SLOTS):
        return ()
    given = (state.slots[slot] for slot in SCALE_SLOTS)
    return tuple("" if answer.defaulted else str(answer.value) for answer in given)


def settled(state: State) -> bool:
    """Whether no answer to the open questions of the short form could move the advice by much."""
    known = _known(state)
    left = tuple(slot for slot in RISK_SLOTS if slot not in state.slots)
    return known is not None and bool(left) and is_settled(known, left)


def left_out(state: State) -> tuple[str, ...]:
    """The questions of the short form that need not be asked."""
    if not is_short(state) or not settled(state):
        return ()
    return tuple(slot for slot in RISK_SLOTS if slot not in state.slots)


def contradiction(state: State) -> tuple[str, str] | None:
    """The two answers that are to be settled between them; None if none disagree."""
    known = _known(state) if takes_risk(state) else None
    return None if known is None else to_settle(known)


def turn_to(state: State, form: str) -> tuple[State, Say]:
    """The other form from here on. Answers to both are kept; a full scale asked for again is asked anew."""
    if not takes_risk(state):
        return state, Say("full_scale.no_risk")
    if form == _FULL and scale_answers(state):
        state = state.without(*SCALE_SLOTS)
    elif state.facts.get(_FULL, False) == (form == _FULL):
        return state, Say(f"full_scale.already_{form}")
    stale = {"plan"} if "confirm_summary" in state.slots else {"summary", "plan"}
    state = replace(
        state.without("confirm_bad_year", "settle_contradiction"),
        facts=state.facts | {_FULL: form == _FULL},
        done=tuple(name for name in state.done if name not in stale),
        pending=None,
        tries=0,
    )
    return state, Say("full_scale.begins" if form == _FULL else "full_scale.left")


def remarks(before: State, after: State) -> tuple[Effect, ...]:
    """What is said when questions were left out, and the result once all thirteen are answered."""
    skipped_ahead = before.asking in _BEFORE_RISK and after.asking is not None and after.asking not in _BEFORE_RISK
    if skipped_ahead and left_out(after):
        return (Say("risk_settled"),)
    if scale_answers(after) and not scale_answers(before):
        result = full_scale(scale_answers(after))
        figures = {"points": float(result.points), "low": result.low, "high": result.high}
        values = {name: number(after.locale, value, 0) for name, value in figures.items()}
        return (Say(f"reasons.{result_key(result)}", values), Say("full_scale.own_words"))
    return ()


def edited_wish(state: State, slot: str) -> tuple[Effect, ...]:
    """A word of caution where a wish is changed in a market that may colour it; "undo" keeps the former answer."""
    replaced = state.facts.get(LAST_CORRECTION, {}).get("answers", ())
    if slot not in WISHES or not state.facts.get("plan_id") or all(kept["slot"] != slot for kept in replaced):
        return ()
    found = coloured(state.facts.get("market", {}), (slot,))
    if found is None:
        return ()
    return (Say(found.key, {"share": percent(state.locale, float(found.values["share"]), 0)}),)


def is_caution(effect: Effect) -> bool:
    """Whether this is such a word: not said to somebody who takes the edit back."""
    return isinstance(effect, Say) and effect.key in ("profile.edited_in_drawdown", "profile.edited_in_boom")


def market_of_plan(result: dict[str, Any]) -> dict[str, Any]:
    """In which market a plan was made, by its own mix or by 60/40, whichever fell deeper: a cautious mix hides what people see."""
    growth = result["history"]["growth"]
    return max((market_of(growth[name]) for name in ("plan", "sixty_forty")), key=lambda market: market["drawdown"])


def _known(state: State) -> Answers | None:
    """The answers so far, with the boldest for all that is not known; None before goal and time are."""
    goal, horizon = state.value("goal"), state.value("horizon")
    if goal is None or not horizon:
        return None
    return _with_the_boldest(
        goal=goal,
        years=float(horizon["years"]),
        wanted_return=state.value("wanted_return"),
        debt=state.value("debt"),
        buffer=state.value("emergency_fund"),
        loss_limit=state.value("loss_limit"),
        risk=tuple(_given(state, slot) for slot in RISK_SLOTS) if is_short(state) else (),
        scale=scale_answers(state),
        choices=tuple(state.value(slot) for slot in _CHOICES),
    )


@lru_cache(maxsize=4096)  # asked for several questions of every message
def _with_the_boldest(
    *,
    goal: str,
    years: float,
    wanted_return: float | None,
    debt: float | None,
    buffer: float | None,
    loss_limit: float | None,
    risk: tuple[str, ...],
    scale: tuple[str, ...],
    choices: tuple[str | None, ...],
) -> Answers:
    chosen = {slot: given or _boldest(slot) for slot, given in zip(_CHOICES, choices, strict=True)}
    return Answers(
        goal=GoalKind(goal),
        horizon_years=years,
        currency="",
        initial_amount=Decimal(0),
        monthly_amount=Decimal(0),
        wanted_return=wanted_return,
        debt_rate=float(debt or 0.0),
        emergency_fund_months=_ENOUGH_MONTHS if buffer is None else float(buffer),
        loss_limit=loss_limit,
        risk=risk,
        full_scale=scale,
        income_stability=chosen["income_stability"],
        share_of_savings=chosen["share_of_savings"],
        early_need=chosen["early_need"],
        experience=chosen["experience"],
    )


def _given(state: State, slot: str) -> str:
    answer = state.slots.get(slot)
    return "" if answer is None or answer.defaulted else str(answer.value)


def _boldest(slot: str) -> str:
    scores = load()[slot].scores
    return max(scores, key=lambda option: scores[option])
