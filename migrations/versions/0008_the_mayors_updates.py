"""The mayors' updates in full: releases on a date, sections of kinds, numbers, files, comments, marks, nudges, holds.

Columns are added by ALTER TABLE alone: making SQLite's tables anew would drop rows that others refer to.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

ADDED = (
    ("update", "extended_to DATE"),
    ("update", "extension_reason VARCHAR(500) NOT NULL DEFAULT ''"),
    ("update", "public_by_id INTEGER CONSTRAINT fk_update_public_by_id_person REFERENCES person (id)"),
    ("update_cycle", "release_way VARCHAR(32) NOT NULL DEFAULT 'by hand'"),
    ("update_cycle", "countdown_days INTEGER NOT NULL DEFAULT 28"),
    ("update_section", "example VARCHAR NOT NULL DEFAULT ''"),
    ("update_section", "kind VARCHAR(32) NOT NULL DEFAULT 'prose'"),
)
INSTANTS = (
    ("update", ("public_at",)),
    ("update_cycle", ("release_at", "nudges_held_at")),
    ("update_section", ("archived_at",)),
)


def upgrade() -> None:
    op.create_table(
        "print_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(length=80), nullable=False),
        sa.Column("wanted", JSON, nullable=False),
        sa.Column("stamp", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("made", sa.Integer(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("file", sa.String(length=255), nullable=False),
        sa.Column("trouble", sa.String(length=500), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_print_run_by_id_person")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_print_run_cohort_id_cohort")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_run")),
    )
    with op.batch_alter_table("print_run") as batch_op:
        batch_op.create_index(batch_op.f("ix_print_run_cohort_id"), ["cohort_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_print_run_stamp"), ["stamp"], unique=False)

    op.create_table(
        "records_hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_records_hold_by_id_person")),
        sa.ForeignKeyConstraint(["city_id"], ["city.id"], name=op.f("fk_records_hold_city_id_city")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_records_hold_cohort_id_cohort")),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["person.id"], name=op.f("fk_records_hold_lifted_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_records_hold")),
    )
    with op.batch_alter_table("records_hold") as batch_op:
        batch_op.create_index(batch_op.f("ix_records_hold_city_id"), ["city_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_records_hold_cohort_id"), ["cohort_id"], unique=False)

    op.create_table(
        "nudge_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["cycle_id"], ["update_cycle.id"], name=op.f("fk_nudge_rule_cycle_id_update_cycle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nudge_rule")),
        sa.UniqueConstraint("cycle_id", "kind", "days", name=op.f("uq_nudge_rule_cycle_id_kind_days")),
    )
    with op.batch_alter_table("nudge_rule") as batch_op:
        batch_op.create_index(batch_op.f("ix_nudge_rule_cycle_id"), ["cycle_id"], unique=False)

    op.create_table(
        "approval_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("update_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("code_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code_tries", sa.Integer(), nullable=False),
        sa.Column("codes_sent", sa.Integer(), nullable=False),
        sa.Column("browser_hash", sa.String(length=64), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_approval_link_person_id_person")),
        sa.ForeignKeyConstraint(["update_id"], ["update.id"], name=op.f("fk_approval_link_update_id_update")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_approval_link_token_hash")),
    )
    with op.batch_alter_table("approval_link") as batch_op:
        batch_op.create_index(batch_op.f("ix_approval_link_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_approval_link_update_id"), ["update_id"], unique=False)

    op.create_table(
        "nudge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("update_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_nudge_person_id_person")),
        sa.ForeignKeyConstraint(["rule_id"], ["nudge_rule.id"], name=op.f("fk_nudge_rule_id_nudge_rule")),
        sa.ForeignKeyConstraint(["stopped_by_id"], ["person.id"], name=op.f("fk_nudge_stopped_by_id_person")),
        sa.ForeignKeyConstraint(["update_id"], ["update.id"], name=op.f("fk_nudge_update_id_update")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nudge")),
        sa.UniqueConstraint("rule_id", "update_id", "person_id", name=op.f("uq_nudge_rule_id_update_id_person_id")),
    )
    with op.batch_alter_table("nudge") as batch_op:
        batch_op.create_index(batch_op.f("ix_nudge_rule_id"), ["rule_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_nudge_update_id"), ["update_id"], unique=False)

    op.create_table(
        "update_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("update_id", sa.Integer(), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_update_comment_by_id_person")),
        sa.ForeignKeyConstraint(
            ["section_id"], ["update_section.id"], name=op.f("fk_update_comment_section_id_update_section")
        ),
        sa.ForeignKeyConstraint(["settled_by_id"], ["person.id"], name=op.f("fk_update_comment_settled_by_id_person")),
        sa.ForeignKeyConstraint(["update_id"], ["update.id"], name=op.f("fk_update_comment_update_id_update")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_update_comment")),
    )
    with op.batch_alter_table("update_comment") as batch_op:
        batch_op.create_index(batch_op.f("ix_update_comment_update_id"), ["update_id"], unique=False)

    op.create_table(
        "update_figure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("update_id", sa.Integer(), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=300), nullable=False),
        sa.Column("said", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Float(), nullable=True),
        sa.Column("unit", sa.String(length=60), nullable=False),
        sa.Column("measured_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("stage_id", sa.Integer(), nullable=True),
        sa.Column("carried_from_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["carried_from_id"], ["update_figure.id"], name=op.f("fk_update_figure_carried_from_id_update_figure")
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["update_section.id"], name=op.f("fk_update_figure_section_id_update_section")
        ),
        sa.ForeignKeyConstraint(
            ["stage_id"], ["measure_stage.id"], name=op.f("fk_update_figure_stage_id_measure_stage")
        ),
        sa.ForeignKeyConstraint(["update_id"], ["update.id"], name=op.f("fk_update_figure_update_id_update")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_update_figure")),
    )
    with op.batch_alter_table("update_figure") as batch_op:
        batch_op.create_index(batch_op.f("ix_update_figure_update_id"), ["update_id"], unique=False)

    op.create_table(
        "update_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("update_id", sa.Integer(), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("preview", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("caption", sa.String(length=500), nullable=False),
        sa.Column("alternative", sa.String(length=500), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("quarantined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("quarantined_by_id", sa.Integer(), nullable=True),
        sa.Column("quarantine_reason", sa.String(length=500), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_update_file_by_id_person")),
        sa.ForeignKeyConstraint(
            ["quarantined_by_id"], ["person.id"], name=op.f("fk_update_file_quarantined_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["update_file.id"], name=op.f("fk_update_file_replaces_id_update_file")
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["update_section.id"], name=op.f("fk_update_file_section_id_update_section")
        ),
        sa.ForeignKeyConstraint(["update_id"], ["update.id"], name=op.f("fk_update_file_update_id_update")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_update_file")),
    )
    with op.batch_alter_table("update_file") as batch_op:
        batch_op.create_index(batch_op.f("ix_update_file_digest"), ["digest"], unique=False)
        batch_op.create_index(batch_op.f("ix_update_file_update_id"), ["update_id"], unique=False)

    op.create_table(
        "update_look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("update_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("for_id", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["for_id"], ["person.id"], name=op.f("fk_update_look_for_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_update_look_person_id_person")),
        sa.ForeignKeyConstraint(["update_id"], ["update.id"], name=op.f("fk_update_look_update_id_update")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_update_look")),
    )
    with op.batch_alter_table("update_look") as batch_op:
        batch_op.create_index("ix_update_look_update_id_at", ["update_id", "at"], unique=False)

    op.create_table(
        "update_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("update_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("part", sa.String(length=120), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_update_mark_answered_by_id_person")),
        sa.ForeignKeyConstraint(["city_id"], ["city.id"], name=op.f("fk_update_mark_city_id_city")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_update_mark_person_id_person")),
        sa.ForeignKeyConstraint(["update_id"], ["update.id"], name=op.f("fk_update_mark_update_id_update")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_update_mark")),
    )
    with op.batch_alter_table("update_mark") as batch_op:
        batch_op.create_index(batch_op.f("ix_update_mark_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_update_mark_update_id"), ["update_id"], unique=False)

    op.create_table(
        "update_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("update_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=120), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_update_reading_person_id_person")),
        sa.ForeignKeyConstraint(["update_id"], ["update.id"], name=op.f("fk_update_reading_update_id_update")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_update_reading")),
        sa.UniqueConstraint("person_id", "update_id", name=op.f("uq_update_reading_person_id_update_id")),
    )
    with op.batch_alter_table("update_reading") as batch_op:
        batch_op.create_index(batch_op.f("ix_update_reading_update_id"), ["update_id"], unique=False)

    op.create_table(
        "upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ticket", sa.String(length=64), nullable=False),
        sa.Column("update_id", sa.Integer(), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=True),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_upload_person_id_person")),
        sa.ForeignKeyConstraint(["replaces_id"], ["update_file.id"], name=op.f("fk_upload_replaces_id_update_file")),
        sa.ForeignKeyConstraint(
            ["section_id"], ["update_section.id"], name=op.f("fk_upload_section_id_update_section")
        ),
        sa.ForeignKeyConstraint(["update_id"], ["update.id"], name=op.f("fk_upload_update_id_update")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("ticket", name=op.f("uq_upload_ticket")),
    )
    with op.batch_alter_table("upload") as batch_op:
        batch_op.create_index(batch_op.f("ix_upload_update_id"), ["update_id"], unique=False)

    for table, column in ADDED:
        op.execute(f'ALTER TABLE "{table}" ADD COLUMN {column}')
    for table, names in INSTANTS:
        for name in names:
            op.add_column(table, sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE update_section SET kind = 'ask' WHERE slug = 'ask'")
    op.execute("UPDATE update_section SET kind = 'number' WHERE slug = 'data'")


def downgrade() -> None:
    for table, names in INSTANTS:
        for name in names:
            op.drop_column(table, name)
    for table, column in reversed(ADDED):
        op.execute(f'ALTER TABLE "{table}" DROP COLUMN {column.split()[0]}')
    op.drop_table("upload")
    op.drop_table("update_reading")
    op.drop_table("update_mark")
    op.drop_table("update_look")
    op.drop_table("update_file")
    op.drop_table("update_figure")
    op.drop_table("update_comment")
    op.drop_table("nudge")
    op.drop_table("approval_link")
    op.drop_table("nudge_rule")
    op.drop_table("records_hold")
    op.drop_table("print_run")
