"""What people think of the advice."""

from __future__ import annotations

import secrets

from fastapi import APIRouter, Response

from advisor.domain.delivery import Feedback
from advisor.domain.errors import NotFound
from api.deps import Conversing, Owner, Resources
from api.errors import described
from api.idempotency import OnceOnly
from api.me_schemas import FeedbackRequest

router = APIRouter(prefix="/api/v1", tags=["me"])


@router.post("/feedback", status_code=204, responses=described(401, 404, 408, 409, 413, 422, 500, 503))
async def feedback(
    body: FeedbackRequest, owner: Owner, conversation_id: Conversing, resources: Resources, once: OnceOnly
) -> Response:
    """Say what you think of the advice, or of one turn of it. The comment is stored encrypted."""

    async def work() -> None:
        conversation = await resources.storage.conversation(conversation_id)
        if conversation is None or (body.turn or 1) > conversation.turn:
            raise NotFound("There is no such turn.", field="turn")
        await resources.storage.add_feedback(
            Feedback(
                id=secrets.token_hex(16),
                user_id=owner.user_id,
                conversation_id=conversation_id,
                turn=body.turn or conversation.turn,
                score=body.score,
                at=resources.clock.now(),
                comment=body.comment,
            )
        )

    return await once.answer(body, work, 204)
