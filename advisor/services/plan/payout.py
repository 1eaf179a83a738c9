"""When and how long the money of an income or a retirement is paid out, and how the share of equities may fall until then. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from advisor.analysis.futures import whole_months
from advisor.analysis.longevity import USUAL_START_AGE, years_reached_by
from advisor.analysis.returns import MONTHS_PER_YEAR
from advisor.analysis.spending import Payout
from advisor.domain.errors import InvalidInput
from advisor.domain.investor import Answers, GoalKind, Reason
from advisor.profiling import effective_horizon, equity_cap

PAID_OUT = frozenset({GoalKind.INCOME, GoalKind.RETIREMENT})
_YOUNGEST_AGE, _OLDEST_AGE = 18.0, 110.0
_LEAST_YEARS = 1.0
_MOST_YEARS = 100.0


@dataclass(frozen=True, slots=True)
class PayoutPlan:
    """From `first_years` after the market date payments are planned for `years`, the first at `start_age`.

    `for_life` is False where the investor said how long; `age_known` is False where the usual age was taken.
    """

    first_years: float
    years: float
    start_age: float
    for_life: bool
    age_known: bool

    @property
    def until_age(self) -> float:
        """The age at which the planned payments end."""
        return self.start_age + self.years

    def payout(self, answers: Answers) -> Payout:
        """The payments in months from today, with the pension's part."""
        first = whole_months(self.first_years)
        pension = float(answers.pension_monthly or 0)
        starts = answers.pension_from_years
        begins = first if starts is None else max(first, round(starts * MONTHS_PER_YEAR))
        return Payout(first, first + whole_months(self.years), pension, begins)

    def reasons(self) -> tuple[Reason, ...]:
        """What was taken for how long the money must last."""
        if not self.for_life:
            return (Reason("payout.stated", {"years": self.years}),)
        key = "payout.life" if self.age_known else "payout.usual_age"
        return (Reason(key, {"start_age": self.start_age, "until_age": self.until_age}),)

    def cap_at(self, goal: GoalKind) -> Callable[[float], float]:
        """The largest share of equities by years left to the last payment: the horizon's line at the mean spending date.

        Within payments for life the end moves on: at every age the plan reaches to the age that one in ten of those still alive
        reach, so the share falls and does not end at nothing. Payments for a stated time are half over when half of it is.
        """

        def cap(left: float) -> float:
            to_first = left - self.years
            if to_first >= 0.0:
                return equity_cap(min(effective_horizon(goal, to_first), to_first + self.years / 2.0))
            ahead = years_reached_by(min(self.start_age - to_first, _OLDEST_AGE)) if self.for_life else left
            return equity_cap(ahead / 2.0)

        return cap


def payout_plan(answers: Answers, today: date) -> PayoutPlan | None:
    """The payments of an income or a retirement; None for goals that are reached on a day.

    Raises:
        InvalidInput: for an age, a birth year or a time of payments that cannot be; `field` names the slot.
    """
    if answers.goal not in PAID_OUT:
        return None
    first = answers.horizon_years
    age = _start_age(answers, today)
    start_age = USUAL_START_AGE if age is None else age
    stated = answers.spending_years
    years = years_reached_by(start_age) if stated is None else stated
    if not 0.0 < years < float("inf"):
        raise InvalidInput("Payments last for some time.", field="spending_years")
    years = min(max(years, _LEAST_YEARS), _MOST_YEARS - min(first, _MOST_YEARS - _LEAST_YEARS))
    return PayoutPlan(first, years, start_age, for_life=stated is None, age_known=age is not None)


def _start_age(answers: Answers, today: date) -> float | None:
    """The age at the first payment, None if it is not known."""
    if answers.retirement_age is not None:
        age, field = answers.retirement_age, "retirement_age"
    elif answers.birth_year is not None:
        # Born in the middle of the year on average.
        now = today.year + (today.month - 1) / MONTHS_PER_YEAR
        age, field = now - answers.birth_year - 0.5 + answers.horizon_years, "birth_year"
    else:
        return None
    if not _YOUNGEST_AGE <= age <= _OLDEST_AGE:
        raise InvalidInput("Payments begin between 18 and 110 years of age.", field=field)
    return age
