"""Snapshots survive the trip through bytes unchanged."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.adapters.market.archive import snapshot_from_bytes, snapshot_to_bytes
from advisor.adapters.market.sample.market import SampleMarket
from advisor.domain.errors import InvalidInput
from advisor.domain.market import Attempt, MarketSnapshot


async def sample(as_of: date = date(2016, 7, 1)) -> MarketSnapshot:
    return await SampleMarket().snapshot("USD", as_of)


def assert_same(first: MarketSnapshot, second: MarketSnapshot) -> None:
    assert first.header() == second.header()
    assert first.instruments == second.instruments
    assert first.rates == second.rates
    assert first.provenance == second.provenance
    for name in ("dates", "levels", "price_index_months", "price_index"):
        ours, theirs = getattr(first, name), getattr(second, name)
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs)
    assert first.digest == second.digest


@given(as_of=st.dates(date(1991, 2, 1), date(2016, 7, 1)))
async def test_reading_is_the_inverse_of_writing(as_of: date) -> None:
    snapshot = await sample(as_of)
    assert_same(snapshot_from_bytes(snapshot_to_bytes(snapshot)), snapshot)


async def test_attempts_and_arrays_without_rows_survive() -> None:
    snapshot = await sample()
    tried = replace(snapshot.provenance, attempts=(Attempt("yahoo", "no answer"), Attempt("sample", "ok")))
    bare = replace(snapshot, provenance=tried, price_index=np.empty(0), price_index_months=np.empty(0, "M8[M]"))
    assert_same(snapshot_from_bytes(snapshot_to_bytes(bare)), bare)


async def test_the_same_snapshot_gives_the_same_bytes() -> None:
    assert snapshot_to_bytes(await sample()) == snapshot_to_bytes(await sample())


async def test_the_archive_is_far_smaller_than_its_numbers() -> None:
    snapshot = await sample()
    assert len(snapshot_to_bytes(snapshot)) < snapshot.levels.nbytes * 0.6


@given(position=st.integers(0, 10**6), flip=st.integers(1, 255))
async def test_damaged_bytes_are_refused(position: int, flip: int) -> None:
    raw = bytearray(snapshot_to_bytes(await sample(date(1992, 1, 2))))
    raw[position % len(raw)] ^= flip
    with pytest.raises(InvalidInput):
        snapshot_from_bytes(bytes(raw))


async def test_bytes_left_over_are_refused() -> None:
    raw = snapshot_to_bytes(await sample(date(1992, 1, 2)))
    with pytest.raises(InvalidInput):
        snapshot_from_bytes(raw[:8] + zlib.compress(zlib.decompress(raw[8:]) + b"more"))


@pytest.mark.parametrize("raw", [b"", b"SISNAP01", b"{}", b"\x80\x04."])
def test_other_bytes_are_refused(raw: bytes) -> None:
    with pytest.raises(InvalidInput):
        snapshot_from_bytes(raw)
