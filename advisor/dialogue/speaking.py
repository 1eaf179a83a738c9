"""The language of a dialogue: which are served, and going on in another one. Pure."""

from __future__ import annotations

from dataclasses import replace

from babel import Locale, UnknownLocaleError
from babel.languages import get_official_languages

from advisor.dialogue.effects import Effect, Say
from advisor.dialogue.frames import Frame
from advisor.dialogue.state import State
from advisor.replies.wording import locales

LANGUAGE = "language"
REGION = "region"
"""The fact that holds the region of a locale that the present language is not spoken in, for the way back."""


def switch(state: State, wished: str) -> tuple[State, tuple[Effect, ...]]:
    """The dialogue in another language; where that is none or not served, the question which of those there are."""
    language, _, region = wished.replace("_", "-").partition("-")
    language, region = language.casefold(), region.upper()
    if language not in locales():
        asked = state.with_frame(Frame(LANGUAGE))
        return asked, (Say("language.not_served", {"wished": name(language, state.locale)}),) if language else ()
    state = replace(state, frames=tuple(frame for frame in state.frames if frame.name != LANGUAGE))
    before, _, own = state.locale.partition("-")
    if language == before and not region:
        return state, (Say("language.already"),)
    own = own or state.facts.get(REGION, "")
    for place in (region, own):
        if place and _spoken(f"{language}-{place}"):
            return _in(state, f"{language}-{place}", own)
    return _in(state, language, own)


def native(language: str) -> str:
    """What a language calls itself: "Deutsch"."""
    found = Locale.parse(language).get_language_name(language) or language
    return found[:1].upper() + found[1:]


def name(language: str, locale: str) -> str:
    """What a language is called in another one; its code where nobody knows it."""
    try:
        return Locale.parse(language).get_language_name(locale.partition("-")[0]) or language
    except (ValueError, UnknownLocaleError):
        return language


def _in(state: State, locale: str, region: str) -> tuple[State, tuple[Effect, ...]]:
    return replace(state, locale=locale).with_facts(**{REGION: region}), (Say("language.switched"),)


def _spoken(locale: str) -> bool:
    """Whether the language is one of that region's own: English in Germany would write numbers the German way."""
    language, _, region = locale.partition("-")
    return language in get_official_languages(region, de_facto=True)
