"""Whether food and access were answered, now that a row of needs may hold an emergency contact alone."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE private_needs ADD COLUMN answered BOOLEAN NOT NULL DEFAULT false")
    op.execute("UPDATE private_needs SET answered = true")


def downgrade() -> None:
    op.execute("ALTER TABLE private_needs DROP COLUMN answered")
