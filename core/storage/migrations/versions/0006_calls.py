"""Calls for predictions, counted by hour; and how many a window has seen."""

import sqlalchemy as sa
from alembic import op

from core.storage.types import UtcDateTime

revision = "0006"
down_revision: str | None = "0005"


def upgrade() -> None:
    op.create_table(
        "calls",
        sa.Column("project_id", sa.String(length=80), nullable=False),
        sa.Column("hour", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key_id", sa.String(length=40), nullable=False),
        sa.Column("status", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("n_rows", sa.Integer(), nullable=False),
        sa.Column("n_warned", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "project_id",
            "hour",
            "version",
            "key_id",
            "status",
            "step",
            name=op.f("pk_calls"),
        ),
    )
    with op.batch_alter_table("windows") as table:
        table.add_column(
            sa.Column("n_calls", sa.Integer(), nullable=False, server_default="0")
        )


def downgrade() -> None:
    with op.batch_alter_table("windows") as table:
        table.drop_column("n_calls")
    op.drop_table("calls")
