"""The form of a universe's file, checked when it is read: what may stand in it, and what has to."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError, model_validator

from advisor.domain.market import AssetClass

_ISIN_LENGTH = 12


def isin_is_valid(isin: str) -> bool:
    """Whether a text is an ISIN with the right check digit (ISO 6166: letters as 10 to 35, then Luhn's sum)."""
    if len(isin) != _ISIN_LENGTH or not isin.isascii() or not isin.isalnum() or isin != isin.upper():
        return False
    if not isin[:2].isalpha() or not isin[-1].isdigit():
        return False
    digits = "".join(str(int(letter, 36)) for letter in isin)
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def _checked_isin(isin: str) -> str:
    if not isin_is_valid(isin):
        raise ValueError(f"{isin} is no ISIN: its check digit or its form is wrong")
    return isin


Isin = Annotated[str, AfterValidator(_checked_isin)]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Calendar = Annotated[str, Field(pattern=r"^[A-Z0-9_/]{3,12}$")]
Fraction = Annotated[float, Field(ge=0, lt=0.1)]
Symbol = Annotated[str, Field(min_length=1, max_length=32, pattern=r"^\S+$")]
Sentence = Annotated[str, Field(min_length=3)]
Distribution = Literal["accumulating", "distributing"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RatePart(_Part):
    """One way to a rate. Exactly one of symbol, macro, from_cash_fund and assumed is given."""

    symbol: Symbol | None = None
    quoted: Literal["discount", "yield"] = "yield"
    macro: str | None = None
    from_cash_fund: Literal[True] | None = None
    assumed: Annotated[float, Field(gt=-0.02, lt=0.25)] | None = None
    note: str = ""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = [name for name in ("symbol", "macro", "from_cash_fund", "assumed") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("a rate has exactly one of symbol, macro, from_cash_fund and assumed")
        if self.assumed is not None and not self.note:
            raise ValueError("an assumed rate says in a note what it rests on")
        return self


class FundPart(_Part):
    """What is known of one fund. What is unknown stays out."""

    symbol: Symbol
    name: Annotated[str, Field(min_length=1)]
    isin: Isin = ""
    exchange: Calendar | Literal[""] = ""
    domicile: Country | Literal[""] = ""
    distribution: Distribution | Literal[""] = ""
    expense_ratio: Fraction | None = None
    expense_source: str = ""
    spread: Fraction | None = None
    spread_source: str = ""
    income_note: str = ""
    income_in_prices: bool = True
    tradable: bool = True

    @model_validator(mode="after")
    def _figures_have_sources(self) -> Self:
        for figure, source in ((self.expense_ratio, self.expense_source), (self.spread, self.spread_source)):
            if figure is not None and not source:
                raise ValueError(f"{self.symbol} states a cost without saying where it comes from")
        if not self.income_in_prices and not self.income_note:
            raise ValueError(f"{self.symbol} says that its prices lack income, and needs an income_note on it")
        return self


class OtherFundPart(FundPart):
    """A fund that may take an instrument's place. `asset_class` where it is another one, with what differs in `note`."""

    asset_class: AssetClass | None = None
    note: str = ""

    @model_validator(mode="after")
    def _difference_is_said(self) -> Self:
        if self.asset_class is not None and not self.note:
            raise ValueError(f"{self.symbol} is of another class and needs a note that says so")
        return self


class ListingElsewherePart(_Part):
    """The same fund on another exchange: all its facts are those of the instrument above it."""

    symbol: Symbol
    same_fund: Literal[True]
    exchange: Calendar | Literal[""] = ""


class ProxyPart(_Part):
    """An older series that moves alike."""

    symbol: Symbol
    note: Sentence


def _form(raw: Any) -> str:
    """Which of the two forms an alternative has: told by its fields, so that a fault in it is named for that form alone."""
    return "listing" if isinstance(raw, dict) and "same_fund" in raw else "fund"


AlternativePart = Annotated[
    Annotated[ListingElsewherePart, Tag("listing")] | Annotated[OtherFundPart, Tag("fund")], Discriminator(_form)
]


class InstrumentPart(FundPart):
    """An instrument of a plan with those that may take its place, the best first."""

    asset_class: AssetClass
    prior: Annotated[float, Field(gt=0)] | None = None
    proxy: ProxyPart | None = None
    alternatives: tuple[AlternativePart, ...] = ()


class StockPart(_Part):
    """A share that can be asked for by name."""

    symbol: Symbol
    name: Annotated[str, Field(min_length=1)]
    sector: Sentence
    isin: Isin = ""
    exchange: Calendar | Literal[""] = ""
    also: tuple[str, ...] = ()


class ListingPart(_Part):
    """A series that is shown or forecast but is no part of a plan."""

    symbol: Symbol
    name: Annotated[str, Field(min_length=1)]
    total_return: bool
    also: tuple[str, ...] = ()
    example: bool = False
    unit: Literal["money", "points"] = "money"


class PriceLimitPart(_Part):
    """How far a share may move in a day on a board, `limit` as a fraction. The board is told by how a symbol begins and ends."""

    board: Sentence
    begins: Annotated[tuple[str, ...], Field(min_length=1)]
    ends: Sentence
    limit: Annotated[float, Field(gt=0, lt=1)]
    since: date | None = None
    source: Sentence


class UniverseFile(_Part):
    """A whole file.

    `facts_source` says whose figures the identifying facts are (ISIN, domicile, distribution) and of when, `prior_source` the same
    of the prior points. `source` names the one source that has these symbols; empty where any may.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
    title: Sentence
    purpose: Literal["plan", "stocks"]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    calendar: Calendar
    benchmark: Symbol
    facts_source: str = ""
    prior_source: str = ""
    source: str = ""
    uncertainty_index: str = ""
    risk_free: tuple[RatePart, ...] = ()
    ten_year: tuple[RatePart, ...] = ()
    inflation: tuple[RatePart, ...] = ()
    instruments: tuple[InstrumentPart, ...] = ()
    stock_class: AssetClass | None = None
    stocks: tuple[StockPart, ...] = ()
    listings: tuple[ListingPart, ...] = ()
    price_limits: tuple[PriceLimitPart, ...] = ()
    suspensions: str = ""
    notes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.purpose == "plan" and not self.instruments:
            raise ValueError("a universe for plans needs instruments")
        if self.purpose == "stocks" and (self.instruments or not self.stocks):
            raise ValueError("a universe of stocks holds stocks and no plan instruments")
        if self.stocks and self.stock_class is None:
            raise ValueError("stocks need a stock_class")
        if self.instruments and any(item.prior is not None for item in self.instruments):
            missing = [item.symbol for item in self.instruments if item.prior is None]
            if missing or not self.prior_source:
                raise ValueError(f"prior points need a prior_source and are given to all or none; missing: {missing}")
        if not self.source and self.purpose == "plan" and not (self.risk_free and self.ten_year and self.inflation):
            raise ValueError("a universe for plans says where risk_free, ten_year and inflation come from")
        return self


def read_universe(raw: dict[str, Any], name: str) -> UniverseFile:
    """A file's content, checked.

    Raises:
        ValueError: naming the file, the place in it and what is wrong there.
    """
    try:
        found = UniverseFile.model_validate(raw)
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"universes/{name}.yaml, {place or 'as a whole'}: {first['msg']}") from fault
    if found.id != name:
        raise ValueError(f"universes/{name}.yaml has the id {found.id}: they must be the same")
    return found
