"""Turns: how one is sealed into its row, and how a dialogue is read back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select

from advisor.adapters.db.part import StoragePart
from advisor.adapters.db.schema import conversations, turns, users
from advisor.adapters.db.sealing import Sealer
from advisor.domain.message import Turn

_BODY = "turns|body"
_PARTS = ("text", "choice", "blocks", "expects")

# Statements are built once: building costs three times what executing a built one does.
_HISTORY = (
    select(turns.c.number, turns.c.author, turns.c.at, turns.c.body, users.c.id.label("owner"), users.c.wrapped_key)
    .join_from(turns, conversations, conversations.c.id == turns.c.conversation_id)
    .join(users, users.c.id == conversations.c.user_id)
    .where(turns.c.conversation_id == bindparam("conversation"), turns.c.number > bindparam("after"))
    .order_by(turns.c.number)
    .limit(bindparam("limit"))
)


def turn_row(sealer: Sealer, key: bytes, user_id: str, conversation_id: str, turn: Turn) -> dict[str, Any]:
    """A turn as a row of `turns`."""
    said = {part: value for part in _PARTS if (value := getattr(turn, part)) is not None}
    body = sealer.seal(key, _BODY, user_id, said)
    return {
        "conversation_id": conversation_id,
        "number": turn.number,
        "author": turn.author,
        "at": turn.at,
        "body": body,
    }


def turn_body(sealer: Sealer, row: RowMapping) -> dict[str, Any]:
    """What was said in a turn; needs the columns `body`, `wrapped_key` and the user's id as `owner`.

    Raises:
        UnreadableData: if it cannot be decrypted.
    """
    body: dict[str, Any] = sealer.open(row["wrapped_key"], _BODY, row["owner"], row["body"])
    for part in ("choice", "blocks"):
        if part in body:
            body[part] = tuple(body[part])
    return body


def read_turn(sealer: Sealer, row: RowMapping) -> Turn:
    """Inverse of `turn_row`; needs also `number`, `author` and `at`."""
    return Turn(row["number"], row["author"], row["at"], **turn_body(sealer, row))


class History(StoragePart):
    """Reads dialogues back."""

    async def history(self, conversation_id: str, after: int, limit: int) -> list[Turn]:
        """Turns with a number above `after`, ascending."""
        parameters = {"conversation": conversation_id, "after": after, "limit": limit}

        def work(connection: Connection) -> list[Turn]:
            return [read_turn(self._sealer, row) for row in connection.execute(_HISTORY, parameters).mappings()]

        return await self._database.read(work)
