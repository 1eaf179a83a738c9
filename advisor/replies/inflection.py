"""Words that stand in other grammatical cases than the first, in languages that have them: "10 Jahre", but "in 10 Jahren"."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.replies.wording import known, say

_CASES = ("dative",)


class Inflected(str):
    """Words as they stand by themselves, with their other cases: a sentence with "{time:dative}" takes that one."""

    __slots__ = ("_cases",)

    _cases: Mapping[str, str]

    def __new__(cls, words: str, cases: Mapping[str, str]) -> Inflected:
        """`words` in the first case, `cases` the others by name."""
        made = super().__new__(cls, words)
        made._cases = cases
        return made

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        """Stored or sent to another process, it is plain words: what needs another case has been said by then."""
        return str, (str(self),)

    def __format__(self, spec: str) -> str:
        """The case that a sentence asks for."""
        return self._cases[spec] if spec in self._cases else super().__format__(spec)


def inflected(locale: str, group: str, name: str, **values: object) -> Inflected:
    """The words under "group.name" with every case that the language's catalogue has of them, under "group.case.name"."""
    keys = {case: f"{group}.{case}.{name}" for case in _CASES}
    cases = {case: say(locale, key, **values) for case, key in keys.items() if known(locale, key)}
    return Inflected(say(locale, f"{group}.{name}", **values), cases)
