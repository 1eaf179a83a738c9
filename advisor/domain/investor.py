"""What the advisor knows of the investor: answers, and the risk profile computed from them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class GoalKind(StrEnum):
    """What the money is for."""

    RETIREMENT = "retirement"
    HOME = "home"
    EDUCATION = "education"
    PURCHASE = "purchase"
    EMERGENCY = "emergency"
    INCOME = "income"
    GROWTH = "growth"


@dataclass(frozen=True, slots=True)
class Answers:
    """The first plan's answers after defaults were filled in. All money in `currency`.

    `horizon_years` is the time from the market date to the goal (for income goals: to the first payment).
    `debt_rate` is the dearest debt's yearly rate as a fraction (0 = no debt). `emergency_fund_months` counts months of
    spending kept aside. `income_stability`, `share_of_savings`, `early_need`, `experience`, `risk` hold option ids of
    `advisor.profiling.questions`. `loss_limit` is the largest yearly loss as a fraction of the invested money, None if not
    said. `wanted_return` is a fraction per year, None if not said. `exclusions` hold asset groups or classes by value.
    `defaulted` names the slots the investor skipped.
    """

    goal: GoalKind
    horizon_years: float
    currency: str
    initial_amount: Decimal
    monthly_amount: Decimal
    target_amount: Decimal | None = None
    wanted_return: float | None = None
    debt_rate: float = 0.0
    emergency_fund_months: float = 3.0
    income_stability: str = "steady"
    share_of_savings: str = "half"
    early_need: str = "unlikely"
    loss_limit: float | None = None
    risk: tuple[str, ...] = ()
    experience: str = "some"
    exclusions: tuple[str, ...] = ()
    defaulted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """One cause that a computation recorded while it decided: a catalogue key and the figures that belong to it.

    Reasons are never written afterwards. `effect` is a signed size in the unit of the thing decided (points of score,
    fraction of weight), 0 where it has none.
    """

    key: str
    values: dict[str, float | str]
    effect: float = 0.0


@dataclass(frozen=True, slots=True)
class RiskProfile:
    """How much risk suits this investor.

    Scores are 0-100. `willingness_low/high` bound the willingness score by two standard errors of measurement.
    `ceiling` is the more cautious of willingness and capacity; need never raises it. `cvar_budget` is the most that the
    average of the worst 5 % of years may lose (fraction, 1 year), already limited by the stated loss limit.
    `equity_cap` limits shares by the horizon. `save_first` is None, or why investing should wait: "debt", "buffer" or
    "emergency" (the goal itself is the emergency fund). `contradictions` are pairs of slots whose answers disagree.
    """

    willingness: float
    willingness_low: float
    willingness_high: float
    capacity: float
    ceiling: float
    word: str
    cvar_budget: float
    equity_cap: float
    save_first: str | None
    reasons: tuple[Reason, ...]
    contradictions: tuple[tuple[str, str], ...] = ()
