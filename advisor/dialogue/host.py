"""Who runs this installation."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.replies.host import in_words
from advisor.replies.wording import say


@dataclass(frozen=True, slots=True)
class Host:
    """Who runs this installation, for the sentences that must say so.

    `contact` is where a person can be reached, "" where that is not said. `reached_by_us` tells that wishes to talk to a person are
    passed on by ourselves, `on_telegram` that we have a bot there, `language_model` that what is written goes through one.
    """

    operator: str
    licence: str
    paid: str
    contact: str = ""
    reached_by_us: bool = False
    on_telegram: bool = False
    language_model: bool = False

    def values(self, locale: str) -> dict[str, str]:
        """For the catalogue, in the reader's language as far as the words are ours."""
        said = {"operator": self.operator, "licence": self.licence, "paid": self.paid}
        leaving = say(locale, "host.language_model") if self.language_model else ""
        return {name: in_words(name, text, locale) for name, text in said.items()} | {"words_leave": leaving}
