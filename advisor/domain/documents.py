"""Documents made for an investor: a report as data, and the address under which its owner fetches the file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from advisor.domain.chart import ChartSpec
from advisor.domain.records import Document
from advisor.domain.reply import File, Notice, Table, Text

DOCUMENT_ROOT = "/api/v1/chat/documents"
PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who answers for what is advised: the operator, his licence, and how the service is paid."""

    operator: str
    licence: str
    paid: str


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of a report. Its pictures are drawn with their title above and their text alternative below."""

    title: str
    blocks: tuple[Text | Table | Notice | ChartSpec, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A document as data, in words of one language. Equal reports give equal files.

    `issued` is the moment the file is dated with. `page` holds {page} and {pages}; `watermark` is written across every page.
    """

    title: str
    subtitle: str
    author: str
    subject: str
    locale: str
    issued: datetime
    sections: tuple[Section, ...]
    footer: str
    page: str
    unknown: str
    watermark: str = ""

    def charts(self) -> tuple[ChartSpec, ...]:
        """The pictures, in order."""
        return tuple(b for section in self.sections for b in section.blocks if isinstance(b, ChartSpec))


def document(owner: str, name: str, media_type: str, content: bytes) -> Document:
    """A file of `owner`'s (a user id). Its id follows from owner and content, so that the same file is stored once."""
    digest = hashlib.sha256(f"{owner}:{name}:{media_type}:".encode() + content).hexdigest()
    return Document(digest[:32], name, media_type, content)


def file_block(made: Document) -> File:
    """The block that offers a document in a conversation."""
    return File(made.name, made.media_type, len(made.content), f"{DOCUMENT_ROOT}/{made.id}")


def document_id(block: File) -> str:
    """The id of the stored document that a block offers; "" if it offers a file of another place."""
    root, _, key = block.url.rpartition("/")
    return key if root == DOCUMENT_ROOT else ""
