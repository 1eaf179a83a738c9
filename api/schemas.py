"""Bodies of the HTTP interface, as the contract writes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

ID = r"^[0-9A-Za-z_-]{1,64}$"  # of what we hand out; anything else never reaches the database
OptionId = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class SessionRequest(BaseModel):
    """What the client knows of the visitor; all of it optional."""

    model_config = ConfigDict(strict=True, extra="ignore")

    locale: Annotated[str, StringConstraints(max_length=35)] | None = Field(None, examples=["en-US"])
    timezone: Annotated[str, StringConstraints(max_length=64)] | None = Field(None, examples=["Europe/Berlin"])
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{3}$")] | None = Field(None, examples=["USD"])


class MessageRequest(BaseModel):
    """One message: `text`, or `choice` with an option's id or a list of ids."""

    model_config = ConfigDict(strict=True, extra="ignore")

    client_id: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(
        description="Made by the client, new for each message; a repeat has no second effect"
    )
    text: str | None = None
    choice: OptionId | Annotated[list[OptionId], Field(max_length=100)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.text is None) == (self.choice is None):
            raise ValueError("Give either text or choice.")
        return self


class ReplyBody(BaseModel):
    """The advisor's whole turn."""

    turn: int
    blocks: list[dict[str, Any]] = Field(description="Blocks of the closed union; `kind` tells which")
    expects: dict[str, Any] | None = Field(description="The open question, null if there is none")


class SessionBody(ReplyBody):
    """A new session with its greeting."""

    session_id: str
    token: str = Field(description="Bearer token of this session; shown once")
    expires_at: datetime


class TurnBody(BaseModel):
    """One entry of the history."""

    turn: int
    author: Literal["investor", "advisor"]
    at: datetime
    text: str | None = None
    choice: str | list[str] | None = None
    blocks: list[dict[str, Any]] | None = None
    expects: dict[str, Any] | None = None


class HistoryBody(BaseModel):
    """A page of the history, ascending."""

    turns: list[TurnBody]


class PlanBody(BaseModel):
    """A stored plan."""

    id: str
    status: Literal["proposed", "active", "superseded"]
    created_at: datetime
    data_hash: str
    code_version: str
    inputs: dict[str, Any]
    result: dict[str, Any]


class PlanPage(BaseModel):
    """A page of plans, newest first."""

    plans: list[PlanBody]
    next_cursor: str | None = Field(None, description="Give it as `cursor` for the next page; null at the end")


class MoneyBody(BaseModel):
    """An amount; amounts travel as strings."""

    model_config = ConfigDict(strict=True)

    amount: Annotated[str, StringConstraints(pattern=r"^-?\d{1,15}(\.\d{1,6})?$")]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class ActivateRequest(BaseModel):
    """The teach-back: what a bad year of this plan would cost, in the investor's own words."""

    bad_year: MoneyBody
