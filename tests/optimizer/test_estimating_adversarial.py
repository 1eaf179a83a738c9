"""A seeded sample of ill-natured prices and wishes: each ends in whole estimates or in an error that names the cause."""

from __future__ import annotations

from datetime import date

import numpy as np

from advisor.domain.errors import InvalidInput, NotEnoughHistory
from advisor.domain.market import AssetClass, Floats, Rates
from advisor.optimizer.estimates import Estimates, EstimateSpec, View, estimate_panel
from tests.optimizer.prices import walks, weekdays
from tests.promises import soak_count

EXAMPLES = soak_count("SOAK_ADVERSARIAL", 250)
DATES = weekdays()
RATES = Rates(date(2021, 12, 31), 0.02, 0.03, 0.02, "made up", "made up")
MEANS = ("historical", "shrunk", "capm", "black_litterman", "forward")
CLASSES = (*AssetClass, *([None] * 6))


def _levels(generator: np.random.Generator, count: int, days: int) -> Floats:
    """Walks, of which some lack prices, stand still from a day on, begin late, are twins or opposites, or have other units."""
    scale = 10.0 ** generator.uniform(-6, -0.7)
    levels = walks(count, int(generator.integers(10**6)), scale=scale)[-days:].copy()
    for column in range(count):
        kind, day = int(generator.integers(14)), int(generator.integers(days))
        if kind == 0:
            levels[:, column] = np.nan
        elif kind == 1:
            levels[:, column] = 3.0
        elif kind == 2:
            levels[:day, column] = np.nan
        elif kind == 3:
            levels[:, column] = levels[:, 0]
        elif kind == 4:
            with np.errstate(all="ignore"):  # the first column may be anything by now
                levels[:, column] = 100.0 - 50.0 * levels[:, 0] / levels[-1, 0]
        elif kind == 5 and generator.random() < 0.2:
            levels[day, column] = generator.choice([0.0, -1.0, np.inf, 1e300, 1e-300, np.nan])
        elif kind == 6:
            levels[:, column] *= 10.0 ** float(generator.integers(-200, 200))
        elif kind == 7:
            levels[day:, column] = 5.0
    return levels


def _index(generator: np.random.Generator, days: int) -> Floats | None:
    index = walks(1, int(generator.integers(10**6)))[-days:, 0].copy()
    kind = int(generator.integers(8))
    if kind == 0:
        return None
    if kind == 1:
        index[:] = np.nan
    if kind == 2:
        index[:] = 4.0
    if kind == 3:
        index[: days // 2] = np.nan
    return index


def _spec(generator: np.random.Generator, count: int) -> EstimateSpec:
    mean = str(generator.choice(MEANS))
    views: list[View] = []
    while mean == "black_litterman" and len(views) < 3 and generator.random() < 0.5:
        stranger = int(generator.random() < 0.05)
        picks = {f"S{int(generator.integers(count + stranger))}": float(generator.normal()) for _ in range(2)}
        views.append(View(picks, float(generator.normal()) * 0.1, float(generator.choice([1e-9, 0.5, 1.0]))))
    return EstimateSpec(
        mean=mean,  # type: ignore[arg-type]
        covariance=str(generator.choice(["sample", "ewma", "ledoit_wolf"])),  # type: ignore[arg-type]
        half_life_weeks=float(generator.choice([4.0, 20.0, 52.0, 500.0])),
        views=tuple(views),
    )


def _estimated(generator: np.random.Generator) -> Estimates:
    count, days = int(generator.integers(1, 13)), int(generator.integers(60, len(DATES)))
    known = generator.random() < 0.7
    prior = generator.random(count) * (generator.random(count) < 0.8) if generator.random() < 0.4 else None
    return estimate_panel(
        [f"S{i}" for i in range(count)],
        DATES[-days:],
        _levels(generator, count, days),
        spec=_spec(generator, count),
        risk_free=0.02,
        benchmark=_index(generator, days),
        prior=prior,
        classes=[CLASSES[int(generator.integers(len(CLASSES)))] for _ in range(count)] if known else None,
        rates=RATES if generator.random() < 0.8 else None,
    )


def test_ill_natured_prices_end_in_whole_estimates_or_in_a_named_error() -> None:
    whole = 0
    for example in range(EXAMPLES):
        try:
            estimates = _estimated(np.random.default_rng([41, example]))
        except (InvalidInput, NotEnoughHistory) as error:
            assert error.message  # noqa: PT017  the point is that it is one of these, and estimates are fine too
            continue
        whole += 1
        assert np.isfinite(estimates.mean).all()
        assert len(estimates.returns) >= 52
        assert np.isfinite(estimates.returns).all()
        assert estimates.prior.sum() > 0.999999
        spread = np.outer(estimates.volatilities, estimates.volatilities)
        assert np.linalg.eigvalsh(estimates.covariance / spread)[0] > 0
    assert whole > EXAMPLES // 3
