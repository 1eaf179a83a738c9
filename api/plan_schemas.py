"""Bodies of profiles, and of plans made from goal and profile."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from advisor.domain.errors import InvalidInput
from api.goal_schemas import GoalTerms
from api.schemas import ID, MoneyBody

Option = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{0,40}$")]


class ProfileRequest(BaseModel):
    """The person, apart from any goal. What is left out counts as a careful default. Options are those of the chat's questions."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        json_schema_extra={
            "examples": [{"emergency_fund_months": 6, "loss_limit": 0.2, "risk": ["weighs", "as_planned", "hold"]}]
        },
    )

    debt_rate: Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)] | None = Field(
        None, description="The dearest debt's rate, a fraction per year"
    )
    debt_amount: MoneyBody | None = None
    emergency_fund_months: Annotated[float, Field(ge=0, le=600, allow_inf_nan=False)] | None = None
    monthly_spending: MoneyBody | None = None
    income_stability: Option | None = Field(None, examples=["steady"])
    share_of_savings: Option | None = Field(None, examples=["half"])
    early_need: Option | None = Field(None, examples=["unlikely"])
    loss_limit: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None = Field(
        None, description="The largest loss of a year that can be borne, as a fraction"
    )
    risk: Annotated[list[Option], Field(max_length=5)] | None = Field(
        None, description='Options of risk_1 to risk_5 in order; "" for one that was skipped'
    )
    full_scale: Annotated[list[Option], Field(max_length=13)] | None = Field(
        None,
        description='Options of scale_1 to scale_13 in order; "" for one that was skipped. They count instead of `risk`',
        examples=[["looks_twice", "one_in_two", "nearer"]],
    )
    experience: Option | None = Field(None, examples=["some"])
    exclusions: Annotated[list[Option], Field(max_length=20)] | None = Field(None, examples=[["gold"]])
    birth_year: Annotated[int, Field(ge=1900, le=2030)] | None = None

    def person(self) -> dict[str, Any]:
        """The answers as they are kept: what was not said is not there.

        Raises:
            InvalidInput: for a negative amount.
        """
        said = self.model_dump(exclude_none=True)
        for name in ("debt_amount", "monthly_spending"):
            if name in said and said[name]["amount"].startswith("-"):
                raise InvalidInput("An amount is not below zero.", field=name)
        return said


class ProfileBody(BaseModel):
    """A profile: the answers, and what follows from them for money that is not needed for twenty years."""

    id: str
    created_at: dt.datetime
    answers: dict[str, Any]
    assessment: dict[str, Any] = Field(
        description="Scores of 0 to 100, the word for them, reasons, contradictions, notices"
    )
    market: dict[str, Any] = Field(description="In which market the answers were given")
    due: dict[str, Any] | None = Field(description="Why it should be looked at again; null if it need not be")


class PlanRequest(BaseModel):
    """A plan for a kept goal, or for one stated here. Without `profile` the kept one counts, then the last plan's answers."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        json_schema_extra={
            "examples": [{"goal": {"kind": "home", "horizon_years": 10, "initial_amount": 10000, "currency": "USD"}}]
        },
    )

    goal_id: Annotated[str, StringConstraints(pattern=ID)] | None = None
    goal: GoalTerms | None = None
    profile: ProfileRequest | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.goal_id is None) == (self.goal is None):
            raise ValueError("Give either goal_id or goal.")
        return self
