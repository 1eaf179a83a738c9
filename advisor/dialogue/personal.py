"""Somebody's own data in the talk: export, erasure, linking channels, sign-ins, consent. The same on every channel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from advisor.dialogue import goals
from advisor.dialogue.effects import Do
from advisor.dialogue.flows import Flow
from advisor.dialogue.frames import Frame
from advisor.dialogue.merging import merge
from advisor.dialogue.outcome import Outcome
from advisor.dialogue.state import State
from advisor.domain.delivery import Occurrence, Recipient
from advisor.domain.documents import document
from advisor.domain.identity import ConsentKind, Identity, Link
from advisor.domain.message import Channel, Conversation
from advisor.domain.personal_data import ZIP
from advisor.domain.reply import Text
from advisor.ports.storage import Storage
from advisor.replies import personal as words
from advisor.replies.wording import say
from advisor.services.links import LIFETIME, LinkService, code_hash
from advisor.services.people import PeopleService

Doer = Callable[[State, Do, Conversation], Awaitable[Outcome]]

_SEEN = "sign_ins"
_MINUTES = int(LIFETIME.total_seconds()) // 60
# Where a turn reaches somebody only if it is sent; elsewhere he or she reads it in the history.
_SENT_TO = frozenset({Channel.TELEGRAM})


class Personal:
    """The part of the actions that concerns who somebody is."""

    def __init__(self, storage: Storage, people: PeopleService, links: LinkService, flow: Flow) -> None:
        self._storage = storage
        self._people = people
        self._links = links
        self._flow = flow

    def doers(self) -> dict[str, Doer]:
        """What each kind of work is done by."""
        return {
            "export": self._export,
            "erase": self._erase,
            "link_offer": self._link_offer,
            "link_join": self._link_join,
            "link_joined": self._link_joined,
            "link_confirmed": self._link_confirmed,
            "link_refused": self._link_refused,
            "signed_in": self._signed_in,
            "unlink": self._unlink,
            "sessions": self._sessions,
            "session_end": self._session_end,
            "consent": self._consent,
        }

    async def _export(self, state: State, _do: Do, conversation: Conversation) -> Outcome:
        made = await self._people.export(conversation.user_id, state.locale)
        file = document(conversation.user_id, made.name, ZIP, made.archive)
        rows = sum(len(entries) for entries in made.everything.values())
        return Outcome(words.exported(state.locale, file, rows), document=file)

    @staticmethod
    async def _erase(state: State, _do: Do, _conversation: Conversation) -> Outcome:
        """The goodbye: whoever keeps the turns removes everything instead of keeping this one."""
        return Outcome((Text(say(state.locale, "personal.erase.goodbye")),), erased=True)

    # --- linking -----------------------------------------------------------------------------------------------------
    async def _link_offer(self, state: State, _do: Do, conversation: Conversation) -> Outcome:
        offer = await self._links.offer(conversation.user_id, conversation.id)
        deep_link = None if conversation.channel is Channel.TELEGRAM else offer.deep_link
        return Outcome(words.offer(state.locale, offer.code, deep_link, _MINUTES))

    async def _link_join(self, state: State, do: Do, conversation: Conversation) -> Outcome:
        """A code was handed in here. Nothing is used up before the investor has said yes."""
        link = await self._links.find(code_hash(do.argument), conversation.user_id)
        there = await self._links.side(link.conversation_id) if link else None
        if link is None or there is None:
            return _said(state, "unknown", minutes=str(_MINUTES))
        return Outcome(frame=Frame("link_join", {"code_hash": link.code_hash, "channel": there.channel.value}))

    async def _link_joined(self, state: State, do: Do, conversation: Conversation) -> Outcome:
        """Yes on the side that hands the code in: the other side is asked as well."""
        link = await self._links.join(do.argument, conversation.id)
        there = await self._links.side(link.conversation_id) if link else None
        if link is None or there is None:
            return _said(state, "unknown", minutes=str(_MINUTES))
        asked = link_asked(link, conversation.channel)
        channel = words.channel_name(state.locale, there.channel)
        told = _said(state, "waiting", channel=channel, minutes=str(_MINUTES))
        return Outcome(told.blocks, occurrences=((link.conversation_id, asked),))

    async def _link_confirmed(self, state: State, do: Do, conversation: Conversation) -> Outcome:
        """Yes on the side that offered: the two become one here. The link itself is forgotten with the other user's rows."""
        link = await self._links.joined(conversation.id)
        if link is None or link.joining is None or link.code_hash != do.argument:
            return _said(state, "gone")
        there = await self._links.side(link.joining)
        found = await self._storage.conversation(link.joining)
        if there is None or found is None:
            return _said(state, "gone")
        # After a crash in mid-way the other's rows may be this user's already; the states are still to be merged.
        other = there.user_id if there.user_id != conversation.user_id else None
        if other is not None and await self._links.both_registered(conversation.user_id, other):
            return _said(state, "both_accounts")
        merged = merge(state, State.from_json(found.state), self._flow)
        names = [goals.title(merged.state, key) for key in merged.added]
        told = words.linked(state.locale, conversation.channel, there.channel, names, recounted=merged.recounted)
        to = await self._addresses(there.user_id, conversation)
        return Outcome(told, state=merged.state, absorbed=other, to=to)

    async def _signed_in(self, state: State, do: Do, conversation: Conversation) -> Outcome:
        """A visitor signed in to this account: the conversation of that visitor is merged into this one."""
        found = await self._storage.conversation(do.argument)
        if found is None or found.id == conversation.id:
            return Outcome()
        merged = merge(state, State.from_json(found.state), self._flow)
        names = [goals.title(merged.state, key) for key in merged.added]
        told = words.signed_in(state.locale, names, recounted=merged.recounted)
        other = found.user_id if found.user_id != conversation.user_id else None
        return Outcome(told, state=merged.state, absorbed=other)

    async def _link_refused(self, state: State, _do: Do, conversation: Conversation) -> Outcome:
        await self._links.refuse(conversation.id)
        return _said(state, "refused")

    async def _unlink(self, state: State, _do: Do, conversation: Conversation) -> Outcome:
        """Every other address is taken away; this one stays."""
        found = await self._links.elsewhere(conversation.user_id, conversation.channel, conversation.address)
        gone = [it for it in found if await self._links.unlink(conversation.user_id, it)]
        if gone:
            return Outcome((Text(say(state.locale, "personal.unlink.done", names=_names(state, gone))),))
        key = "personal.unlink.last" if found else "personal.unlink.none"
        return Outcome((Text(say(state.locale, key, names=_names(state, found))),))

    async def _addresses(self, user_id: str, conversation: Conversation) -> tuple[Recipient, ...]:
        """Where the other side reads it, if it has to be sent there."""
        identities = await self._links.elsewhere(user_id, conversation.channel, conversation.address)
        return tuple(Recipient(it.channel, it.address) for it in identities if it.channel in _SENT_TO)

    # --- sign-ins and consent ----------------------------------------------------------------------------------------
    async def _sessions(self, state: State, _do: Do, conversation: Conversation) -> Outcome:
        """The list is kept, so that a number means what was shown even if somebody signs in meanwhile."""
        found = await self._people.sign_ins(conversation.user_id)
        return Outcome(words.sign_ins(state.locale, found), facts={_SEEN: [one.id for one in found]})

    async def _session_end(self, state: State, do: Do, conversation: Conversation) -> Outcome:
        shown = state.facts.get(_SEEN) or [one.id for one in await self._people.sign_ins(conversation.user_id)]
        number = int(do.argument) if do.argument.isascii() and do.argument.isdecimal() else 0
        which = shown[number - 1] if 1 <= number <= len(shown) else None
        ended = which is not None and await self._people.end_sign_in(conversation.user_id, which)
        key = "personal.sessions.ended" if ended else "personal.sessions.no_such"
        return Outcome((Text(say(state.locale, key)),))

    async def _consent(self, _state: State, do: Do, conversation: Conversation) -> Outcome:
        """Messages unasked are wished ("on") or not ("off"); the words of it are said by whoever asks for this."""
        await self._people.consent(conversation.user_id, ConsentKind.MESSAGES, given=do.argument == "on")
        return Outcome()


def link_asked(link: Link, channel: Channel) -> Occurrence:
    """What the side that offered a code is told: somebody on `channel` has handed it in."""
    values = {"code_hash": link.code_hash, "channel": channel.value}
    return Occurrence(f"link_asked:{link.code_hash}", "link_asked", values)


def _said(state: State, key: str, **values: str) -> Outcome:
    return Outcome((Text(say(state.locale, f"personal.link.{key}", **values)),))


def _names(state: State, identities: list[Identity]) -> str:
    """Each channel once."""
    return ", ".join(dict.fromkeys(words.channel_name(state.locale, it.channel) for it in identities))
