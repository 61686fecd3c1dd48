"""What capture keeps of each project, and who chose it."""

import sqlalchemy as sa
from alembic import op

from core.storage.types import UtcDateTime

revision = "0009"
down_revision: str | None = "0008"


def upgrade() -> None:
    op.create_table(
        "capture_policies",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("project_id", sa.String(length=80), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capture_policies")),
    )
    with op.batch_alter_table("capture_policies") as table:
        table.create_index(
            op.f("ix_capture_policies_project_id_id"), ["project_id", "id"]
        )


def downgrade() -> None:
    op.drop_table("capture_policies")
