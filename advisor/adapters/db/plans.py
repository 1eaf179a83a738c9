"""Plans, the market snapshots they were computed from, and pictures."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, bindparam, select, tuple_, update

from advisor.adapters.db import chain
from advisor.adapters.db.database import Database, insert_into
from advisor.adapters.db.part import Owner, StoragePart, owner_of
from advisor.adapters.db.record_tables import goals
from advisor.adapters.db.schema import charts, plans, snapshots, users
from advisor.adapters.db.sealing import Sealer
from advisor.adapters.db.snapshots import Snapshots
from advisor.adapters.db.url import Kind
from advisor.domain.audit import AuditEvent, Happening, stored
from advisor.domain.chart import ChartSpec
from advisor.domain.errors import Conflict, NotFound
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
_SNAPSHOT = select(snapshots.c.content).where(snapshots.c.data_hash == bindparam("data_hash"))
_CHART = (
    select(charts.c.body, users.c.wrapped_key)
    .join_from(charts, users, users.c.id == charts.c.user_id)
    .where(charts.c.user_id == bindparam("user"), charts.c.id == bindparam("chart"))
)
# Activations of one user go one after the other; rows that merely refer to the user are not held up (FOR NO KEY UPDATE).
_LOCK_USER = select(users.c.id).where(users.c.id == bindparam("user")).with_for_update(key_share=True)
_of_goal = plans.alias("of_goal")
_goal_of_plan = (
    select(_of_goal.c.goal_id)
    .where(_of_goal.c.id == bindparam("plan"), _of_goal.c.user_id == bindparam("user"))
    .scalar_subquery()
)
_SUPERSEDE = (
    update(plans)
    .where(
        plans.c.user_id == bindparam("user"),
        plans.c.status == PlanStatus.ACTIVE,
        plans.c.id != bindparam("plan"),
        plans.c.goal_id.is_not_distinct_from(_goal_of_plan),
    )
    .values(status=PlanStatus.SUPERSEDED)
)
_ACTIVATE = (
    update(plans)
    .where(plans.c.user_id == bindparam("user"), plans.c.id == bindparam("plan"))
    .values(status=PlanStatus.ACTIVE)
)
_OWN_GOALS = select(goals.c.id).where(
    goals.c.user_id == bindparam("user"), goals.c.id.in_(bindparam("goals", expanding=True))
)


def _activate(connection: Connection, user_id: str, plan_id: str) -> Happening:
    """Make a plan the active one of its goal, the former one superseded.

    Raises:
        NotFound: if it is not a plan of this user.
    """
    parameters = {"user": user_id, "plan": plan_id}
    connection.execute(_LOCK_USER, {"user": user_id}).close()
    connection.execute(_SUPERSEDE, parameters)
    if connection.execute(_ACTIVATE, parameters).rowcount != 1:
        raise NotFound("This plan does not exist.")
    return Happening(AuditEvent.PLAN_ACTIVATED, plan_id, {"id": plan_id})


class PlanWriter:
    """Writes what was computed inside somebody's transaction, and returns what the audit chain is to tell of it."""

    def __init__(self, kind: Kind, sealer: Sealer) -> None:
        self._sealer = sealer
        self._snapshots = Snapshots(kind)
        # Addressed by its content: what is there already is the same.
        self._chart = insert_into(kind, charts).on_conflict_do_nothing()
        self._plan = insert_into(kind, plans).on_conflict_do_nothing(index_elements=[plans.c.id]).returning(plans.c.id)

    def write(self, connection: Connection, owner: Owner, commit: TurnCommit) -> list[Happening]:
        """Write the commit's snapshots, plans and pictures, then activate the plan it names.

        Raises:
            NotFound: if the plan to activate, or the goal that a plan names, is not this user's.
        """
        if commit.snapshots:
            self._snapshots.write(connection, commit.snapshots, commit.answered.at)
        happenings = self.plans(connection, owner, commit.plans)
        if commit.charts:
            rows = [
                {
                    "user_id": owner.id,
                    "id": chart_id,
                    "body": self._sealer.seal(owner.key, _CHART_BODY, owner.id, spec.to_json()),
                }
                for chart_id, spec in commit.charts.items()
            ]
            connection.execute(self._chart, rows)
        if commit.activate_plan is not None:
            happenings.append(_activate(connection, owner.id, commit.activate_plan))
        return happenings

    def plans(self, connection: Connection, owner: Owner, made: Sequence[Plan]) -> list[Happening]:
        """Write plans whose snapshots are there.

        Raises:
            NotFound: if a plan, or the goal it names, is not this user's.
            Conflict: if a plan of the same id is there.
        """
        if not made:
            return []
        named = {plan.goal_id for plan in made if plan.goal_id is not None}
        if named:
            own = connection.execute(_OWN_GOALS, {"user": owner.id, "goals": list(named)}).scalars()
            if named - set(own):
                raise NotFound("This goal does not exist.")
        for plan in made:
            if connection.execute(self._plan, self._plan_row(owner, plan)).first() is None:
                raise Conflict("There is a plan of this id already.")
        return [stored(plan) for plan in made]

    def _plan_row(self, owner: Owner, plan: Plan) -> dict[str, object]:
        if plan.user_id != owner.id:
            raise NotFound("A plan can be stored for its owner only.")
        body = {"inputs": plan.inputs, "result": plan.result}
        return {
            "id": plan.id,
            "user_id": owner.id,
            "status": plan.status,
            "created_at": plan.created_at,
            "data_hash": plan.data_hash,
            "code_version": plan.code_version,
            "body": self._sealer.seal(owner.key, _PLAN_BODY, owner.id, body),
            "goal_id": plan.goal_id,
        }


class Plans(StoragePart):
    """Reads plans, snapshots and pictures; another user's read as absent."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        super().__init__(database, sealer)
        self._plan_writer = PlanWriter(database.kind, sealer)
        self._plan_snapshots = Snapshots(database.kind)

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

    async def save_plan(self, plan: Plan, snapshot: bytes, *, activate: bool = False) -> None:
        """Store a plan with the market snapshot it was computed from, and put it to use if `activate`.

        Raises:
            NotFound: if its user, or the goal it names, does not exist.
            Conflict: if a plan of its id is there already; nothing is written.
        """

        def work(connection: Connection) -> None:
            owner = owner_of(connection, plan.user_id)
            self._plan_snapshots.write(connection, {plan.data_hash: snapshot}, plan.created_at)
            happenings = self._plan_writer.plans(connection, owner, [plan])
            if activate:
                happenings.append(_activate(connection, owner.id, plan.id))
            chain.append(connection, self._sealer, owner, happenings)

        await self._database.write(work)

    async def activate_plan(self, user_id: str, plan_id: str) -> Plan | None:
        """Make a plan active and the former active one of its goal superseded; None if it is not the user's."""

        def work(connection: Connection) -> Plan | None:
            happening = _activate(connection, user_id, plan_id)
            chain.append(connection, self._sealer, owner_of(connection, user_id), [happening])
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
            goal_id=row["goal_id"],
        )
