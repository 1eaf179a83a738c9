"""What the sections of a report are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from advisor.domain.chart import ChartSpec
from advisor.domain.reply import Column, Notice, Table, Text

Parts = tuple[Text | Table | Notice | ChartSpec, ...]


def listed(heading: str, lines: Iterable[str]) -> tuple[Text, ...]:
    """A heading over a list; nothing where there are no lines."""
    kept = [line for line in lines if line]
    return (Text("\n".join((heading, "", *(f"- {line}" for line in kept)))),) if kept else ()


def rows_of(name: str, caption: str, labels: Sequence[str], rows: Iterable[Sequence[str]], *, right: int = 0) -> Table:
    """A table of words; its last `right` columns hold figures and stand to the right."""
    first = len(labels) - right
    columns = tuple(Column(f"c{i}", label, "text" if i < first else "number") for i, label in enumerate(labels))
    return Table(name, caption, columns, tuple({f"c{i}": cell for i, cell in enumerate(row)} for row in rows))
