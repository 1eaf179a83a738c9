"""Currencies as sources write them: some quote in a hundredth of one, which is never what a price is kept in."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SUBUNITS: Mapping[str, tuple[str, float]] = MappingProxyType(
    {
        "GBp": ("GBP", 100.0),
        "GBx": ("GBP", 100.0),
        "GBX": ("GBP", 100.0),
        "ZAc": ("ZAR", 100.0),
        "ZAC": ("ZAR", 100.0),
        "ILA": ("ILS", 100.0),
        "USX": ("USD", 100.0),  # grain and cotton futures
        "USd": ("USD", 100.0),
        "EUX": ("EUR", 100.0),
        "KWF": ("KWD", 1000.0),
    }
)
"""The ISO currency of a subunit, and how many of it make one."""
