"""Several addresses of one person, several workers on one inbox, timers, hand-offs, feedback, links between channels, consents.

Revision: 0004, after 0003. An address leads to a conversation by a column of its own, so that a conversation keeps neither the
place it was opened at to itself nor needs it to be there still. The outbox has a row for each recipient, in a lasting order.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _addresses()
    _inbox()
    _outbox()
    _delivery()
    _identity()


def _addresses() -> None:
    op.add_column("identities", sa.Column("conversation_id", sa.Text(), nullable=True))
    op.create_index("ix_identities_conversation_id", "identities", ["conversation_id"], unique=False)
    op.execute(
        "UPDATE identities SET conversation_id = (SELECT conversations.id FROM conversations"
        " WHERE conversations.channel = identities.channel AND conversations.address = identities.address)"
    )
    bind = op.get_bind()
    # SQLite takes a constraint away by copying the table. Dropping the old one would delete what refers to it.
    if bind.dialect.name == "sqlite" and bind.exec_driver_sql("PRAGMA foreign_keys").scalar():
        raise RuntimeError("foreign keys must not be enforced while tables are copied")
    with op.batch_alter_table("conversations") as conversations:
        conversations.drop_constraint("fk_conversations_channel", type_="foreignkey")
        conversations.drop_constraint("uq_conversations_channel", type_="unique")


def _inbox() -> None:
    op.add_column("inbox", sa.Column("lease_until", _MOMENT, nullable=True))
    op.add_column("inbox", sa.Column("attempts", sa.Integer(), nullable=False, server_default=sa.text("0")))
    _partial("ix_inbox_line", "inbox", ["channel", "address", "id"], "status = 'waiting'")


def _outbox() -> None:
    op.execute(
        "CREATE TEMPORARY TABLE outbox_before AS SELECT outbox.*, conversations.address AS address FROM outbox"
        " JOIN conversations ON conversations.id = outbox.conversation_id"
    )
    op.drop_table("outbox")
    op.create_table(
        "outbox",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("unprompted", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("uncertain", sa.Boolean(), nullable=False),
        sa.Column("not_before", _MOMENT, nullable=True),
        sa.Column("lease_until", _MOMENT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id", "turn"],
            ["turns.conversation_id", "turns.number"],
            name="fk_outbox_conversation_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("number", name="pk_outbox"),
        sa.UniqueConstraint("id", name="uq_outbox_id"),
    )
    same = "conversation_id, turn, channel, address, status, created_at, progress, attempts, uncertain, not_before"
    op.execute(
        f"INSERT INTO outbox (id, unprompted, {same}, lease_until, reason)"  # noqa: S608  names of columns, none from outside
        f" SELECT id, false, {same}, lease_until, reason FROM outbox_before"
        " ORDER BY created_at, conversation_id, turn"
    )
    op.execute("DROP TABLE outbox_before")
    op.create_index("ix_outbox_turn", "outbox", ["conversation_id", "turn"], unique=False)
    _partial("ix_outbox_unsent", "outbox", ["channel", "unprompted", "number"], "status IN ('pending', 'sending')")
    _partial("ix_outbox_line", "outbox", ["channel", "address", "number"], "status IN ('pending', 'sending')")
    _partial("ix_outbox_dead", "outbox", ["created_at"], "status = 'dead'")


def _delivery() -> None:
    op.create_table(
        "unknown_sends",
        sa.Column("outgoing_id", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["outgoing_id"], ["outbox.id"], name="fk_unknown_sends_outgoing_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("outgoing_id", "part", "at", name="pk_unknown_sends"),
    )
    op.create_index("ix_unknown_sends_at", "unknown_sends", ["at"], unique=False)
    op.create_table(
        "timers",
        *_conversation("timers"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("due", _MOMENT, nullable=False),
        sa.Column("lease_until", _MOMENT, nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "kind", name="pk_timers"),
    )
    op.create_index("ix_timers_due", "timers", ["due"], unique=False)
    op.create_table(
        "handoffs",
        sa.Column("id", sa.Text(), nullable=False),
        *_owner("handoffs"),
        *_conversation("handoffs"),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", _MOMENT, nullable=True),
        sa.Column("lease_until", _MOMENT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_handoffs"),
    )
    _owned("handoffs")
    _partial("ix_handoffs_pending", "handoffs", ["at"], "status = 'pending'")
    op.create_table(
        "feedback",
        sa.Column("id", sa.Text(), nullable=False),
        *_owner("feedback"),
        *_conversation("feedback"),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
    )
    _owned("feedback")


def _identity() -> None:
    op.add_column("sessions", sa.Column("created_at", _MOMENT, nullable=True))
    op.create_table(
        "links",
        sa.Column("code_hash", sa.Text(), nullable=False),
        *_owner("links"),
        *_conversation("links"),
        sa.Column("joining", sa.Text(), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["joining"], ["conversations.id"], name="fk_links_joining", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("code_hash", name="pk_links"),
    )
    _owned("links")
    op.create_table(
        "consents",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        *_owner("consents"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
    )
    op.create_index("ix_consents_user_id", "consents", ["user_id"], unique=False)


def _owner(table: str) -> list[sa.Column | sa.ForeignKeyConstraint]:
    return _reference(table, "user_id", "users.id")


def _conversation(table: str) -> list[sa.Column | sa.ForeignKeyConstraint]:
    return _reference(table, "conversation_id", "conversations.id")


def _reference(table: str, column: str, target: str) -> list[sa.Column | sa.ForeignKeyConstraint]:
    return [
        sa.Column(column, sa.Text(), nullable=False),
        sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}", ondelete="CASCADE"),
    ]


def _owned(table: str) -> None:
    for column in ("user_id", "conversation_id"):
        op.create_index(f"ix_{table}_{column}", table, [column], unique=False)


def _partial(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=False, sqlite_where=where, postgresql_where=where)
