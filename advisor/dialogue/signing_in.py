"""A visitor signs in to an account: what was said before goes on in the account's own talk."""

from __future__ import annotations

from advisor.dialogue.conversation import Dialogue
from advisor.dialogue.state import State
from advisor.domain.delivery import Occurrence
from advisor.domain.errors import Conflict, NotFound
from advisor.domain.message import Channel, Visitor
from advisor.ports.storage import Storage
from advisor.ports.system import Clock

SIGNED_IN = "signed_in"
"""The kind of occurrence by which an account's talk takes a visitor's in."""


class SigningIn:
    """Finds where an account talks, and brings what its owner said as a visitor there."""

    def __init__(self, storage: Storage, dialogue: Dialogue, clock: Clock) -> None:
        self._storage = storage
        self._dialogue = dialogue
        self._clock = clock

    async def home(self, user_id: str) -> str:
        """The id of the conversation that a user holds on the web, else of the one he or she holds elsewhere.

        The first word of somebody who never talked opens it.

        Raises:
            NotFound: if there is no such user any more.
        """
        address = await self._storage.web_address(user_id)
        if address is not None:
            return (await self._dialogue.open(Channel.WEB, address, Visitor())).id
        for identity in await self._storage.identities(user_id):
            if identity.conversation_id is not None:
                return identity.conversation_id
        raise NotFound("This account has no conversation.")

    async def check(self, user_id: str, visitor_id: str) -> None:
        """Return if what a visitor made can become this account's.

        Raises:
            Conflict: if the visitor has an account of his or her own.
        """
        if visitor_id != user_id and await self._storage.account(visitor_id) is not None:
            raise Conflict("This chat belongs to another account. Please sign in without its token.")

    async def take_in(self, user_id: str, visitor_id: str, conversation_id: str) -> str:
        """Make everything of a visitor the account's, and merge their talks. Returns the conversation that goes on.

        Safe to repeat after a crash at any moment.

        Raises:
            Conflict: if the visitor has an account of his or her own, or messages kept coming.
        """
        await self.check(user_id, visitor_id)
        home = await self.home(user_id)
        found = await self._storage.conversation(conversation_id)
        if visitor_id == user_id or found is None or home == conversation_id:
            return home
        if _said_something(State.from_json(found.state)):
            values = {"conversation_id": conversation_id}
            await self._dialogue.happen(home, Occurrence(f"{SIGNED_IN}:{conversation_id}", SIGNED_IN, values))
        else:
            await self._storage.absorb(user_id, visitor_id, home, self._clock.now())
        return home


def _said_something(state: State) -> bool:
    return bool(state.slots or state.goals)
