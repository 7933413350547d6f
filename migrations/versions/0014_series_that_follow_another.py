"""A series that meets at another time from a date on is a series of its own, which follows the one that ended.

By ALTER TABLE alone: making SQLite's table anew would drop rows that others refer to.
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE series ADD COLUMN follows_id INTEGER CONSTRAINT fk_series_follows_id_series REFERENCES series (id)"
    )
    op.create_index("ix_series_follows_id", "series", ["follows_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_series_follows_id", "series")
    op.execute("ALTER TABLE series DROP COLUMN follows_id")
