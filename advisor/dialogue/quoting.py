"""Prices and forecasts in a dialogue: which instrument is meant, asking back where several may be, and what is shown."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from advisor.analysis.changes import PriceView
from advisor.dialogue import commands as c
from advisor.dialogue.effects import Do
from advisor.dialogue.looking_up import SHOWN, as_label
from advisor.dialogue.outcome import Outcome
from advisor.dialogue.state import State
from advisor.domain.chart import ChartSpec
from advisor.domain.errors import InvalidInput, MarketDataError, SmartInvestError
from advisor.domain.message import Conversation
from advisor.domain.reply import Block, Choices, Notice, Text
from advisor.replies import forecast as forecast_words
from advisor.replies import instrument as words
from advisor.replies.translated import all_translated, translated
from advisor.replies.wording import listing, say
from advisor.services.forecast import ForecastService
from advisor.services.instruments import MOST_AT_ONCE, InstrumentService, Resolution

USUAL_SPAN = "1y"
# Whether a few words are a name is not worth a long wait: without an answer they are taken for what they else mean.
_SETTLE_SECONDS = 3.0


class Quoting:
    """The part of the actions that is about single instruments."""

    def __init__(self, instruments: InstrumentService, forecasts: ForecastService) -> None:
        self._instruments = instruments
        self._forecasts = forecasts

    async def settle(self, commands: Sequence[c.Command]) -> tuple[c.Command, ...]:
        """The commands without anything tentative: a wish to see what its words name, or what they mean otherwise."""
        settled: list[c.Command] = []
        for command in commands:
            if not isinstance(command, c.Tentative):
                settled.append(command)
            elif await self._names(command):
                settled.append(command.show)
            else:
                settled.extend(await self.settle(command.otherwise))
        return tuple(settled)

    async def price(self, state: State, do: Do, conversation: Conversation) -> Outcome:
        """Prices and charts of what was named, or the question which one is meant."""
        named = await self._instruments.resolve_all(do.argument)
        if not named:
            return Outcome((Text(say(state.locale, "instrument.which")),))
        asked = await self._ask_back("price", named, do.period, state, conversation)
        if asked is not None:
            return asked
        found = [item.found.symbol for item in named if item.found][:MOST_AT_ONCE]
        views: list[PriceView] = []
        troubles: list[Block] = []
        for symbol in found:
            try:
                views.append(await self._instruments.prices(symbol, do.period or USUAL_SPAN))
            except (MarketDataError, InvalidInput) as error:  # one without prices does not hide the others
                troubles.append(Notice("info", translated(error.message, state.locale)))
        shown = words.present(views, state.locale) if views else ()
        unknown, choices = await self._unknown("price", named, do.period, state)
        if len(named) > MOST_AT_ONCE:
            troubles.append(Notice("info", say(state.locale, "instrument.most", count=MOST_AT_ONCE)))
        names = ",".join(view.record.symbol for view in views)
        quick = words.quick_replies(names, state.locale, named=state.asking is not None) if views else None
        blocks = (*shown, *troubles, *unknown, *((quick,) if quick else ()))
        return Outcome(blocks, _kept(names, [item for item in (quick, choices) if item], conversation))

    async def forecast(self, state: State, do: Do, conversation: Conversation) -> Outcome:
        """Forecasts of what was named, or the question which one is meant."""
        named = await self._instruments.resolve_all(do.argument)
        if not named:
            return Outcome((Text(say(state.locale, "forecast.which")),))
        asked = await self._ask_back("forecast", named, "", state, conversation)
        if asked is not None:
            return asked
        blocks: list[Block | ChartSpec] = []
        for symbol in [item.found.symbol for item in named if item.found][:MOST_AT_ONCE]:
            try:
                blocks.extend(forecast_words.present(await self._forecasts.forecast(symbol), state.locale))
            except SmartInvestError as error:
                blocks.append(Notice("info", translated(error.message, state.locale)))
        if len(named) > MOST_AT_ONCE:
            blocks.append(Notice("info", say(state.locale, "instrument.most", count=MOST_AT_ONCE)))
        unknown, choices = await self._unknown("forecast", named, "", state)
        return Outcome((*blocks, *unknown), _kept("", [choices] if choices else [], conversation))

    async def _names(self, command: c.Tentative) -> bool:
        """Whether the words name something: all of them where they have to be exact, else at least one.

        Words that may as well be an answer are looked for in our own books only, and not sent to a source.
        """
        try:
            async with asyncio.timeout(_SETTLE_SECONDS):
                named = await self._instruments.resolve_all(command.show.argument, outside=not command.exact)
        except (SmartInvestError, TimeoutError):
            return False
        if command.exact:
            return bool(named) and all(item.exact or item.begun for item in named)
        return any(item.kind != "none" for item in named)

    async def _ask_back(
        self, what: str, named: Sequence[Resolution], span: str, state: State, conversation: Conversation
    ) -> Outcome | None:
        """Which of several is meant; the rest of what was asked for stands in the buttons."""
        unsure = next((place for place, item in enumerate(named) if item.kind == "several"), None)
        if unsure is None:
            return None
        choices = words.choices(what, _names(named), unsure, named[unsure].candidates, span, locale=state.locale)
        text = Text(say(state.locale, "instrument.several", said=named[unsure].said))
        return Outcome((text, choices), _kept("", [choices], conversation))

    async def _unknown(
        self, what: str, named: Sequence[Resolution], span: str, state: State
    ) -> tuple[tuple[Block, ...], Choices | None]:
        """A sentence on each name that is not known, and buttons of what is like the first of them."""
        missing = [place for place, item in enumerate(named[:MOST_AT_ONCE]) if item.kind == "none"]
        if not missing:
            return (), None
        near = next((place for place in missing if named[place].candidates), None)
        blocks: list[Block] = [
            Notice("info", say(state.locale, "instrument.unknown", said=named[place].said)) for place in missing
        ]
        if near is None:
            examples = listing(state.locale, all_translated(await self._instruments.examples(), state.locale))
            if examples:
                blocks.append(Text(say(state.locale, "instrument.examples", names=examples)))
            return tuple(blocks), None
        choices = words.choices(what, _names(named), near, named[near].candidates, span, locale=state.locale)
        return (*blocks, Text(say(state.locale, "instrument.near")), choices), choices


def _names(named: Sequence[Resolution]) -> list[str]:
    """Symbols where they are known, else what was said; a comma would part a name in two."""
    return [item.found.symbol if item.found else item.said.replace(",", " ") for item in named[:MOST_AT_ONCE]]


def _kept(names: str, choices: Sequence[Choices], conversation: Conversation) -> dict[str, object]:
    """What the next message may refer to: the instruments shown, and the words of the buttons."""
    labels = {as_label(option.label): option.id for item in choices for option in item.options}
    return {SHOWN: {"turn": conversation.turn + 2, "names": names, "choices": labels}}
