"""Bodies of a person's own data: who is asking, sign-ins, consents, links, feedback."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from advisor.domain.identity import ConsentKind
from advisor.domain.message import Channel

_STRICT = ConfigDict(strict=True, extra="forbid")


class ChannelBody(BaseModel):
    """One place where the user talks with us."""

    channel: Channel
    reachable: bool = Field(description="False where the bot was blocked")


class ConsentBody(BaseModel):
    """What was agreed to or taken back, as it stands now."""

    kind: ConsentKind
    given: bool
    wording: str = Field(description="The version of the words that it was given to")
    at: datetime


class MeBody(BaseModel):
    """Who is asking, and how he or she is known."""

    id: str
    email: str | None = Field(description="Null for a visitor without an account")
    registered_at: datetime | None
    signed_in_by: Literal["session", "account"]
    locale: str | None = Field(description="The language of the conversation; null before the first word")
    channels: list[ChannelBody]
    consents: list[ConsentBody]
    sessions: int = Field(description="In how many places the user is signed in")


class ExportBody(BaseModel):
    """All that is stored of the user."""

    at: datetime
    tables: dict[str, list[dict[str, object]]] = Field(description="By theme, each entry exactly as stored")


class SignInBody(BaseModel):
    """One place where the user is signed in."""

    id: str
    kind: Literal["chat", "account"]
    created_at: datetime
    expires_at: datetime
    current: bool = Field(description="Whether it is the one that this request came with")


class SignInsBody(BaseModel):
    """Where the user is signed in, newest first."""

    sessions: list[SignInBody]


class ConsentsBody(BaseModel):
    """What the user agreed to or took back."""

    consents: list[ConsentBody]


class ConsentsRequest(BaseModel):
    """What the user agrees to (true) or takes back (false). What is left out stays."""

    model_config = _STRICT

    messages: bool | None = Field(None, description="Messages that were not asked for, such as a reminder")
    language_model: bool | None = Field(None, description="That a language model may read what is written")


class OfferBody(BaseModel):
    """A code that links another channel to this user. It is shown once."""

    code: str
    deep_link: str | None = Field(description="Hands the code in on Telegram; null where no bot is known")
    expires_at: datetime


class JoinRequest(BaseModel):
    """A code from the other side."""

    model_config = _STRICT

    code: Annotated[str, Field(min_length=1, max_length=100, examples=["mfrggzdfmztwq2lknnwg23tpoa"])]


class JoinedBody(BaseModel):
    """The code was handed in; the other side has to say yes."""

    status: Literal["waiting"] = "waiting"
    channel: Channel = Field(description="Where the yes is waited for")
    expires_at: datetime


class SettledBody(BaseModel):
    """What became of a wish to link."""

    status: Literal["linked", "refused"]


class FeedbackRequest(BaseModel):
    """What the user thinks of the advice."""

    model_config = _STRICT

    score: int = Field(ge=1, le=5, description="1 useless to 5 very helpful")
    comment: Annotated[str, Field(max_length=2000)] = ""
    turn: int | None = Field(
        None, ge=1, le=2**31 - 1, description="The advisor's turn it is about; the last one if absent"
    )
