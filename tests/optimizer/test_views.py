from __future__ import annotations

import numpy as np
import pytest

from advisor.domain.errors import InvalidInput
from advisor.optimizer.views import Views, black_litterman, equilibrium_mean
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
