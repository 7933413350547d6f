"""Letters that never went can be put away; two records that look alike can be said to be two people; letters are
counted by what they are for without reading all of them."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("circular", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_outbox_letter_purpose", "outbox_letter", ["purpose", "sent_at"])
    op.create_table(
        "two_people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_two_people_in_order")),
        sa.ForeignKeyConstraint(["first_id"], ["person.id"], name=op.f("fk_two_people_first_id_person")),
        sa.ForeignKeyConstraint(["second_id"], ["person.id"], name=op.f("fk_two_people_second_id_person")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_two_people_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_two_people")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f("uq_two_people_first_id_second_id")),
    )


def downgrade() -> None:
    op.drop_table("two_people")
    op.drop_index("ix_outbox_letter_purpose", table_name="outbox_letter")
    op.drop_column("circular", "archived_at")
