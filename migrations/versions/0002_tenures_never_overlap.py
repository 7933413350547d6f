"""Both databases refuse overlapping tenures of a seat (rule 8); the revision has its one row.

The program checks first and says it in a sentence; this is for two people at once and for hands in the tables.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

OVERLAP = """
    SELECT RAISE(ABORT, 'tenures of a seat overlap') WHERE EXISTS (
        SELECT 1 FROM tenure AS other
        WHERE other.seat_id = NEW.seat_id AND other.id IS NOT NEW.id
          AND other.starts_on <= coalesce(NEW.ends_on, '9999-12-31')
          AND NEW.starts_on <= coalesce(other.ends_on, '9999-12-31'));
"""


def upgrade() -> None:
    op.execute("INSERT INTO revision (id, created_at, number) VALUES (1, CURRENT_TIMESTAMP, 0)")
    if op.get_context().dialect.name == "postgresql":
        op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        op.execute(
            "ALTER TABLE tenure ADD CONSTRAINT tenures_never_overlap "
            "EXCLUDE USING gist (seat_id WITH =, daterange(starts_on, ends_on, '[]') WITH &&)"
        )
        return
    for moment in ("INSERT", "UPDATE"):
        op.execute(
            f"CREATE TRIGGER tenures_never_overlap_{moment.lower()} BEFORE {moment} ON tenure BEGIN {OVERLAP} END"
        )


def downgrade() -> None:
    op.execute("DELETE FROM revision")
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE tenure DROP CONSTRAINT tenures_never_overlap")
        return
    for moment in ("insert", "update"):
        op.execute(f"DROP TRIGGER tenures_never_overlap_{moment}")
