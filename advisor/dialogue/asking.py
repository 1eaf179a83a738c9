"""The open question: its words, its options, and what it expects. Pure."""

from __future__ import annotations

from dataclasses import replace

from advisor.dialogue import filling, frame_asking
from advisor.dialogue.flows import Flow, SlotStep
from advisor.dialogue.frames import Frame, definition, is_minded
from advisor.dialogue.retreat import applicable
from advisor.dialogue.risk_form import contradiction
from advisor.dialogue.state import TRIES_BEFORE_HELP, State
from advisor.domain.reply import Expects, Option
from advisor.replies.answers import currency_name, spoken
from advisor.replies.format import money, number
from advisor.replies.questionnaire import question
from advisor.replies.wording import known, say


def expects(state: State, flow: Flow) -> Expects | None:
    """What is waited for; None when nothing is open or the dialogue is paused. A system question comes before the flow's."""
    below = None if state.paused else beneath(state, flow)
    frame = shown(state)
    if frame is None:
        return below
    asked = definition(frame)
    return Expects(
        slot=frame.name,
        kind=asked.kind,
        skippable=bool(asked.skip),
        step=below.step if below else 1,
        steps=below.steps if below else 1,
        options=frame_asking.options(frame, state),
    )


def beneath(state: State, flow: Flow) -> Expects | None:
    """What the flow waits for, whatever system question lies over it, also in a dialogue that was stopped."""
    if state.asking is None:
        return None
    part, slots = flow.slot(state.asking), applicable(flow, state)
    base = Expects(
        slot=part.slot,
        kind=part.kind,
        skippable=not part.required,
        step=slots.index(part.slot) + 1,
        steps=len(slots),
        options=options(part, state),
        example=example(part.slot, state.locale),
    )
    return _half_answered(base, state)


def question_of(state: State, flow: Flow) -> tuple[str, str, tuple[str, ...]] | None:
    """What tells the flow's open question from any other: its name, its kind and its answers' labels; None if nothing is open."""
    expected = beneath(state, flow)
    return (expected.slot, expected.kind, tuple(option.label for option in expected.options)) if expected else None


def words(state: State, flow: Flow) -> str:
    """The question's text, with the stated default where it can be skipped."""
    frame = shown(state)
    if frame is not None:
        return frame_asking.words(frame, state)
    if state.asking is None or state.paused:
        return ""
    part = flow.slot(state.asking)
    locale = state.locale
    if state.pending and state.pending["kind"] == "currency":
        taken = money(locale, state.pending["amount"], state.currency or state.served[0])
        return say(locale, "ask_currency_differs", amount=taken)
    if state.pending and state.pending["kind"] == "age":
        return say(locale, "ask_age")
    if part.slot == "settle_contradiction":
        return f"{_contradiction(state)}\n\n{say(locale, 'skip_hint', said=default_words(part, state))}"
    asked = say(locale, f"ask.{part.slot}") if known(locale, f"ask.{part.slot}") else question(locale, part.slot).text
    # What a skip stands for was said just now.
    offered = state.tries >= TRIES_BEFORE_HELP or (state.pending and state.pending["kind"] == "skip")
    if part.required or part.slot in flow.confirmations or offered:
        return asked
    return f"{asked}\n\n{say(locale, 'skip_hint', said=default_words(part, state))}"


def shown(state: State) -> Frame | None:
    """The system question that is asked; in a dialogue that was stopped only one that needs its answer."""
    frame = state.frame
    return None if frame is None or (state.paused and not is_minded(frame)) else frame


def example(slot: str, locale: str) -> str:
    """An answer as short as it may be, itself valid; empty where the options are the examples."""
    return say(locale, f"example.{slot}") if known(locale, f"example.{slot}") else ""


def default_words(part: SlotStep, state: State) -> str:
    """What a skip of this question stands for, as a sentence."""
    value = filling.default(part, state)
    locale = state.locale
    if known(locale, f"default.{part.slot}"):
        plain = value if part.slot in ("emergency_fund",) else None
        if part.kind == "money" and value:
            said = money(locale, value["amount"], value["currency"] or state.served[0])
        elif plain is not None:
            said = number(locale, plain)
        else:
            said = (
                spoken(part.slot, value, locale, state.currency)
                if value is not None and part.slot == "currency"
                else ""
            )
        return say(locale, f"default.{part.slot}", value=said)
    return say(locale, "default.choice", value=spoken(part.slot, value, locale, state.currency))


def why(part: SlotStep, state: State) -> str:
    """Why this is asked."""
    key = f"why.{part.slot}"
    return say(state.locale, key) if known(state.locale, key) else question(state.locale, part.slot).why


def more_help(part: SlotStep, state: State) -> str:
    """After several unreadable answers: what an answer looks like, and the way out."""
    locale = state.locale
    offered = options(part, state)
    if offered:
        listed = "\n".join(f"- {number}. {option.label}" for number, option in enumerate(offered, start=1))
        lines = [f"{say(locale, 'more_help.options')}\n{listed}"]
    else:
        lines = [say(locale, "more_help.example", example=example(part.slot, locale))]
    if part.required:
        lines.append(say(locale, f"needed.{part.slot}"))
    else:
        lines.append(say(locale, "more_help.skip", said=default_words(part, state)))
    return "\n\n".join(lines)


def options(part: SlotStep, state: State) -> tuple[Option, ...]:
    """The answers to choose from."""
    locale = state.locale
    match part.options:
        case "currencies":
            return tuple(Option(code, currency_name(locale, code)) for code in state.served)
        case "confirm":
            return (Option("yes", say(locale, "options.yes")), Option("no", say(locale, "options.no")))
        case "bad_year":
            return _losses(state)
        case "contradiction":
            return _ways(state)
    return question(locale, part.slot).options if part.kind in ("choice", "multichoice") else ()


def _losses(state: State) -> tuple[Option, ...]:
    """The amounts of the bad-year question, written as they are written where the reader is."""
    asked = state.facts.get("bad_year", {})
    currency = asked.get("currency") or state.currency or state.served[0]
    return tuple(Option(item["id"], money(state.locale, item["amount"], currency)) for item in asked.get("options", ()))


def _contradiction(state: State) -> str:
    """Which two answers disagree, in their own words."""
    said: dict[str, str] = {}
    for place, slot in zip(("first", "second"), contradiction(state) or (), strict=False):
        said[place] = say(state.locale, f"labels.{slot}")
        said[f"{place}_answer"] = spoken(slot, state.value(slot), state.locale, state.currency)
    return say(state.locale, "ask.settle_contradiction", **said) if said else say(state.locale, "ask.settle_nothing")


def _ways(state: State) -> tuple[Option, ...]:
    """Keep the one, keep the other, or leave both: each with the answer it stands for."""
    locale, pair = state.locale, contradiction(state) or ()
    kept = []
    for way, slot in zip(filling.WAYS, pair, strict=False):
        answer = spoken(slot, state.value(slot), locale, state.currency)
        kept.append(Option(way, say(locale, "options.keep", label=say(locale, f"labels.{slot}")), answer))
    return (*kept, Option("leave", say(locale, "options.leave"), say(locale, "options.leave_hint")))


def _half_answered(base: Expects, state: State) -> Expects:
    """The question narrowed to the half that is still missing."""
    match state.pending:
        case {"kind": "currency", "amount": amount}:
            taken = money(state.locale, amount, state.currency or state.served[0])
            sure = Option("as_settled", say(state.locale, "option_as_settled", amount=taken))
            return replace(base, kind="choice", options=(sure, Option("retype", say(state.locale, "option_retype"))))
        case {"kind": "age"}:
            return replace(base, kind="number", example=example("age", state.locale))
        case {"kind": "which", "candidates": candidates}:
            meant = tuple(option for option in base.options if option.id in candidates)
            return replace(base, options=meant or base.options)
    return base
