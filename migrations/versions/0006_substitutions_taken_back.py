"""What a substitute's registration was before, so that a substitution can be taken back exactly."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("substitution", sa.Column("coming_before", JSON, nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("substitution", "coming_before")
