"""attachments: the channel's name of a file sealed, what a machine heard in it"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import context, op

from tickets.sealing import KEY_ID_BYTES, Keyring, column_cipher, seal

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

COLUMN = "attachments.remote_id"


def upgrade() -> None:
    """Forward. Names of files that are still to be fetched are sealed; those of fetched ones are of no more use."""
    with op.batch_alter_table("attachments", schema=None) as batch_op:
        batch_op.add_column(sa.Column("remote_id_sealed", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("transcript_sealed", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True))
    keyring: Keyring | None = context.config.attributes.get("keyring")
    if keyring is not None:
        _seal(op.get_bind(), keyring)
    # What came before there were machines to listen is not listened to afterwards.
    op.execute("UPDATE attachments SET heard_at = created_at")
    with op.batch_alter_table("attachments", schema=None) as batch_op:
        batch_op.drop_column("remote_id")


def _seal(connection: sa.Connection, keyring: Keyring) -> None:
    waiting = connection.execute(
        sa.text(
            "SELECT a.id, a.remote_id, k.id, k.wrapped FROM attachments a JOIN data_keys k ON k.id = a.data_key_id "
            "WHERE a.remote_id IS NOT NULL AND a.content_sealed IS NULL AND k.wrapped IS NOT NULL"
        )
    ).all()
    for row_id, remote_id, key_id, wrapped in waiting:
        cipher = column_cipher(keyring.unwrap(key_id, bytes(wrapped)), COLUMN)
        sealed = seal(cipher, bytes.fromhex(key_id)[:KEY_ID_BYTES], f"{COLUMN}.{row_id}", remote_id.encode())
        connection.execute(
            sa.text("UPDATE attachments SET remote_id_sealed = :sealed WHERE id = :id"),
            {"sealed": sealed, "id": row_id},
        )


def downgrade() -> None:
    """Back: files that were still to be fetched are not fetched any more."""
    with op.batch_alter_table("attachments", schema=None) as batch_op:
        batch_op.add_column(sa.Column("remote_id", sa.String(length=200), nullable=True))
        batch_op.drop_column("heard_at")
        batch_op.drop_column("transcript_sealed")
        batch_op.drop_column("remote_id_sealed")
