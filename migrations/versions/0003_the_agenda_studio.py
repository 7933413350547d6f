"""The agenda studio: acts that can be taken back, items of sessions, the run of show, speakers, public bodies.

Columns are added by ALTER TABLE alone: making SQLite's tables anew would drop rows that others refer to.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
RELEASE_KEEPS = (("heading", "{}"), ("untold", "[]"))

ADDED = (
    ("agenda_release", "quietly BOOLEAN NOT NULL DEFAULT false"),
    ("audit_entry", "convening_id INTEGER CONSTRAINT fk_audit_entry_convening_id_convening REFERENCES convening (id)"),
    ("audit_entry", "turn VARCHAR(32) NOT NULL DEFAULT ''"),
    ("audit_entry", "reverses VARCHAR(32)"),
    ("convening", "walking_minutes INTEGER NOT NULL DEFAULT 5"),
    ("engagement", "brief VARCHAR NOT NULL DEFAULT ''"),
    ("engagement", "contact_id INTEGER CONSTRAINT fk_engagement_contact_id_person REFERENCES person (id)"),
    ("engagement", "equipment VARCHAR(1000) NOT NULL DEFAULT ''"),
    ("engagement", "access TEXT NOT NULL DEFAULT ''"),
    ("engagement", "answer VARCHAR(1000) NOT NULL DEFAULT ''"),
    ("override", "covers VARCHAR NOT NULL DEFAULT ''"),
    ("session", "fixed BOOLEAN NOT NULL DEFAULT false"),
    ("session", "serves_id INTEGER CONSTRAINT fk_session_serves_id_measure_stage REFERENCES measure_stage (id)"),
)


def upgrade() -> None:
    op.create_table(
        "measure_stage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_measure_stage_cohort_id_cohort")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure_stage")),
        sa.UniqueConstraint("cohort_id", "name", name=op.f("uq_measure_stage_cohort_id_name")),
    )
    with op.batch_alter_table("measure_stage") as batch_op:
        batch_op.create_index(batch_op.f("ix_measure_stage_cohort_id"), ["cohort_id"], unique=False)

    op.create_table(
        "public_body",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("flag_at", sa.Integer(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["city_id"], ["city.id"], name=op.f("fk_public_body_city_id_city")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_public_body_cohort_id_cohort")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_body")),
    )
    with op.batch_alter_table("public_body") as batch_op:
        batch_op.create_index(batch_op.f("ix_public_body_cohort_id"), ["cohort_id"], unique=False)

    op.create_table(
        "cue_tick",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("convening_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.String(length=120), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["convening_id"], ["convening.id"], name=op.f("fk_cue_tick_convening_id_convening")),
        sa.ForeignKeyConstraint(["done_by_id"], ["person.id"], name=op.f("fk_cue_tick_done_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cue_tick")),
        sa.UniqueConstraint("convening_id", "line", name=op.f("uq_cue_tick_convening_id_line")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("cue_tick") as batch_op:
        batch_op.create_index(batch_op.f("ix_cue_tick_convening_id"), ["convening_id"], unique=False)

    op.create_table(
        "public_body_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id"], ["public_body.id"], name=op.f("fk_public_body_member_body_id_public_body")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_public_body_member_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_body_member")),
        sa.UniqueConstraint("body_id", "person_id", name=op.f("uq_public_body_member_body_id_person_id")),
    )
    with op.batch_alter_table("public_body_member") as batch_op:
        batch_op.create_index(batch_op.f("ix_public_body_member_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_public_body_member_person_id"), ["person_id"], unique=False)

    op.create_table(
        "speaker_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("convening_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["convening_id"], ["convening.id"], name=op.f("fk_speaker_link_convening_id_convening")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_speaker_link_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_speaker_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_speaker_link_token_hash")),
    )
    with op.batch_alter_table("speaker_link") as batch_op:
        batch_op.create_index(batch_op.f("ix_speaker_link_convening_id"), ["convening_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_speaker_link_person_id"), ["person_id"], unique=False)

    op.create_table(
        "cue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("convening_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "unlock",
                "set-up",
                "mic check",
                "hand-outs",
                "crew",
                "cue",
                "lock",
                name="cuekind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("anchor", sa.Enum("start", "end", name="cueanchor", native_enum=False, length=32), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("responsible_id", sa.Integer(), nullable=True),
        sa.Column("responsible", sa.String(length=200), nullable=False),
        sa.Column("derived", sa.String(length=120), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("session_id IS NOT NULL OR at IS NOT NULL", name=op.f("ck_cue_has_a_time")),
        sa.ForeignKeyConstraint(["convening_id"], ["convening.id"], name=op.f("fk_cue_convening_id_convening")),
        sa.ForeignKeyConstraint(["responsible_id"], ["person.id"], name=op.f("fk_cue_responsible_id_person")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_cue_room_id_room")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_cue_session_id_session")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cue")),
        sa.UniqueConstraint("convening_id", "derived", name=op.f("uq_cue_convening_id_derived")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("cue") as batch_op:
        batch_op.create_index(batch_op.f("ix_cue_convening_id"), ["convening_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cue_session_id"), ["session_id"], unique=False)

    op.create_table(
        "session_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_session_item_lasts")),
        sa.ForeignKeyConstraint(["city_id"], ["city.id"], name=op.f("fk_session_item_city_id_city")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_session_item_session_id_session")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_item")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("session_item") as batch_op:
        batch_op.create_index(batch_op.f("ix_session_item_session_id"), ["session_id"], unique=False)

    op.create_table(
        "material",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("engagement_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("quarantined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("quarantine_reason", sa.String(length=500), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagement.id"], name=op.f("fk_material_engagement_id_engagement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material")),
    )
    with op.batch_alter_table("material") as batch_op:
        batch_op.create_index(batch_op.f("ix_material_digest"), ["digest"], unique=False)
        batch_op.create_index(batch_op.f("ix_material_engagement_id"), ["engagement_id"], unique=False)

    for table, column in ADDED:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    for name in ("answered_at", "reminded_at"):
        op.add_column("engagement", sa.Column(name, sa.DateTime(timezone=True)))
    for name, empty in RELEASE_KEEPS:
        op.add_column("agenda_release", sa.Column(name, JSON, nullable=False, server_default=empty))
    op.create_index("ix_audit_entry_convening_id_id", "audit_entry", ["convening_id", "id"])
    op.create_index("ix_audit_entry_turn", "audit_entry", ["turn"])


def downgrade() -> None:
    op.drop_index("ix_audit_entry_turn", "audit_entry")
    op.drop_index("ix_audit_entry_convening_id_id", "audit_entry")
    for name, _ in RELEASE_KEEPS:
        op.drop_column("agenda_release", name)
    for name in ("answered_at", "reminded_at"):
        op.drop_column("engagement", name)
    for table, column in reversed(ADDED):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column.split()[0]}")
    with op.batch_alter_table("material") as batch_op:
        batch_op.drop_index(batch_op.f("ix_material_engagement_id"))
        batch_op.drop_index(batch_op.f("ix_material_digest"))

    op.drop_table("material")
    with op.batch_alter_table("session_item") as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_item_session_id"))

    op.drop_table("session_item")
    with op.batch_alter_table("cue") as batch_op:
        batch_op.drop_index(batch_op.f("ix_cue_session_id"))
        batch_op.drop_index(batch_op.f("ix_cue_convening_id"))

    op.drop_table("cue")
    with op.batch_alter_table("speaker_link") as batch_op:
        batch_op.drop_index(batch_op.f("ix_speaker_link_person_id"))
        batch_op.drop_index(batch_op.f("ix_speaker_link_convening_id"))

    op.drop_table("speaker_link")
    with op.batch_alter_table("public_body_member") as batch_op:
        batch_op.drop_index(batch_op.f("ix_public_body_member_person_id"))
        batch_op.drop_index(batch_op.f("ix_public_body_member_body_id"))

    op.drop_table("public_body_member")
    with op.batch_alter_table("cue_tick") as batch_op:
        batch_op.drop_index(batch_op.f("ix_cue_tick_convening_id"))

    op.drop_table("cue_tick")
    with op.batch_alter_table("public_body") as batch_op:
        batch_op.drop_index(batch_op.f("ix_public_body_cohort_id"))

    op.drop_table("public_body")
    with op.batch_alter_table("measure_stage") as batch_op:
        batch_op.drop_index(batch_op.f("ix_measure_stage_cohort_id"))

    op.drop_table("measure_stage")
