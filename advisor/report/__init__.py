"""Reports as PDF. The only package that knows reportlab, and it loads it when a report is written: in a helper process."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.domain.documents import Report


def write_pdf(report: Report, pictures: Mapping[str, bytes]) -> bytes:
    """The report as a PDF of A4 pages; equal reports and pictures give equal bytes.

    `pictures` holds a PNG for the digest of each chart spec. Picklable, for a helper process.

    Raises:
        KeyError: if a picture is missing.
    """
    from advisor.report.pdf import write  # noqa: PLC0415 - heavy: the process that answers people never loads it

    return write(report, pictures)


__all__ = ["write_pdf"]
