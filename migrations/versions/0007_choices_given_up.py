"""Choices between parallel sessions that were given up stay on record: calendars count by them (rule 16)."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STANDING = sa.text("given_up_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("session_choice") as batch_op:
        batch_op.add_column(sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint(op.f("uq_session_choice_registration_id_choice_group"), type_="unique")
    op.create_index(
        "uq_session_choice_standing",
        "session_choice",
        ["registration_id", "choice_group"],
        unique=True,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    )


def downgrade() -> None:
    op.execute("DELETE FROM session_choice WHERE given_up_at IS NOT NULL")
    op.drop_index("uq_session_choice_standing", table_name="session_choice")
    with op.batch_alter_table("session_choice") as batch_op:
        batch_op.create_unique_constraint(
            op.f("uq_session_choice_registration_id_choice_group"), ["registration_id", "choice_group"]
        )
        batch_op.drop_column("given_up_at")
