"""aftercare: who speaks with a resident, the one question for a rating, whether a station shows names"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Forward."""
    op.add_column("stations", sa.Column("shows_names", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("tickets", sa.Column("danger_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE tickets SET danger_at = created_at WHERE urgency <> 'routine'")
    op.add_column("tickets", sa.Column("rating_asked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "holds",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("worker_id", sa.String(length=32), nullable=True),
        sa.Column("via", sa.String(length=10), nullable=True),
        sa.Column("began_by", sa.String(length=10), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("quiet_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("awaiting", sa.String(length=20), nullable=True),
        sa.Column("question_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=10), nullable=True),
        sa.Column("data_key_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_holds_conversation_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_holds_ticket_id")),
        sa.ForeignKeyConstraint(["worker_id"], ["workers.id"], name=op.f("fk_holds_worker_id")),
        sa.ForeignKeyConstraint(["data_key_id"], ["data_keys.id"], name=op.f("fk_holds_data_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
    )
    for column in ("conversation_id", "ticket_id", "worker_id", "data_key_id"):
        op.create_index(op.f(f"ix_holds_{column}"), "holds", [column])
    op.create_index(
        "uq_holds_open",
        "holds",
        ["conversation_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    """Back. Not in batch: SQLite drops a plain column by itself, and copying the table would break who refers to it."""
    op.drop_table("holds")
    op.drop_column("tickets", "rating_asked_at")
    op.drop_column("tickets", "danger_at")
    op.drop_column("stations", "shows_names")
