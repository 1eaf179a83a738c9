"""What a text says about slots, as commands: the readers' findings become values in the form that slots take."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from advisor.dialogue import commands as c
from advisor.dialogue import later_life
from advisor.dialogue.filling import WISHES
from advisor.dialogue.mentioned import context_of, mentions_in, once
from advisor.dialogue.nlu.choices import match_options
from advisor.dialogue.nlu.corrections import find_slots
from advisor.dialogue.nlu.dates import year_day
from advisor.dialogue.nlu.durations import HorizonReading, later
from advisor.dialogue.nlu.lengths import years_alone
from advisor.dialogue.nlu.mentions import declines, says_soon
from advisor.dialogue.nlu.money import MoneyReading, find_money
from advisor.dialogue.nlu.numbers import find_numbers
from advisor.dialogue.nlu.percent import PercentReading
from advisor.dialogue.nlu.questions import asks_of_us
from advisor.dialogue.nlu.slots import MONTHLY_SLOTS, Mention
from advisor.dialogue.nlu.yesno import read_yes_no
from advisor.dialogue.state import State
from advisor.domain.reply import Expects
from advisor.replies.format import money, number
from advisor.replies.wording import known

_OLDEST = 120
_SOON_YEARS = 0.25
_YOUNGEST = 10
_BELONGING = frozenset(
    {"debt_amount", "pension_from"}
)  # taken in behind what they belong to, whose change would drop them
_HELD = frozenset({"initial_amount", "monthly_amount"})
_EXACT = frozenset({"id", "label", "number", "letter", "ordinal"})


def answers(text: str, state: State, expected: Expects | None, today: date) -> tuple[c.Command, ...]:
    """Every slot the text gives a value: answers, volunteered facts and corrections. Empty if it gives none."""
    if expected is not None and expected.kind == "confirm":
        match = match_options(text, expected.options, locale=state.locale)
        if match and match.ids and match.how in _EXACT:
            return (c.Fill(expected.slot, match.ids[0], text),)
    if asks_of_us(text, state.locale):
        return ()
    if expected is not None and expected.slot in _HELD and _has_none(text, state):
        return (c.Fill(expected.slot, {"amount": "0", "currency": None}, text, echo=True),)
    if expected is not None and expected.slot in WISHES and declines(text, state.locale):
        return (c.Fill(expected.slot, None, text, f"default.{expected.slot}"),)
    found = once(mentions_in(text, state, expected, today), expected)
    if not found and expected is not None and expected.slot == "currency":
        return _currency_of_an_amount(text, state)
    at_once = expected is not None and expected.slot == "horizon" and says_soon(text, state.locale)
    if at_once and all(_is_soon(mention) for mention in found):
        return (_at_once(text, state, today),)
    made = [_command(mention, state) for mention in sorted(found, key=lambda item: item.slot in _BELONGING)]
    commands = [command for command in made if command is not None]
    if any(isinstance(command, c.Partial) for command in commands):
        # one question at a time: half an answer is completed first, what was ambiguous beside it is asked later
        commands = [command for command in commands if not isinstance(command, c.Ambiguous)]
    return tuple(_echoed(command, text, state, expected) for command in commands)


def _has_none(text: str, state: State) -> bool:
    """ "How much can you save?" "No." But a "no" to something offered is none to the question."""
    return state.pending is None and read_yes_no(text, state.locale) == "no"


def _is_soon(mention: Mention) -> bool:
    """ "Next month" is a day, and too soon as "straight away" is."""
    value = mention.value
    return isinstance(value, HorizonReading) and value.years is not None and value.years < _SOON_YEARS


def _echoed(command: c.Command, text: str, state: State, expected: Expects | None) -> c.Command:
    """An answer in free words is said back; a plain figure, a button's words or its number are not."""
    if not isinstance(command, c.Fill) or command.note or expected is None or command.slot != expected.slot:
        return command
    if expected.options:
        match = match_options(text, expected.options, multiple=expected.kind == "multichoice", locale=state.locale)
        return command if match and match.how in _EXACT else replace(command, echo=True)
    # a bare "4" to the question for a loss may be meant otherwise than as 4 %
    plain = text.isdecimal() and command.slot != "loss_limit"
    return command if plain else replace(command, echo=True)


def _currency_of_an_amount(text: str, state: State) -> tuple[c.Command, ...]:
    """ "10,000 USD" to the question for a currency, when the amounts are known already."""
    said = next((reading for reading in find_money(text, state.locale) if reading.currency), None)
    return (c.Fill("currency", said.currency, said.raw),) if said else ()


def complete(text: str, state: State, expected: Expects | None, today: date) -> tuple[c.Command, ...]:
    """The missing half of an answer: an age, or whether an amount was meant in the settled currency. Empty if it is neither."""
    if state.pending and state.pending["kind"] == "age":
        return _aged(text, state, today)
    said = read_yes_no(text, state.locale)
    if said in ("yes", "no"):
        return settle_currency("as_settled" if said == "yes" else "retype", state)
    match = match_options(text, expected.options if expected else (), locale=state.locale)
    return settle_currency(match.ids[0], state) if match and match.ids else ()


def settle_currency(choice: str, state: State) -> tuple[c.Command, ...]:
    """The answer to "shall I take it as dollars?"."""
    pending = state.pending or {}
    if choice == "as_settled" and pending:
        return (c.Fill(pending["slot"], {"amount": pending["amount"], "currency": None}, pending["amount"]),)
    return (c.Back(),)


def complaint(state: State, expected: Expects | None) -> str:
    """The wording key for a message of which nothing could be made."""
    if expected is None:
        return "unreadable.idle"
    if state.pending and state.pending["kind"] == "age":
        return "unreadable.age"
    own = f"unreadable.{expected.slot}"
    return own if known(state.locale, own) else "unreadable.choice"


def _command(mention: Mention, state: State) -> c.Command | None:
    if mention.candidates and mention.value is None:
        return c.Ambiguous(mention.candidates) if mention.slot == state.asking else None
    match mention.value:
        case MoneyReading():
            return _amount(mention, mention.value, state)
        case PercentReading():
            return c.Fill(mention.slot, fraction(mention.value), mention.raw)
        case HorizonReading():
            return _time(mention.slot, mention.value, mention.raw, state.locale)
        case Decimal():
            return c.Fill(mention.slot, float(mention.value), mention.raw)
        case tuple():
            return c.Fill(mention.slot, list(mention.value), mention.raw)
        case str():
            for_life = mention.slot == "spending_years"
            note = "default.spending_years" if for_life else ""
            return c.Fill(mention.slot, None if for_life else mention.value, mention.raw, note)
    return None


def _amount(mention: Mention, reading: MoneyReading, state: State) -> c.Command:
    amount, note = reading.amount, ""
    values: tuple[tuple[str, str], ...] = ()
    if mention.slot == "loss_limit":
        return _loss(mention, reading, state)
    currency = reading.currency or state.currency or state.served[0]
    if mention.slot in MONTHLY_SLOTS and reading.monthly is not None and reading.per not in ("month", "once"):
        amount = reading.monthly
        note, values = "per_year_to_month", (("amount", money(state.locale, amount, currency)),)
    elif reading.low is not None:
        note, values = "range_middle", (("middle", money(state.locale, amount, currency)),)
    value = {"amount": str(amount), "currency": reading.currency}
    return c.Fill(mention.slot, value, mention.raw, note, values)


def _loss(mention: Mention, reading: MoneyReading, state: State) -> c.Command:
    """A loss said in money, as a share of what is put in."""
    invested, lost = stake(state), abs(reading.amount)
    if invested <= 0 or reading.currency not in (None, state.currency):
        return c.Unreadable("unreadable.loss_limit")
    if lost > invested:
        held = money(state.locale, invested, state.currency or state.served[0])
        return c.Unreadable("doubts.more_than_all", (("amount", held),))
    return c.Fill("loss_limit", float(abs(reading.amount) / invested), mention.raw)


def stake(state: State) -> Decimal:
    """The money now, else a year's savings: the same as a bad year is said of."""
    now, monthly = state.value("initial_amount"), state.value("monthly_amount")
    held = Decimal(now["amount"]) if now else Decimal(0)
    return held or (Decimal(monthly["amount"]) * 12 if monthly else Decimal(0))


def fraction(reading: PercentReading) -> float:
    """7 for "7 %" becomes 0.07; a bare "0.07" is taken for the fraction it looks like."""
    return float(reading.value if reading.fraction else reading.value / 100)


def _time(slot: str, reading: HorizonReading, raw: str, locale: str) -> c.Command:
    if reading.problem is not None:
        return c.Unreadable("too_low.past" if reading.problem == "past" else "too_high.duration")
    if reading.needs is not None:
        return c.Partial("horizon", "age", {"age": reading.age}) if slot == "horizon" else c.Talk("pension_needs_years")
    if reading.years is None:
        return c.Unreadable(f"unreadable.{slot}")
    note = ""
    values: tuple[tuple[str, str], ...] = ()
    if reading.low is not None:
        note, values = "range_middle_years", (("middle", number(locale, reading.years)),)
    value = {
        "years": reading.years,
        "until": reading.until.isoformat() if reading.until else None,
        "said": reading.said,
    }
    if reading.birth_year is not None:
        value["born"] = reading.birth_year
        value["age"] = reading.age
    return c.Fill(slot, value, raw, note, values)


def _aged(text: str, state: State, today: date) -> tuple[c.Command, ...]:
    """ "34", "I'm 34" or "born 1990" after "when I am 65"; a whole new horizon ("10 years") is left to the readers."""
    context = context_of(state, None, today)
    elsewhere = find_slots(text, replace(context, admits=context.admits - {"birth_year"}))
    if not years_alone(text, state.locale) and any(
        mention.slot != "horizon" or _whole_horizon(mention) for mention in elsewhere
    ):
        return ()
    numbers = find_numbers(text, state.locale)
    target = (state.pending or {}).get("value", {}).get("age")
    if not numbers or target is None:
        return ()
    said = int(max(min(numbers[0].value, Decimal(10**6)), Decimal(-1)))
    born = said if said > _OLDEST else today.year - said
    if not today.year - _OLDEST <= born <= today.year - _YOUNGEST:
        return (c.Unreadable("unreadable.age"),)
    years = born + int(target) - today.year
    if years <= 0:
        return (c.Unreadable("too_low.past"),)
    value: dict[str, Any] = {
        "years": float(years),
        "until": year_day(born + int(target), today).isoformat(),
        "said": f"{target}",
        "born": born,
        "age": int(target),
    }
    return (c.Fill("horizon", value, text, echo=True),)


def _at_once(text: str, state: State, today: date) -> c.Command:
    """ "Now": an income may begin at once; what is bought at once is not planned for."""
    if not later_life.pays_income(state):
        return c.Unreadable("too_low.horizon")
    until = later(today, Decimal(1)).isoformat()
    return c.Fill("horizon", {"years": 1 / 12, "until": until, "said": text}, text, "starts_at_once")


def _whole_horizon(mention: Mention) -> bool:
    value = mention.value
    return isinstance(value, HorizonReading) and value.years is not None and value.problem != "past"  # "born 1990"
