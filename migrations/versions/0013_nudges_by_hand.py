"""A nudge that an organizer sends by hand, in words of their own; what a cycle asks of new commitments, as data.

The table of nudges is made anew on SQLite: nothing refers to it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ASKED = "Say what the city will do and by when. The next update begins with these."
"""What stood on every desk until now."""

WORDS = ("commitments_prompt", "commitments_guidance", "commitments_example")


def upgrade() -> None:
    with op.batch_alter_table("nudge") as batch_op:
        batch_op.alter_column("rule_id", existing_type=sa.Integer(), nullable=True)
        batch_op.add_column(sa.Column("by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("words", sa.String(), nullable=False, server_default=""))
        batch_op.create_foreign_key(batch_op.f("fk_nudge_by_id_person"), "person", ["by_id"], ["id"])
    for name in WORDS:
        op.execute(f"ALTER TABLE update_cycle ADD COLUMN {name} VARCHAR NOT NULL DEFAULT ''")
    op.execute(sa.text("UPDATE update_cycle SET commitments_prompt = :asked").bindparams(asked=ASKED))


def downgrade() -> None:
    for name in WORDS:
        op.execute(f"ALTER TABLE update_cycle DROP COLUMN {name}")
    op.execute("DELETE FROM nudge WHERE rule_id IS NULL")
    with op.batch_alter_table("nudge") as batch_op:
        batch_op.drop_constraint("fk_nudge_by_id_person", type_="foreignkey")
        batch_op.drop_column("words")
        batch_op.drop_column("by_id")
        batch_op.alter_column("rule_id", existing_type=sa.Integer(), nullable=False)
