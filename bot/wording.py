"""The few sentences this channel says by itself. All else comes from the dialogue."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """One language's sentences and labels; a further language is one more instance in `_WORDINGS`."""

    skip: str
    why: str
    back: str
    done: str
    choose: str
    unreadable_block: str
    no_picture: str
    file: str
    group: str
    edited: str
    failed: str
    description: str
    short_description: str
    commands: tuple[tuple[str, str], ...]


_ENGLISH = Wording(
    skip="Skip",
    why="Why?",
    back="Back",
    done="Done",
    choose="Please choose:",
    unreadable_block="(One part of this answer cannot be shown here.)",
    no_picture="(The picture could not be drawn. These are its numbers.)",
    file="File: {name} ({size}). You find it on the website.",
    group="I answer in private chats only, because money is a private matter. Open my profile and press Start.",
    edited="I cannot see changes to a message I have read. Please send the new text as a message of its own.",
    failed="Something went wrong on our side and I could not handle your last message. Please send it again.",
    description=(
        "I help you to plan how to invest: a few questions, then a plan with pictures and plain words. "
        "I never trade, never hold money, and never ask for codes, passwords or wallets."
    ),
    short_description="Plans for your savings, in plain words. Never asks for money, codes or passwords.",
    commands=(
        ("start", "Begin, or pick up where we were"),
        ("help", "What I can do"),
        ("plan", "Your plan"),
        ("report", "Your plan as a PDF"),
        ("price", "A price, for example: /price Apple"),
        ("stop", "Stop for now; your answers are kept"),
    ),
)
_WORDINGS = {"en": _ENGLISH}


def wording(locale: str | None = None) -> Wording:
    """The sentences in this locale's language; English where there is no translation."""
    language = (locale or "en").replace("_", "-").partition("-")[0].lower()
    return _WORDINGS.get(language, _ENGLISH)
