"""The reckoning after a run: what was acknowledged beside what is stored, and what is stored beside what arrived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise

from advisor.adapters.db.storage import SqlStorage
from advisor.domain.message import Channel, Conversation, Turn
from bot.render import MessagePart, render
from tests.bot_api_server import BotApiServer
from tests.bot_api_server.checks import parsed
from tests.delivery.load import Chats, Visitors, words
from tests.promises import Promise

_EVERYTHING = 10_000_000
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

Send = tuple[str, int]
"""A reply's id in the outbox, and the number of its part."""


@dataclass
class Found:
    """What came of a run. `inversions` are of turns.

    `again` holds, for each message that arrived once more, which sends it may have been: reminders read alike. `late_sends` counts
    those that arrived when the next one was there already. `listed` holds the sends that the operator is told of.
    """

    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    inversions: int = 0
    reminders: int = 0
    lost_reminders: int = 0
    doubled_reminders: int = 0
    unsent: int = 0
    strange: list[str] = field(default_factory=list)
    late_sends: int = 0
    again: list[frozenset[Send]] = field(default_factory=list)
    listed: set[Send] = field(default_factory=set)

    @property
    def unlisted(self) -> list[frozenset[Send]]:
        """What arrived once more without the operator being told."""
        return [sends for sends in self.again if not sends & self.listed]

    def hold(self) -> None:
        """Return if everything is there once, in order, and the operator is told of each send that arrived twice.

        Raises:
            AssertionError: if not.
        """
        assert not self.strange, self.strange[:5]
        assert self.acknowledged > 0
        assert (self.lost, self.doubled, self.inversions, self.unsent) == (0, 0, 0, 0), self.line()
        assert (self.lost_reminders, self.doubled_reminders) == (0, 0), self.line()
        assert not self.unlisted, self.unlisted

    def line(self) -> str:
        """For whoever reads the output."""
        return (
            f"{self.acknowledged:,} messages: {self.lost} lost, {self.doubled} doubled, {self.inversions} out of order; "
            f"{self.reminders:,} reminders: {self.lost_reminders} lost, {self.doubled_reminders} doubled; "
            f"{self.unsent} replies unsent, {len(self.again)} sends doubled, {self.late_sends} of them late, "
            f"{len(self.listed)} listed, {len(self.unlisted)} not listed"
        )


async def reckon(storage: SqlStorage, server: BotApiServer, chats: Chats, visitors: Visitors) -> Found:
    """Compare everything, once the run is drained."""
    found = Found()
    listed = await storage.undelivered(_LONG_AGO, _EVERYTHING)
    found.listed = {(entry.outgoing_id, entry.part) for entry in listed if entry.status == "unknown"}
    for chat in chats.ids:
        if not chats.sent[chat]:
            continue
        conversation = await storage.find_conversation(Channel.TELEGRAM, str(chat))
        turns = await _turns(storage, conversation)
        _compare_turns(found, chats.sent[chat], turns)
        if conversation is not None:
            _compare_sends(found, conversation.id, turns, server.user(chat).texts())
    for visitor, answers in visitors.answers.items():
        turns = await _turns(storage, await storage.find_conversation(Channel.WEB, visitor))
        _compare_turns(found, len(answers), turns)
        stored = {turn.number: list(turn.blocks or ()) for turn in turns}
        found.lost += sum(stored.get(answer["turn"]) != answer["blocks"] for answer in answers)
    return found


def report(promise: Promise, name: str, database_url: str, faults: int, found: Found) -> None:
    """Say what came of a run."""
    where = database_url.partition(":")[0]
    print(f"{name} on {where}, {faults} times: {found.line()}")
    promise.outcome(
        name,
        where,
        trials=faults,
        acknowledged=found.acknowledged,
        lost=found.lost + found.lost_reminders,
        doubled=found.doubled + found.doubled_reminders,
        beside=(
            f"{found.inversions} out of order, {found.reminders:,} reminders; "
            f"{len(found.again)} sends doubled, {len(found.unlisted)} of them not listed"
        ),
    )


async def _turns(storage: SqlStorage, conversation: Conversation | None) -> list[Turn]:
    return [] if conversation is None else await storage.history(conversation.id, 0, _EVERYTHING)


def _compare_turns(found: Found, acknowledged: int, turns: Sequence[Turn]) -> None:
    """Each acknowledged message has one turn, in the order in which they were sent, and turns are numbered without a gap."""
    said = [turn.text for turn in turns if turn.author == "investor"]
    wanted = [words(number) for number in range(1, acknowledged + 1)]
    found.acknowledged += acknowledged
    found.lost += len(set(wanted) - set(said))
    found.doubled += len(said) - len(set(said))
    found.inversions += list(dict.fromkeys(said)) != [text for text in wanted if text in set(said)]
    numbers = [turn.number for turn in turns]
    if numbers != list(range(1, len(turns) + 1)):
        found.strange.append(f"turns {numbers}")
    _compare_reminders(found, turns)


def _compare_reminders(found: Found, turns: Sequence[Turn]) -> None:
    """After a message comes at most one reminder, for a second one would be a timer that fired twice; the last timer has fired."""
    unasked = [later for before, later in pairwise(turns) if later.author == before.author]
    found.reminders += len(unasked)
    found.doubled_reminders += sum(later.number == before.number + 1 for before, later in pairwise(unasked))
    found.lost_reminders += turns[-1:] != unasked[-1:]


def _compare_sends(found: Found, conversation_id: str, turns: Sequence[Turn], arrived: Sequence[str]) -> None:
    """All that was to be sent arrived in its order, some of it perhaps once more."""
    wanted = [
        ((f"{conversation_id}:{turn.number}:1", number), parsed(part.html, "HTML", 4096, "too long")[0])
        for turn in turns
        if turn.author == "advisor"
        for number, part in enumerate(render(turn.blocks or (), turn.expects, turn.number), 1)
        if isinstance(part, MessagePart)
    ]
    place = 0
    for text in arrived:
        if place < len(wanted) and text == wanted[place][1]:
            place += 1
        elif sends := frozenset(send for send, known in wanted[:place] if text == known):
            found.again.append(sends)
            found.late_sends += text != wanted[place - 1][1]
        else:  # or it came before its turn
            found.strange.append(text)
    found.unsent += len(wanted) - place
