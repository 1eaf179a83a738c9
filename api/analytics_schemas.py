"""Bodies of the analyses: what may be asked, checked at the edge, and how it becomes a request of the service."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from advisor.domain.errors import InvalidInput
from advisor.services.analytics.requests import (
    BacktestRequest,
    FrontierRequest,
    OptimizeRequest,
    RiskRequest,
    ScenarioRequest,
    Scope,
    Shock,
    SimulateRequest,
)
from api.amounts import Amount, Given, Signed
from api.analytics_scope import (
    MomentsBody,
    PortfolioBody,
    Rate,
    ScopeBody,
    Strategy,
    Strict,
    Weights,
)

Cost = Annotated[float, Field(ge=0.0, le=1000.0)]
_NOTHING = Amount(Decimal(0), None)
_MOST_TOLERANCE = 100
_TOLERANCE = {"conservative": 20.0, "moderate": 50.0, "aggressive": 80.0}


def _tolerance(value: object) -> object:
    """Check a tolerance in one sentence for both of its forms.

    Raises:
        ValueError: if it has neither.
    """
    number = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _MOST_TOLERANCE
    if value is not None and not number and value not in (*_TOLERANCE,):
        raise ValueError(f"A tolerance for risk is {', '.join(_TOLERANCE)}, or a number from 0 to {_MOST_TOLERANCE}.")
    return value


Tolerance = Annotated[
    Literal["conservative", "moderate", "aggressive"] | Annotated[float, Field(ge=0, le=100)],
    BeforeValidator(_tolerance),
]


class OptimizeBody(PortfolioBody):
    """A portfolio by a strategy."""

    strategy: Strategy = Field(examples=["max_sharpe"])
    investment_amount: Given | None = Field(None, description="Asks for a shopping list")
    fractions: bool = Field(False, description="Whether parts of a share can be bought")
    risk_tolerance: Tolerance | None = Field(None, description="Bounds the loss of a bad year: 2 % at 0 to 35 % at 100")
    target_return: Rate | None = None
    target_volatility: Annotated[float, Field(gt=0.0, le=5.0, allow_inf_nan=False)] | None = None

    def request(self) -> OptimizeRequest:
        """For the service."""
        wished = self.risk_tolerance
        amount = None if self.investment_amount is None else _amount(self.investment_amount, self, "investment_amount")
        return OptimizeRequest(
            scope=self.scope(),
            strategy=self.strategy,
            limits=self.limits(),
            estimation=self.moments.estimation(),
            risk_tolerance=_TOLERANCE[wished] if isinstance(wished, str) else wished,
            target_return=self.target_return,
            target_volatility=self.target_volatility,
            amount=amount,
            fractions=self.fractions,
        )


class FrontierBody(PortfolioBody):
    """The efficient frontier."""

    points: Annotated[int, Field(ge=2, le=200)] = 50

    def request(self) -> FrontierRequest:
        """For the service."""
        return FrontierRequest(self.scope(), self.limits(), self.moments.estimation(), self.points)


class SimulateBody(ScopeBody):
    """Futures of a mix in today's money."""

    weights: Weights = Field(examples=[{"AAPL": 0.5, "WMT": 0.5}])
    years: Annotated[float, Field(gt=0.0, le=100.0)]
    initial_amount: Given = _NOTHING
    monthly_amount: Signed = Field(_NOTHING, description="Negative: taken out")
    target_amount: Given | None = None
    paths: Annotated[int, Field(ge=100, le=20_000)] = 10_000
    seed: Annotated[int, Field(ge=0, le=2**31)] = 20260101
    moments: MomentsBody = MomentsBody()

    def request(self) -> SimulateRequest:
        """For the service."""
        start = _amount(self.initial_amount, self, "initial_amount")
        monthly = _amount(self.monthly_amount, self, "monthly_amount")
        target = None if self.target_amount is None else _amount(self.target_amount, self, "target_amount")
        return SimulateRequest(
            scope=_held(self, self.weights),
            weights=_upper(self.weights),
            years=self.years,
            start=start,
            monthly=monthly,
            target=target,
            paths=self.paths,
            seed=self.seed,
            estimation=self.moments.estimation(),
        )


class BacktestBody(PortfolioBody):
    """A strategy walked forward over the past, each step knowing only what was known."""

    strategy: Strategy = Field(examples=["min_volatility"])
    rebalance: Literal["monthly", "quarterly", "yearly"] = "quarterly"
    warmup_years: Annotated[float, Field(ge=1.0, le=20.0)] = 3.0
    window_years: Annotated[float, Field(ge=1.0, le=50.0)] | None = Field(
        None, description="Years that each step looks back on; default: all"
    )
    costs_bps: Annotated[tuple[Cost, ...], Field(min_length=1, max_length=5)] = (0, 10, 25)
    target_return: Rate | None = None
    target_volatility: Annotated[float, Field(gt=0.0, le=5.0, allow_inf_nan=False)] | None = None

    def request(self) -> BacktestRequest:
        """For the service."""
        return BacktestRequest(
            scope=self.scope(),
            strategy=self.strategy,
            limits=self.limits(),
            estimation=self.moments.estimation(),
            rebalance=self.rebalance,
            warmup_years=self.warmup_years,
            window_years=self.window_years,
            costs_bps=self.costs_bps,
            target_return=self.target_return,
            target_volatility=self.target_volatility,
        )


class RiskBody(ScopeBody):
    """The risk of a mix."""

    weights: Weights
    amount: Given | None = Field(None, description="Says losses in money as well")

    def request(self) -> RiskRequest:
        """For the service."""
        amount = None if self.amount is None else _amount(self.amount, self, "amount")
        return RiskRequest(_held(self, self.weights), _upper(self.weights), amount)


class ShockBody(Strict):
    """A change of one thing; `size` is a fraction (0.02 of `rates` is two points)."""

    kind: Literal["rates", "spreads", "oil", "currency", "shares"]
    size: Annotated[float, Field(ge=-1.0, le=9.0, allow_inf_nan=False)]


class ScenariosBody(ScopeBody):
    """What scenarios would do to a mix."""

    weights: Weights
    amount: Given | None = None
    names: Annotated[list[Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,60}$")]], Field(max_length=30)] = (
        Field([], description="None: all that are known")
    )
    shocks: Annotated[list[ShockBody], Field(max_length=20, default_factory=list)]

    def request(self) -> ScenarioRequest:
        """For the service."""
        amount = None if self.amount is None else _amount(self.amount, self, "amount")
        shocks = tuple(Shock(item.kind, item.size) for item in self.shocks)
        return ScenarioRequest(_held(self, self.weights), _upper(self.weights), amount, tuple(self.names), shocks)


def _upper(weights: dict[str, float]) -> dict[str, float]:
    folded: dict[str, float] = {}
    for symbol, weight in weights.items():
        folded[symbol.upper()] = folded.get(symbol.upper(), 0.0) + weight
    return folded


def _held(body: ScopeBody, weights: dict[str, float]) -> Scope:
    """The scope of given weights: their symbols, whatever else was named."""
    if abs(sum(weights.values()) - 1.0) > 1e-6:
        raise InvalidInput("The weights must sum to 1.", field="weights")
    named = body.scope()
    symbols = tuple(dict.fromkeys((*_upper(weights), *named.symbols)))
    return Scope(symbols, named.currency, named.window_from, named.window_to, named.benchmark, named.risk_free_rate)


def _amount(given: Amount, body: ScopeBody, field: str) -> str:
    """An amount as text. A number is in the currency of the instruments; an amount with a currency settles which that has to be.

    Raises:
        InvalidInput: for an amount in another currency than the one asked for.
    """
    if given.currency is not None:
        if body.currency and given.currency != body.currency:
            raise InvalidInput(f"The amount is in {given.currency}, the portfolio in {body.currency}.", field=field)
        body.currency = given.currency
    return str(given.amount)
