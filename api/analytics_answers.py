"""What the analyses answer."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class AnalysisBody(BaseModel):
    """An answer that was computed and kept; the other fields depend on what was asked."""

    model_config = ConfigDict(extra="allow")

    id: str
    as_of: dt.date
    source: str = Field(description="Where the prices come from, in words")
    currency: str
    data_hash: str = Field(description="Addresses the prices it was computed from")
    code_version: str


class LineBody(BaseModel):
    """One line of a shopping list."""

    symbol: str
    shares: float
    price: dict[str, str]
    amount: dict[str, str]


class ShoppingListBody(BaseModel):
    """What to buy, and what is left."""

    model_config = ConfigDict(extra="allow")

    lines: list[LineBody]
    cash_left: dict[str, str]


class OptimizedBody(AnalysisBody):
    """A portfolio, with all that was used to find it."""

    strategy: str
    weights: dict[str, float]
    expected_return: float = Field(description="Fraction per year, as estimated")
    volatility: float = Field(description="Fraction per year, as estimated")
    sharpe: float | None
    reasons: list[dict[str, Any]]
    solvers_tried: list[dict[str, Any]]
    shopping_list: ShoppingListBody | None = None
