"""How hard a text is to read, and which words a reader should not have to know, by language."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from advisor.profiling import load
from advisor.replies.wording import catalogue

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_GERMAN_VOWELS = re.compile(r"aa|ee|oo|ai|au|äu|ei|eu|ie|[aeiouyäöü]")
NOT_SAID = ("data.", "lists.")
"""Keys of words for the data, which come as they are, and of signs."""


def sentences(language: str) -> list[tuple[str, str]]:
    """(key, text) of all that may be said, the questionnaire included; values stand for the figures."""
    said = [(key, text) for key, text in catalogue(language).items() if not key.startswith(NOT_SAID)]
    for slot, asked in load(language).items():
        said += [(f"question.{slot}", asked.text), (f"question.{slot}.why", asked.why)]
        said += [(f"question.{slot}.{o.id}", f"{o.label}. {o.hint}") for o in asked.options]
    return said


def plain(text: str) -> str:
    """The text without form, and with figures in the places of values."""
    return re.sub(r"\{[a-z_0-9]+(?::[a-z]+)?\}", "10", text.replace("**", ""))


def parts(text: str) -> list[str]:
    """Sentences and parts of them that stand by themselves."""
    return [part for part in re.split(r"(?<=[.!?:;])\s+|\n+", plain(text)) if re.search(r"[^\W\d_]", part)]


def english_grade(text: str) -> float:
    """Flesch and Kincaid's (1975) reading grade: 0.39 words per sentence + 11.8 syllables per word - 15.59."""
    words = [word for part in parts(text) for word in re.findall(r"[A-Za-z0-9'’]+", part)]
    return 0.39 * len(words) / len(parts(text)) + 11.8 * sum(map(_english_syllables, words)) / len(words) - 15.59


def _english_syllables(word: str) -> int:
    bare = re.sub(r"(?:[^laeiouy]es|ed|[^laeiouy]e)$", "", re.sub(r"[^a-z]", "", word.lower()))
    return max(1, len(re.findall(r"[aeiouy]{1,2}", re.sub(r"^y", "", bare))))


def german_grade(text: str) -> float:
    """First Vienna formula (Bamberger and Vanecek 1984), a school grade from shares of words and words per sentence.

    0.1935 x % of three syllables or more + 0.1672 x words per sentence + 0.1297 x % of more than six letters
    - 0.0327 x % of one syllable - 0.875.
    """
    words = [word for part in parts(text) for word in _WORD.findall(part)]
    syllables = [max(1, len(_GERMAN_VOWELS.findall(word.lower()))) for word in words]
    many, one = sum(n >= 3 for n in syllables), sum(n == 1 for n in syllables)
    long = sum(len(word) > 6 for word in words)
    shares = (0.1935 * many + 0.1297 * long - 0.0327 * one) * 100 / len(words)
    return shares + 0.1672 * len(words) / len(parts(text)) - 0.875


@dataclass(frozen=True, slots=True)
class Reader:
    """What a reader of a language can be asked to read. `few` words say too little about how hard they are to be graded."""

    grade: Callable[[str], float]
    few: int
    jargon: re.Pattern[str]


READERS = {
    "en": Reader(
        english_grade,
        6,
        re.compile(
            r"volatil|cvar|\bvar\b|value at risk|sharpe|sortino|frontier|covarian|correlat|basis point|quantile|percentile|median|"
            r"stochastic|monte carlo|bootstrap|optimi[sz]|equit(?:y|ies)\b|asset class|allocation|drawdown|standard deviation|"
            r"variance|log return|random walk|liquidity|rebalanc|nominal|annuali[sz]",
            re.IGNORECASE,
        ),
    ),
    # German has no one-word forms for little words such as "of the", so that few words are more often long ones.
    "de": Reader(
        german_grade,
        10,
        re.compile(
            r"volatil|cvar|\bvar\b|value.at.risk|sharpe|sortino|effizien|kovarian|korrel|basispunkt|quantil|perzentil|median|"
            r"stochast|monte.carlo|bootstrap|optimi|\bequit|\basset|anlageklasse|assetklasse|allokation|drawdown|"
            r"standardabweichung|varianz|log.?rendite|random.walk|liquidit|rebalanc|nominal|annualisi|diversifi|performance|"
            r"benchmark|\bexposure|duration\b|\bspread|aktienquote|risikobudget|\bcash\b|\bbond",
            re.IGNORECASE,
        ),
    ),
}
"""Words of the trade. The glossary explains some, and the frontier is a view for those who ask for it by name."""
