"""Plans, the market snapshots they were computed from, and pictures."""

from __future__ import annotations

from sqlalchemy import Connection, RowMapping, bindparam, insert, select, tuple_, update

from advisor.adapters.db.database import insert_into
from advisor.adapters.db.part import StoragePart
from advisor.adapters.db.schema import charts, plans, snapshots, users
from advisor.adapters.db.sealing import Sealer
from advisor.adapters.db.url import Kind
from advisor.domain.chart import ChartSpec
from advisor.domain.errors import NotFound
from advisor.domain.plan import Plan, PlanStatus
from advisor.ports.storage import TurnCommit

_PLAN_BODY = "plans|body"
_CHART_BODY = "charts|body"

_PLANS = (
    select(plans, users.c.wrapped_key)
    .join_from(plans, users, users.c.id == plans.c.user_id)
    .where(plans.c.user_id == bindparam("user"))
)
_PLAN = _PLANS.where(plans.c.id == bindparam("plan"))
_NEWEST = _PLANS.order_by(plans.c.created_at.desc(), plans.c.id.desc()).limit(bindparam("limit"))
_before = plans.alias("before")
# A row comparison with an unknown plan's missing row is never true: the page is empty then.
_OLDER = _NEWEST.where(
    tuple_(plans.c.created_at, plans.c.id)
    < select(_before.c.created_at, _before.c.id)
    .where(_before.c.id == bindparam("before"), _before.c.user_id == bindparam("user"))
    .scalar_subquery()
)
_KNOWN_SNAPSHOTS = select(snapshots.c.data_hash).where(snapshots.c.data_hash.in_(bindparam("hashes", expanding=True)))
_SNAPSHOT = select(snapshots.c.content).where(snapshots.c.data_hash == bindparam("data_hash"))
_CHART = (
    select(charts.c.body, users.c.wrapped_key)
    .join_from(charts, users, users.c.id == charts.c.user_id)
    .where(charts.c.user_id == bindparam("user"), charts.c.id == bindparam("chart"))
)
# Activations of one user go one after the other; rows that merely refer to the user are not held up (FOR NO KEY UPDATE).
_LOCK_USER = select(users.c.id).where(users.c.id == bindparam("user")).with_for_update(key_share=True)
_SUPERSEDE = (
    update(plans)
    .where(plans.c.user_id == bindparam("user"), plans.c.status == PlanStatus.ACTIVE, plans.c.id != bindparam("plan"))
    .values(status=PlanStatus.SUPERSEDED)
)
_ACTIVATE = (
    update(plans)
    .where(plans.c.user_id == bindparam("user"), plans.c.id == bindparam("plan"))
    .values(status=PlanStatus.ACTIVE)
)


def _activate(connection: Connection, user_id: str, plan_id: str) -> None:
    """Make a plan the user's active one, the former one superseded.

    Raises:
        NotFound: if it is not a plan of this user.
    """
    parameters = {"user": user_id, "plan": plan_id}
    connection.execute(_LOCK_USER, {"user": user_id}).close()
    connection.execute(_SUPERSEDE, parameters)
    if connection.execute(_ACTIVATE, parameters).rowcount != 1:
        raise NotFound("This plan does not exist.")


class PlanWriter:
    """Writes what a turn computed, inside the turn's transaction."""

    def __init__(self, kind: Kind, sealer: Sealer) -> None:
        self._sealer = sealer
        # Both are addressed by their content: what is there already is the same.
        self._snapshot = insert_into(kind, snapshots).on_conflict_do_nothing()
        self._chart = insert_into(kind, charts).on_conflict_do_nothing()

    def write(self, connection: Connection, user_id: str, key: bytes, commit: TurnCommit) -> None:
        """Write the commit's snapshots, plans and pictures, then activate the plan it names.

        Raises:
            NotFound: if the plan to activate is not this user's.
        """
        if commit.snapshots:
            self._write_snapshots(connection, commit)
        if commit.plans:
            connection.execute(insert(plans), [self._plan_row(user_id, key, plan) for plan in commit.plans])
        if commit.charts:
            rows = [
                {
                    "user_id": user_id,
                    "id": chart_id,
                    "body": self._sealer.seal(key, _CHART_BODY, user_id, spec.to_json()),
                }
                for chart_id, spec in commit.charts.items()
            ]
            connection.execute(self._chart, rows)
        if commit.activate_plan is not None:
            _activate(connection, user_id, commit.activate_plan)

    def _write_snapshots(self, connection: Connection, commit: TurnCommit) -> None:
        """Send only what is not there yet: a snapshot weighs megabytes and is shared by all plans of a day."""
        hashes = list(commit.snapshots)
        known = set(connection.execute(_KNOWN_SNAPSHOTS, {"hashes": hashes}).scalars())
        rows = [
            {"data_hash": data_hash, "content": content, "created_at": commit.answered.at}
            for data_hash, content in commit.snapshots.items()
            if data_hash not in known
        ]
        if rows:
            connection.execute(self._snapshot, rows)

    def _plan_row(self, user_id: str, key: bytes, plan: Plan) -> dict[str, object]:
        if plan.user_id != user_id:
            raise NotFound("A plan can be stored for its owner only.")
        return {
            "id": plan.id,
            "user_id": user_id,
            "status": plan.status,
            "created_at": plan.created_at,
            "data_hash": plan.data_hash,
            "code_version": plan.code_version,
            "body": self._sealer.seal(key, _PLAN_BODY, user_id, {"inputs": plan.inputs, "result": plan.result}),
        }


class Plans(StoragePart):
    """Reads plans, snapshots and pictures; another user's read as absent."""

    async def plan(self, user_id: str, plan_id: str) -> Plan | None:
        """One of the user's plans."""
        return await self._database.read(lambda connection: self._plan(connection, user_id, plan_id))

    async def plans(self, user_id: str, before: str | None, limit: int) -> list[Plan]:
        """The user's plans, newest first, from the one after `before` (a plan id); none after a plan that is not the user's."""
        statement = _NEWEST if before is None else _OLDER
        parameters = {"user": user_id, "limit": limit} | ({} if before is None else {"before": before})

        def work(connection: Connection) -> list[Plan]:
            return [self._read_plan(row) for row in connection.execute(statement, parameters).mappings()]

        return await self._database.read(work)

    async def activate_plan(self, user_id: str, plan_id: str) -> Plan | None:
        """Make a plan active and the former active one superseded; None if it is not the user's."""

        def work(connection: Connection) -> Plan | None:
            _activate(connection, user_id, plan_id)
            return self._plan(connection, user_id, plan_id)

        try:
            return await self._database.write(work)
        except NotFound:
            return None

    async def snapshot(self, data_hash: str) -> bytes | None:
        """The market snapshot a plan was computed from."""
        return await self._database.read(
            lambda connection: connection.execute(_SNAPSHOT, {"data_hash": data_hash}).scalar()
        )

    async def chart(self, user_id: str, chart_id: str) -> ChartSpec | None:
        """A picture of the user's."""

        def work(connection: Connection) -> ChartSpec | None:
            row = connection.execute(_CHART, {"user": user_id, "chart": chart_id}).first()
            if row is None:
                return None
            return ChartSpec.from_json(self._sealer.open(row.wrapped_key, _CHART_BODY, user_id, row.body))

        return await self._database.read(work)

    def _plan(self, connection: Connection, user_id: str, plan_id: str) -> Plan | None:
        row = connection.execute(_PLAN, {"user": user_id, "plan": plan_id}).mappings().first()
        return None if row is None else self._read_plan(row)

    def _read_plan(self, row: RowMapping) -> Plan:
        body = self._sealer.open(row["wrapped_key"], _PLAN_BODY, row["user_id"], row["body"])
        return Plan(
            id=row["id"],
            user_id=row["user_id"],
            status=PlanStatus(row["status"]),
            created_at=row["created_at"],
            inputs=body["inputs"],
            data_hash=row["data_hash"],
            code_version=row["code_version"],
            result=body["result"],
        )
