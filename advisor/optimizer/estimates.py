"""The estimates that an optimiser works on, and how to get them from prices; the parts are in `estimating`."""

from __future__ import annotations

from advisor.optimizer.estimating.panel import estimate_panel
from advisor.optimizer.estimating.record import CovarianceMethod, Estimates, MeanMethod, vector_of
from advisor.optimizer.estimating.spec import EstimateSpec
from advisor.optimizer.views import View

__all__ = [
    "CovarianceMethod",
    "EstimateSpec",
    "Estimates",
    "MeanMethod",
    "View",
    "estimate_panel",
    "vector_of",
]
