"""From a message to commands, by rules alone: buttons, intents, and what a text says about slots. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from advisor.dialogue import asking, goal_talk, looking_up, reading, trying_out
from advisor.dialogue import commands as c
from advisor.dialogue.flows import Flow
from advisor.dialogue.intended import command_of
from advisor.dialogue.nlu.intents import Recognised, recognise
from advisor.dialogue.nlu.slots import named_slot
from advisor.dialogue.nlu.text import SCANNED, clean
from advisor.dialogue.nlu.yesno import read_yes_no
from advisor.dialogue.state import State
from advisor.domain.message import Inbound
from advisor.domain.reply import Expects
from advisor.replies.format import money
from advisor.replies.shopping import FRACTIONS
from advisor.replies.what_if import EXAMPLES
from advisor.replies.wording import known, say

# Intents that mean themselves whatever is asked; all others give way to an answer.
_STEERING = frozenset(
    {
        "back",
        "skip",
        "why",
        "help",
        "cancel",
        "stop_messages",
        "restart",
        "repeat",
        "undo",
        "continue",
        "unknown_command",
    }
)
# Whole sentences that ask us something. They win over an answer that merely shares words with them: "how do you make money?"
# is no wish to make money, and "what is gold?" does not leave gold out.
_QUESTIONS = frozenset(
    {
        "who_are_you",
        "is_it_safe",
        "is_it_a_scam",
        "how_paid",
        "human",
        "delete",
        "export",
        "privacy",
        "glossary",
        "forecast",
        "price",
        "plan_why",
        "compare",
        "frontier",
        "history",
        "costs",
        "stress",
        "calmest",
        "entering",
        "later_start",
        "other_start",
        "difference",
        "shopping_list",
        "shopping_fractions",
        "shopping_minimum",
        "report",
        "full_scale",
        "short_form",
        "goals",
    }
)
_BUTTONS: dict[str, c.Command] = {
    "skip": c.Skip(),
    "why": c.Why(),
    "back": c.Back(),
    "what_if": c.WhatIf(),
    "apply_what_if": c.ApplyWhatIf(),
    "shopping_fractions": c.Show("shopping_list", FRACTIONS),
    **{name: c.WhatIf((c.Change(*change),)) for name, change in EXAMPLES.items()},
    **{
        name: c.Show(name)
        for name in (
            "plan_why",
            "compare",
            "history",
            "costs",
            "frontier",
            "stress",
            "spending",
            "entering",
            "later_start",
            "shopping_list",
            "show_plan",
            "activate",
            "report",
            "full_scale",
            "short_form",
            "goals",
            "review",
            "review_same",
        )
    },
}


@dataclass(frozen=True, slots=True)
class _Heard:
    """The situation in which something was said."""

    state: State
    expected: Expects | None
    today: date

    def answers(self, name: str) -> bool:
        """Whether a name by itself is an answer: "gold" to what is to be left out, "home" to what the money is for."""
        read = reading.answers(name, self.state, self.expected, self.today)
        return any(isinstance(item, c.Fill | c.Partial | c.Ambiguous) for item in read)


def is_start(inbound: Inbound) -> bool:
    """Whether a first message says no more than "let us begin"."""
    found = recognise(inbound.text or "")
    return found is not None and found.intent in ("start", "greeting", "restart")


def understand(inbound: Inbound, state: State, flow: Flow, today: date) -> tuple[c.Command, ...]:
    """What an investor meant. Always at least one command; what cannot be read is said to be unreadable, never guessed."""
    expected = asking.expects(replace(state, paused=False), flow)
    if inbound.choice is not None:
        return _tapped(inbound, state, expected)
    raw = inbound.text or ""
    text = clean(raw)
    if not text:
        return (c.Unreadable("unreadable.empty"),)
    if len(raw) > SCANNED:
        return (c.Unreadable("unreadable.too_long"),)
    found = recognise(text, state.locale)
    heard = _Heard(state, expected, today)
    orders = () if _names_an_option(text, expected) else goal_talk.said_of_goals(text, found, state, flow, today)
    return orders or _said(text, None if goal_talk.is_about_goals(found) else found, heard)


def _said(text: str, found: Recognised | None, heard: _Heard) -> tuple[c.Command, ...]:
    """A text: orders to the dialogue and questions first, then what may be a name, then answers and all other intents."""
    state, expected, today = heard.state, heard.expected, heard.today
    if found is not None and not _names_an_option(text, expected):
        asks = found.intent in _QUESTIONS and found.score == 1
        if found.intent in _STEERING or asks:
            return (_or_a_name(command_of(found, state), found),)
    button = _labelled(text, state)
    if button is not None and not _names_an_option(text, expected):
        return (button,)
    meant = _meant(text, found, state, expected, today)
    shown = looking_up.typed_button(text, state) or looking_up.span_of_the_last(text, state)
    if shown is not None and not _answers(meant, expected):
        return (shown,)
    return _perhaps_a_name(text, found, meant, heard)


def _meant(
    text: str, found: Recognised | None, state: State, expected: Expects | None, today: date
) -> tuple[c.Command, ...]:
    """Half-given answers, what-ifs and answers; empty if it is none of them."""
    completed: tuple[c.Command, ...] = ()
    if state.pending and state.pending["kind"] in ("age", "currency"):
        completed = reading.complete(text, state, expected, today)
    return (
        completed
        or trying_out.what_if(text, found, state, expected, today)
        or reading.answers(text, state, expected, today)
    )


def _answers(meant: tuple[c.Command, ...], expected: Expects | None) -> bool:
    """Whether the open question is answered."""
    return expected is not None and any(isinstance(item, c.Fill) and item.slot == expected.slot for item in meant)


def _perhaps_a_name(
    text: str, found: Recognised | None, meant: tuple[c.Command, ...], heard: _Heard
) -> tuple[c.Command, ...]:
    """What was meant; where the words may as well name something with a price, tentatively so."""
    state, expected = heard.state, heard.expected
    show: c.Show | None
    if found is not None and found.intent == "look_up":
        show, exact, found = looking_up.wish(found), False, None
        if show.argument and show.period and meant and not _answers(meant, expected):
            return (
                show,
            )  # "show silver over 3 years" asks for a picture, whether or not we know silver; it corrects nothing
        sure = looking_up.is_numbered(show.argument, state)
    else:
        show, exact, sure = looking_up.symbol_said(text, state), True, False
    if show is not None and (sure or not heard.answers(show.argument)):
        return (c.Tentative(show, meant or (_otherwise(text, found, state, expected),), exact),)
    if meant:
        # "apple over the last 5 years": the span was read as an answer
        show = looking_up.name_said(text, state)
        named = show is not None and show.period and not heard.answers(show.argument)
        return (c.Tentative(show, meant),) if show is not None and named else meant
    other = _otherwise(text, found, state, expected)
    if isinstance(other, c.Unreadable) and (show := looking_up.name_said(text, state)):
        return (c.Tentative(show, (other,), exact=expected is not None),)
    return (other,)


def _or_a_name(command: c.Command, found: Recognised) -> c.Command:
    """ "What is AAPL?": no word we explain, but perhaps something with a price."""
    if isinstance(command, c.Talk) and command.key == "talk.glossary_unknown":
        return c.Tentative(c.Show("price", found.arguments.get("term", "")), (command,))
    return command


def _otherwise(text: str, found: Recognised | None, state: State, expected: Expects | None) -> c.Command:
    return command_of(found, state) if found is not None else _unclear(text, state, expected)


def _unclear(text: str, state: State, expected: Expects | None) -> c.Command:
    """What is no answer: doubt, consent to an offered skip, the name of an answer to change, or nothing we can read."""
    said = read_yes_no(text, state.locale)
    if said == "unsure" and expected is not None:
        return c.Unsure()
    if said == "yes" and state.pending and state.pending["kind"] == "skip":
        return c.Skip()
    if said == "yes" and expected is not None and len(expected.options) == 1:
        return c.Fill(expected.slot, expected.options[0].id, text, echo=True)
    if expected is not None and expected.slot == "confirm_summary":
        slot = named_slot(text, state.locale)
        if slot is not None:
            return c.Reopen(slot)
    # "Do you have debt?" "Yes": a readable word that is no answer yet
    more = f"after_yes.{expected.slot}" if expected is not None and said == "yes" else ""
    return c.Unreadable(more if known(state.locale, more) else reading.complaint(state, expected))


def _labelled(text: str, state: State) -> c.Command | None:
    """The button whose words were typed, where there are no buttons to tap."""
    name = _labels(state.locale, state.currency or state.served[0]).get(looking_up.as_label(text))
    return _BUTTONS[name] if name else None


@lru_cache(maxsize=64)
def _labels(locale: str, currency: str) -> dict[str, str]:
    """The words of every button that is always good, with its name."""
    amount = money(locale, 100, currency)
    found: dict[str, str] = {}
    for name in _BUTTONS:
        for key in (f"buttons.{name}", f"what_if.{'take' if name == 'apply_what_if' else name}"):
            if known(locale, key):
                found.setdefault(looking_up.as_label(say(locale, key, amount=amount)), name)
    return found


def _tapped(inbound: Inbound, state: State, expected: Expects | None) -> tuple[c.Command, ...]:
    """A button: an option of the open question, or one of those that are always good. An old one is told apart by its turn."""
    chosen = inbound.choice or ()
    if len(chosen) == 1 and not _is_option(chosen[0], expected):
        always = _BUTTONS.get(chosen[0]) or looking_up.button(chosen[0]) or goal_talk.button(chosen[0], state)
        if always is not None:
            return (always,)
    if (inbound.seen_turn is not None and inbound.seen_turn != state.turn) or (expected is None and chosen):
        return (c.Talk("stale_button"),)
    if expected is None or not chosen:
        return (c.Unreadable(reading.complaint(state, expected)),)
    if not all(_is_option(item, expected) for item in chosen):
        return (c.Unreadable("not_an_option"),)
    if state.pending and state.pending["kind"] == "currency":
        return reading.settle_currency(chosen[0], state)
    if expected.kind == "multichoice":
        return (c.Fill(expected.slot, list(chosen), ", ".join(chosen)),)
    if len(chosen) > 1:
        return (c.Unreadable("not_an_option"),)
    return (c.Fill(expected.slot, chosen[0], chosen[0]),)


def _is_option(choice: str, expected: Expects | None) -> bool:
    return expected is not None and any(option.id == choice for option in expected.options)


def _names_an_option(text: str, expected: Expects | None) -> bool:
    """Whether the text is an option's very label or id, which then wins over the same word as an order ("Stop")."""
    said = text.casefold()
    return expected is not None and any(said in (option.label.casefold(), option.id) for option in expected.options)
