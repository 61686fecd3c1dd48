"""Windows of n rows: where each is cut, and that nothing follows the same cut twice."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision: str | None = "0006"

_INDEX = "ix_windows_project_id_version_period_after"
_COLUMNS = ["project_id", "version", "period", "after"]


def upgrade() -> None:
    op.add_column("windows", sa.Column("after", sa.String(length=48)))
    op.add_column("windows", sa.Column("cut", sa.String(length=48)))
    op.create_index(_INDEX, "windows", _COLUMNS, unique=True)


def downgrade() -> None:
    op.drop_index(_INDEX, table_name="windows")
    with op.batch_alter_table("windows") as table:
        table.drop_column("cut")
        table.drop_column("after")
