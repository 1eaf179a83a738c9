"""Plans: the use case and the pure computation behind it."""

from advisor.services.plan.service import PlanService, Proposal

__all__ = ["PlanService", "Proposal"]
