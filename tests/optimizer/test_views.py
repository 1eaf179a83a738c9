from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypfopt import BlackLittermanModel

from advisor.domain.errors import InvalidInput
from advisor.optimizer.views import View, Views, black_litterman, equilibrium_mean, views_of
from tests.published import published

PAPER = published("he_litterman_table4")


def _covariance() -> np.ndarray:
    correlation = np.eye(7)
    for i, row in enumerate(PAPER["corr_lower_rows"], start=1):
        correlation[i, :i] = correlation[:i, i] = row
    return correlation * np.outer(PAPER["vol"], PAPER["vol"])


def test_he_and_littermans_table_4_comes_out() -> None:
    covariance, prior = _covariance(), np.array(PAPER["weq"])
    assert 100 * equilibrium_mean(covariance, prior) == pytest.approx(PAPER["Pi_pct"], abs=0.06)
    found = black_litterman(covariance, prior, Views(np.array([PAPER["P"]], float), np.array([PAPER["Q"]])))
    assert 100 * found.mean == pytest.approx(PAPER["mu_pct"], abs=0.06)
    assert 100 * found.weights == pytest.approx(PAPER["w_pct"], abs=0.06)


def test_the_weights_sum_to_the_published_share() -> None:
    found = black_litterman(
        _covariance(), np.array(PAPER["weq"]), Views(np.array([PAPER["P"]], float), np.array([PAPER["Q"]]))
    )
    assert found.weights.sum() == pytest.approx(1 / (1 + PAPER["tau"]), abs=1e-6)


def test_without_views_the_prior_comes_back() -> None:
    covariance, prior = _covariance(), np.array(PAPER["weq"])
    found = black_litterman(covariance, prior)
    assert found.mean == pytest.approx(2.5 * covariance @ prior, rel=1e-12)
    assert np.array_equal(found.weights, prior)


def test_a_view_held_for_certain_is_met_and_one_without_weight_changes_nothing() -> None:
    covariance, prior = _covariance(), np.array(PAPER["weq"])
    pick, said = np.eye(7)[:1], np.array([0.12])
    certain = black_litterman(covariance, prior, Views(pick, said, np.array([[1e-14]])))
    vague = black_litterman(covariance, prior, Views(pick, said, np.array([[1e9]])))
    assert certain.mean[0] == pytest.approx(0.12)
    assert vague.mean == pytest.approx(equilibrium_mean(covariance, prior), abs=1e-9)


def test_views_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InvalidInput):
        black_litterman(_covariance(), np.array(PAPER["weq"]), Views(np.eye(3), np.zeros(3)))
    with pytest.raises(InvalidInput):
        black_litterman(_covariance(), np.array(PAPER["weq"]), Views(np.eye(7)[:1], np.array([np.nan])))


COUNTRIES = tuple(PAPER["countries"])
RISK_FREE = 0.03


def _posterior(*views: View) -> np.ndarray:
    covariance, prior = _covariance(), np.array(PAPER["weq"])
    return black_litterman(covariance, prior, views_of(views, COUNTRIES, covariance, RISK_FREE)).mean


VIEW = st.builds(
    View,
    st.dictionaries(st.sampled_from(COUNTRIES), st.floats(0.1, 1) | st.floats(-1, -0.1), min_size=1, max_size=4),
    st.floats(-0.1, 0.2),
    st.floats(0.01, 1.0),
)


@given(VIEW)
def test_a_single_view_moves_the_means_by_the_share_of_its_confidence(view: View) -> None:
    start = equilibrium_mean(_covariance(), np.array(PAPER["weq"]))
    certain = _posterior(View(view.picks, view.return_, 1.0))
    expected = start + view.confidence * (certain - start)
    assert _posterior(view) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(VIEW)
def test_a_view_held_for_certain_holds_exactly_as_it_was_said(view: View) -> None:
    nominal = _posterior(View(view.picks, view.return_, 1.0)) + RISK_FREE
    said = sum(weight * nominal[COUNTRIES.index(name)] for name, weight in view.picks.items())
    assert said == pytest.approx(view.return_, rel=1e-9, abs=1e-12)


@given(VIEW)
def test_a_view_without_confidence_gives_the_prior_back(view: View) -> None:
    start = equilibrium_mean(_covariance(), np.array(PAPER["weq"]))
    assert _posterior(View(view.picks, view.return_, 1e-12)) == pytest.approx(start, abs=1e-9)


def test_several_views_are_weighed_as_pypfopt_weighs_them() -> None:
    views = (
        View({"Germany": 1.0, "France": -0.3, "UK": -0.7}, 0.05, 0.4),
        View({"Japan": 1.0}, 0.08, 0.9),
        View({"USA": 0.5, "Canada": 0.5}, 0.02, 0.15),
    )
    covariance = pd.DataFrame(_covariance(), COUNTRIES, COUNTRIES)
    picks = np.array([[view.picks.get(name, 0.0) for name in COUNTRIES] for view in views])
    theirs = BlackLittermanModel(
        covariance,
        pi=pd.Series(equilibrium_mean(_covariance(), np.array(PAPER["weq"])), COUNTRIES),
        P=picks,
        # Its views are of excess returns, ours of what an investment earns.
        Q=np.array([view.return_ - RISK_FREE * row.sum() for view, row in zip(views, picks, strict=True)]),
        omega="idzorek",
        view_confidences=[view.confidence for view in views],
        tau=0.05,
    )
    assert _posterior(*views) == pytest.approx(theirs.bl_returns().to_numpy(), rel=1e-8)
    ours = black_litterman(
        _covariance(), np.array(PAPER["weq"]), views_of(views, COUNTRIES, _covariance(), RISK_FREE)
    ).covariance
    assert ours == pytest.approx(theirs.bl_cov().to_numpy(), rel=1e-8)


def test_views_that_say_the_same_for_certain_are_refused_by_name() -> None:
    sure = View({"Japan": 1.0}, 0.08, 1.0)
    with pytest.raises(InvalidInput, match="same thing") as error:
        _posterior(sure, View({"Japan": 2.0}, 0.10, 1.0))
    assert error.value.field == "views"
    assert np.isfinite(_posterior(sure, View({"Japan": 1.0}, 0.10, 0.5))).all()


@pytest.mark.parametrize(
    ("picks", "stated", "confidence"),
    [
        ({}, 0.1, 0.5),
        ({"USA": 0.0}, 0.1, 0.5),
        ({"USA": float("nan")}, 0.1, 0.5),
        ({"USA": 1.0}, float("inf"), 0.5),
        ({"USA": 1.0}, 0.1, 0.0),
        ({"USA": 1.0}, 0.1, 1.01),
        ({"USA": 1.0}, 0.1, float("nan")),
    ],
)
def test_a_view_that_is_none_is_refused(picks: dict[str, float], stated: float, confidence: float) -> None:
    with pytest.raises(InvalidInput):
        View(picks, stated, confidence)


def test_a_view_on_a_stranger_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput) as error:
        _posterior(View({"Atlantis": 1.0}, 0.1, 0.5))
    assert error.value.details["symbols"] == ["Atlantis"]
