"""Readers' marks: the offices held when they were written (rule 8), hiding one, a device's own key, letters gone.

Columns are added by ALTER TABLE alone: making SQLite's tables anew would drop rows that others refer to.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ADDED = (
    "office VARCHAR(300) NOT NULL DEFAULT ''",
    "answered_as VARCHAR(300) NOT NULL DEFAULT ''",
    "device_key VARCHAR(64)",
    "quarantined_by_id INTEGER CONSTRAINT fk_update_mark_quarantined_by_id_person REFERENCES person (id)",
    "quarantine_reason VARCHAR(500) NOT NULL DEFAULT ''",
)
INSTANTS = ("quarantined_at", "told_at", "answer_told_at")
KEY = "uq_update_mark_device_key"


def upgrade() -> None:
    for column in ADDED:
        op.execute(f"ALTER TABLE update_mark ADD COLUMN {column}")
    for name in INSTANTS:
        op.add_column("update_mark", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_index(KEY, "update_mark", ["device_key"], unique=True)


def downgrade() -> None:
    op.drop_index(KEY, "update_mark")
    for name in (*INSTANTS, *(column.split()[0] for column in ADDED)):
        op.execute(f"ALTER TABLE update_mark DROP COLUMN {name}")
