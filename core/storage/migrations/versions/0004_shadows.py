"""What shadows would have answered."""

import sqlalchemy as sa
from alembic import op

from core.storage.types import UtcDateTime

revision = "0004"
down_revision: str | None = "0003"


def upgrade() -> None:
    op.create_table(
        "shadows",
        sa.Column("prediction_id", sa.String(length=40), nullable=False),
        sa.Column("project_id", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("output", sa.JSON(), nullable=False),
        sa.Column("latency_ms", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("prediction_id", name=op.f("pk_shadows")),
    )
    op.create_index(
        op.f("ix_shadows_project_id_version_at"),
        "shadows",
        ["project_id", "version", "at"],
        unique=False,
    )
    op.drop_column("predictions", "paired_id")


def downgrade() -> None:
    op.add_column("predictions", sa.Column("paired_id", sa.String(length=40)))
    op.drop_table("shadows")
