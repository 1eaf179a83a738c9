"""From a message to commands, by rules alone: buttons, intents, and what a text says about slots. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from advisor.dialogue import asking, buttons, frame_reading, goal_talk, looking_up, reading, replying, trying_out
from advisor.dialogue import commands as c
from advisor.dialogue.asked import is_whole_question
from advisor.dialogue.doubting import doubted
from advisor.dialogue.flows import Flow
from advisor.dialogue.frames import Frame
from advisor.dialogue.intended import answered, command_of, explained
from advisor.dialogue.nlu.intents import Recognised, recognise
from advisor.dialogue.nlu.lexicon import LANGUAGES
from advisor.dialogue.nlu.slips import NEAR
from advisor.dialogue.nlu.slots import named_slot
from advisor.dialogue.nlu.text import SCANNED, clean
from advisor.dialogue.nlu.yesno import read_yes_no
from advisor.dialogue.ordered import order_of
from advisor.dialogue.state import State
from advisor.dialogue.tapping import still_means, tapped
from advisor.dialogue.unread import is_read
from advisor.domain.message import Inbound
from advisor.domain.reply import Expects
from advisor.replies.wording import known

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
        "link",
        "unlink",
        "sessions",
        "language",
        "wake",
        "wait",
        "goodbye",
        "frustrated",
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
        "my_risk",
        "in_ten",
        "is_it_bad",
        "progress",
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
        "holdings",
        "performance",
        "rebalance",
        "signals",
        "alerts",
        "rate",
    }
)


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


def is_start(inbound: Inbound, locale: str = "en") -> bool:
    """Whether a first message says no more than "let us begin"; a deep link that hands in a code says more."""
    text = inbound.text or ""
    found = recognise(text, locale)
    if found is None or found.intent not in ("start", "greeting", "restart"):
        return False
    return order_of(found, text) is None


def understand(inbound: Inbound, state: State, flow: Flow, today: date) -> tuple[c.Command, ...]:
    """What an investor meant. Always at least one command; what cannot be read is said to be unreadable, never guessed."""
    if inbound.choice is not None:
        return tapped(inbound, state, flow)
    raw = inbound.text or ""
    text = clean(raw)
    if not text:
        return (c.Unreadable("unreadable.empty"),)
    if len(raw) > SCANNED:
        return (c.Unreadable("unreadable.too_long"),)
    meant = _typed(text, state, flow, today)
    if not is_read(meant):
        meant = _answered_in_another_language(text, state, flow, today) or meant
    return still_means(inbound, doubted(meant, text, state, today), state)


def _answered_in_another_language(text: str, state: State, flow: Flow, today: date) -> tuple[c.Command, ...]:
    """ "A house" in a German dialogue: an option of the open question in another language that we speak; else nothing."""
    expected = asking.beneath(state, flow) if state.frame is None else None
    for language in LANGUAGES if expected is not None and expected.kind in ("choice", "multichoice") else ():
        if language != state.locale.partition("-")[0]:
            read = _typed(text, replace(state, locale=language), flow, today)
            if any(isinstance(item, c.Fill) and item.slot == state.asking for item in read):
                return read
    return ()


def _typed(text: str, state: State, flow: Flow, today: date) -> tuple[c.Command, ...]:
    """A text: an answer to the system question that is asked, else one to the flow's question, or an order."""
    expected = asking.beneath(state, flow)
    found = recognise(text, state.locale)
    replied = _replied(text, found, state)
    if replied is not None:
        return (replied,)
    heard = _Heard(state, expected, today)
    orders = () if _names_an_option(text, expected) else goal_talk.said_of_goals(text, found, state, flow, today)
    return orders or _said(text, None if goal_talk.is_about_goals(found) else found, heard)


def _replied(text: str, found: Recognised | None, state: State) -> c.Command | None:
    """A text as an answer to a system question; whole sentences that order or ask are none, unless they name an option."""
    frame = state.frame  # also in a moment's pause
    if frame is None:
        return None
    named = frame_reading.names_an_option(text, frame, state) or _led(text, frame, state)
    if named is not None or (found is not None and _goes_first(found)) or buttons.typed(text, state) is not None:
        return named
    return frame_reading.read(text, frame, state)


def _led(text: str, frame: Frame, state: State) -> c.Reply | None:
    """ "Yes, delete it"; but "yes, wait" and "no, show my plan" order something else."""
    answer = frame_reading.led(text, frame, state)
    if answer is None:
        return None
    reply, rest = answer
    found = recognise(rest, state.locale)
    ordered = found is not None and _goes_first(found) and not replying.asks_again(frame, order_of(found, rest))
    return None if ordered else reply


def _said(text: str, found: Recognised | None, heard: _Heard) -> tuple[c.Command, ...]:
    """A text: orders to the dialogue and questions first, then what may be a name, then answers and all other intents."""
    state, expected, today = heard.state, heard.expected, heard.today
    # "cancel" leaves a system question, also where it is an answer to the question beneath
    named = state.frame is None and _names_an_option(text, expected)
    if found is not None and not named and (_goes_first(found) or text.startswith("/")):
        return (_or_a_name(_command(found, text, state, expected), found),)
    button = buttons.typed(text, state)
    if button is not None and not _names_an_option(text, expected):
        return (button,)
    meant = _meant(text, found, state, expected, today)
    shown = looking_up.typed_button(text, state) or looking_up.span_of_the_last(text, state)
    if shown is not None and not _answers(meant, expected):
        return (shown,)
    return _perhaps_a_name(text, found, meant, heard)


def _goes_first(found: Recognised) -> bool:
    """Whether an intent means itself whatever is asked. What a deep link carries was never typed as an answer."""
    scored = found.intent == "rate" and "score" in found.arguments  # "1/5" may be a share as well
    steers = found.intent in _STEERING and found.score > NEAR / 100  # "eher nicht" is one letter from "mehr nicht"
    named = steers or (found.intent in _QUESTIONS and found.score == 1 and not scored)
    return named or bool(found.arguments.get("payload"))


def _command(found: Recognised, text: str, state: State, expected: Expects | None) -> c.Command:
    return order_of(found, text) or command_of(found, state, text, expected)


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
        or answered(text, found, state)
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
    if not isinstance(other, c.Unreadable):
        return (other,)
    if is_whole_question(text, state.locale):
        other = c.Talk("talk.glossary_unknown")  # a question without an entry is no answer that went wrong
    if show := looking_up.name_said(text, state):
        return (c.Tentative(show, (other,), exact=expected is not None),)
    return (other,)


def _or_a_name(command: c.Command, found: Recognised) -> c.Command:
    """ "What is AAPL?": no word we explain, but perhaps something with a price."""
    if isinstance(command, c.Talk) and command.key == "talk.glossary_unknown":
        return c.Tentative(c.Show("price", found.arguments.get("term", "")), (command,))
    return command


def _otherwise(text: str, found: Recognised | None, state: State, expected: Expects | None) -> c.Command:
    return _command(found, text, state, expected) if found is not None else _unclear(text, state, expected)


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
    if said is None and (told := explained(text, state)) is not None:
        return told
    # "Do you have debt?" "Yes": a readable word that is no answer yet
    more = f"after_yes.{expected.slot}" if expected is not None and said == "yes" else ""
    return c.Unreadable(more if known(state.locale, more) else reading.complaint(state, expected))


def _names_an_option(text: str, expected: Expects | None) -> bool:
    """Whether the text is an option's very label or id, which then wins over the same word as an order ("Stop")."""
    said = text.casefold()
    return expected is not None and any(said in (option.label.casefold(), option.id) for option in expected.options)
