"""What all analyses share: estimates of a panel, limits on its weights, and the head of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Any

import numpy as np

from advisor.analysis.rates import risk_free_rate
from advisor.domain.errors import InfeasibleConstraints, InvalidInput, NotEnoughHistory
from advisor.domain.investor import Reason
from advisor.domain.market import Floats
from advisor.domain.panel import PricePanel
from advisor.optimizer.constraints import Constraints, default_constraints, require_feasible
from advisor.optimizer.estimates import Estimates, EstimateSpec, View, estimate_panel
from advisor.optimizer.groups import own_constraints
from advisor.optimizer.solve import Attempted
from advisor.services.analytics.requests import Estimation, Limits, Mean, Scope

Json = dict[str, Any]
EVERY_OTHER = "*"
_LONGEST_SUM = 1e-6


def estimates_of(panel: PricePanel, scope: Scope, estimation: Estimation, last: date | None = None) -> Estimates:
    """Moments of the panel as asked for; with `last`, of what was known on that day, when nobody knew the rates of today.

    Without a wish for the means: forward-looking ones where every class is known, by beta where there is an index, else shrunk.

    Raises:
        InvalidInput, NotEnoughHistory: from the estimation.
    """
    classes = tuple(item.asset_class for item in panel.members)
    priors = [item.prior for item in panel.members]
    indexed = not np.isnan(panel.benchmark_levels).all()
    views = tuple(View(item.picks, item.return_, item.confidence) for item in estimation.views)
    usual: Mean = "forward" if None not in classes else "capm" if indexed else "shrunk"
    known = slice(None) if last is None else slice(int(np.searchsorted(panel.dates, np.datetime64(last), side="right")))
    return estimate_panel(
        panel.symbols,
        panel.dates[known],
        panel.levels[known],
        spec=EstimateSpec(
            mean=estimation.mean or ("black_litterman" if views else usual),
            covariance=estimation.covariance,
            window_from=date.fromisoformat(scope.window_from) if scope.window_from else None,
            views=views,
        ),
        risk_free=risk_free_of(panel, scope),
        benchmark=panel.benchmark_levels[known] if indexed else None,
        prior=None if None in priors else np.array(priors, np.float64),
        classes=classes,
        rates=panel.rates if last is None else None,
    )


def risk_free_of(panel: PricePanel, scope: Scope) -> float:
    """The rate asked for, else that of the currency (`risk_free_rate`); a fraction per year."""
    return risk_free_rate(panel.currency, panel.rates)[0] if scope.risk_free_rate is None else scope.risk_free_rate


def constraints_of(panel: PricePanel, limits: Limits, symbols: tuple[str, ...]) -> Constraints:
    """The limits of a request on `symbols`, those of the panel that have estimates; for the funds of a plan without limits of his
    own, those of the advice.

    Raises:
        InvalidInput: for a symbol that is not in the panel, or a bound outside 0..1.
        NotEnoughHistory: if something has to be held that has no estimates.
        InfeasibleConstraints: if no portfolio meets them.
    """
    _known(limits, panel.symbols)
    _held_without_estimates(limits, set(panel.symbols) - set(symbols))
    held, turnover = _to_trade(limits, symbols)
    classes = {item.symbol: item.asset_class for item in panel.members}
    known = [kind for symbol in symbols if (kind := classes[symbol]) is not None]
    if replace(limits, held=None, turnover=None) == Limits() and len(known) == len(symbols):
        usual = default_constraints(known)
        if held is None:
            return usual
        found = replace(usual, held=np.array([held.get(symbol, 0.0) for symbol in symbols]), turnover=turnover)
        require_feasible(found)
        return found
    rest = limits.bounds.get(EVERY_OTHER, (0.0, 1.0))
    groups = {item.name: [symbol for symbol in item.symbols if symbol in symbols] for item in limits.groups}
    return own_constraints(
        symbols,
        bounds={symbol: limits.bounds.get(symbol, rest) for symbol in symbols},
        groups=groups,
        group_shares={item.name: (item.least, item.most) for item in limits.groups if groups[item.name]},
        exclude=[symbol for symbol in limits.exclude if symbol in symbols],
        held=held,
        turnover=turnover,
    )


def _held_without_estimates(limits: Limits, without: set[str]) -> None:
    """Return if nothing that has to be held is among those `without` estimates.

    Raises:
        NotEnoughHistory: otherwise, naming them.
    """
    needed = {symbol for symbol in without if limits.bounds.get(symbol, (0.0, 1.0))[0] > 0.0}
    for group in limits.groups:
        if group.least > 0.0 and without.issuperset(group.symbols):
            needed |= set(group.symbols)
    if needed:
        named = sorted(needed)
        raise NotEnoughHistory(
            f"{', '.join(named)} has to be held by your limits, but has too few prices to judge it by.",
            field="bounds",
            details={"symbols": named},
        )


def _to_trade(limits: Limits, symbols: tuple[str, ...]) -> tuple[dict[str, float] | None, float | None]:
    """What is held of `symbols`, and the turnover left when all else has been sold.

    Raises:
        InfeasibleConstraints: if that sale alone is more than the turnover allowed.
    """
    if limits.held is None:
        return None, limits.turnover
    held = {symbol: weight for symbol, weight in limits.held.items() if symbol in symbols}
    if limits.turnover is None:
        return held, None
    sold = sum(abs(weight) for symbol, weight in limits.held.items() if symbol not in symbols) / 2.0
    if sold > limits.turnover:
        gone = sorted(symbol for symbol, weight in limits.held.items() if symbol not in symbols and weight)
        raise InfeasibleConstraints(
            f"{', '.join(gone)} has too few prices to be kept, and selling it breaks the limit on what may change hands.",
            field="turnover",
            details={"conflict": ["turnover"], "relaxation": {"turnover": sold - limits.turnover}},
        )
    return held, limits.turnover - sold


def _known(limits: Limits, symbols: tuple[str, ...]) -> None:
    grouped = [symbol for group in limits.groups for symbol in group.symbols]
    named = {*limits.bounds, *limits.exclude, *grouped, *(limits.held or {})} - {EVERY_OTHER}
    strangers = sorted(named - set(symbols))
    if strangers:
        raise InvalidInput(
            f"{', '.join(strangers)} is not among the instruments asked for.",
            field="bounds",
            details={"unknown": strangers},
        )


def weights_of(panel: PricePanel, weights: Mapping[str, float]) -> Floats:
    """Given weights as a vector (n,).

    Raises:
        InvalidInput: for a stranger, a negative weight, or weights that do not sum to 1.
    """
    strangers = sorted(set(weights) - set(panel.symbols))
    vector = np.array([weights.get(symbol, 0.0) for symbol in panel.symbols], np.float64)
    if strangers:
        raise InvalidInput(f"There are no prices of {', '.join(strangers)}.", field="weights")
    if not np.all(np.isfinite(vector)) or np.any(vector < 0) or abs(vector.sum() - 1.0) > _LONGEST_SUM:
        raise InvalidInput("Weights must not be negative and must sum to 1.", field="weights")
    normalised: Floats = vector / vector.sum()
    return normalised


def head(panel: PricePanel, scope: Scope, estimates: Estimates | None = None) -> Json:
    """What every answer says of its data."""
    body: Json = {
        "as_of": panel.as_of.isoformat(),
        "source": panel.source,
        "rehearsal": panel.rehearsal,
        "currency": panel.currency,
        "names": {item.symbol: item.name for item in panel.members},
        "benchmark": panel.benchmark or None,
        "window": {"from": _day(panel.dates[0]).isoformat(), "to": panel.as_of.isoformat()},
        "notes": list(panel.notes),
    }
    if estimates is None:
        return body
    return body | {
        "risk_free_rate": estimates.risk_free,
        "risk_free_source": (
            risk_free_rate(panel.currency, panel.rates)[1] if scope.risk_free_rate is None else "as asked for"
        ),
        "moments": {
            "mean": estimates.mean_method,
            "covariance": estimates.covariance_method,
            "version": estimates.version,
            "observations": len(estimates.returns),
            "periods_per_year": estimates.periods_per_year,
        },
    }


def reasons_json(*groups: tuple[Reason, ...]) -> list[Json]:
    """Recorded reasons as JSON values, each once."""
    rows: list[Json] = []
    for reason in (item for group in groups for item in group):
        row = {"key": reason.key, "values": dict(reason.values), "effect": reason.effect}
        if row not in rows:
            rows.append(row)
    return rows


def tried_json(tried: tuple[Attempted, ...]) -> list[Json]:
    """The solvers that were asked."""
    return [asdict(item) for item in tried]


def by_symbol(symbols: tuple[str, ...], values: Floats) -> dict[str, float]:
    """A vector (n,) by symbol."""
    return dict(zip(symbols, (float(value) for value in values), strict=True))


def _day(day: np.datetime64) -> date:
    return date.fromisoformat(str(day.astype("datetime64[D]")))
