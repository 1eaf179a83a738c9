"""The service that makes reports, put together as the container does, for tests of what uses it."""

from __future__ import annotations

from advisor.charts import ChartRenderer
from advisor.domain.documents import Issuer
from advisor.ports.system import Offload
from advisor.replies.report import compose, file_name
from advisor.report import write_pdf
from advisor.services.report import ReportService

ISSUER = Issuer("an operator", "a licence", "by nobody")


def report_service(offload: Offload) -> ReportService:
    """Reports in the name of `ISSUER`."""
    return ReportService(
        pictures=ChartRenderer(offload),
        offload=offload,
        issuer=ISSUER,
        compose=compose,
        file_name=file_name,
        write=write_pdf,
    )
