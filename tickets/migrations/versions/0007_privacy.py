"""privacy: what a resident asked of their data, restricted tickets, the visit after danger"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

COLUMNS = {
    "conversations": ("quality_asked_at", "no_contact_at", "erase_requested_at"),
    "tickets": ("restricted_at", "followed_up_at"),
}


def upgrade() -> None:
    """Forward."""
    for table, names in COLUMNS.items():
        with op.batch_alter_table(table) as batch_op:
            for name in names:
                batch_op.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Back. Not in batch: SQLite drops a plain column by itself, and copying the table would break who refers to it."""
    for table, names in COLUMNS.items():
        for name in names:
            op.drop_column(table, name)
