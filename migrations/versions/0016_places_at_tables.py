"""Places at tables: who was placed by hand; numbers are given once and never again, so that a place taken back comes
back as itself. Nothing has used the two tables yet, so they are made anew."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make(by_hand=True)


def downgrade() -> None:
    _make(by_hand=False)


def _make(*, by_hand: bool) -> None:
    op.drop_table("table_place")
    op.drop_table("session_table")
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
        sqlite_autoincrement=True,
    )
    hand = [sa.Column("by_hand", sa.Boolean(), nullable=False)] if by_hand else []
    op.create_table(
        "table_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("table_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        *hand,
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_table_place_session_id_session")),
        sa.ForeignKeyConstraint(["table_id"], ["session_table.id"], name=op.f("fk_table_place_table_id_session_table")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_table_place_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_table_place")),
        sa.UniqueConstraint("session_id", "person_id", name=op.f("uq_table_place_session_id_person_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_table_place_table_id"), "table_place", ["table_id"], unique=False)
    op.create_index(op.f("ix_table_place_person_id"), "table_place", ["person_id"], unique=False)
