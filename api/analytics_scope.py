"""What all analyses may be asked alike: of what, over which time, within which limits, by which estimates."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from advisor.domain.errors import InvalidInput
from advisor.services.analytics.requests import (
    Covariance,
    Estimation,
    GroupLimit,
    Limits,
    Mean,
    Scope,
    ViewWish,
)
from api.schemas import SYMBOL

EVERY_OTHER = "*"
_A_PAIR = 2
Symbol = Annotated[str, StringConstraints(pattern=SYMBOL)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Fraction = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
Rate = Annotated[float, Field(ge=-0.5, le=1.0, allow_inf_nan=False)]
Weights = Annotated[dict[Symbol, Fraction], Field(min_length=1, max_length=100)]


def _bounds(value: object) -> object:
    """Check what was given against the two forms of bounds, in one sentence for both.

    Raises:
        ValueError: if it has neither.
    """
    named: dict[str, object] = value if isinstance(value, dict) else {EVERY_OTHER: value}
    pairs = [pair for pair in named.values() if isinstance(pair, list) and len(pair) == _A_PAIR]
    if len(pairs) < len(named) or not all(_is_fraction(item) for pair in pairs for item in pair):
        raise ValueError("Bounds are a pair, the least and the largest weight, or such a pair for each symbol.")
    if not all(name == EVERY_OTHER or re.fullmatch(SYMBOL, name) for name in named):
        raise ValueError(f"Bounds are given by symbol, or for all others by {EVERY_OTHER!r}.")
    if any(pair[0] > pair[1] for pair in pairs):
        raise ValueError("The least weight must not be above the largest.")
    return value


def _is_fraction(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


Pair = Annotated[list[Fraction], Field(min_length=2, max_length=2)]
Place = Annotated[str, StringConstraints(pattern=rf"^\*$|{SYMBOL}")]
Bounds = Annotated[Pair | Annotated[dict[Place, Pair], Field(max_length=101)], BeforeValidator(_bounds)]
Strategy = Literal[
    "max_sharpe",
    "min_volatility",
    "efficient_risk",
    "efficient_return",
    "risk_parity",
    "hrp",
    "max_diversification",
    "equal_weight",
    "black_litterman",
    "min_cvar",
]
_SLACK = 1e-6
_FIRST_DAY, _LAST_DAY = dt.date(1900, 1, 1), dt.date(2200, 1, 1)


class Strict(BaseModel):
    """A body in which an unknown field is an error: a misspelt wish must not be passed over."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Window(Strict):
    """From the first to the last day of prices that may be used."""

    from_: Annotated[dt.date, Field(ge=_FIRST_DAY, le=_LAST_DAY)] | None = Field(None, alias="from")
    to: Annotated[dt.date, Field(ge=_FIRST_DAY, le=_LAST_DAY)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ and self.to and self.from_ >= self.to:
            raise ValueError("A window begins before it ends.")
        return self


class ViewBody(Strict):
    """An opinion: the mix `picks` (weights, negative for what it is compared with) earns `return` a year."""

    picks: Annotated[dict[Symbol, Annotated[float, Field(ge=-10, le=10)]], Field(min_length=1, max_length=50)]
    return_: Rate = Field(alias="return")
    confidence: Annotated[float, Field(gt=0.0, le=1.0)] = 0.5


class MomentsBody(Strict):
    """How returns and risk are estimated; docs/moments.md."""

    mean: Mean | None = Field(None, description="Default: forward-looking for the funds of a plan, CAPM for others")
    covariance: Covariance = "ledoit_wolf"
    views: Annotated[list[ViewBody], Field(max_length=20)] = []

    def estimation(self) -> Estimation:
        """For the service."""
        views = tuple(
            ViewWish({s.upper(): w for s, w in item.picks.items()}, item.return_, item.confidence)
            for item in self.views
        )
        return Estimation(self.mean, self.covariance, views)


class GroupBody(Strict):
    """A limit on several instruments together."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9 _-]{1,40}$")]
    symbols: Annotated[list[Symbol], Field(min_length=1, max_length=100)]
    min: Fraction = 0.0
    max: Fraction = 1.0

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min > self.max:
            raise ValueError("The least weight must not be above the largest.")
        return self


class ScopeBody(Strict):
    """Of what, and over which time."""

    symbols: Annotated[list[Symbol], Field(max_length=100)] = Field(
        [], description="None: the funds of a plan in `currency`", examples=[["AAPL", "WMT", "XOM"]]
    )
    currency: Currency | None = None
    window: Window = Window()
    risk_free_rate: Rate | None = Field(None, description="Default: the yield of short bills in the currency")
    benchmark: Symbol | None = Field(None, description="Default: the share index of the currency")

    def scope(self) -> Scope:
        """For the service."""
        return Scope(
            symbols=tuple(dict.fromkeys(symbol.upper() for symbol in self.symbols)),
            currency=self.currency,
            window_from=self.window.from_.isoformat() if self.window.from_ else None,
            window_to=self.window.to.isoformat() if self.window.to else None,
            benchmark=self.benchmark.upper() if self.benchmark else None,
            risk_free_rate=self.risk_free_rate,
        )


class PortfolioBody(ScopeBody):
    """Limits and estimates of a portfolio to be found."""

    bounds: Bounds | None = Field(
        None,
        description="[least, most] for each, or by symbol; `*` stands for all others",
        examples=[[0.0, 0.4], {"AAPL": [0.1, 0.3], "*": [0.0, 0.5]}],
    )
    groups: Annotated[list[GroupBody], Field(max_length=50)] = []
    exclude: Annotated[list[Symbol], Field(max_length=100)] = []
    held: Annotated[dict[Symbol, Fraction], Field(max_length=100)] | None = Field(None, description="Present weights")
    turnover: Fraction | None = Field(None, description="Most that is traded: half the sum of all changes of weight")
    moments: MomentsBody = MomentsBody()

    def limits(self) -> Limits:
        """For the service.

        Raises:
            InvalidInput: for present weights that are not all there is, or are missing where trading is limited.
        """
        if self.turnover is not None and self.held is None:
            raise InvalidInput("A limit on trading needs the present weights.", field="held")
        if self.held is not None and abs(sum(self.held.values()) - 1.0) > _SLACK:
            raise InvalidInput("The present weights must sum to 1.", field="held")
        given = {EVERY_OTHER: self.bounds} if isinstance(self.bounds, list) else (self.bounds or {})
        return Limits(
            bounds={symbol.upper(): (pair[0], pair[1]) for symbol, pair in given.items()},
            groups=tuple(
                GroupLimit(item.name, tuple(s.upper() for s in item.symbols), item.min, item.max)
                for item in self.groups
            ),
            exclude=tuple(symbol.upper() for symbol in self.exclude),
            held=None if self.held is None else {symbol.upper(): weight for symbol, weight in self.held.items()},
            turnover=self.turnover,
        )
