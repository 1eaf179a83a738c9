"""Numbers, money and dates as the reader's locale writes them, short enough for a picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_compact_currency, format_currency, format_decimal, format_percent


@dataclass(frozen=True, slots=True)
class Formats:
    """Formatting in one locale; an unknown tag reads as English."""

    locale: Locale

    @staticmethod
    def of(tag: str) -> Formats:
        """Formats for a tag such as "en", "en-GB" or "de_DE"."""
        try:
            return Formats(Locale.parse(tag.replace("-", "_")))
        except (UnknownLocaleError, ValueError):
            return Formats(Locale("en"))

    def word(self, key: str, **values: object) -> str:
        """A word of the catalogue, in English where the language has none."""
        catalogue = _words()
        return str(catalogue.get(self.locale.language, catalogue["en"])[key]).format(**values)

    def money(self, value: float, currency: str) -> str:
        """Three significant digits at most, such as $412K; whole units below a thousand."""
        rounded = _significant(value)
        digits = 0 if abs(rounded) < 1000 else 2
        if self.locale.language == "en" or abs(rounded) >= 1_000_000:
            return format_compact_currency(rounded, currency, locale=self.locale, fraction_digits=digits)
        # Several languages write thousands out (German has no "K"); babel then leaves the digits ungrouped.
        pattern = self.locale.currency_formats["standard"].pattern.replace("0.00", "0")
        return format_currency(rounded, currency, pattern, locale=self.locale, currency_digits=False)

    def percent(self, fraction: float, digits: int) -> str:
        """A fraction as a percentage with a fixed number of decimals; never "-0"."""
        value = round(fraction, digits + 2) + 0.0
        pattern = self.locale.percent_formats[None].pattern
        return format_percent(
            value, pattern.replace("#,##0", "#,##0" + ("." + "0" * digits if digits else "")), self.locale
        )

    def number(self, value: float) -> str:
        """A plain number with three significant digits."""
        return format_decimal(_significant(value), locale=self.locale)

    def value(self, value: float, unit: str, currency: str, digits: int = 1) -> str:
        """A value in a picture's unit: "money", "percent" or "index"."""
        if unit == "money":
            return self.money(value, currency)
        return self.percent(value, digits) if unit == "percent" else self.number(value)

    def ticks(self, values: Sequence[float], unit: str, currency: str) -> list[str]:
        """Tick labels: percentages get a decimal only where the steps need one."""
        digits = 0 if all(abs(v * 100 - round(v * 100)) < 1e-6 for v in values) else 1
        return [self.value(value, unit, currency, digits) for value in values]

    def day(self, day: date, pattern: str) -> str:
        """A date by a CLDR pattern such as "MMM y"."""
        return format_date(day, pattern, locale=self.locale)


def shares(fractions: Sequence[float]) -> int:
    """Decimals for a list of percentages: none where all are whole, else one."""
    return 0 if all(abs(f * 100 - round(f * 100)) < 0.005 for f in fractions) else 1


def _significant(value: float, digits: int = 3) -> float:
    if value == 0:
        return 0.0
    return round(value, digits - 1 - math.floor(math.log10(abs(value)))) + 0.0


@cache
def _words() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(files(__package__).joinpath("words.yaml").read_text("utf-8"))
    return content
