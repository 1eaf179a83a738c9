"""Bodies of goals."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from advisor.domain.circumstances import day_after
from advisor.domain.errors import InvalidInput
from advisor.domain.records import Goal, GoalStatus
from advisor.services.goals import GoalWish
from api.amounts import Amount, Given
from api.schemas import MoneyBody

_LATEST = dt.date(2150, 1, 1)
_MONEY_FIELDS = ("initial_amount", "monthly_amount", "target_amount", "income_wanted", "pension_monthly")


def _plain(value: str) -> str:
    """Raise for what neither database takes or nobody can read.

    Raises:
        ValueError: for control characters.
    """
    if not value.strip() or not value.isprintable():
        raise ValueError("A name is readable text.")
    return value.strip()


def _day(value: object) -> object:
    return dt.date.fromisoformat(value) if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value) else value


Kind = Literal["retirement", "home", "education", "purchase", "emergency", "income", "growth"]
Name = Annotated[str, StringConstraints(min_length=1, max_length=80), AfterValidator(_plain)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Years = Annotated[float, Field(ge=0.08, le=60, allow_inf_nan=False)]
Day = Annotated[dt.date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Strict = ConfigDict(strict=True, extra="forbid")


class GoalTerms(BaseModel):
    """What the money is for, how much and until when. Amounts in one currency, in today's money."""

    model_config = Strict

    kind: Kind = Field(examples=["home"])
    horizon_years: Years | None = Field(None, description="Either this or `target_date`", examples=[10])
    target_date: Day | None = Field(None, description="When the money is needed; for an income, the first payment")
    currency: Currency | None = Field(None, description="Needed where no amount names it", examples=["USD"])
    initial_amount: Given = Amount(Decimal(0), None)
    monthly_amount: Given = Amount(Decimal(0), None)
    target_amount: Given | None = None
    wanted_return: Annotated[float, Field(ge=0, le=0.25, allow_inf_nan=False)] | None = Field(
        None, description="Fraction per year; it never raises the risk"
    )
    income_wanted: Given | None = Field(None, description="Per month, in today's money")
    pension_monthly: Given | None = Field(None, description="Per month, in today's money")
    pension_from_years: Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)] | None = None
    spending_years: Annotated[float, Field(ge=1, le=60, allow_inf_nan=False)] | None = Field(
        None, description="How long payments should last; absent: for life"
    )
    retirement_age: Annotated[float, Field(ge=30, le=100, allow_inf_nan=False)] | None = None
    essential: bool = Field(False, description="Whether missing it would be grave: then a higher chance is aimed at")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.horizon_years is None) == (self.target_date is None):
            raise ValueError("Give either horizon_years or target_date.")
        if self.target_date is not None and self.target_date > _LATEST:
            raise ValueError("This date is too far away to plan for.")
        given = {money.currency for name in _MONEY_FIELDS if (money := getattr(self, name)) and money.currency}
        if len(given | ({self.currency} if self.currency else set())) != 1:
            raise ValueError("All amounts of a goal are in one currency. Please name it once, in `currency`.")
        if not self.initial_amount.amount and not self.monthly_amount.amount:
            raise ValueError("A goal needs money to begin with, or an amount each month.")
        return self

    def answers(self, today: dt.date) -> dict[str, Any]:
        """The answers as stored: with the date, so that the years grow fewer by themselves."""
        amounts = {name: getattr(self, name) for name in _MONEY_FIELDS}
        currency = self.currency or next(item.currency for item in amounts.values() if item and item.currency)
        said: dict[str, Any] = {name: str(item.amount) for name, item in amounts.items() if item is not None}
        for name in ("wanted_return", "pension_from_years", "spending_years", "retirement_age"):
            if getattr(self, name) is not None:
                said[name] = getattr(self, name)
        day = self.target_date or day_after(today, self.horizon_years or 0.0)
        return said | {"currency": currency, "target_date": day.isoformat()}

    def wish(self, today: dt.date) -> GoalWish:
        """The goal without a name, for one plan."""
        return GoalWish("", self.kind, 1, self.essential, GoalStatus.OPEN, self.answers(today))


class GoalRequest(GoalTerms):
    """A goal with its name and its place among the others."""

    name: Name = Field(examples=["A home"])
    priority: Annotated[int, Field(ge=1, le=99)] = Field(1, description="1 comes first")
    status: Literal["open", "paused", "closed"] = "open"

    def wish(self, today: dt.date) -> GoalWish:
        """The goal as the service takes it."""
        return GoalWish(
            self.name, self.kind, self.priority, self.essential, GoalStatus(self.status), self.answers(today)
        )


class GoalPatch(BaseModel):
    """What is to change: any field of a goal. `version` is the one that was read; without it the latest is changed."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={"examples": [{"name": "A larger home", "target_amount": 120000, "version": 1}]},
    )

    version: Annotated[int, Field(ge=1, le=2**31 - 1, strict=True)] | None = None

    def applied(self, goal: Goal) -> GoalRequest:
        """The goal with the changes, checked as a whole.

        Raises:
            ValidationError: if the whole is not a goal.
            InvalidInput: if the currency changes and an amount does not change with it.
        """
        changes = self.model_extra or {}
        said = goal.answers
        kept = {name for name in _MONEY_FIELDS if name in said and Decimal(said[name])} - changes.keys()
        if changes.get("currency", said["currency"]) != said["currency"] and kept:
            raise InvalidInput("Please give every amount anew in the new currency.", field=min(kept))
        before = {"name": goal.name, "kind": goal.kind, "priority": goal.priority, "status": goal.status.value}
        if "horizon_years" in changes:
            said = {name: value for name, value in said.items() if name != "target_date"}
        return GoalRequest.model_validate(before | {"essential": goal.essential} | said | changes)


class GoalBody(BaseModel):
    """A goal as it is kept."""

    id: str
    name: str
    kind: Kind
    priority: int
    essential: bool
    status: Literal["open", "paused", "closed"]
    version: int
    created_at: dt.datetime
    target_date: dt.date
    horizon_years: float = Field(description="Years from today until then")
    currency: str
    initial_amount: MoneyBody
    monthly_amount: MoneyBody
    target_amount: MoneyBody | None = None
    wanted_return: float | None = None
    income_wanted: MoneyBody | None = None
    pension_monthly: MoneyBody | None = None
    pension_from_years: float | None = None
    spending_years: float | None = None
    retirement_age: float | None = None


class GoalPage(BaseModel):
    """Goals: by priority, then the older first."""

    goals: list[GoalBody]
    next_cursor: str | None = Field(None, description="Give it as `cursor` for the next page; null at the end")
