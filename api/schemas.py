"""Bodies of the HTTP interface, as the contract writes them."""

from __future__ import annotations

import datetime as dt
import re
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from advisor.analysis.periods import Interval, Period

ID = r"^[0-9A-Za-z_-]{1,64}$"  # of what we hand out; anything else never reaches the database
SYMBOL = r"^[A-Za-z0-9^][A-Za-z0-9.^=&_-]{0,31}$"
_INTRADAY = re.compile(r"\d{1,3}(?:m|h|min|hour)")
# A field named "date" hides the type of that name.
Date = dt.date
OptionId = Annotated[str, StringConstraints(min_length=1, max_length=200)]


def _daily(value: object) -> object:
    """Refuse what is shorter than a day by a sentence that says why."""
    if isinstance(value, str) and _INTRADAY.fullmatch(value):
        raise ValueError(f"There are daily prices only. The interval is one of {', '.join(Interval)}.")
    return value


DailyInterval = Annotated[Interval, BeforeValidator(_daily)]


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
    goal_id: str | None = Field(None, description="The kept goal it was made for; null if it was made without")


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


class BarBody(BaseModel):
    """One bar, labelled by its last day; null is unknown. Prices are adjusted for splits, `adj_close` for dividends as well."""

    date: Date
    open: float | None
    high: float | None
    low: float | None
    close: float | None
    adj_close: float | None
    volume: float | None


class ActionBody(BaseModel):
    """A split (new shares for each old one) or a dividend per share, on its ex-day."""

    date: Date
    kind: Literal["split", "dividend"]
    value: float


class FindingBody(BaseModel):
    """A known fault of these prices, and what was done about it."""

    kind: str
    treatment: str
    first: Date
    last: Date
    count: int
    detail: str


class StockSummary(BaseModel):
    """The period in a few figures, as fractions; null is unknown."""

    model_config = ConfigDict(populate_by_name=True)

    start: Date | None = Field(description="The day whose close the figures start from; null where prices begin later")
    end: Date
    return_: float | None = Field(alias="return", description="With dividends where `total_return` is true")
    price_return: float | None = Field(description="Of the price alone")
    volatility_per_year: float | None
    high_52w: float
    low_52w: float
    max_drawdown: float | None


class StockBody(BaseModel):
    """An instrument's prices over a period. Empty text is unknown."""

    symbol: str
    name: str
    kind: str
    currency: str
    exchange: str
    isin: str
    source: str
    title: str = Field(description="Where the prices come from, in words")
    as_of: Date = Field(description="Nothing later than this day is in here")
    rehearsal: bool = Field(description="The prices are too old to act on")
    period: Period
    interval: Interval
    total_return: bool = Field(description="Whether the source knows dividends")
    rescaled: bool = Field(
        description="Closes are adjusted for later splits and dividends by an unknown factor: changes are right, no level was paid"
    )
    bars: list[BarBody]
    actions: list[ActionBody]
    summary: StockSummary
    findings: list[FindingBody]
    notes: list[str]


class FeatureBody(BaseModel):
    """A feature: 0.05 in "fraction" is 5 %; null is unknown."""

    name: str
    group: Literal["technical", "fundamental"]
    unit: Literal["fraction", "fraction_per_year", "index_0_100", "ratio"]
    value: float | None
    meaning: str


class FeaturesBody(BaseModel):
    """What was known of an instrument at the end of a day. docs/features.md has the formulas."""

    symbol: str
    name: str
    source: str
    title: str = Field(description="Where the prices come from, in words")
    day: Date = Field(description="The last day with prices up to the day asked for")
    rehearsal: bool = Field(description="The prices are too old to act on")
    features: list[FeatureBody]
    notes: list[str]


class BatchRequest(BaseModel):
    """Several instruments at once."""

    model_config = ConfigDict(extra="ignore")

    symbols: Annotated[list[Annotated[str, StringConstraints(pattern=SYMBOL)]], Field(min_length=1, max_length=50)] = (
        Field(examples=[["AAPL", "MSFT"]])
    )
    period: Period = Period.ONE_YEAR
    interval: DailyInterval = Interval.DAY


class BatchError(BaseModel):
    """Why one instrument is missing."""

    code: str
    message: str


class BatchBody(BaseModel):
    """Each instrument by its symbol, in `stocks` or in `errors`."""

    stocks: dict[str, StockBody]
    errors: dict[str, BatchError]


class InstrumentBody(BaseModel):
    """An instrument that can be asked for by its symbol. Empty text is unknown."""

    symbol: str
    name: str
    kind: str
    currency: str
    exchange: str
    isin: str
    sector: str
    asset_class: str
    source: str


class InstrumentList(BaseModel):
    """Instruments, best match first."""

    instruments: list[InstrumentBody]
