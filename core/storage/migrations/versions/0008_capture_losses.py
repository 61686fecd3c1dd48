"""Predictions that were answered and not captured, when a process was killed."""

import sqlalchemy as sa
from alembic import op

from core.storage.types import UtcDateTime

revision = "0008"
down_revision: str | None = "0007"


def upgrade() -> None:
    op.create_table(
        "capture_losses",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("project_id", sa.String(length=80), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("noted_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capture_losses")),
    )
    with op.batch_alter_table("capture_losses") as table:
        table.create_index(
            op.f("ix_capture_losses_project_id_until"), ["project_id", "until"]
        )


def downgrade() -> None:
    op.drop_table("capture_losses")
