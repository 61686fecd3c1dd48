"""Keys of the API, and how calls are shared between versions."""

import sqlalchemy as sa
from alembic import op

from core.storage.types import UtcDateTime

revision = "0002"
down_revision: str | None = "0001"


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("project_id", sa.String(length=80), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_keys_digest")),
    )
    op.create_table(
        "routes",
        sa.Column("project_id", sa.String(length=80), nullable=False),
        sa.Column("mode", sa.String(length=20), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("sticky_by", sa.Text(), nullable=True),
        sa.Column("guardrails", sa.JSON(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("tripped_at", UtcDateTime(), nullable=True),
        sa.Column("tripped_why", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_routes")),
    )
    op.add_column("predictions", sa.Column("role", sa.String(length=20)))
    op.add_column("predictions", sa.Column("paired_id", sa.String(length=40)))


def downgrade() -> None:
    op.drop_column("predictions", "paired_id")
    op.drop_column("predictions", "role")
    op.drop_table("routes")
    op.drop_table("api_keys")
