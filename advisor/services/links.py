"""Making two channels one person's: a code is offered on one, handed in on the other, and both sides agree."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from advisor.domain.identity import Identity, Link
from advisor.domain.message import Channel
from advisor.ports.storage import TELEGRAM_NAME, Storage
from advisor.ports.system import Clock

LIFETIME = timedelta(minutes=10)
"""How long a code can be handed in and confirmed."""
_CODE_BYTES = 16
_DEEP = "link_"
_BOT = re.compile(r"\w{4,32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Offer:
    """A code, shown once, and the address that hands it in on Telegram where the bot's name is known."""

    code: str
    deep_link: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Side:
    """The other side of a link: its user, its conversation, and the channel it is held on."""

    user_id: str
    conversation_id: str
    channel: Channel


class LinkService:
    """Knows codes by their hashes alone. A code is good for one use within ten minutes, by somebody else than its owner."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    async def offer(self, user_id: str, conversation_id: str) -> Offer:
        """A new code; earlier ones of the same conversation stop working."""
        code = base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode().rstrip("=").lower()
        expires_at = self._clock.now() + LIFETIME
        await self._storage.offer_link(Link(code_hash(code), user_id, conversation_id, expires_at))
        name = await self._storage.note(TELEGRAM_NAME)
        deep_link = f"https://t.me/{name}?start={_DEEP}{code}" if name and _BOT.fullmatch(name) else None
        return Offer(code, deep_link, expires_at)

    async def find(self, hashed: str, user_id: str) -> Link | None:
        """An offer that this user could hand in now; None if it is unknown, used or expired, or the user's own."""
        link = await self._storage.offered_link(hashed, self._clock.now())
        return link if link is not None and link.user_id != user_id else None

    async def join(self, hashed: str, conversation_id: str) -> Link | None:
        """Hand a code in, once. None if it is unknown, used or expired, or belongs to the same user."""
        return await self._storage.join_link(hashed, conversation_id, self._clock.now())

    async def joined(self, conversation_id: str) -> Link | None:
        """The link that waits for this conversation's yes."""
        return await self._storage.link_joined(conversation_id, self._clock.now())

    async def refuse(self, conversation_id: str) -> bool:
        """Forget the link that waits for this conversation's yes; False if there is none."""
        link = await self.joined(conversation_id)
        if link is not None:
            await self._storage.settle_link(link.code_hash)
        return link is not None

    async def settle(self, link: Link) -> None:
        """Forget a link that both sides agreed to."""
        await self._storage.settle_link(link.code_hash)

    async def side(self, conversation_id: str) -> Side | None:
        """Whose conversation this is and where it is held; None if it is gone."""
        found = await self._storage.conversation(conversation_id)
        return None if found is None else Side(found.user_id, found.id, found.channel)

    async def both_registered(self, user_id: str, other_id: str) -> bool:
        """Whether both have an account: neither can be dropped for the other."""
        return None not in (await self._storage.account(user_id), await self._storage.account(other_id))

    async def elsewhere(self, user_id: str, channel: Channel, address: str) -> list[Identity]:
        """The user's addresses other than this one. All his browsers are one place: each has an address, which nobody sees."""
        known = await self._storage.identities(user_id)
        found = [
            it for it in known if it.channel is not channel or (channel is not Channel.WEB and it.address != address)
        ]
        return sorted(found, key=lambda it: (it.channel, it.address))

    async def unlink(self, user_id: str, identity: Identity) -> bool:
        """Take an address away from a user."""
        return await self._storage.unlink(user_id, identity)


def code_hash(code: str) -> str:
    """What is stored of a code, however it was typed: nobody guesses 128 random bits, so a plain hash does."""
    typed = re.sub(r"[\s-]", "", code).casefold().removeprefix(_DEEP)
    return hashlib.sha256(typed.encode("utf-8", "replace")).hexdigest()
