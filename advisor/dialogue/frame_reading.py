"""A text as an answer to the system question that is asked, if it is one. Pure."""

from __future__ import annotations

from advisor.dialogue import commands as c
from advisor.dialogue import frame_asking
from advisor.dialogue.frames import Frame, definition
from advisor.dialogue.nlu.choices import match_options
from advisor.dialogue.nlu.lexer import lex
from advisor.dialogue.nlu.numbers import find_numbers
from advisor.dialogue.nlu.slots import slot_words
from advisor.dialogue.nlu.tongues import tongue
from advisor.dialogue.nlu.yesno import read_yes_no, yes_no_words
from advisor.dialogue.state import State

# Named as a whole, and not by words that merely stand somewhere in a sentence.
_WHOLE = frozenset({"id", "label", "number", "letter", "ordinal", "near"})
_MOST_WORDS_AROUND = 3
_MOST_WORDS_BEHIND = 4
_PUNCTUATION = frozenset(",.!;:-")


def names_an_option(text: str, frame: Frame, state: State) -> c.Reply | None:
    """The answer whose very label or id a text is."""
    said = text.casefold()
    for option in frame_asking.options(frame, state):
        if said in (option.label.casefold(), option.id):
            return c.Reply(frame.name, option.id)
    return None


def read(text: str, frame: Frame, state: State) -> c.Command | None:
    """The answer that a text gives, in whatever words; None if it is about something else."""
    asked, options = definition(frame), frame_asking.options(frame, state)
    if asked.kind == "text":
        return c.Reply(frame.name, text)
    said, match = read_yes_no(text, state.locale), match_options(text, options, slot=frame.name, locale=state.locale)
    if match and match.ids and match.how in _WHOLE - ({"near"} if asked.kind == "confirm" else set()):
        return c.Reply(frame.name, match.ids[0])
    if asked.kind == "confirm":
        return c.Reply(frame.name, said) if said in ("yes", "no") else None
    if said == "no" and asked.skip:
        return c.Reply(frame.name, asked.skip)
    if asked.source == "languages" and (language := tongue(text)):
        return c.SwitchLanguage(language)
    return _counted(text, frame, state)


def led(text: str, frame: Frame, state: State) -> tuple[c.Reply, str] | None:
    """A yes or a no with a few more words behind it, and those words: "yes, delete it". None where they say the contrary."""
    words = [word for word in lex(text).words if word not in _PUNCTUATION]
    known = yes_no_words(state.locale)
    if definition(frame).kind != "confirm" or "?" in words:
        return None
    openings = [(hit.last, name) for name, phrases in known.answers if (hit := phrases.at(tuple(words), 0))]
    if not openings:
        return None
    end, said = max(openings)
    rest = words[end:]
    contrary = _contrary(said, state.locale)
    if (
        said == "unsure"
        or not 0 < len(rest) <= _MOST_WORDS_BEHIND
        or any(_is_contrary(word, contrary) for word in rest)
    ):
        return None
    return c.Reply(frame.name, said), " ".join(rest)


def _contrary(said: str, locale: str) -> frozenset[str]:
    """Words behind a yes or a no that take it back, or put a condition on it."""
    known, turns = yes_no_words(locale), frozenset(slot_words(locale).but)
    if said == "no":
        return known.contradicts_no | turns
    return known.negations | known.polarity["negators"] | known.polarity["against"] | known.polarity["either"] | turns


def _is_contrary(word: str, contrary: frozenset[str]) -> bool:
    return word in contrary or word[0].isdigit()


def _counted(text: str, frame: Frame, state: State) -> c.Reply | c.Unreadable | None:
    """ "Four", "a 4 I think": where the answers are numbers."""
    answers = {option for option in definition(frame).options if option.isdecimal()}
    if answers and text.isdecimal() and text not in answers:
        return c.Unreadable("not_an_option")  # "9" is no answer to the question beneath
    found = find_numbers(text, state.locale) if answers and len(text.split()) <= _MOST_WORDS_AROUND else []
    number = f"{found[0].value:f}" if len(found) == 1 else ""
    return c.Reply(frame.name, number) if number in answers else None
