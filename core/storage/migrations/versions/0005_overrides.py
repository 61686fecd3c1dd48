"""Rules that a person has put above the model."""

import sqlalchemy as sa
from alembic import op

from core.storage.types import UtcDateTime

revision = "0005"
down_revision: str | None = "0004"


def upgrade() -> None:
    op.create_table(
        "overrides",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("project_id", sa.String(length=80), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overrides")),
    )
    op.create_index(
        op.f("ix_overrides_project_id_created_at"),
        "overrides",
        ["project_id", "created_at"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("overrides")
