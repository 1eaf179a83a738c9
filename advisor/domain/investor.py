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
    `defaulted` names the slots the investor skipped. `not_asked` names questions about risk that were left out because no answer
    to them could change the advice. `withdrawn` names answers taken back where two disagreed; the fields hold what counts
    instead. `full_scale` holds the option ids of the thirteen questions ("" where skipped), empty where only the short form
    was asked.

    What an income or a retirement needs besides, None where not said: `income_wanted` and `pension_monthly` per month in today's
    money, the pension from `pension_from_years` years after the market date (None: from the first payment); `spending_years` for
    which payments should last (None: for life), `birth_year` and `retirement_age` for how long a life may be. `debt_amount` is
    what is owed at `debt_rate`, `monthly_spending` what a month of `emergency_fund_months` costs. An `essential` goal is aimed at
    with a higher chance.
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
    not_asked: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    full_scale: tuple[str, ...] = ()
    income_wanted: Decimal | None = None
    pension_monthly: Decimal | None = None
    pension_from_years: float | None = None
    spending_years: float | None = None
    birth_year: int | None = None
    retirement_age: float | None = None
    debt_amount: Decimal | None = None
    monthly_spending: Decimal | None = None
    essential: bool = False


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
