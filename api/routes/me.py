"""Who is asking."""

from __future__ import annotations

from fastapi import APIRouter

from api.account_schemas import MeBody
from api.deps import Owner, Resources
from api.errors import described

router = APIRouter(prefix="/api/v1", tags=["accounts"])


@router.get("/me", responses=described(401, 500, 503))
async def me(owner: Owner, resources: Resources) -> MeBody:
    """The user behind the token: an account, or a visitor without one."""
    account = await resources.storage.account(owner.user_id)
    return MeBody(
        id=owner.user_id,
        email=account.email if account else None,
        registered_at=account.created_at if account else None,
        signed_in_by="session" if owner.conversation_id else "account",
    )
