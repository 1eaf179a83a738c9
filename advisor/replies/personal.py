"""Somebody's own data in words: an export and the page inside it, offers to link, sign-ins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from advisor.domain.documents import file_block
from advisor.domain.identity import SignIn
from advisor.domain.message import Channel
from advisor.domain.records import Document
from advisor.domain.reply import Block, Column, Link, Table, Text
from advisor.replies.format import day
from advisor.replies.wording import known, say

WORDING = "1"
"""The version of the words that consents are given to: a change of their meaning needs a new number."""


def channel_name(locale: str, channel: str) -> str:
    """A channel as people call it."""
    return say(locale, f"personal.channels.{channel}")


def exported(locale: str, made: Document, rows: int) -> tuple[Block, ...]:
    """The file, and what is in it."""
    return (Text(say(locale, "personal.export.ready", rows=rows)), file_block(made))


def readme(locale: str, at: datetime, rows: Mapping[str, int]) -> str:
    """The page inside an export: what each file is, and how many entries each table has."""
    width = max((len(table) for table in rows), default=0)
    lines = [f"  {table:<{width}}  {count:>6}  {_about(locale, table)}" for table, count in sorted(rows.items())]
    title = say(locale, "personal.readme.title")
    parts = (
        f"{title}\n{'=' * len(title)}",
        say(locale, "personal.readme.made", at=f"{at:%Y-%m-%d %H:%M}"),
        say(locale, "personal.readme.files"),
        say(locale, "personal.readme.notes"),
        "\n".join((say(locale, "personal.readme.tables"), *lines)),
    )
    return "\n\n".join(parts) + "\n"


def _about(locale: str, table: str) -> str:
    key = f"personal.readme.about.{table}"
    return say(locale, key if known(locale, key) else "personal.readme.about.other")


def offer(locale: str, code: str, deep_link: str | None, minutes: int) -> tuple[Block, ...]:
    """A code to hand in elsewhere, and the address that does it on Telegram."""
    told = (
        Text(say(locale, "personal.link.offered", code=code, minutes=minutes)),
        Text(say(locale, "personal.link.how", code=code)),
    )
    if deep_link is None:
        return told
    how = Text(say(locale, "personal.link.how_on_telegram"))
    return (*told, how, Link(say(locale, "personal.link.open"), deep_link))


def linked(locale: str, here: Channel, there: Channel, added: Sequence[str], *, recounted: bool) -> tuple[Block, ...]:
    """Two channels are one talk now; `added` are the names of the goals that came with the other one."""
    names = {"here": channel_name(locale, here), "there": channel_name(locale, there)}
    return (Text(say(locale, "personal.link.done", **names)), *_added(locale, added, recounted=recounted))


def signed_in(locale: str, added: Sequence[str], *, recounted: bool) -> tuple[Block, ...]:
    """What was said before signing in goes on here; `added` are the names of the goals that came with it."""
    return (Text(say(locale, "personal.signed_in")), *_added(locale, added, recounted=recounted))


def _added(locale: str, added: Sequence[str], *, recounted: bool) -> tuple[Block, ...]:
    said = [say(locale, "personal.link.goals_added", names=", ".join(added))] if added else []
    if recounted:
        said.append(say(locale, "personal.link.recounted"))
    return tuple(Text(text) for text in said)


def sign_ins(locale: str, found: Sequence[SignIn]) -> tuple[Block, ...]:
    """Where somebody is signed in, numbered."""
    if not found:
        return (Text(say(locale, "personal.sessions.none")),)
    labels = {name: say(locale, f"personal.sessions.{name}") for name in ("number", "kind", "since", "until")}
    rows = tuple(
        {
            "number": str(number),
            "kind": say(locale, f"personal.sessions.{one.kind}"),
            "since": day(locale, one.created_at.date()),
            "until": day(locale, one.expires_at.date()),
        }
        for number, one in enumerate(found, start=1)
    )
    columns = tuple(Column(name, label) for name, label in labels.items())
    table = Table("sign_ins", say(locale, "personal.sessions.caption"), columns, rows)
    return (Text(say(locale, "personal.sessions.some")), table)
