"""What instruments are called, in sentences and on buttons, and the buttons that carry their names."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from advisor.domain.bars import InstrumentRecord
from advisor.domain.reply import Choices, Option
from advisor.replies.translated import translated
from advisor.replies.wording import listing, say

QUICK_SPANS = ("1mo", "1y", "5y", "max")
_LONGEST_LABEL = 34
_MOST_OF_A_NAME = 8
_SAFE = "^=.&_-"  # in a button's id; the rest of a symbol is written as %..


def quick_replies(names: str, locale: str, *, named: bool) -> Choices:
    """Buttons for other spans of time. `named` puts the symbols into the words, where "5 years" alone could answer a question."""
    spoken = f"{listing(locale, names.split(','))} " if named else ""
    return Choices(
        tuple(
            Option(f"price/{_coded(names)}/{span}", f"{spoken}{say(locale, f'instrument.quick.{span}')}")
            for span in QUICK_SPANS
        )
    )


def choices(
    what: str, names: Sequence[str], place: int, candidates: Sequence[InstrumentRecord], span: str, *, locale: str
) -> Choices:
    """Buttons for each candidate of the name at `place` among `names`; the other names stay as they are."""
    options = []
    for item in candidates:
        chosen = [item.symbol if at == place else name for at, name in enumerate(names)]
        options.append(Option(f"{what}/{_coded(','.join(chosen))}/{span}", _label(item, locale)))
    return Choices(tuple(options))


def called(record: InstrumentRecord, locale: str) -> str:
    """ "Apple (AAPL)"."""
    return f"{translated(record.name, locale)} ({record.symbol})" if record.name else record.symbol


def _label(record: InstrumentRecord, locale: str) -> str:
    """As `called`, short enough for a button: the symbol tells it apart."""
    room = max(_MOST_OF_A_NAME, _LONGEST_LABEL - len(record.symbol) - len(" ()"))
    name = translated(record.name, locale)
    cut = name if len(name) <= room else f"{name[: room - 1].rstrip(' ,(')}…"
    return f"{cut} ({record.symbol})" if cut else record.symbol


def _coded(names: str) -> str:
    return quote(names, safe=_SAFE + ",")
