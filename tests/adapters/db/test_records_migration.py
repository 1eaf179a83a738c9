"""Goals, accounts and the audit chain join a database that is in use: its plans keep working, the active one included."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

import migrations
from advisor.adapters.db.migrate import migrate
from advisor.adapters.db.postgres import postgres_engine
from advisor.adapters.db.sqlite import sqlite_engine
from advisor.adapters.db.storage import SqlStorage, open_storage
from advisor.adapters.db.url import parse_url
from advisor.adapters.vault import Vault
from advisor.domain.audit import verify
from advisor.domain.plan import PlanStatus
from tests.adapters.db.builders import SNAPSHOTS, opened, plan_of, turn_commit
from tests.adapters.db.test_records import goal_of


def back_to_the_second_revision(connection: Connection) -> None:
    """The tables as the release before left them; SQLite and PostgreSQL say it in the same words."""
    for table in ("goals", "profiles", "computations", "documents", "audit", "audit_head"):
        connection.execute(text(f"DROP TABLE {table}"))
    for table in ("accounts", "refresh_tokens", "throttles", "kept_answers"):
        connection.execute(text(f"DROP TABLE {table}"))
    for index in ("uq_plans_active", "uq_plans_active_goal"):
        connection.execute(text(f"DROP INDEX {index}"))
    connection.execute(text("ALTER TABLE plans DROP COLUMN goal_id"))
    connection.execute(text("CREATE UNIQUE INDEX uq_plans_active ON plans (user_id) WHERE status = 'active'"))
    connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))


async def in_the_database(url: str, work: object) -> None:
    """Run work on a database as no storage would."""
    address = parse_url(url)
    if address.kind == "sqlite":
        engine = sqlite_engine(address.path)
        with engine.begin() as connection:
            work(connection)  # type: ignore[operator]
        engine.dispose()
        return
    asynchronous = postgres_engine(address.dsn)
    async with asynchronous.begin() as connection_:
        await connection_.run_sync(work)  # type: ignore[arg-type]
    await asynchronous.dispose()


async def test_an_active_plan_of_the_release_before_is_superseded_by_the_next(database_url: str, vault: Vault) -> None:
    storage = await open_storage(database_url, vault)
    conversation = await opened(storage)
    plan = plan_of(conversation)
    await storage.commit_turn(
        turn_commit(conversation, "m1", plans=(plan,), snapshots=SNAPSHOTS, activate_plan=plan.id)
    )
    await storage.close()
    await in_the_database(database_url, back_to_the_second_revision)
    assert await migrate(database_url)
    storage = await open_storage(database_url, vault)
    try:
        await _goes_on(storage, conversation.user_id, plan.id)
    finally:
        await storage.close()
    assert not await migrate(database_url)


async def _goes_on(storage: SqlStorage, user: str, old: str) -> None:
    kept = await storage.plan(user, old)
    assert kept is not None
    assert (kept.status, kept.goal_id) == (PlanStatus.ACTIVE, None)
    goal = goal_of(user)
    await storage.save_goal(goal, 0)
    fresh = replace(kept, id="fresh", status=PlanStatus.PROPOSED)
    await storage.save_plan(fresh, b"prices", activate=True)
    await storage.save_plan(replace(fresh, id="for-the-goal", goal_id=goal.id), b"prices", activate=True)
    statuses = {plan.id: plan.status for plan in await storage.plans(user, None, 10)}
    assert statuses == {
        old: PlanStatus.SUPERSEDED,
        "fresh": PlanStatus.ACTIVE,
        "for-the-goal": PlanStatus.ACTIVE,
    }
    assert verify(await storage.audit(0, 10)) is None


def test_the_chain_begins_with_the_migration(tmp_path: Path) -> None:
    engine = sqlite_engine(tmp_path / "advisor.db")
    config = Config()
    assert migrations.__file__ is not None
    config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        head = connection.execute(text("SELECT number, hash FROM audit_head")).all()
    engine.dispose()
    assert [tuple(row) for row in head] == [(0, "0" * 64)]


@pytest.mark.postgres
async def test_a_goal_has_one_active_plan_also_where_the_rules_are_passed_by(
    postgres_storage: SqlStorage, postgres_url: str
) -> None:
    conversation = await opened(postgres_storage)
    goal = goal_of(conversation.user_id)
    await postgres_storage.save_goal(goal, 0)
    for number in range(2):
        plan = plan_of(conversation, id=f"plan-{number}", goal_id=goal.id)
        await postgres_storage.save_plan(plan, SNAPSHOTS["hash-of-prices"])
    activate = text("UPDATE plans SET status = 'active'")
    with pytest.raises(Exception, match="uq_plans_active_goal"):
        await in_the_database(postgres_url, lambda connection: connection.execute(activate))
