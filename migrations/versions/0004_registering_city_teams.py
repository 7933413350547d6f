"""Registering city teams: terms, questions, needs, travel, choices, substitutions, check-in, reminders.

Columns are added by ALTER TABLE alone: making SQLite's tables anew would drop rows that others refer to.
"""

import secrets
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

ADDED = (
    ("convening", "needs_approval BOOLEAN NOT NULL DEFAULT false"),
    ("convening", "hours_to_accept INTEGER NOT NULL DEFAULT 48"),
    ("convening", "roster_shown BOOLEAN NOT NULL DEFAULT true"),
    ("convening", "records_notice VARCHAR NOT NULL DEFAULT ''"),
    ("convening", "photo_notice VARCHAR NOT NULL DEFAULT ''"),
    ("convening", "minors_notice VARCHAR NOT NULL DEFAULT ''"),
    ("person", "merged_into_id INTEGER CONSTRAINT fk_person_merged_into_id_person REFERENCES person (id)"),
    ("private_needs", "emergency_name TEXT NOT NULL DEFAULT ''"),
    ("private_needs", "emergency_phone TEXT NOT NULL DEFAULT ''"),
    ("private_needs", "name_to_caterer BOOLEAN NOT NULL DEFAULT false"),
    ("registration", "walk_in BOOLEAN NOT NULL DEFAULT false"),
    ("registration", "listed BOOLEAN"),
    ("registration", "code VARCHAR(32) NOT NULL DEFAULT ''"),
)
INSTANTS = (
    ("convening", ("registration_opens_at", "registration_closes_at", "reminders_held_at")),
    ("registration", ("offered_until", "invited_at", "approved_at", "notices_read_at")),
)
TO_PRIVATE_LINKS = """
    INSERT INTO private_link (
        purpose, holder, with_names, id, created_at, convening_id, person_id, nonce, token_hash, opened_at, revoked_at
    )
    SELECT 'speaker', '', false, id, created_at, convening_id, person_id, nonce, token_hash, opened_at, revoked_at
    FROM speaker_link
"""
TO_SPEAKER_LINKS = """
    INSERT INTO speaker_link (id, created_at, convening_id, person_id, nonce, token_hash, opened_at, revoked_at)
    SELECT id, created_at, convening_id, person_id, nonce, token_hash, opened_at, revoked_at
    FROM private_link WHERE purpose = 'speaker'
"""


def upgrade() -> None:
    op.create_table(
        "circular",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("convening_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("chosen", JSON, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_circular_by_id_person")),
        sa.ForeignKeyConstraint(["convening_id"], ["convening.id"], name=op.f("fk_circular_convening_id_convening")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circular")),
    )
    with op.batch_alter_table("circular") as batch_op:
        batch_op.create_index(batch_op.f("ix_circular_convening_id"), ["convening_id"], unique=False)

    op.create_table(
        "lodging_block",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("convening_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.Column("rooms", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["convening_id"], ["convening.id"], name=op.f("fk_lodging_block_convening_id_convening")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lodging_block")),
    )
    with op.batch_alter_table("lodging_block") as batch_op:
        batch_op.create_index(batch_op.f("ix_lodging_block_convening_id"), ["convening_id"], unique=False)

    op.create_table(
        "private_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("convening_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("holder", sa.String(length=300), nullable=False),
        sa.Column("with_names", sa.Boolean(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("person_id IS NOT NULL OR holder <> ''", name=op.f("ck_private_link_is_somebodys")),
        sa.ForeignKeyConstraint(
            ["convening_id"], ["convening.id"], name=op.f("fk_private_link_convening_id_convening")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_private_link_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_private_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_private_link_token_hash")),
    )
    with op.batch_alter_table("private_link") as batch_op:
        batch_op.create_index("ix_private_link_convening_id_person_id", ["convening_id", "person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_private_link_person_id"), ["person_id"], unique=False)

    op.create_table(
        "registration_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("convening_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("help", sa.String(length=500), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("options", JSON, nullable=False),
        sa.Column("role_ids", JSON, nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["convening_id"], ["convening.id"], name=op.f("fk_registration_question_convening_id_convening")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_question")),
    )
    with op.batch_alter_table("registration_question") as batch_op:
        batch_op.create_index(batch_op.f("ix_registration_question_convening_id"), ["convening_id"], unique=False)

    op.create_table(
        "reminder_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("convening_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["convening_id"], ["convening.id"], name=op.f("fk_reminder_rule_convening_id_convening")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_rule")),
        sa.UniqueConstraint(
            "convening_id", "kind", "days_before", name=op.f("uq_reminder_rule_convening_id_kind_days_before")
        ),
    )
    with op.batch_alter_table("reminder_rule") as batch_op:
        batch_op.create_index(batch_op.f("ix_reminder_rule_convening_id"), ["convening_id"], unique=False)

    op.create_table(
        "saved_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("convening_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("query", sa.String(length=1000), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_saved_list_by_id_person")),
        sa.ForeignKeyConstraint(["convening_id"], ["convening.id"], name=op.f("fk_saved_list_convening_id_convening")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_list")),
        sa.UniqueConstraint("convening_id", "name", name=op.f("uq_saved_list_convening_id_name")),
    )
    with op.batch_alter_table("saved_list") as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_list_convening_id"), ["convening_id"], unique=False)

    op.create_table(
        "choice_places",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("cap", sa.Integer(), nullable=True),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.CheckConstraint("taken >= 0", name=op.f("ck_choice_places_count")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_choice_places_session_id_session")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_choice_places")),
        sa.UniqueConstraint("session_id", name=op.f("uq_choice_places_session_id")),
    )
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("convening_id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["convening_id"], ["convening.id"], name=op.f("fk_reminder_convening_id_convening")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reminder_person_id_person")),
        sa.ForeignKeyConstraint(["rule_id"], ["reminder_rule.id"], name=op.f("fk_reminder_rule_id_reminder_rule")),
        sa.ForeignKeyConstraint(["stopped_by_id"], ["person.id"], name=op.f("fk_reminder_stopped_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("rule_id", "person_id", name=op.f("uq_reminder_rule_id_person_id")),
    )
    with op.batch_alter_table("reminder") as batch_op:
        batch_op.create_index(batch_op.f("ix_reminder_convening_id"), ["convening_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reminder_rule_id"), ["rule_id"], unique=False)

    op.create_table(
        "check_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("convening_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("device_key", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("way", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_check_in_by_id_person")),
        sa.ForeignKeyConstraint(["convening_id"], ["convening.id"], name=op.f("fk_check_in_convening_id_convening")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_check_in_registration_id_registration")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in")),
        sa.UniqueConstraint("device_key", name=op.f("uq_check_in_device_key")),
    )
    with op.batch_alter_table("check_in") as batch_op:
        batch_op.create_index(batch_op.f("ix_check_in_convening_id"), ["convening_id"], unique=False)
        batch_op.create_index(
            "uq_check_in_standing",
            ["registration_id"],
            unique=True,
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        )

    op.create_table(
        "registration_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("file_name", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["registration_question.id"],
            name=op.f("fk_registration_answer_question_id_registration_question"),
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_registration_answer_registration_id_registration")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_answer")),
        sa.UniqueConstraint(
            "registration_id", "question_id", name=op.f("uq_registration_answer_registration_id_question_id")
        ),
    )
    with op.batch_alter_table("registration_answer") as batch_op:
        batch_op.create_index(batch_op.f("ix_registration_answer_digest"), ["digest"], unique=False)
        batch_op.create_index(batch_op.f("ix_registration_answer_question_id"), ["question_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_registration_answer_registration_id"), ["registration_id"], unique=False)

    op.create_table(
        "session_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("choice_group", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_session_choice_registration_id_registration")
        ),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_session_choice_session_id_session")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_choice")),
        sa.UniqueConstraint(
            "registration_id", "choice_group", name=op.f("uq_session_choice_registration_id_choice_group")
        ),
    )
    with op.batch_alter_table("session_choice") as batch_op:
        batch_op.create_index(batch_op.f("ix_session_choice_registration_id"), ["registration_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_session_choice_session_id"), ["session_id"], unique=False)

    op.create_table(
        "substitution",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("convening_id", sa.Integer(), nullable=False),
        sa.Column("seat_id", sa.Integer(), nullable=True),
        sa.Column("leaving_id", sa.Integer(), nullable=False),
        sa.Column("coming_id", sa.Integer(), nullable=False),
        sa.Column("grants", JSON, nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["coming_id"], ["registration.id"], name=op.f("fk_substitution_coming_id_registration")
        ),
        sa.ForeignKeyConstraint(
            ["convening_id"], ["convening.id"], name=op.f("fk_substitution_convening_id_convening")
        ),
        sa.ForeignKeyConstraint(
            ["leaving_id"], ["registration.id"], name=op.f("fk_substitution_leaving_id_registration")
        ),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_substitution_seat_id_seat")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitution")),
    )
    with op.batch_alter_table("substitution") as batch_op:
        batch_op.create_index(batch_op.f("ix_substitution_coming_id"), ["coming_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_substitution_convening_id"), ["convening_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_substitution_leaving_id"), ["leaving_id"], unique=False)

    op.create_table(
        "travel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("is_local", sa.Boolean(), nullable=False),
        sa.Column("arrives_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrives_by", sa.String(length=200), nullable=False),
        sa.Column("leaves_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leaves_by", sa.String(length=200), nullable=False),
        sa.Column("first_night", sa.Date(), nullable=True),
        sa.Column("last_night", sa.Date(), nullable=True),
        sa.Column("block_id", sa.Integer(), nullable=True),
        sa.Column("shares_with", sa.String(length=300), nullable=False),
        sa.Column("payer", sa.String(length=32), nullable=True),
        sa.CheckConstraint("first_night IS NULL OR last_night >= first_night", name=op.f("ck_travel_nights_in_order")),
        sa.ForeignKeyConstraint(["block_id"], ["lodging_block.id"], name=op.f("fk_travel_block_id_lodging_block")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_travel_registration_id_registration")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_travel")),
        sa.UniqueConstraint("registration_id", name=op.f("uq_travel_registration_id")),
    )

    op.execute(TO_PRIVATE_LINKS)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT setval('private_link_id_seq', (SELECT max(id) + 1 FROM private_link), false)")
    op.drop_table("speaker_link")
    for table, column in ADDED:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    for table, names in INSTANTS:
        for name in names:
            op.add_column(table, sa.Column(name, sa.DateTime(timezone=True)))
    _give_codes()
    op.create_index("uq_registration_code", "registration", ["code"], unique=True)
    _closes_at_the_end_of_its_day()
    op.drop_column("convening", "registration_closes_on")


def _give_codes() -> None:
    registration = sa.table("registration", sa.column("id"), sa.column("code"))
    for (number,) in op.get_bind().execute(sa.select(registration.c.id)).all():
        mine = sa.update(registration).where(registration.c.id == number)
        op.execute(mine.values(code=secrets.token_urlsafe(12)))


def _closes_at_the_end_of_its_day() -> None:
    convening = _convening()
    for number, day, zone in (
        op.get_bind().execute(sa.select(convening.c.id, convening.c.registration_closes_on, convening.c.zone)).all()
    ):
        if day is not None:
            end = datetime.combine(day + timedelta(days=1), time(0), ZoneInfo(zone)).astimezone(UTC)
            op.execute(sa.update(convening).where(convening.c.id == number).values(registration_closes_at=end))


def _closes_on_its_last_day() -> None:
    convening = _convening()
    for number, moment, zone in (
        op.get_bind().execute(sa.select(convening.c.id, convening.c.registration_closes_at, convening.c.zone)).all()
    ):
        if moment is not None:
            aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            day: date = (aware - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date()
            op.execute(sa.update(convening).where(convening.c.id == number).values(registration_closes_on=day))


def _convening() -> sa.TableClause:
    return sa.table(
        "convening",
        sa.column("id", sa.Integer),
        sa.column("zone", sa.String),
        sa.column("registration_closes_on", sa.Date),
        sa.column("registration_closes_at", sa.DateTime(timezone=True)),
    )


def downgrade() -> None:
    op.add_column("convening", sa.Column("registration_closes_on", sa.Date()))
    _closes_on_its_last_day()
    op.drop_index("uq_registration_code", "registration")
    for table, names in INSTANTS:
        for name in names:
            op.drop_column(table, name)
    for table, column in reversed(ADDED):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column.split()[0]}")
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
    op.create_index("ix_speaker_link_convening_id", "speaker_link", ["convening_id"])
    op.create_index("ix_speaker_link_person_id", "speaker_link", ["person_id"])
    op.execute(TO_SPEAKER_LINKS)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT setval('speaker_link_id_seq', (SELECT max(id) + 1 FROM speaker_link), false)")
    op.drop_table("travel")
    with op.batch_alter_table("substitution") as batch_op:
        batch_op.drop_index(batch_op.f("ix_substitution_leaving_id"))
        batch_op.drop_index(batch_op.f("ix_substitution_convening_id"))
        batch_op.drop_index(batch_op.f("ix_substitution_coming_id"))

    op.drop_table("substitution")
    with op.batch_alter_table("session_choice") as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_choice_session_id"))
        batch_op.drop_index(batch_op.f("ix_session_choice_registration_id"))

    op.drop_table("session_choice")
    with op.batch_alter_table("registration_answer") as batch_op:
        batch_op.drop_index(batch_op.f("ix_registration_answer_registration_id"))
        batch_op.drop_index(batch_op.f("ix_registration_answer_question_id"))
        batch_op.drop_index(batch_op.f("ix_registration_answer_digest"))

    op.drop_table("registration_answer")
    with op.batch_alter_table("check_in") as batch_op:
        batch_op.drop_index(
            "uq_check_in_standing",
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_check_in_convening_id"))

    op.drop_table("check_in")
    with op.batch_alter_table("reminder") as batch_op:
        batch_op.drop_index(batch_op.f("ix_reminder_rule_id"))
        batch_op.drop_index(batch_op.f("ix_reminder_convening_id"))

    op.drop_table("reminder")
    op.drop_table("choice_places")
    with op.batch_alter_table("saved_list") as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_list_convening_id"))

    op.drop_table("saved_list")
    with op.batch_alter_table("reminder_rule") as batch_op:
        batch_op.drop_index(batch_op.f("ix_reminder_rule_convening_id"))

    op.drop_table("reminder_rule")
    with op.batch_alter_table("registration_question") as batch_op:
        batch_op.drop_index(batch_op.f("ix_registration_question_convening_id"))

    op.drop_table("registration_question")
    with op.batch_alter_table("private_link") as batch_op:
        batch_op.drop_index(batch_op.f("ix_private_link_person_id"))
        batch_op.drop_index("ix_private_link_convening_id_person_id")

    op.drop_table("private_link")
    with op.batch_alter_table("lodging_block") as batch_op:
        batch_op.drop_index(batch_op.f("ix_lodging_block_convening_id"))

    op.drop_table("lodging_block")
    with op.batch_alter_table("circular") as batch_op:
        batch_op.drop_index(batch_op.f("ix_circular_convening_id"))

    op.drop_table("circular")
