"""Analyses of any instruments, from optimising to scenarios, each kept with what it was computed from."""

from advisor.services.analytics.requests import REQUESTS
from advisor.services.analytics.service import Analysis, AnalyticsService

__all__ = ["REQUESTS", "Analysis", "AnalyticsService"]
