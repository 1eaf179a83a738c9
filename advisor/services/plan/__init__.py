"""Plans: the use case and the pure computation behind it."""

from advisor.services.plan.basis import RESULT_FORMAT
from advisor.services.plan.service import Examined, PlanService, Proposal

__all__ = ["RESULT_FORMAT", "Examined", "PlanService", "Proposal"]
