"""Which mix suits the investor, and how it changes with time: all of a plan but its futures. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scipy.optimize import brentq

from advisor.analysis.history import mix_history
from advisor.domain.investor import Answers, GoalKind, Reason, RiskProfile
from advisor.optimizer.choose import Choice, choose
from advisor.optimizer.glide import GlideStep, glide_path
from advisor.profiling import assess, equity_cap, with_budget
from advisor.services.plan.amounts import is_cash, worse_loss
from advisor.services.plan.basis import Basis
from advisor.services.plan.payout import PayoutPlan, payout_plan

_DATED = frozenset({GoalKind.HOME, GoalKind.EDUCATION, GoalKind.PURCHASE})
_MOST_SHARES = 0.95
_BUDGET_STEP = 1e-4  # how closely a loss budget is searched: a hundredth of a point


@dataclass(frozen=True)
class Advice:
    """The profile, the mix of today, the one that would be held if nothing came before investing, and the years' mixes.

    `steps` are empty where the same mix is held throughout. `payout` tells when money is paid out, None for other goals.
    """

    profile: RiskProfile
    choice: Choice
    invested: Choice
    steps: tuple[GlideStep, ...]
    payout: PayoutPlan | None

    @property
    def mixes(self) -> tuple[Choice, ...]:
        """The mix of each year from today; the last one goes on."""
        return tuple(step.choice for step in self.steps) or (self.choice,)


class Adviser:
    """Advice on one market for answers that vary: each mix is chosen once, however often it is asked for.

    `risk_scale` multiplies the loss budget and, upwards, the cap on shares: for what-ifs only.
    """

    def __init__(self, basis: Basis, risk_scale: float = 1.0) -> None:
        self._basis = basis
        self._risk_scale = risk_scale
        self._chosen: dict[tuple[float, float, str | None, float | None], Choice] = {}

    def advise(self, answers: Answers) -> Advice:
        """The advice for these answers.

        Raises:
            InvalidInput: for answers that make no sense.
        """
        payout = payout_plan(answers, self._basis.snapshot.provenance.last)
        profile = self._profile(answers, payout)
        choice = self.choose(profile, answers.wanted_return)
        invested = self.choose(replace(profile, save_first=None), answers.wanted_return)
        return Advice(profile, choice, invested, self._steps(answers, profile, payout), payout)

    def choose(self, profile: RiskProfile, wanted_return: float | None = None) -> Choice:
        """The mix for a profile."""
        key = (profile.cvar_budget, profile.equity_cap, profile.save_first, wanted_return)
        if key not in self._chosen:
            self._chosen[key] = choose(self._basis.solution.frontier, self._basis.moments, profile, wanted_return)
        return self._chosen[key]

    def _profile(self, answers: Answers, payout: PayoutPlan | None) -> RiskProfile:
        """The profile, with debt compared to what the plan for this profile would be expected to earn."""
        profile = capped(assess(answers, plan_return=float("inf")), answers, payout)
        free_of_debt = replace(profile, save_first=None)
        limit = limit_on_record(free_of_debt, self._basis, answers.loss_limit)
        free_of_debt = with_budget(free_of_debt, *limit) if limit else free_of_debt
        earned = self.choose(free_of_debt, answers.wanted_return).expected_return
        profile = capped(assess(answers, plan_return=earned), answers, payout)
        profile = with_budget(profile, *limit) if limit else profile
        if self._risk_scale == 1.0:
            return profile
        budget = profile.cvar_budget * self._risk_scale
        return replace(profile, cvar_budget=budget, equity_cap=self._scaled(profile.equity_cap))

    def _steps(self, answers: Answers, profile: RiskProfile, payout: PayoutPlan | None) -> tuple[GlideStep, ...]:
        """One mix per year up to the date, or to the last payment; else the same mix throughout."""
        if profile.save_first is not None or (payout is None and answers.goal not in _DATED):
            return ()
        cap_at = equity_cap if payout is None else payout.cap_at(answers.goal)
        return glide_path(
            self._basis.solution.frontier,
            self._basis.moments,
            profile,
            answers.horizon_years + (payout.years if payout else 0.0),
            cap_at=lambda left: self._scaled(cap_at(left)),
            wanted_return=answers.wanted_return,
            look_up=self.choose,
        )

    def _scaled(self, cap: float) -> float:
        return min(max(cap, _MOST_SHARES), cap * max(1.0, self._risk_scale))


def limit_on_record(profile: RiskProfile, basis: Basis, loss_limit: float | None) -> tuple[float, Reason] | None:
    """The largest loss budget whose bad year, as it is told, keeps a stated limit, and why; None where the budget does so already.

    The budget bounds the estimate alone. A bad year is told as the worse of that and the record, and that is what was promised.
    """
    if loss_limit is None:
        return None

    def told(budget: float) -> float:
        choice = choose(basis.solution.frontier, basis.moments, replace(profile, cvar_budget=budget))
        worst = mix_history(basis.snapshot, choice.weights, basis.months).worst_year
        return worse_loss(choice.cvar, worst, cash_alone=is_cash(choice.weights, basis))

    first = told(profile.cvar_budget)
    if first <= loss_limit:
        return None
    # Below what cash itself is estimated to lose (a gain, where bills pay well) all is cash, and nothing is calmer than that.
    lowest = -max(0.0, basis.moments.bill) - _BUDGET_STEP
    budget = lowest
    if told(lowest) <= loss_limit:
        budget = brentq(lambda tried: told(tried) - loss_limit, lowest, profile.cvar_budget, xtol=_BUDGET_STEP)
        budget -= _BUDGET_STEP  # to the careful side of what the search leaves open
        while budget > lowest and told(budget) > loss_limit:  # a holding too small to keep comes and goes in one step
            budget -= _BUDGET_STEP
    reason = Reason("budget.worst_year", {"limit": loss_limit, "worst": first}, budget - profile.cvar_budget)
    return float(budget), reason


def capped(profile: RiskProfile, answers: Answers, payout: PayoutPlan | None) -> RiskProfile:
    """The profile with the cap of payments that are over sooner than those of a life would be."""
    if payout is None or payout.for_life:
        return profile
    cap = min(profile.equity_cap, payout.cap_at(answers.goal)(answers.horizon_years + payout.years))
    return replace(profile, equity_cap=cap)
