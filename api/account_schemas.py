"""Bodies of accounts."""

from __future__ import annotations

from typing import Annotated, Literal

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from advisor.domain.password import LONGEST, SHORTEST


def _email(value: str) -> str:
    """The address in its normal form. Whether it can be reached is not asked: that would tell the name server who signs in."""
    try:
        # A house or a company may run this for itself, under a name that the rest of the world does not know.
        found = validate_email(value, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        raise ValueError("This is not an e-mail address.") from None
    return found.normalized


Email = Annotated[
    str,
    StringConstraints(min_length=3, max_length=254),
    AfterValidator(_email),
    Field(examples=["ann@example.com"], json_schema_extra={"format": "email"}),
]
Token = Annotated[SecretStr, Field(min_length=1, max_length=512)]


class Credentials(BaseModel):
    """Who signs in. The password is never stored, logged or sent back."""

    model_config = ConfigDict(strict=True, extra="forbid")

    email: Email
    password: Annotated[SecretStr, Field(min_length=1, max_length=1024)] = Field(examples=["a sentence of some words"])


class NewCredentials(Credentials):
    """Who registers."""

    password: Annotated[SecretStr, Field(min_length=1, max_length=1024)] = Field(
        description=f"{SHORTEST} to {LONGEST} characters, not the e-mail address, not among the commonest",
        examples=["a sentence of some words"],
    )


class RefreshRequest(BaseModel):
    """The token that came with the last sign-in or refresh. It is good for one use."""

    model_config = ConfigDict(strict=True, extra="forbid")

    refresh_token: Token


class TokensBody(BaseModel):
    """What a sign-in gives."""

    access_token: str = Field(description="Bearer token of the private routes")
    refresh_token: str = Field(description="For POST /auth/refresh, once; shown once")
    token_type: Literal["bearer"] = "bearer"  # noqa: S105  the name that RFC 6750 gives
    expires_in: int = Field(description="Seconds until the access token expires")
    session_token: str | None = Field(
        None, description="In place of the chat session's token that came with the request and has ended"
    )
