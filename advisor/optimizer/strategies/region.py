"""The permitted portfolios in the form that solvers take."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from advisor.domain.market import Floats
from advisor.optimizer.constraints import Constraints
from advisor.optimizer.optimality import Limits

_FIXED = 1e-12


@dataclass(frozen=True)
class Region:
    """The portfolios that `constraints` permit, as linear limits on z = (w, bought).

    `bought` (n,) >= max(w - held, 0) is there only with a limit on turnover. A weight whose bounds coincide is an equality, since
    an interior-point method needs an interior.
    """

    constraints: Constraints

    @property
    def count(self) -> int:
        """Number of weights n."""
        return len(self.constraints.upper)

    @property
    def size(self) -> int:
        """Number of variables s."""
        return self.count * (2 if self._asked.held is not None else 1)

    @cached_property
    def _asked(self) -> Constraints:
        """The constraints; where nothing at all may be bought, bounds say so: nothing above what is held."""
        asked = self.constraints
        if asked.held is None or asked.turnover is None or asked.bought_at_most > _FIXED:
            return asked
        if asked.held.sum() > 1.0 + _FIXED:  # more than a whole is held, so that some has to be sold
            return replace(asked, upper=np.minimum(asked.upper, asked.held), held=None, turnover=None)
        return replace(asked, lower=asked.held, upper=asked.held, held=None, turnover=None)

    @cached_property
    def limits(self) -> Limits:
        """The limits on z; the first equality sums the weights to 1."""
        asked, count = self._asked, self.count
        fixed = asked.upper - asked.lower <= _FIXED
        units = np.eye(count)
        equalities = np.vstack([np.ones(count), units[fixed]])
        levels = np.concatenate([[1.0], (asked.lower[fixed] + asked.upper[fixed]) / 2.0])
        rows = np.vstack([units[~fixed], -units[~fixed], asked.rows])
        limits = np.concatenate([asked.upper[~fixed], -asked.lower[~fixed], asked.limits])
        if asked.held is None:
            return Limits(equalities, levels, rows, limits)
        blank, none = np.zeros_like(units), np.zeros(count)
        bought = np.vstack([np.hstack([blank, -units]), np.hstack([units, -units]), np.concatenate([none, none + 1.0])])
        return Limits(
            np.hstack([equalities, np.zeros_like(equalities)]),
            levels,
            np.vstack([np.hstack([rows, np.zeros_like(rows)]), bought]),
            np.concatenate([limits, none, asked.held, [asked.bought_at_most]]),
        )

    def with_least(self, scores: Floats, least: float) -> Limits:
        """The limits and scores @ w >= least."""
        limits = self.limits
        row = -self.padded(scores)
        return replace(limits, rows=np.vstack([limits.rows, row]), limits=np.append(limits.limits, -least))

    @cached_property
    def cone(self) -> Limits:
        """The limits on k z for any k > 0, the sum of the weights being k: every right side moves to the left."""
        limits = self.limits
        total = limits.equalities[0]
        rows = np.vstack([limits.rows - np.outer(limits.limits, total), -total])
        equalities = limits.equalities[1:] - np.outer(limits.levels[1:], total)
        return Limits(equalities, np.zeros(len(equalities)), rows, np.zeros(len(rows)))

    def padded(self, figures: Floats) -> Floats:
        """Figures (n,) of the weights with zeros for the other variables (s,)."""
        return np.concatenate([figures, np.zeros(self.size - self.count)])

    def square(self, matrix: Floats) -> Floats:
        """A matrix (n, n) of the weights with zeros for the other variables (s, s)."""
        wide = np.zeros((self.size, self.size))
        wide[: self.count, : self.count] = matrix
        return wide

    def lifted(self, weights: Floats) -> Floats:
        """All variables (s,) of a portfolio (n,)."""
        held = self._asked.held
        return weights if held is None else np.concatenate([weights, np.maximum(weights - held, 0.0)])

    def cleaned(self, weights: Floats) -> Floats:
        """Weights (n,) without the noise of a solver: inside their bounds, crumbs put where there is room."""
        asked = self._asked
        clean = np.clip(weights, asked.lower, asked.upper)
        gap = 1.0 - float(clean.sum())
        room = asked.upper - clean if gap > 0 else clean - asked.lower
        room = np.where((weights > asked.lower) & (weights < asked.upper), room, 0.0)
        total = float(room.sum())
        return clean + gap * room / total if total > abs(gap) else clean
