"""A user with a row of every kind, each text of it a canary that is found nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from uuid import uuid4
from zlib import crc32

from advisor.domain.account import Account, RefreshToken
from advisor.domain.delivery import Feedback, Handoff
from advisor.domain.identity import Consent, ConsentKind, Link
from advisor.domain.message import Channel, Conversation, Received
from advisor.domain.records import Document, Goal
from advisor.ports.account_storage import KeptAnswer
from advisor.ports.identity_storage import ChatSession
from advisor.ports.storage import Storage
from tests.adapters.db.builders import MINUTE, NOW, SNAPSHOTS, answered, donut, home, plan_of, said, turn_commit
from tests.adapters.db.test_records import computation_of, goal_of, profile_of

WAITING = 99_999
"""The number of the message that waits."""
LATER = NOW + timedelta(days=30)


def message_id(address: str, number: int) -> str:
    """The id of an address's message: as Telegram's, it tells nothing of the address."""
    return str(crc32(address.encode()) * 100_000 + number)


class Canaries:
    """Hands out texts, each once, and remembers them."""

    def __init__(self, tag: str) -> None:
        self._tag, self._numbers = tag, count()
        self.planted: list[str] = []

    def __call__(self) -> str:
        """Another one."""
        self.planted.append(f"canary-{self._tag}-{next(self._numbers)}-3d1f")
        return self.planted[-1]


@dataclass(frozen=True)
class Life:
    """What was stored of somebody on one channel."""

    conversation: Conversation
    goal: Goal
    plan_id: str
    document: Document
    canaries: list[str]

    @property
    def user(self) -> str:
        return self.conversation.user_id


async def live(storage: Storage, address: str, *, turns: int = 1, account: bool = True) -> Life:
    """Talk on Telegram at this address for some turns, each of which leaves a row of every kind, and register on the web."""
    canary = Canaries(address)
    opening = answered(1, canary())
    conversation = await storage.open_conversation(Channel.TELEGRAM, address, {"said": canary()}, opening, push=True)
    user = conversation.user_id
    for number in range(turns):
        conversation = await _turn(storage, conversation, canary, number)
    goal = goal_of(user, canary(), answers={"note": canary()})
    await storage.save_goal(goal, 0)
    document = Document(uuid4().hex, f"{canary()}.pdf", "application/pdf", canary().encode())
    await storage.save_document(user, document)
    plan = plan_of(conversation, inputs={"name": canary()}, result={"note": canary()}, goal_id=goal.id)
    await storage.save_plan(plan, SNAPSHOTS["hash-of-prices"], activate=True)
    if account:
        made = Account(user, f"{canary()}@example.com", canary(), NOW)
        await storage.add_account(made, RefreshToken(f"t-{address}", f"f-{address}", user, NOW, LATER), "unused")
    await _around(storage, conversation, canary)
    return Life(conversation, goal, plan.id, document, canary.planted)


async def _turn(storage: Storage, conversation: Conversation, canary: Canaries, number: int) -> Conversation:
    user, turn = conversation.user_id, conversation.turn + 1
    plan = plan_of(conversation, inputs={"name": canary()}, result={"note": canary()})
    words, arrived = canary(), message_id(conversation.address, number)
    await storage.receive([Received(Channel.TELEGRAM, arrived, conversation.address, {"text": words})])
    commit = turn_commit(
        conversation,
        arrived,
        state={"said": canary()},
        asked=said(turn, words),
        answered=answered(turn + 1, canary()),
        plans=(plan,),
        snapshots=SNAPSHOTS,
        charts={f"c-{conversation.address}-{number}": donut(canary())},
        activate_plan=plan.id,
        goals=(goal_of(user, canary(), answers={"note": canary()}),),
        profiles=(profile_of(user, answers={"note": canary()}, assessment={"note": canary()}),),
        computations=(computation_of(user, inputs={"note": canary()}, result={"note": canary()}),),
        to=(home(conversation),),
        timers={"silence": NOW},
        feedback=(Feedback(f"fb-{conversation.address}-{number}", user, conversation.id, turn, 4, NOW, canary()),),
        handoffs=(Handoff(f"ho-{conversation.address}-{number}", user, conversation.id, NOW, canary()),),
    )
    return await storage.commit_turn(commit)


async def _around(storage: Storage, conversation: Conversation, canary: Canaries) -> None:
    """What is kept beside the dialogue: consents, sessions, an offer to link, answers for repeats, the bot's notes, and a message
    that waits while a reply may have been sent twice."""
    user, address = conversation.user_id, conversation.address
    await storage.set_consent(Consent(user, ConsentKind.STORAGE, True, "en-1", NOW))
    await storage.add_session(ChatSession(f"s-{address}", user, conversation.id, LATER), f"token-{address}")
    await storage.offer_link(Link(f"code-{address}", user, conversation.id, NOW + 10 * MINUTE))
    await storage.keep_answer(user, f"key-{address}", KeptAnswer("hash", 200, canary()))
    await storage.set_note(f"telegram:question:999:{address}", "17")
    await storage.set_note(f"telegram:group:{address}", NOW.isoformat())
    await storage.receive([Received(Channel.TELEGRAM, message_id(address, WAITING), address, {"text": canary()})])
    for moment in (NOW, NOW + timedelta(hours=1)):
        await storage.claim_outgoing(Channel.TELEGRAM, moment, 60, 10)
