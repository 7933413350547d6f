"""Everything that is printed: what a print run was made of and when it went to the printer; faces, plans, floors and
what a booklet tells besides; tables at which people sit.

Columns are added by ALTER TABLE alone: making SQLite's tables anew would drop rows that others refer to.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KEPT = sa.JSON().with_variant(JSONB(), "postgresql")

ADDED = (
    (
        "print_run",
        "convening_id INTEGER CONSTRAINT fk_print_run_convening_id_convening REFERENCES convening (id)",
    ),
    ("print_run", "release INTEGER"),
    ("print_run", "printed_by_id INTEGER CONSTRAINT fk_print_run_printed_by_id_person REFERENCES person (id)"),
    ("person", "photo VARCHAR(64) NOT NULL DEFAULT ''"),
    ("venue", "plan VARCHAR(64) NOT NULL DEFAULT ''"),
    ("venue", "plan_told VARCHAR NOT NULL DEFAULT ''"),
    ("room", "floor VARCHAR(80) NOT NULL DEFAULT ''"),
    ("convening", "wifi_network VARCHAR(120) NOT NULL DEFAULT ''"),
    ("convening", "wifi_password VARCHAR(120) NOT NULL DEFAULT ''"),
    ("convening", "contacts VARCHAR NOT NULL DEFAULT ''"),
    ("convening", "booklet_note VARCHAR NOT NULL DEFAULT ''"),
)


def upgrade() -> None:
    for table, column in ADDED:
        op.execute(f'ALTER TABLE "{table}" ADD COLUMN {column}')
    op.add_column("print_run", sa.Column("pieces", KEPT, nullable=False, server_default="{}"))
    op.add_column("print_run", sa.Column("printed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_print_run_convening_id", "print_run", ["convening_id"], unique=False)
    op.create_table(
        "session_table",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_session_table_session_id_session")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_table")),
        sa.UniqueConstraint("session_id", "number", name=op.f("uq_session_table_session_id_number")),
    )
    op.create_table(
        "table_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("table_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_table_place_session_id_session")),
        sa.ForeignKeyConstraint(["table_id"], ["session_table.id"], name=op.f("fk_table_place_table_id_session_table")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_table_place_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_table_place")),
        sa.UniqueConstraint("session_id", "person_id", name=op.f("uq_table_place_session_id_person_id")),
    )
    op.create_index(op.f("ix_table_place_table_id"), "table_place", ["table_id"], unique=False)
    op.create_index(op.f("ix_table_place_person_id"), "table_place", ["person_id"], unique=False)


def downgrade() -> None:
    op.drop_table("table_place")
    op.drop_table("session_table")
    op.drop_index("ix_print_run_convening_id", "print_run")
    op.drop_column("print_run", "printed_at")
    op.drop_column("print_run", "pieces")
    for table, column in reversed(ADDED):
        op.execute(f'ALTER TABLE "{table}" DROP COLUMN {column.split()[0]}')
