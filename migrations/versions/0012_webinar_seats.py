"""What a webinar's seat tells calendars and what its holder was last told of the time; a letter to those who missed it.

Columns are added by ALTER TABLE alone: making SQLite's tables anew would drop rows that others refer to.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ADDED = (
    ("webinar", "follow_up_missed VARCHAR NOT NULL DEFAULT ''"),
    ("webinar_seat", "sequence INTEGER NOT NULL DEFAULT 0"),
    ("webinar_seat", "told VARCHAR(40) NOT NULL DEFAULT ''"),
)


def upgrade() -> None:
    for table, column in ADDED:
        op.execute(f'ALTER TABLE "{table}" ADD COLUMN {column}')
    op.add_column("webinar_seat", sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("webinar_seat", "changed_at")
    for table, column in reversed(ADDED):
        op.execute(f'ALTER TABLE "{table}" DROP COLUMN {column.split()[0]}')
