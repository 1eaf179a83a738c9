"""Market snapshots as bytes: what a plan was computed from, kept so that it can be computed again."""

from __future__ import annotations

import json
import zlib
from datetime import date
from typing import Any

import numpy as np

from advisor.domain.errors import InvalidInput
from advisor.domain.market import AssetClass, Attempt, Instrument, MarketSnapshot, Provenance, Rates
from advisor.domain.plan import canonical_json

_MAGIC = b"SISNAP01"
# Little-endian on every machine, in the order in which they follow the header.
_ARRAYS = {"dates": "<i8", "levels": "<f8", "price_index_months": "<i8", "price_index": "<f8"}


def snapshot_to_bytes(snapshot: MarketSnapshot) -> bytes:
    """The snapshot as bytes, the same for the same snapshot: a magic word, then zlib of the header as JSON and the raw arrays.

    `snapshot_from_bytes` is the exact inverse; no pickle is involved.
    """
    header = snapshot.header() | {"shapes": {name: list(getattr(snapshot, name).shape) for name in _ARRAYS}}
    text = canonical_json(json.loads(json.dumps(header, default=date.isoformat)))
    parts = [len(text).to_bytes(4, "little"), text]
    parts += [np.ascontiguousarray(getattr(snapshot, name).astype(kind)).tobytes() for name, kind in _ARRAYS.items()]
    return _MAGIC + zlib.compress(b"".join(parts), 1)


def snapshot_from_bytes(raw: bytes) -> MarketSnapshot:
    """Inverse of `snapshot_to_bytes`.

    Raises:
        InvalidInput: if the bytes are not such an archive.
    """
    try:
        if raw[: len(_MAGIC)] != _MAGIC:
            raise ValueError("wrong magic word")  # noqa: TRY301 one place turns every fault of the bytes into our error
        body = zlib.decompress(raw[len(_MAGIC) :])
        start = 4 + int.from_bytes(body[:4], "little")
        return _restore(json.loads(body[4:start]), body, start)
    except (ValueError, KeyError, TypeError, zlib.error) as fault:
        raise InvalidInput("The stored market data cannot be read.") from fault


def _restore(header: dict[str, Any], body: bytes, start: int) -> MarketSnapshot:
    arrays: dict[str, Any] = {}
    for name, kind in _ARRAYS.items():
        shape = tuple(header["shapes"][name])
        count = int(np.prod(shape))
        arrays[name] = np.frombuffer(body, kind, count, start).reshape(shape)
        start += count * np.dtype(kind).itemsize
    if start != len(body):
        raise ValueError("bytes left over")
    rates, source = header["rates"], header["provenance"]
    return MarketSnapshot(
        currency=header["currency"],
        instruments=tuple(
            Instrument(**item | {"asset_class": AssetClass(item["asset_class"])}) for item in header["instruments"]
        ),
        dates=arrays["dates"].astype("datetime64[D]"),
        levels=arrays["levels"].astype(np.float64),
        rates=Rates(**rates | {"as_of": date.fromisoformat(rates["as_of"])}),
        provenance=Provenance(
            **source
            | {
                "first": date.fromisoformat(source["first"]),
                "last": date.fromisoformat(source["last"]),
                "notes": tuple(source["notes"]),
                "attempts": tuple(Attempt(**item) for item in source["attempts"]),
            }
        ),
        price_index_months=arrays["price_index_months"].astype("datetime64[M]"),
        price_index=arrays["price_index"].astype(np.float64),
    )
