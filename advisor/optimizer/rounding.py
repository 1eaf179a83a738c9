"""Weights as they are shown: four decimals that still sum to 1."""

from __future__ import annotations

import numpy as np

from advisor.domain.market import Floats

_UNITS = 10_000


def rounded(weights: Floats) -> Floats:
    """Weights (n,) in steps of 0.0001 that sum to exactly 10,000 steps, by the largest remainder (Hamilton); ties to the first.

    `weights` are not negative and sum to 1; a weight of zero stays zero.
    """
    scaled = weights / weights.sum() * _UNITS
    steps = np.floor(scaled + 1e-9).astype(np.int64)
    missing = _UNITS - int(steps.sum())
    order = np.argsort(-(scaled - steps), kind="stable")
    steps[order[:missing]] += 1
    final: Floats = np.round(steps / _UNITS, 4)
    return final
