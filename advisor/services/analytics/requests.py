"""What can be asked of an analysis. Plain values, so that a stored request can be read back and computed again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from typing import Any, ClassVar, Literal

Mean = Literal["historical", "shrunk", "capm", "forward", "black_litterman"]
Covariance = Literal["sample", "ewma", "ledoit_wolf"]


@dataclass(frozen=True)
class Scope:
    """Of what: `symbols`, or none for the funds of a plan in `currency` (none: the main one); between two days (ISO), if said.

    `benchmark` replaces the one of the currency, `risk_free_rate` (fraction per year) its rate without risk.
    """

    symbols: tuple[str, ...] = ()
    currency: str | None = None
    window_from: str | None = None
    window_to: str | None = None
    benchmark: str | None = None
    risk_free_rate: float | None = None


@dataclass(frozen=True)
class GroupLimit:
    """Together these symbols hold at least `least` and at most `most`."""

    name: str
    symbols: tuple[str, ...]
    least: float = 0.0
    most: float = 1.0


@dataclass(frozen=True)
class ViewWish:
    """An opinion on returns: the mix `picks` earns `return_` a year, believed to the degree `confidence` in (0, 1]."""

    picks: dict[str, float]
    return_: float
    confidence: float


@dataclass(frozen=True)
class Limits:
    """What a portfolio may hold. `bounds` maps a symbol, or "*" for all others, to its least and largest weight.

    `held` are the present weights, of which at most `turnover` is traded (half the sum of changes).
    """

    bounds: dict[str, tuple[float, float]] = field(default_factory=dict)
    groups: tuple[GroupLimit, ...] = ()
    exclude: tuple[str, ...] = ()
    held: dict[str, float] | None = None
    turnover: float | None = None


@dataclass(frozen=True)
class Estimation:
    """How returns and risk are estimated; docs/moments.md has the definitions."""

    mean: Mean | None = None
    covariance: Covariance = "ledoit_wolf"
    views: tuple[ViewWish, ...] = ()


@dataclass(frozen=True)
class OptimizeRequest:
    """One portfolio. `risk_tolerance` (0-100) bounds the loss of a bad year; `amount` asks for a shopping list."""

    kind: ClassVar[str] = "optimize"
    scope: Scope
    strategy: str
    limits: Limits = field(default_factory=Limits)
    estimation: Estimation = field(default_factory=Estimation)
    risk_tolerance: float | None = None
    target_return: float | None = None
    target_volatility: float | None = None
    amount: str | None = None
    fractions: bool = False


@dataclass(frozen=True)
class FrontierRequest:
    """The efficient frontier in `points` points, its corners, and the strategies on it."""

    kind: ClassVar[str] = "frontier"
    scope: Scope
    limits: Limits = field(default_factory=Limits)
    estimation: Estimation = field(default_factory=Estimation)
    points: int = 50


@dataclass(frozen=True)
class SimulateRequest:
    """Futures of a mix: `start` now, `monthly` at each month's end in today's money (negative: withdrawn)."""

    kind: ClassVar[str] = "simulate"
    scope: Scope
    weights: dict[str, float]
    years: float
    start: str = "0"
    monthly: str = "0"
    target: str | None = None
    paths: int = 10_000
    seed: int = 20260101
    estimation: Estimation = field(default_factory=Estimation)


@dataclass(frozen=True)
class BacktestRequest:
    """A strategy walked forward. `trials` are the Sharpe ratios per week of those that were tried on the same before."""

    kind: ClassVar[str] = "backtest"
    scope: Scope
    strategy: str
    limits: Limits = field(default_factory=Limits)
    estimation: Estimation = field(default_factory=Estimation)
    rebalance: Literal["monthly", "quarterly", "yearly"] = "quarterly"
    warmup_years: float = 3.0
    window_years: float | None = None
    costs_bps: tuple[float, ...] = (0.0, 10.0, 25.0)
    trials: tuple[float, ...] = ()
    target_return: float | None = None
    target_volatility: float | None = None


@dataclass(frozen=True)
class RiskRequest:
    """The risk measures of a mix over the window, against the benchmark."""

    kind: ClassVar[str] = "risk_analysis"
    scope: Scope
    weights: dict[str, float]
    amount: str | None = None


@dataclass(frozen=True)
class Shock:
    """A change of one thing (see `advisor.analysis.shocks.ShockKind`): 0.02 of "rates" is two points, -0.5 of "oil" is half."""

    kind: str
    size: float


@dataclass(frozen=True)
class ScenarioRequest:
    """What scenarios would do to a mix: `names` (none: all that are known) and shocks of one's own, each alone."""

    kind: ClassVar[str] = "scenarios"
    scope: Scope
    weights: dict[str, float]
    amount: str | None = None
    names: tuple[str, ...] = ()
    shocks: tuple[Shock, ...] = ()


Request = OptimizeRequest | FrontierRequest | SimulateRequest | BacktestRequest | RiskRequest | ScenarioRequest
REQUESTS: Mapping[str, type[Request]] = {
    item.kind: item
    for item in (OptimizeRequest, FrontierRequest, SimulateRequest, BacktestRequest, RiskRequest, ScenarioRequest)
}

_PARTS: Mapping[str, type[Any]] = {"scope": Scope, "limits": Limits, "estimation": Estimation}
_LISTS: Mapping[str, type[Any]] = {"groups": GroupLimit, "views": ViewWish, "shocks": Shock}


def to_json(request: Request) -> dict[str, Any]:
    """A request as JSON values."""
    plain: dict[str, Any] = _plain(asdict(request))
    return plain


def from_json(kind: str, raw: Mapping[str, Any]) -> Request:
    """Inverse of `to_json`.

    Raises:
        KeyError: for a kind that does not exist.
    """
    made: Request = _made(REQUESTS[kind], raw)
    return made


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def _made(kind: type[Any], raw: Mapping[str, Any]) -> Any:
    """A dataclass from JSON values; lists become tuples, and what this version does not know is dropped."""
    values: dict[str, Any] = {}
    for item in fields(kind):
        if item.name not in raw:
            continue
        value = raw[item.name]
        if item.name in _PARTS and is_dataclass(_PARTS[item.name]):
            value = _made(_PARTS[item.name], value)
        elif item.name in _LISTS:
            value = tuple(_made(_LISTS[item.name], part) for part in value)
        elif item.name == "bounds":
            value = {symbol: (float(pair[0]), float(pair[1])) for symbol, pair in value.items()}
        elif isinstance(value, list):
            value = tuple(value)
        values[item.name] = value
    return kind(**values)
