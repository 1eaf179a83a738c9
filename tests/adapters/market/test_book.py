"""Names of a source: our own books first, then the source itself, and only where it may be asked."""

from __future__ import annotations

from advisor.adapters.market.sample.provider import SampleProvider
from advisor.adapters.market.stored.book import InstrumentBook
from advisor.adapters.market.universes.loader import load_universe
from advisor.domain.bars import InstrumentRecord
from tests.history_fake import MemoryHistory

TESLA = InstrumentRecord("sample", "TSLA", "Tesla, Inc.")


class Listening(SampleProvider):
    """Knows one company that our universes do not, and remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    async def search(self, text: str, limit: int = 10) -> tuple[InstrumentRecord, ...]:
        self.asked.append(text)
        return (TESLA,) if text == "quaxo" else ()


def book(provider: Listening) -> InstrumentBook:
    return InstrumentBook(provider, MemoryHistory(), [load_universe("us_etf_usd")])


async def test_a_name_nobody_here_knows_is_asked_of_the_source() -> None:
    provider = Listening()
    assert await book(provider).search("quaxo", 3) == (TESLA,)
    assert provider.asked == ["quaxo"]


async def test_a_name_of_our_books_is_not_sent_anywhere() -> None:
    provider = Listening()
    assert (await book(provider).search("VTI", 3))[0].symbol == "VTI"
    assert provider.asked == []


async def test_words_that_may_be_an_answer_are_not_sent_anywhere() -> None:
    provider = Listening()
    assert await book(provider).search("quaxo", 3, outside=False) == ()
    assert provider.asked == []
