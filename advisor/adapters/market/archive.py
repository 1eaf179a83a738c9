"""Market data as bytes: what a plan or an analysis was computed from, kept so that it can be computed again."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

import numpy as np

from advisor.domain.errors import InvalidInput
from advisor.domain.market import AssetClass, Attempt, Instrument, MarketSnapshot, Provenance, Rates
from advisor.domain.panel import Member, PricePanel
from advisor.domain.plan import canonical_json

R = TypeVar("R")

_SNAPSHOT, _PANEL = b"SISNAP01", b"SIPANL01"
# Little-endian on every machine, in the order in which they follow the header.
_SNAPSHOT_ARRAYS = {"dates": "<i8", "levels": "<f8", "price_index_months": "<i8", "price_index": "<f8"}
_PANEL_ARRAYS = {"dates": "<i8", "levels": "<f8", "benchmark_levels": "<f8"}


def snapshot_to_bytes(snapshot: MarketSnapshot) -> bytes:
    """The snapshot as bytes, the same for the same snapshot: a magic word, then zlib of the header as JSON and the raw arrays.

    `snapshot_from_bytes` is the exact inverse; no pickle is involved.
    """
    return _packed(_SNAPSHOT, snapshot.header(), snapshot, _SNAPSHOT_ARRAYS)


def snapshot_from_bytes(raw: bytes) -> MarketSnapshot:
    """Inverse of `snapshot_to_bytes`.

    Raises:
        InvalidInput: if the bytes are not such an archive.
    """
    return _unpacked(_SNAPSHOT, raw, _SNAPSHOT_ARRAYS, _snapshot)


def panel_to_bytes(panel: PricePanel) -> bytes:
    """A panel as bytes, in the form of `snapshot_to_bytes`."""
    return _packed(_PANEL, panel.header(), panel, _PANEL_ARRAYS)


def panel_from_bytes(raw: bytes) -> PricePanel:
    """Inverse of `panel_to_bytes`.

    Raises:
        InvalidInput: if the bytes are not such an archive.
    """
    return _unpacked(_PANEL, raw, _PANEL_ARRAYS, _panel)


def _packed(magic: bytes, header: dict[str, Any], holder: object, kinds: Mapping[str, str]) -> bytes:
    arrays = {name: getattr(holder, name) for name in kinds}
    header = header | {"shapes": {name: list(array.shape) for name, array in arrays.items()}}
    text = canonical_json(json.loads(json.dumps(header, default=date.isoformat)))
    parts = [len(text).to_bytes(4, "little"), text]
    parts += [np.ascontiguousarray(arrays[name].astype(kind)).tobytes() for name, kind in kinds.items()]
    return magic + zlib.compress(b"".join(parts), 1)


def _unpacked(
    magic: bytes, raw: bytes, kinds: Mapping[str, str], restore: Callable[[dict[str, Any], dict[str, Any]], R]
) -> R:
    try:
        if raw[: len(magic)] != magic:
            raise ValueError("wrong magic word")  # noqa: TRY301 one place turns every fault of the bytes into our error
        body = zlib.decompress(raw[len(magic) :])
        start = 4 + int.from_bytes(body[:4], "little")
        header = json.loads(body[4:start])
        return restore(header, _arrays(header["shapes"], kinds, body, start))
    except (ValueError, KeyError, TypeError, zlib.error) as fault:
        raise InvalidInput("The stored market data cannot be read.") from fault


def _arrays(shapes: Mapping[str, list[int]], kinds: Mapping[str, str], body: bytes, start: int) -> dict[str, Any]:
    arrays: dict[str, Any] = {}
    for name, kind in kinds.items():
        count = int(np.prod(shapes[name]))
        arrays[name] = np.frombuffer(body, kind, count, start).reshape(shapes[name])
        start += count * np.dtype(kind).itemsize
    if start != len(body):
        raise ValueError("bytes left over")
    return arrays


def _rates(raw: dict[str, Any]) -> Rates:
    return Rates(**raw | {"as_of": date.fromisoformat(raw["as_of"])})


def _snapshot(header: dict[str, Any], arrays: dict[str, Any]) -> MarketSnapshot:
    source = header["provenance"]
    return MarketSnapshot(
        currency=header["currency"],
        instruments=tuple(
            Instrument(**item | {"asset_class": AssetClass(item["asset_class"])}) for item in header["instruments"]
        ),
        dates=arrays["dates"].astype("datetime64[D]"),
        levels=arrays["levels"].astype(np.float64),
        rates=_rates(header["rates"]),
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


def _panel(header: dict[str, Any], arrays: dict[str, Any]) -> PricePanel:
    return PricePanel(
        currency=header["currency"],
        members=tuple(
            Member(**item | {"asset_class": AssetClass(item["asset_class"]) if item["asset_class"] else None})
            for item in header["members"]
        ),
        dates=arrays["dates"].astype("datetime64[D]"),
        levels=arrays["levels"].astype(np.float64),
        benchmark=header["benchmark"],
        benchmark_levels=arrays["benchmark_levels"].astype(np.float64),
        rates=_rates(header["rates"]),
        rehearsal=header["rehearsal"],
        notes=tuple(header["notes"]),
    )
