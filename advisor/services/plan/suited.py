"""The advice that suits an investor, for many variations of the answers: profile and choice alone, without projection. Pure.

It follows `Adviser` step by step (a test holds the two together), but finds the limit of the record once, for all variations.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from advisor.domain.investor import Answers, Reason, RiskProfile
from advisor.optimizer.choose import Choice, choose
from advisor.profiling import assess, cvar_budget, with_budget
from advisor.services.plan.advise import capped, limit_on_record
from advisor.services.plan.basis import Basis
from advisor.services.plan.payout import payout_plan

_WITHIN = 1e-9


@dataclass(frozen=True, slots=True)
class Advice:
    """What is compared: weights by class (fractions), the profile's word, and what comes before investing (None for nothing)."""

    classes: dict[str, float]
    word: str
    save_first: str | None


class Suited:
    """Profiles and advice for answers and variations of them, all but those in currency and exclusions: these are the basis."""

    def __init__(self, answers: Answers, basis: Basis) -> None:
        self._answers = answers
        self._basis = basis
        self._classes = {item.symbol: item.asset_class.value for item in basis.snapshot.instruments}
        self._choices: dict[tuple[float, float, str | None, float | None], Choice] = {}
        self._records: dict[float, tuple[float, Reason] | None] = {}

    def profile(self, answers: Answers | None = None) -> RiskProfile:
        """The profile of these answers (of the investor's own without any), as a plan is made with.

        Raises:
            InvalidInput: for answers that make no sense.
        """
        asked = answers or self._answers
        payout = payout_plan(asked, self._basis.snapshot.provenance.last)
        profile = self._on_record(capped(assess(asked, plan_return=float("inf")), asked, payout), asked)
        if asked.debt_rate <= 0.0:
            return profile
        free = replace(profile, save_first=None)
        earned = self._choice(free, asked.wanted_return).expected_return
        return self._on_record(capped(assess(asked, plan_return=earned), asked, payout), asked)

    def at_score(self, willingness: float) -> Advice:
        """The advice if the wish for risk were this score (moved into 0-100) and all else as it is."""
        own, willingness = self.profile(), min(100.0, max(0.0, willingness))
        ceiling = min(willingness, own.capacity)
        limit = self._answers.loss_limit
        budget = cvar_budget(ceiling) if limit is None else min(cvar_budget(ceiling), limit)
        moved = replace(own, willingness=willingness, ceiling=ceiling, cvar_budget=budget)
        moved = with_budget(moved, budget, Reason("tried.score", {}))
        return self._advice(self._on_record(moved, self._answers), self._answers)

    def advice(self, answers: Answers | None = None) -> Advice:
        """The advice for these answers, or for the investor's own."""
        asked = answers or self._answers
        return self._advice(self.profile(asked), asked)

    def _advice(self, profile: RiskProfile, answers: Answers) -> Advice:
        classes: dict[str, float] = {}
        for symbol, weight in self._choice(profile, answers.wanted_return).weights.items():
            kind = self._classes[symbol]
            classes[kind] = round(classes.get(kind, 0.0) + weight, 4)
        return Advice(classes, profile.word, profile.save_first)

    def _choice(self, profile: RiskProfile, wanted_return: float | None) -> Choice:
        key = (profile.cvar_budget, profile.equity_cap, profile.save_first, wanted_return)
        if key not in self._choices:
            self._choices[key] = choose(self._basis.solution.frontier, self._basis.moments, profile, wanted_return)
        return self._choices[key]

    def _on_record(self, profile: RiskProfile, answers: Answers) -> RiskProfile:
        """The profile with the budget at which the mix's own record keeps the stated limit, where that is the lower one.

        How far the record lets a mix go does not depend on the profile, so it is searched once, without any other limit.
        """
        limit = answers.loss_limit
        if limit is None:
            return profile
        if limit not in self._records:
            free = replace(profile, save_first=None, equity_cap=1.0, cvar_budget=min(limit, cvar_budget(100.0)))
            self._records[limit] = limit_on_record(free, self._basis, limit)
        found = self._records[limit]
        if found is None or profile.cvar_budget <= found[0]:
            return profile
        if self._choice(replace(profile, save_first=None), None).cvar <= found[0] + _WITHIN:
            return profile  # the time to the goal holds the mix below the record's limit already
        return with_budget(profile, *found)
