from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from advisor.analysis.longevity import OUTLIVED_BY, life_expectancy, survival, years_reached_by
from advisor.domain.errors import InvalidInput

AGES = st.floats(18, 110)


def test_five_in_a_hundred_of_those_aged_65_reach_100_as_the_source_says() -> None:
    assert survival(65.0, 35.0) == pytest.approx(0.05, abs=5e-4)


def test_one_in_ten_of_those_aged_65_reach_97() -> None:
    assert 65.0 + years_reached_by(65.0) == pytest.approx(97.46, abs=0.01)


@given(AGES, st.floats(0.01, 0.99))
def test_the_years_that_a_share_reaches_are_the_inverse_of_survival(age: float, share: float) -> None:
    assert survival(age, years_reached_by(age, share)) == pytest.approx(share, abs=1e-9)


@given(AGES)
def test_life_expectancy_is_the_area_under_survival(age: float) -> None:
    area = quad(lambda years: survival(age, years), 0.0, 150.0, limit=200)[0]
    assert life_expectancy(age) == pytest.approx(area, rel=1e-6)


@given(AGES, AGES)
def test_who_is_older_has_fewer_years_left_but_reaches_a_higher_age(one: float, other: float) -> None:
    younger, older = sorted((one, other))
    assert years_reached_by(older) <= years_reached_by(younger) + 1e-9
    assert older + years_reached_by(older, OUTLIVED_BY) >= younger + years_reached_by(younger, OUTLIVED_BY) - 1e-9
    assert life_expectancy(older) <= life_expectancy(younger) + 1e-9


def test_what_is_no_age_or_share_is_refused() -> None:
    with pytest.raises(InvalidInput):
        survival(-1.0, 1.0)
    with pytest.raises(InvalidInput):
        survival(65.0, -1.0)
    with pytest.raises(InvalidInput):
        years_reached_by(65.0, 0.0)
    with pytest.raises(InvalidInput):
        life_expectancy(121.0)
