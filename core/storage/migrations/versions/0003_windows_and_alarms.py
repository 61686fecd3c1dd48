"""Summaries of windows, how projects are watched, alarms and their notices."""

import sqlalchemy as sa
from alembic import op

from core.storage.types import UtcDateTime

revision = "0003"
down_revision: str | None = "0002"


def upgrade() -> None:
    _windows()
    _alarms()
    op.create_index(
        op.f("ix_predictions_project_id_version_at"),
        "predictions",
        ["project_id", "version", "at"],
    )
    op.create_index(op.f("ix_outcomes_project_id_id"), "outcomes", ["project_id", "id"])


def _windows() -> None:
    op.create_table(
        "windows",
        sa.Column("project_id", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("start", UtcDateTime(), nullable=False),
        sa.Column("end", UtcDateTime(), nullable=False),
        sa.Column("claim", sa.String(length=40), nullable=True),
        sa.Column("claimed_at", UtcDateTime(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("judged", sa.Integer(), nullable=False),
        sa.Column("n_rows", sa.Integer(), nullable=False),
        sa.Column("n_labels", sa.Integer(), nullable=False),
        sa.Column("outcome_mark", sa.Integer(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint(
            "project_id", "version", "period", "start", name=op.f("pk_windows")
        ),
    )
    op.create_table(
        "watches",
        sa.Column("project_id", sa.String(length=80), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_watches")),
    )


def _alarms() -> None:
    op.create_table(
        "alarms",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("project_id", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.String(length=40), nullable=False),
        sa.Column("open_key", sa.String(length=160), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("severity", sa.String(length=20), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("last_window", UtcDateTime(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("muted_until", UtcDateTime(), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
        sa.UniqueConstraint("open_key", name=op.f("uq_alarms_open_key")),
    )
    op.create_index(
        op.f("ix_alarms_project_id_opened_at"), "alarms", ["project_id", "opened_at"]
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("alarm_id", sa.String(length=40), nullable=False),
        sa.Column("event", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alarm_id"], ["alarms.id"], name=op.f("fk_notices_alarm_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint(
            "alarm_id",
            "event",
            "channel",
            name=op.f("uq_notices_alarm_id_event_channel"),
        ),
    )
    op.create_index(op.f("ix_notices_state_next_at"), "notices", ["state", "next_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_outcomes_project_id_id"), "outcomes")
    op.drop_index(op.f("ix_predictions_project_id_version_at"), "predictions")
    for table in ("notices", "alarms", "watches", "windows"):
        op.drop_table(table)
