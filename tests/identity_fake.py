"""Sessions, links, consents, mergers, export and erasure in memory: a part of `tests.storage_fake`."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from advisor.domain.audit import absorbed, erased, stored
from advisor.domain.chart import ChartSpec
from advisor.domain.errors import Conflict, NotFound
from advisor.domain.identity import Consent, Identity, Link, SignIn
from advisor.domain.message import Channel, Conversation, Turn
from advisor.domain.plan import Plan, PlanStatus
from advisor.domain.records import Computation, Document, Goal, ProfileRecord
from advisor.ports.identity_storage import ChatSession
from advisor.ports.storage import StoredReply
from tests.accounts_fake import MemoryAccounts
from tests.delivery_fake import MemoryDelivery
from tests.records_fake import MemoryRecords

_TABLES = {Goal: "goals", ProfileRecord: "profiles", Computation: "computations"}


class MemoryIdentities(MemoryRecords, MemoryAccounts, MemoryDelivery):
    """Rows are open to tests as `sessions`, `offers`, `agreed`, and `leads`, the conversation that each address leads to."""

    conversations: dict[str, Conversation]
    turns: dict[str, list[Turn]]
    replies: dict[tuple[str, str], StoredReply]
    notes: dict[str, str]
    owned_plans: dict[str, list[Plan]]
    charts: dict[tuple[str, str], ChartSpec]

    def __init__(self) -> None:
        super().__init__()
        self.sessions: dict[str, ChatSession] = {}
        self.leads: dict[tuple[Channel, str], str] = {}
        self.offers: dict[str, Link] = {}
        self.agreed: list[Consent] = []

    # --- sessions and sign-ins -----------------------------------------------------------------------------------------
    async def add_session(self, session: ChatSession, token_hash: str) -> None:
        self.sessions[token_hash] = session

    async def session(self, token_hash: str, now: datetime) -> ChatSession | None:
        found = self.sessions.get(token_hash)
        return found if found is not None and found.expires_at > now else None

    async def end_session(self, token_hash: str) -> bool:
        return self.sessions.pop(token_hash, None) is not None

    async def sign_ins(self, user_id: str, now: datetime) -> list[SignIn]:
        chats = [s for s in self.sessions.values() if s.user_id == user_id and s.expires_at > now]
        found = [SignIn(session.id, "chat", session.expires_at, session.expires_at) for session in chats]
        rows = [row for row in self.tokens.values() if row.token.user_id == user_id and not row.revoked]
        for family in {row.token.family for row in rows if row.token.expires_at > now}:
            tokens = [row.token for row in rows if row.token.family == family]
            begun = min(token.created_at for token in tokens)
            found.append(SignIn(family, "account", begun, max(token.expires_at for token in tokens)))
        return sorted(found, key=lambda sign_in: (sign_in.created_at, sign_in.id), reverse=True)

    async def end_sign_in(self, user_id: str, sign_in_id: str, at: datetime) -> bool:
        return self._end_chat(user_id, sign_in_id) or await self.revoke_family(user_id, sign_in_id, at)

    # --- addresses -----------------------------------------------------------------------------------------------------
    async def identities(self, user_id: str) -> list[Identity]:
        found: dict[tuple[Channel, str], str | None] = {
            (Channel.WEB, address): None for address, user in self.users_on_the_web.items() if user == user_id
        }
        found |= {place: lead for place, lead in self.leads.items() if self.conversations[lead].user_id == user_id}
        return [
            Identity(channel, address, user_id, lead, (channel, address) not in self.unreachable)
            for (channel, address), lead in sorted(found.items())
        ]

    async def unlink(self, user_id: str, identity: Identity) -> bool:
        place = (identity.channel, identity.address)
        held = [(item.channel, item.address) for item in await self.identities(user_id)]
        others = [item for item in held if item != place]
        on_the_web = place[0] is not Channel.WEB or any(channel is Channel.WEB for channel, _ in others)
        if place not in held or not others or not (on_the_web or user_id not in self.accounts):
            return False
        self.leads.pop(place, None)
        for row in self.outbox.values():
            if (row.channel, row.outgoing.address) == place and row.status in ("pending", "sending"):
                row.status, row.reason, row.lease_until = "dead", "unlinked", None
        if identity.channel is Channel.WEB:
            self.users_on_the_web.pop(identity.address, None)
            self._end_chat(user_id, identity.address)
        return True

    # --- links and consents ----------------------------------------------------------------------------------------------
    async def offer_link(self, link: Link) -> None:
        if self._owner_of(link.conversation_id) != link.user_id:
            raise NotFound("This conversation does not exist.")
        self.offers = {key: it for key, it in self.offers.items() if it.conversation_id != link.conversation_id}
        self.offers[link.code_hash] = link

    async def offered_link(self, code_hash: str, now: datetime) -> Link | None:
        link = self.offers.get(code_hash)
        return link if link is not None and link.joining is None and link.expires_at > now else None

    async def join_link(self, code_hash: str, conversation_id: str, now: datetime) -> Link | None:
        link, joiner = self.offers.get(code_hash), self._owner_of(conversation_id)
        if link is None or link.expires_at <= now or joiner in (None, link.user_id):
            return None
        if link.joining not in (None, conversation_id):
            return None
        self.offers[code_hash] = replace(link, joining=conversation_id)
        return self.offers[code_hash]

    async def link_joined(self, conversation_id: str, now: datetime) -> Link | None:
        found = (it for it in self.offers.values() if it.conversation_id == conversation_id and it.expires_at > now)
        return next((link for link in found if link.joining is not None), None)

    async def settle_link(self, code_hash: str) -> None:
        self.offers.pop(code_hash, None)

    async def set_consent(self, consent: Consent) -> None:
        self.require_user(consent.user_id)
        self.agreed.append(consent)

    async def consents(self, user_id: str) -> list[Consent]:
        return sorted((it for it in self.agreed if it.user_id == user_id), key=lambda consent: consent.at)

    # --- mergers -----------------------------------------------------------------------------------------------------------
    async def absorb(self, user_id: str, other_id: str, conversation_id: str, at: datetime) -> None:
        self.require_user(user_id)
        if self._owner_of(conversation_id) != user_id:
            raise NotFound("This conversation does not exist.")
        if user_id == other_id or other_id not in self.users:
            return
        if {user_id, other_id} <= self.accounts.keys():
            raise Conflict("Both have an account of their own.")
        places = [(item.channel, item.address) for item in await self.identities(other_id)]
        places += [(it.channel, it.address) for it in await self.identities(user_id) if it.conversation_id is None]
        told = self._move_records(user_id, other_id)
        for place in places:
            self.leads[place] = conversation_id
            if place[0] is Channel.WEB:
                self.users_on_the_web[place[1]] = user_id
        self._move_conversations(user_id, other_id, conversation_id)
        self._move_accounts(user_id, other_id)
        self.users.discard(other_id)
        self.append_own(user_id, absorbed(other_id), at)
        for record in told:
            self.append(user_id, stored(record))

    def _move_records(self, user_id: str, other_id: str) -> list[Any]:
        told: list[Any] = []
        for kind, owner, key in list(self.records):
            if owner == other_id:
                record = self.records.pop((kind, owner, key))
                record = record if kind is Document else replace(record, user_id=user_id)
                told.append(self.records.setdefault((kind, user_id, key), record))
        mine = self.owned_plans.setdefault(user_id, [])
        active = any(plan.status is PlanStatus.ACTIVE and plan.goal_id is None for plan in mine)
        for plan in self.owned_plans.pop(other_id, []):
            retired = active and plan.goal_id is None and plan.status is PlanStatus.ACTIVE
            told.append(replace(plan, user_id=user_id))
            mine.append(replace(plan, user_id=user_id, status=PlanStatus.SUPERSEDED if retired else plan.status))
        mine.sort(key=lambda plan: plan.created_at)
        self.charts = {(_heir(owner, other_id, user_id), key): spec for (owner, key), spec in self.charts.items()}
        return told

    def _move_conversations(self, user_id: str, other_id: str, conversation_id: str) -> None:
        for key, held in list(self.conversations.items()):
            if held.user_id == other_id:
                self.conversations[key] = replace(held, user_id=user_id, version=held.version + 1)
                self.timers = {place: row for place, row in self.timers.items() if place[0] != key}
        for token, session in list(self.sessions.items()):
            if session.user_id == other_id:
                self.sessions[token] = replace(session, user_id=user_id, conversation_id=conversation_id)
        self.offers = {key: link for key, link in self.offers.items() if link.user_id != other_id}
        self.agreed = [replace(it, user_id=_heir(it.user_id, other_id, user_id)) for it in self.agreed]
        for row in self.handoffs.values():
            row.handoff = replace(row.handoff, user_id=_heir(row.handoff.user_id, other_id, user_id))
        self.feedback = {
            key: replace(it, user_id=_heir(it.user_id, other_id, user_id)) for key, it in self.feedback.items()
        }

    def _move_accounts(self, user_id: str, other_id: str) -> None:
        account = self.accounts.pop(other_id, None)
        if account is not None:
            self.accounts[user_id] = replace(account, user_id=user_id)
        for row in self.tokens.values():
            row.token = replace(row.token, user_id=_heir(row.token.user_id, other_id, user_id))
        for owner, key in list(self.answers):
            if owner == other_id:
                self.answers.setdefault((user_id, key), self.answers.pop((owner, key)))

    # --- export and erasure --------------------------------------------------------------------------------------------------
    async def everything(self, user_id: str) -> dict[str, list[dict[str, Any]]]:
        if user_id not in self.users:
            return {}
        own = [held for held in self.conversations.values() if held.user_id == user_id]
        account = self.accounts.get(user_id)
        documents = [it for (kind, owner, _), it in self.records.items() if (kind, owner) == (Document, user_id)]
        found: dict[str, list[Any]] = {
            "users": [{"id": user_id}],
            "identities": [asdict(it) for it in await self.identities(user_id)],
            "conversations": [asdict(held) for held in own],
            "turns": [{"conversation_id": held.id} | asdict(turn) for held in own for turn in self.turns[held.id]],
            "plans": [asdict(plan) for plan in self.owned_plans.get(user_id, [])],
            "charts": [{"id": key, **spec.to_json()} for (owner, key), spec in self.charts.items() if owner == user_id],
            "documents": [asdict(it) | {"content": b64encode(it.content).decode()} for it in documents],
            "accounts": [{"user_id": user_id, "email": account.email}] if account else [],
            "consents": [asdict(it) for it in await self.consents(user_id)],
            "handoffs": [asdict(it.handoff) for it in self.handoffs.values() if it.handoff.user_id == user_id],
            "feedback": [asdict(it) for it in self.feedback.values() if it.user_id == user_id],
            "audit": [asdict(entry) for entry in self.links if entry.actor == user_id],
        }
        for kind, table in _TABLES.items():
            found[table] = [asdict(it) for (of, owner, _), it in self.records.items() if (of, owner) == (kind, user_id)]
        as_json: dict[str, list[dict[str, Any]]] = json.loads(json.dumps(found, default=str))
        return as_json

    async def erase_user(self, user_id: str, at: datetime) -> bool:
        if user_id not in self.users:
            return False
        own = {key for key, held in self.conversations.items() if held.user_id == user_id}
        for item in await self.identities(user_id):
            self._forget_address(item.channel, item.address)
        self._forget_conversations(own)
        self.records = {key: it for key, it in self.records.items() if key[1] != user_id}
        self.charts = {key: it for key, it in self.charts.items() if key[0] != user_id}
        self.answers = {key: it for key, it in self.answers.items() if key[0] != user_id}
        self.owned_plans.pop(user_id, None)
        self.accounts.pop(user_id, None)
        self.tokens = {key: row for key, row in self.tokens.items() if row.token.user_id != user_id}
        self.sessions = {key: it for key, it in self.sessions.items() if it.user_id != user_id}
        self.agreed = [it for it in self.agreed if it.user_id != user_id]
        self.users.discard(user_id)
        self.append_own(user_id, erased(user_id), at)
        return True

    def _forget_address(self, channel: Channel, address: str) -> None:
        self.leads.pop((channel, address), None)
        if channel is Channel.WEB:
            self.users_on_the_web.pop(address, None)
        for row in self.inbox.values():
            if (row.received.channel, row.received.address) == (channel, address):
                row.status, row.received = "discarded", replace(row.received, address="", payload={})
        self.outbox = {
            key: row for key, row in self.outbox.items() if (row.channel, row.outgoing.address) != (channel, address)
        }
        ours = (f"{channel}:offset:", f"{channel}:profile:")
        self.notes = {
            key: value
            for key, value in self.notes.items()
            if not (key.startswith(f"{channel}:") and key.endswith(f":{address}")) or key.startswith(ours)
        }

    def _forget_conversations(self, own: set[str]) -> None:
        self.conversations = {key: held for key, held in self.conversations.items() if key not in own}
        self.turns = {key: turns for key, turns in self.turns.items() if key not in own}
        self.replies = {key: reply for key, reply in self.replies.items() if key[0] not in own}
        self.timers = {key: row for key, row in self.timers.items() if key[0] not in own}
        self.outbox = {key: row for key, row in self.outbox.items() if row.outgoing.conversation_id not in own}
        self.unknown_sends = {key: why for key, why in self.unknown_sends.items() if key[0] in self.outbox}
        self.handoffs = {key: row for key, row in self.handoffs.items() if row.handoff.conversation_id not in own}
        self.feedback = {key: it for key, it in self.feedback.items() if it.conversation_id not in own}
        self.offers = {
            key: link for key, link in self.offers.items() if not own & {link.conversation_id, link.joining or ""}
        }

    def _owner_of(self, conversation_id: str) -> str | None:
        held = self.conversations.get(conversation_id)
        return held.user_id if held else None

    def _end_chat(self, user_id: str, session_id: str) -> bool:
        ended = [key for key, it in self.sessions.items() if (it.user_id, it.id) == (user_id, session_id)]
        for token in ended:
            del self.sessions[token]
        return bool(ended)


def _heir(owner: str, other_id: str, user_id: str) -> str:
    return user_id if owner == other_id else owner
