"""The questionnaire in the reader's language, or in English where it is not translated yet."""

from __future__ import annotations

from advisor.profiling.questions import ChoiceQuestion, load
from advisor.replies.wording import language_of


def question(locale: str, slot: str) -> ChoiceQuestion:
    """A choice question by its slot.

    Raises:
        KeyError: for a slot that is not a choice question.
    """
    return load(language_of(locale))[slot]
