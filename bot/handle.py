"""What the bot does with each event: words and answers go to the dialogue, the rest is settled here."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from datetime import datetime, timedelta

from telegram import Bot
from telegram.error import BadRequest, TelegramError

from advisor.domain.message import Conversation, Inbound, Received, Visitor
from bot.callback import SYSTEM_TEXTS, ButtonData, decode, offered
from bot.chats import Reach
from bot.earlier import EarlierTaps
from bot.flood import FloodGate
from bot.inbound import Event, Ignored, Membership, Remark, Said, Screen, Tapped, query_of
from bot.keyboard import bare, is_question, label_of, tick_key, ticks, toggled
from bot.languages import language_of
from bot.needs import CHANNEL, BotNeeds
from bot.questions import OpenQuestions
from bot.render import render
from bot.sending import Sender
from bot.wording import wording

_GROUP_SILENCE = timedelta(days=1)
_REMEMBERED = 5_000
_NO_ANSWERS = frozenset({"why", "back"})
_log = logging.getLogger(__name__)


class Reception:
    """Handles inbox rows. Every path ends with the row marked: by the dialogue in its commit, else by `discard`."""

    def __init__(self, needs: BotNeeds, bot: Bot, sender: Sender, *, reach: Reach, questions: OpenQuestions) -> None:
        self._dialogue, self._storage, self._clock = needs.dialogue, needs.storage, needs.clock
        self._bot, self._sender, self._reach, self._questions = bot, sender, reach, questions
        self._earlier = EarlierTaps(needs.storage, questions)
        self._ticks = TickMemory()
        self._gate = FloodGate(needs.limiter, sender)

    async def passed(self, event: Event, stop: asyncio.Event) -> bool:
        """Wait until the event may be handled; False if a stop came first."""
        return await self._gate.passed(event, stop)

    async def acknowledge(self, event: Event) -> None:
        """Stop the button's spinner; in a group say why nothing follows, for an old button what is open instead."""
        in_group = isinstance(event, Remark)
        text = wording(event.locale).group if isinstance(event, Remark) else None
        if isinstance(event, Tapped):
            text = await self._earlier.hint(event) or None
        try:
            await self._bot.answer_callback_query(query_of(event), text=text, show_alert=in_group)
        except TelegramError as error:
            # "Query is too old" after an outage; nothing is lost but the spinner.
            _log.info("tap_not_answered: %s", error)

    async def handle(self, row: Received, event: Event) -> None:
        """Do what the event asks for and leave its row marked as handled."""
        match event:
            case Said():
                await self._reach.heard(event.chat, anew=event.starts)
                await self._receive(event.chat, event.visitor, event.inbound(row.external_id))
            case Tapped():
                await self._reach.heard(event.chat)
                await self._tapped(row, event)
            case Membership(chat=chat, reachable=True):
                await self._reach.heard(chat, anew=True)
                await self._discard(row)
            case Membership(chat=chat):
                await self._reach.lost(chat)
                await self._discard(row)
            case Remark():
                await self._remark(event)
                await self._discard(row)
            case Ignored(reason=reason):
                _log.info("update_ignored update=%s: %s", row.external_id, reason)
                await self._discard(row)

    async def give_up(self, row: Received, event: Event) -> None:
        """Mark a row that cannot be handled and tell its sender, so that he does not wait."""
        _log.error("message_given_up update=%s", row.external_id)
        await self._discard(row)
        if isinstance(event, Said | Tapped):
            locale = await language_of(self._storage, event.chat, event.visitor.locale)
            await self._sender.say(event.chat, wording(locale).failed)

    async def _discard(self, row: Received) -> None:
        await self._storage.discard(CHANNEL, row.external_id)

    async def _receive(self, chat: str, visitor: Visitor, inbound: Inbound) -> bool:
        """Hand a message to the dialogue. Where everything was erased, say goodbye ourselves: it is stored nowhere."""
        asked = await self._questions.current(chat)
        goodbye = await self._dialogue.receive(CHANNEL, chat, visitor, inbound)
        if goodbye is None:
            return False
        if asked is not None:
            await self._questions.strip(chat, asked.message_id)
        await self._sender.part_with(chat, render(goodbye.blocks or (), goodbye.expects, goodbye.number))
        return True

    async def _tapped(self, row: Received, tap: Tapped) -> None:
        button = tap.button
        if button is None:
            await self._discard(row)
            return
        if button.action in ("select", "deselect"):
            await self._toggle(tap, button)
            await self._discard(row)
            return
        inbound = await self._answer(row.external_id, tap, button)
        asked = await self._questions.current(tap.chat)
        answers = asked is not None and asked.message_id == tap.message_id
        if answers and tap.screen is not None:
            self._questions.settle(tap.chat, tap.screen.message_id)
        erased = await self._receive(tap.chat, tap.visitor, inbound)
        if tap.screen is not None and not erased:
            await self._show(tap, tap.screen, button, answers=answers)

    async def _show(self, tap: Tapped, screen: Screen, button: ButtonData, *, answers: bool) -> None:
        """Let the message that was tapped show what became of it: the answer, or that its question is past."""
        label = self._label(tap, button)
        self._ticks.forget(tap.chat, screen.message_id)
        if answers:
            await self._questions.answered(tap.chat, screen, label)
        elif is_question(screen.markup):
            await self._questions.strip(tap.chat, screen.message_id)

    def _label(self, tap: Tapped, button: ButtonData) -> str:
        """What was chosen, as the buttons say it; "" for "why?" and "back", which leave the question unanswered."""
        if button.option == "done":
            selected = frozenset(self._selected(tap))
            return ", ".join(bare(tick.label) for tick in ticks(tap.markup) if tick_key(tick.data) in selected)
        return "" if button.option in _NO_ANSWERS and button.action == "system" else label_of(tap.markup, tap.data)

    async def _answer(self, external_id: str, tap: Tapped, button: ButtonData) -> Inbound:
        """A tap as the dialogue takes it. A button that cannot be resolved gives empty words: the question comes again."""
        conversation = await self._storage.find_conversation(CHANNEL, tap.chat)
        # A turn that is still to come: the button is from a talk that was erased, or ended by a link. Older than any question.
        seen = button.turn if conversation is not None and button.turn <= conversation.turn else 0
        if button.action == "choose":
            chosen = await self._options(conversation, [button])
        elif button.option == "done":
            selected = self._selected(tap)
            meanings = [meaning for data in selected if (meaning := decode(data)) is not None]
            chosen = await self._options(conversation, meanings)
        else:
            return Inbound(external_id, text=SYSTEM_TEXTS.get(button.option, ""), seen_turn=seen)
        if not chosen:
            return Inbound(external_id, text="", seen_turn=seen)
        return Inbound(external_id, choice=tuple(chosen), seen_turn=seen)

    async def _options(self, conversation: Conversation | None, buttons: list[ButtonData]) -> list[str]:
        """Option ids of buttons; numbers are looked up in the turn the button belongs to."""
        found = []
        for button in buttons:
            if button.index is None:
                found.append(button.option)
                continue
            turns = await self._storage.history(conversation.id, button.turn - 1, 1) if conversation else []
            if turns and turns[0].number == button.turn:
                options = offered(turns[0].blocks or (), turns[0].expects)
                found += [option.id for option in options[button.index : button.index + 1]]
        return found

    def _selected(self, tap: Tapped) -> list[str]:
        """Keys of the ticked options, in the order of the buttons."""
        shown = ticks(tap.markup)
        known = self._ticks.of(tap.chat, tap.message_id)
        if known is None:
            return [tick_key(tick.data) for tick in shown if tick.selected]
        return [key for tick in shown if (key := tick_key(tick.data)) in known]

    async def _toggle(self, tap: Tapped, button: ButtonData) -> None:
        """Tick or untick an option in place; the keyboard itself holds the state, so that it survives a restart."""
        if tap.message_id is None:
            return
        selected = frozenset(self._selected(tap))
        key = tick_key(tap.data)
        selected = selected | {key} if button.action == "select" else selected - {key}
        markup = toggled(tap.markup, selected)
        try:
            await self._bot.edit_message_reply_markup(
                chat_id=int(tap.chat), message_id=tap.message_id, reply_markup=markup
            )
        except TelegramError as refused:
            if not isinstance(refused, BadRequest) or "not modified" not in str(refused).lower():
                # What the investor sees counts, so an edit that failed is forgotten: the tick did not appear.
                _log.warning("tick_not_shown chat=%s: %s", tap.chat, refused)
                self._ticks.forget(tap.chat, tap.message_id)
                return
        except TypeError:
            _log.warning("telegram_answer_unreadable: editMessageReplyMarkup")
        self._ticks.keep(tap.chat, tap.message_id, selected)

    async def _remark(self, remark: Remark) -> None:
        if remark.kind == "edited":
            locale = await language_of(self._storage, remark.chat, remark.locale)
            await self._sender.say(remark.chat, wording(locale).edited)
            return
        if remark.query_id:
            return  # answered as a pop-up already
        # Once a day and group: a sentence after every message would be a nuisance.
        key, now = f"telegram:group:{remark.chat}", self._clock.now()
        said = await self._storage.note(key)
        if said is None or now - datetime.fromisoformat(said) > _GROUP_SILENCE:
            await self._storage.set_note(key, now.isoformat())
            await self._sender.say(remark.chat, wording(remark.locale).group)


class TickMemory:
    """Ticks of the keyboards edited lately: a second tap may carry the keyboard as it was before the first one's edit."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, int], frozenset[str]] = OrderedDict()

    def of(self, chat: str, message_id: int | None) -> frozenset[str] | None:
        """Keys ticked on this message, None if it was not edited by this process."""
        return None if message_id is None else self._known.get((chat, message_id))

    def keep(self, chat: str, message_id: int, selected: frozenset[str]) -> None:
        """Note what is ticked now."""
        self._known[chat, message_id] = selected
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)

    def forget(self, chat: str, message_id: int) -> None:
        """The keyboard is done with, or what it shows is not known."""
        self._known.pop((chat, message_id), None)
