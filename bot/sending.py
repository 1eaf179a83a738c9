"""Sending one part, in the best form that Telegram accepts."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Awaitable

from telegram import Bot, InputFile, LinkPreviewOptions, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot.client import retry_seconds
from bot.documents import Documents
from bot.loops import back_off
from bot.pacing import Pacer
from bot.pictures import Pictures
from bot.render import MAX_TEXT, DocumentPart, MessagePart, Part, PhotoPart
from bot.richtext import from_markup, split, to_plain
from bot.wording import wording

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_HOPELESS = ("chat not found", "user not found", "peer_id_invalid")
_GOODBYES = 4
_LONGEST_WAIT = 20.0
_log = logging.getLogger(__name__)


class TooLate(Exception):
    """The chat's turn came after the time at which a part may be begun; nothing was sent."""


class Sender:
    """Sends parts at the pace Telegram allows. Returns the id of the message that was accepted last, None if unknown."""

    def __init__(self, bot: Bot, pacer: Pacer, pictures: Pictures, documents: Documents) -> None:
        self._bot, self._pacer, self._pictures, self._documents = bot, pacer, pictures, documents

    async def send(self, chat: str, part: Part, *, urgent: bool, until: float = math.inf) -> int | None:
        """Send a part, as plain text where Telegram refuses its form. `until` is in seconds of the monotonic clock.

        Raises:
            TooLate: if it would begin after `until`, when somebody else may be sending it.
            BadRequest: if the plain text is refused as well, or there is no such chat.
            TelegramError: as the connection gives it.
        """
        await self._pacer.turn(chat, urgent=urgent)
        if time.monotonic() > until:
            raise TooLate
        try:
            if isinstance(part, PhotoPart):
                return await self._photo(chat, part)
            if isinstance(part, DocumentPart):
                return await self._document(chat, part)
            return await self._message(chat, part)
        except BadRequest as refused:
            if any(reason in str(refused).lower() for reason in _HOPELESS):
                raise
            _log.warning("telegram_refused chat=%s: %s; sending plain text", chat, refused)
            return await self._plain(chat, part)

    async def say(self, chat: str, text: str) -> None:
        """Send a sentence of our own, outside of the dialogue; not repeated if it fails."""
        try:
            await self._pacer.turn(chat, urgent=True)
            await _accepted(self._bot.send_message(chat_id=int(chat), text=text))
        except TelegramError as error:
            _log.warning("sentence_not_sent chat=%s: %s", chat, error)

    async def part_with(self, chat: str, parts: list[Part]) -> None:
        """Say goodbye to somebody of whom nothing is kept: tried a few times, and then let go."""
        for part in parts:
            for failures in range(_GOODBYES):
                try:
                    await self.send(chat, part, urgent=True)
                except (BadRequest, Forbidden) as refused:
                    _log.warning("goodbye_not_sent: %s", refused)
                    return
                except TelegramError as error:
                    _log.warning("goodbye_not_sent: %s; attempt %d of %d", error, failures + 1, _GOODBYES)
                    wait = retry_seconds(error) if isinstance(error, RetryAfter) else back_off(failures)
                    await asyncio.sleep(min(wait, _LONGEST_WAIT))
                else:
                    break

    async def _message(self, chat: str, part: MessagePart) -> int | None:
        sent = await _accepted(
            self._bot.send_message(
                chat_id=int(chat),
                text=part.html,
                parse_mode=ParseMode.HTML,
                reply_markup=part.keyboard,
                link_preview_options=_NO_PREVIEW,
            )
        )
        return sent.message_id if sent else None

    async def _photo(self, chat: str, part: PhotoPart) -> int | None:
        """By Telegram's own copy if it has one; a copy it no longer takes is forgotten and drawn anew."""
        known = await self._pictures.file_id(part.spec)
        if known:
            try:
                return _id(await self._upload(chat, part, known))
            except BadRequest as refused:
                if "file" not in str(refused).lower():
                    raise
                await self._pictures.remember(part.spec, "")
        try:
            drawn = await self._pictures.draw(part.spec)
        except Exception:  # noqa: BLE001 - the drawing code is not ours to know; the words must arrive whatever it raises
            _log.exception("picture_not_drawn name=%s", part.spec.name)
            return await self._plain(chat, part)
        sent = await self._upload(chat, part, drawn)
        if sent and sent.photo:
            await self._pictures.remember(part.spec, sent.photo[-1].file_id)
        return _id(sent)

    async def _document(self, chat: str, part: DocumentPart) -> int | None:
        """The file, by Telegram's own copy if it has one; where it is not stored for who reads here, the sentence that names it."""
        found = await self._documents.of(chat, part.document)
        if found is None:
            _log.error("document_missing chat=%s id=%s", chat, part.document)
            return await self._plain(chat, part)
        if known := await self._documents.file_id(chat, part.document):
            try:
                return _id(await self._hand_over(chat, part, known))
            except BadRequest as refused:
                if "file" not in str(refused).lower():
                    raise
                await self._documents.remember(chat, part.document, "")
        sent = await self._hand_over(chat, part, InputFile(found.content, filename=found.name))
        if sent and sent.document:
            await self._documents.remember(chat, part.document, sent.document.file_id)
        return _id(sent)

    async def _hand_over(self, chat: str, part: DocumentPart, file: str | InputFile) -> Message | None:
        return await _accepted(self._bot.send_document(chat_id=int(chat), document=file, reply_markup=part.keyboard))

    async def _upload(self, chat: str, part: PhotoPart, photo: str | bytes) -> Message | None:
        return await _accepted(
            self._bot.send_photo(
                chat_id=int(chat),
                photo=photo,
                caption=part.html,
                parse_mode=ParseMode.HTML,
                reply_markup=part.keyboard,
            )
        )

    async def _plain(self, chat: str, part: Part) -> int | None:
        """The words without form; for a picture with a sentence that it is missing. Buttons stay, links to pages go."""
        text = part.plain
        if isinstance(part, PhotoPart):
            text = f"{part.plain}\n{wording(part.spec.locale).no_picture}"
        pieces = [to_plain(piece) for piece in split(from_markup(text), MAX_TEXT)]
        sent = await _accepted(
            self._bot.send_message(
                chat_id=int(chat),
                text=pieces[0] if pieces else wording().choose,
                reply_markup=part.keyboard,
                link_preview_options=_NO_PREVIEW,
            )
        )
        return _id(sent)


def _id(sent: Message | None) -> int | None:
    return sent.message_id if sent else None


async def _accepted(call: Awaitable[Message]) -> Message | None:
    """The message Telegram accepted; None where it was accepted but the answer has a form the library cannot read.

    Such an answer must not count as a failure, or the same message would be sent again and again.
    """
    try:
        return await call
    except (TypeError, KeyError, AttributeError) as odd:
        _log.warning("telegram_answer_unreadable: %r", odd)
        return None
