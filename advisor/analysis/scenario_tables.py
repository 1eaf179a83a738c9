"""The committed tables behind scenarios: what classes did in great falls, and how they answer to shocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import yaml

from advisor.domain.errors import InvalidInput
from advisor.domain.market import AssetClass


@dataclass(frozen=True, slots=True)
class ClassChange:
    """What a class did in an episode: a simple fraction in dollars, and where that is from. `looked_up` is false for memory."""

    change: float
    source: str
    looked_up: bool


@dataclass(frozen=True)
class Episode:
    """A great fall: from the close of `start` to that of `end`. `shares` is what US shares did (S&P 500, without dividends)."""

    id: str
    start: date
    end: date
    shares: float
    classes: Mapping[AssetClass, ClassChange]


@dataclass(frozen=True, slots=True)
class BondSensitivity:
    """Modified duration in years, convexity in years squared, and the part that pays a spread over Treasuries."""

    duration: float
    convexity: float
    spread: float


@dataclass(frozen=True)
class Sensitivities:
    """Per class: how bonds answer to yields, the part that is oil, and the part in foreign currencies for a dollar investor."""

    bonds: Mapping[AssetClass, BondSensitivity]
    oil: Mapping[AssetClass, float]
    foreign: Mapping[AssetClass, float]


@cache
def tables() -> Mapping[str, Any]:
    """The packaged file as it stands."""
    content: dict[str, Any] = yaml.safe_load(files(__package__).joinpath("scenarios.yaml").read_text("utf-8"))
    return MappingProxyType(content)


@cache
def episodes() -> tuple[Episode, ...]:
    """All episodes, oldest first."""
    sources = tables()["sources"]
    return tuple(
        Episode(
            id=raw["id"],
            start=raw["start"],
            end=raw["end"],
            shares=raw["shares"],
            classes=MappingProxyType(
                {
                    AssetClass(name): ClassChange(
                        figure["change"], sources[figure["source"]]["title"], sources[figure["source"]]["looked_up"]
                    )
                    for name, figure in raw["classes"].items()
                }
            ),
        )
        for raw in tables()["episodes"]
    )


def episode(name: str) -> Episode:
    """One episode by its id.

    Raises:
        InvalidInput: if there is none of that name.
    """
    for item in episodes():
        if item.id == name:
            return item
    known = ", ".join(item.id for item in episodes())
    raise InvalidInput(f"There is no such episode. There are {known}.", field="scenario")


@cache
def sensitivities() -> Sensitivities:
    """The direct answers of the classes to shocks."""
    raw = tables()
    return Sensitivities(
        bonds=MappingProxyType(
            {
                AssetClass(name): BondSensitivity(item["duration"], item["convexity"], item["spread"])
                for name, item in raw["bonds"].items()
            }
        ),
        oil=MappingProxyType({AssetClass(name): share for name, share in raw["oil"].items()}),
        foreign=MappingProxyType({AssetClass(name): share for name, share in raw["foreign"].items()}),
    )
