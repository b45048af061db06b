"""reach: until when, and how often, a channel lets us speak first"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Forward."""
    op.add_column("conversations", sa.Column("reach_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("conversations", sa.Column("reach_left", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Back. Not in batch: SQLite drops a plain column by itself, and copying the table would break who refers to it."""
    op.drop_column("conversations", "reach_left")
    op.drop_column("conversations", "reach_until")
