"""The open question: its words, its options, and what it expects. Pure."""

from __future__ import annotations

from dataclasses import replace

from advisor.dialogue import filling
from advisor.dialogue.flows import Flow, SlotStep
from advisor.dialogue.retreat import applies
from advisor.dialogue.risk_form import contradiction
from advisor.dialogue.state import TRIES_BEFORE_HELP, State
from advisor.domain.reply import Expects, Option
from advisor.replies.answers import currency_name, spoken
from advisor.replies.format import money
from advisor.replies.questionnaire import question
from advisor.replies.wording import known, say


def expects(state: State, flow: Flow) -> Expects | None:
    """What is waited for; None when nothing is open or the dialogue is paused."""
    if state.asking is None or state.paused:
        return None
    # The open question counts also where a newer version of the flow would not have asked it.
    applicable = [part.slot for part in flow.slots() if part.slot == state.asking or applies(part, state)]
    part = flow.slot(state.asking)
    base = Expects(
        slot=part.slot,
        kind=part.kind,
        skippable=not part.required,
        step=applicable.index(part.slot) + 1,
        steps=len(applicable),
        options=options(part, state),
        example=part.example,
    )
    return _half_answered(base, state)


def words(state: State, flow: Flow) -> str:
    """The question's text, with the stated default where it can be skipped."""
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


def default_words(part: SlotStep, state: State) -> str:
    """What a skip of this question stands for, as a sentence."""
    value = filling.default(part, state)
    locale = state.locale
    if known(locale, f"default.{part.slot}"):
        plain = value if part.slot in ("emergency_fund",) else None
        if part.kind == "money" and value:
            said = money(locale, value["amount"], value["currency"] or state.served[0])
        elif plain is not None:
            said = f"{plain:g}"
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
        lines = [say(locale, "more_help.example", example=part.example)]
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
            return tuple(
                Option(item["id"], item["label"]) for item in state.facts.get("bad_year", {}).get("options", [])
            )
        case "contradiction":
            return _ways(state)
    return question(locale, part.slot).options if part.kind in ("choice", "multichoice") else ()


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
            return replace(base, kind="number", example="34")
        case {"kind": "which", "candidates": candidates}:
            return replace(base, options=tuple(option for option in base.options if option.id in candidates))
    return base
