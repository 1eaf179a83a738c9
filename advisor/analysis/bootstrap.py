"""Stationary block bootstrap (Politis and Romano 1994).

The months of a projection are drawn once and kept: the same draws serve every question about a plan. `stationary_draws` resamples
a series of any length for the statistics of a track.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from advisor.domain.errors import InvalidInput, NotEnoughHistory

MEAN_BLOCK_MONTHS = 12
"""Mean block length: a year keeps the clustering of bad months and the slow swings of yields; docs/advice.md compares others."""

LEAST_MONTHS = 24
_BUCKET = 60


def month_draws(
    history: int, months: int, paths: int, seed: int, *, mean_block: int = MEAN_BLOCK_MONTHS
) -> NDArray[np.int16]:
    """Indices (months, paths) of past months in 0..history-1 (Politis and Romano 1994).

    Each month goes on from the one before, wrapping round at the end, or with probability 1/`mean_block` jumps to a random month. A
    longer draw with the same seed begins with the shorter one. The array is cached and read-only.

    Raises:
        NotEnoughHistory: for less than two years of history.
        InvalidInput: for more months than the index type holds, or no paths.
    """
    if history < LEAST_MONTHS:
        raise NotEnoughHistory("A projection needs at least two years of monthly returns.", details={"months": history})
    if history > np.iinfo(np.int16).max or min(paths, months, mean_block) < 1:
        raise InvalidInput("A projection needs at least one path, one month and blocks of a month.")
    bucket = -(-months // _BUCKET) * _BUCKET
    return _draws(history, bucket, paths, seed, mean_block)[:months]


def stationary_draws(
    count: int, draws: int, seed: int, *, mean_block: float
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Resampled positions (draws, count) in 0..count-1, and where a block begins (draws, count).

    A block goes on from where it is, wrapping round at the end, and ends before each position with probability 1/`mean_block`.

    Raises:
        InvalidInput: for an empty series, no draws, or a mean block that is shorter than one period or longer than the series.
    """
    if min(count, draws) < 1 or not 1.0 <= mean_block <= count:
        raise InvalidInput("A bootstrap needs a series, draws, and blocks no longer than the series.")
    generator = np.random.default_rng(np.random.SeedSequence(seed))
    begins = generator.random((draws, count)) < 1.0 / mean_block
    begins[:, 0] = True
    heads = generator.integers(0, count, (draws, count))
    position = np.arange(count)
    last = np.maximum.accumulate(np.where(begins, position, 0), axis=1)
    drawn: NDArray[np.intp] = (np.take_along_axis(heads, last, axis=1) + position - last) % count
    return drawn, begins


def mean_shifts(paths: int, seed: int) -> NDArray[np.float32]:
    """Standard normal draws (paths,) of a seed, one per path, apart from the month draws."""
    generator = np.random.default_rng(np.random.SeedSequence(seed).spawn(2)[1])
    return generator.standard_normal(paths, dtype=np.float32)


@lru_cache(maxsize=4)  # 6 MB each at 10,000 paths and 25 years
def _draws(history: int, months: int, paths: int, seed: int, mean_block: int) -> NDArray[np.int16]:
    generator = np.random.default_rng(np.random.SeedSequence(seed).spawn(2)[0])
    draws = np.empty((months, paths), np.int16)
    draws[0] = generator.integers(0, history, paths, dtype=np.int16)
    for month in range(1, months):
        onward = draws[month - 1] + np.int16(1)
        onward[onward == history] = 0
        jump = generator.random(paths, dtype=np.float32) < 1.0 / mean_block
        draws[month] = np.where(jump, generator.integers(0, history, paths, dtype=np.int16), onward)
    draws.setflags(write=False)
    return draws
