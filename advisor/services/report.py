"""Reports: a stored plan as a document of its owner's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Literal, Protocol

from advisor.domain.chart import ChartSpec
from advisor.domain.documents import PDF, Issuer, Report, document
from advisor.domain.plan import Plan
from advisor.domain.records import Document
from advisor.ports.system import Offload


class Pictures(Protocol):
    """Draws pictures."""

    async def draw(self, spec: ChartSpec, fmt: Literal["svg", "png"], theme: Literal["auto", "light", "dark"]) -> bytes:
        """The picture's bytes; the same spec gives the same bytes."""
        ...


class ReportService:
    """Makes reports: worded here, drawn where all pictures are drawn, and written in a helper process."""

    def __init__(
        self,
        *,
        pictures: Pictures,
        offload: Offload,
        issuer: Issuer,
        compose: Callable[[Plan, Issuer, str], Report],
        file_name: Callable[[Plan, str], str],
        write: Callable[[Report, Mapping[str, bytes]], bytes],
    ) -> None:
        self._pictures = pictures
        self._offload = offload
        self._issuer = issuer
        self._compose = compose
        self._file_name = file_name
        self._write = write

    async def make(self, plan: Plan, locale: str) -> Document:
        """The report of a plan, in the words of `locale`. The same plan of the same operator gives the same bytes.

        Raises:
            SmartInvestError: if the helper process died twice.
        """
        report = self._compose(plan, self._issuer, locale)
        specs = {spec.digest(): spec for spec in report.charts()}
        drawn = await asyncio.gather(*(self._pictures.draw(spec, "png", "light") for spec in specs.values()))
        content = await self._offload.process(self._write, report, dict(zip(specs, drawn, strict=True)))
        return document(plan.user_id, self._file_name(plan, locale), PDF, content)
