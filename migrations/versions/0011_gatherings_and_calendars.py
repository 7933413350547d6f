"""Gatherings and calendars in full: hosts, points, notes and actions of calls, finding a time, webinars, working groups,
consultations, the library, invitations with answers, busy hours, kinds of feeds.

Columns are added by ALTER TABLE alone: making SQLite's tables anew would drop rows that others refer to.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ADDED = (
    ("feed", "scope_id INTEGER"),
    ("feed", "with_travel BOOLEAN NOT NULL DEFAULT FALSE"),
    ("feed", "with_holds BOOLEAN NOT NULL DEFAULT TRUE"),
    ("feed", "with_dues BOOLEAN NOT NULL DEFAULT FALSE"),
    ("feed", "hides_cancelled BOOLEAN NOT NULL DEFAULT FALSE"),
    ("feed", "alarm_minutes INTEGER"),
    ("feed", "color VARCHAR(40) NOT NULL DEFAULT ''"),
    ("person", "wants_invitations BOOLEAN NOT NULL DEFAULT FALSE"),
    ("series", "group_id INTEGER CONSTRAINT fk_series_group_id_working_group REFERENCES working_group (id)"),
    ("session", "group_id INTEGER CONSTRAINT fk_session_group_id_working_group REFERENCES working_group (id)"),
)
INDEXED = ("series", "session")


def upgrade() -> None:
    op.create_table(
        "busy_calendar",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("etag", sa.String(length=300), nullable=False),
        sa.Column("last_modified", sa.String(length=120), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(length=500), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_busy_calendar_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_busy_calendar")),
    )
    with op.batch_alter_table("busy_calendar") as batch_op:
        batch_op.create_index(batch_op.f("ix_busy_calendar_person_id"), ["person_id"], unique=False)

    op.create_table(
        "working_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("openness", sa.String(length=32), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_working_group_cohort_id_cohort")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_group")),
        sa.UniqueConstraint("cohort_id", "slug", name=op.f("uq_working_group_cohort_id_slug")),
    )
    op.create_table(
        "busy_time",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calendar_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_busy_time_in_order")),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["busy_calendar.id"], name=op.f("fk_busy_time_calendar_id_busy_calendar")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_busy_time")),
    )
    with op.batch_alter_table("busy_time") as batch_op:
        batch_op.create_index("ix_busy_time_calendar_id_starts_at", ["calendar_id", "starts_at"], unique=False)

    op.create_table(
        "working_group_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("leads", sa.Boolean(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_working_group_member_in_order")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["working_group.id"], name=op.f("fk_working_group_member_group_id_working_group")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_working_group_member_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_group_member")),
    )
    with op.batch_alter_table("working_group_member") as batch_op:
        batch_op.create_index("ix_working_group_member_group_id_person_id", ["group_id", "person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_working_group_member_person_id"), ["person_id"], unique=False)

    op.create_table(
        "host_turn",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["city_id"], ["city.id"], name=op.f("fk_host_turn_city_id_city")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_host_turn_series_id_series")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_turn")),
        sa.UniqueConstraint("series_id", "city_id", name=op.f("uq_host_turn_series_id_city_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("host_turn") as batch_op:
        batch_op.create_index(batch_op.f("ix_host_turn_series_id"), ["series_id"], unique=False)

    op.create_table(
        "ask",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("office", sa.String(length=300), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("topic", sa.String(length=300), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["city_id"], ["city.id"], name=op.f("fk_ask_city_id_city")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_ask_cohort_id_cohort")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_ask_person_id_person")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_ask_session_id_session")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ask")),
    )
    with op.batch_alter_table("ask") as batch_op:
        batch_op.create_index(batch_op.f("ix_ask_city_id"), ["city_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ask_cohort_id"), ["cohort_id"], unique=False)

    op.create_table(
        "call_action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_call_action_by_id_person")),
        sa.ForeignKeyConstraint(["done_by_id"], ["person.id"], name=op.f("fk_call_action_done_by_id_person")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_call_action_owner_id_person")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_call_action_series_id_series")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_call_action_session_id_session")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_action")),
    )
    with op.batch_alter_table("call_action") as batch_op:
        batch_op.create_index(batch_op.f("ix_call_action_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_call_action_series_id"), ["series_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_call_action_session_id"), ["session_id"], unique=False)

    op.create_table(
        "call_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(length=300), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_call_point_by_id_person")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_call_point_series_id_series")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_call_point_session_id_session")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_point")),
    )
    with op.batch_alter_table("call_point") as batch_op:
        batch_op.create_index(batch_op.f("ix_call_point_series_id"), ["series_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_call_point_session_id"), ["session_id"], unique=False)

    op.create_table(
        "change_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_change_message_person_id_person")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_change_message_session_id_session")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_message")),
        sa.UniqueConstraint(
            "session_id", "person_id", "sequence", name=op.f("uq_change_message_session_id_person_id_sequence")
        ),
    )
    with op.batch_alter_table("change_message") as batch_op:
        batch_op.create_index(batch_op.f("ix_change_message_person_id"), ["person_id"], unique=False)

    op.create_table(
        "consultation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=300), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("expert_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_consultation_by_id_person")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_consultation_cohort_id_cohort")),
        sa.ForeignKeyConstraint(["expert_id"], ["person.id"], name=op.f("fk_consultation_expert_id_person")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_consultation_session_id_session")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation")),
    )
    with op.batch_alter_table("consultation") as batch_op:
        batch_op.create_index(batch_op.f("ix_consultation_cohort_id"), ["cohort_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consultation_expert_id"), ["expert_id"], unique=False)

    op.create_table(
        "gathering_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_gathering_note_by_id_person")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_gathering_note_session_id_session")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gathering_note")),
        sa.UniqueConstraint("session_id", "confidential", name=op.f("uq_gathering_note_session_id_confidential")),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("series_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("called_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(length=32), nullable=False),
        sa.Column("stamp", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=300), nullable=False),
        sa.Column("comment", sa.String(length=1000), nullable=False),
        sa.CheckConstraint("(session_id IS NULL) <> (series_id IS NULL)", name=op.f("ck_invitation_is_to_one")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_invitation_person_id_person")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_invitation_series_id_series")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_invitation_session_id_session")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    with op.batch_alter_table("invitation") as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_person_id"), ["person_id"], unique=False)
        batch_op.create_index("uq_invitation_series_id_person_id", ["series_id", "person_id"], unique=True)
        batch_op.create_index("uq_invitation_session_id_person_id", ["session_id", "person_id"], unique=True)

    op.create_table(
        "library_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("topics", sa.String(length=500), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=True),
        sa.Column("convening_id", sa.Integer(), nullable=True),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("openness", sa.String(length=32), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("preview", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("quarantined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("quarantined_by_id", sa.Integer(), nullable=True),
        sa.Column("quarantine_reason", sa.String(length=500), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_library_item_by_id_person")),
        sa.ForeignKeyConstraint(["city_id"], ["city.id"], name=op.f("fk_library_item_city_id_city")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_library_item_cohort_id_cohort")),
        sa.ForeignKeyConstraint(
            ["convening_id"], ["convening.id"], name=op.f("fk_library_item_convening_id_convening")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["working_group.id"], name=op.f("fk_library_item_group_id_working_group")
        ),
        sa.ForeignKeyConstraint(
            ["quarantined_by_id"], ["person.id"], name=op.f("fk_library_item_quarantined_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["library_item.id"], name=op.f("fk_library_item_replaces_id_library_item")
        ),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_library_item_session_id_session")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_item")),
    )
    with op.batch_alter_table("library_item") as batch_op:
        batch_op.create_index(batch_op.f("ix_library_item_city_id"), ["city_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_library_item_cohort_id"), ["cohort_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_library_item_convening_id"), ["convening_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_library_item_digest"), ["digest"], unique=False)
        batch_op.create_index(batch_op.f("ix_library_item_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_library_item_session_id"), ["session_id"], unique=False)

    op.create_table(
        "time_poll",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("format", sa.String(length=32), nullable=False),
        sa.Column("openness", sa.String(length=32), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("join_url", sa.String(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("booked_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["booked_id"], ["session.id"], name=op.f("fk_time_poll_booked_id_session")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_time_poll_by_id_person")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_time_poll_cohort_id_cohort")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_poll")),
    )
    with op.batch_alter_table("time_poll") as batch_op:
        batch_op.create_index(batch_op.f("ix_time_poll_cohort_id"), ["cohort_id"], unique=False)

    op.create_table(
        "webinar",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("join_minutes", sa.Integer(), nullable=False),
        sa.Column("reminder_hours", sa.String(length=60), nullable=False),
        sa.Column("follow_up", sa.String(), nullable=False),
        sa.Column("follow_up_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("capacity IS NULL OR capacity > 0", name=op.f("ck_webinar_has_room")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_webinar_session_id_session")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webinar")),
        sa.UniqueConstraint("session_id", name=op.f("uq_webinar_session_id")),
    )
    op.create_table(
        "webinar_seat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("organization", sa.String(length=300), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("reminded", sa.String(length=60), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wants_more", sa.String(length=1000), nullable=False),
        sa.Column("wants_more_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("person_id IS NOT NULL OR name <> ''", name=op.f("ck_webinar_seat_is_somebodys")),
        sa.ForeignKeyConstraint(["city_id"], ["city.id"], name=op.f("fk_webinar_seat_city_id_city")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_webinar_seat_person_id_person")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_webinar_seat_session_id_session")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webinar_seat")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_webinar_seat_token_hash")),
    )
    with op.batch_alter_table("webinar_seat") as batch_op:
        batch_op.create_index(batch_op.f("ix_webinar_seat_person_id"), ["person_id"], unique=False)
        batch_op.create_index("uq_webinar_seat_session_id_email", ["session_id", "email"], unique=True)
        batch_op.create_index("uq_webinar_seat_session_id_person_id", ["session_id", "person_id"], unique=True)

    op.create_table(
        "consultation_city",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consultation_id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["city_id"], ["city.id"], name=op.f("fk_consultation_city_city_id_city")),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultation.id"], name=op.f("fk_consultation_city_consultation_id_consultation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation_city")),
        sa.UniqueConstraint("consultation_id", "city_id", name=op.f("uq_consultation_city_consultation_id_city_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("consultation_city") as batch_op:
        batch_op.create_index(batch_op.f("ix_consultation_city_city_id"), ["city_id"], unique=False)

    op.create_table(
        "invitation_reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_key", sa.String(length=64), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=True),
        sa.Column("sender", sa.String(length=700), nullable=False),
        sa.Column("answer", sa.String(length=40), nullable=False),
        sa.Column("occurrence_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stamp", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verdict", sa.String(length=300), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name=op.f("fk_invitation_reply_invitation_id_invitation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation_reply")),
        sa.UniqueConstraint("message_key", name=op.f("uq_invitation_reply_message_key")),
    )
    with op.batch_alter_table("invitation_reply") as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_reply_invitation_id"), ["invitation_id"], unique=False)

    op.create_table(
        "poll_person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("needed", sa.Boolean(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_poll_person_answered_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_poll_person_person_id_person")),
        sa.ForeignKeyConstraint(["poll_id"], ["time_poll.id"], name=op.f("fk_poll_person_poll_id_time_poll")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_person")),
        sa.UniqueConstraint("poll_id", "person_id", name=op.f("uq_poll_person_poll_id_person_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_poll_person_token_hash")),
    )
    with op.batch_alter_table("poll_person") as batch_op:
        batch_op.create_index(batch_op.f("ix_poll_person_person_id"), ["person_id"], unique=False)

    op.create_table(
        "poll_slot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["poll_id"], ["time_poll.id"], name=op.f("fk_poll_slot_poll_id_time_poll")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_slot")),
        sa.UniqueConstraint("poll_id", "starts_at", name=op.f("uq_poll_slot_poll_id_starts_at")),
    )
    op.create_table(
        "poll_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["asked_id"], ["poll_person.id"], name=op.f("fk_poll_answer_asked_id_poll_person")),
        sa.ForeignKeyConstraint(["slot_id"], ["poll_slot.id"], name=op.f("fk_poll_answer_slot_id_poll_slot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_answer")),
        sa.UniqueConstraint("asked_id", "slot_id", name=op.f("uq_poll_answer_asked_id_slot_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("poll_answer") as batch_op:
        batch_op.create_index(batch_op.f("ix_poll_answer_slot_id"), ["slot_id"], unique=False)

    for table, column in ADDED:
        op.execute(f'ALTER TABLE "{table}" ADD COLUMN {column}')
    for table in INDEXED:
        op.create_index(f"ix_{table}_group_id", table, ["group_id"], unique=False)


def downgrade() -> None:
    for table in INDEXED:
        op.drop_index(f"ix_{table}_group_id", table)
    for table, column in reversed(ADDED):
        op.execute(f'ALTER TABLE "{table}" DROP COLUMN {column.split()[0]}')
    op.drop_table("poll_answer")
    op.drop_table("poll_slot")
    op.drop_table("poll_person")
    op.drop_table("invitation_reply")
    op.drop_table("consultation_city")
    op.drop_table("webinar_seat")
    op.drop_table("webinar")
    op.drop_table("time_poll")
    op.drop_table("library_item")
    op.drop_table("invitation")
    op.drop_table("gathering_note")
    op.drop_table("consultation")
    op.drop_table("change_message")
    op.drop_table("call_point")
    op.drop_table("call_action")
    op.drop_table("ask")
    op.drop_table("host_turn")
    op.drop_table("working_group_member")
    op.drop_table("busy_time")
    op.drop_table("working_group")
    op.drop_table("busy_calendar")
