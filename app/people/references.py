"""Where a person is named: every column of every table that refers to one, found from the tables themselves.

So no table that is added later is forgotten when two records of one person become one: its column is here by being
there, and moves unless it stands in STAYS. A test compares the whole list with a written one, so that a new table is
thought about.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.models import Person
from app.models.base import Row

STAYS = frozenset(
    {
        ("agenda_release", "published_by_id"),
        ("audit_entry", "by_id"),
        ("audit_entry", "for_id"),
        ("update_version", "author_id"),
        ("update_look", "person_id"),
        ("update_look", "for_id"),
        ("two_people", "first_id"),
        ("two_people", "second_id"),
        ("sign_in", "person_id"),
        ("sign_in", "acting_for_id"),
        ("sign_in_link", "person_id"),
    }
)
"""What keeps the number that it was made with: the log and what was published for good, which never change (rules 6,
15 and 21) and whose author is read from the record that leads on to the kept one; which records were told apart,
since that was said of these two; and sign-ins, which end."""

SAID: Mapping[str, tuple[str, str]] = {
    "tenure": ("seat held", "seats held"),
    "registration": ("registration", "registrations"),
    "engagement": ("part in a session", "parts in sessions"),
    "audience_term": ("audience that names them", "audiences that name them"),
    "assistance": ("assistance", "assistances"),
    "designation": ("right to approve", "rights to approve"),
    "public_body_member": ("public body", "public bodies"),
    "working_group_member": ("working group", "working groups"),
    "webinar_seat": ("webinar registered for", "webinars registered for"),
    "invitation": ("invitation", "invitations"),
    "busy_calendar": ("calendar of busy hours", "calendars of busy hours"),
    "feed": ("calendar address, which goes on working", "calendar addresses, which go on working"),
    "table_place": ("place at a table", "places at tables"),
    "private_link": ("private link, which goes on working", "private links, which go on working"),
    "outbox_letter": ("letter", "letters"),
    "reminder": ("reminder", "reminders"),
    "cue": ("line of the run of show", "lines of the run of show"),
    "person": ("record merged earlier", "records merged earlier"),
}
"""How things are counted before they move: one, several. The others are "acts on record"."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that refers to a person."""

    model: type[Row]
    name: str

    @property
    def table(self) -> str:
        return str(self.model.__tablename__)

    @property
    def column(self) -> sa.ColumnElement[int]:
        column: sa.ColumnElement[int] = getattr(self.model, self.name)
        return column


@cache
def references() -> tuple[Reference, ...]:
    """All columns that refer to a person, by table and name."""
    person = sa.inspect(Person)
    found = [
        Reference(mapper.class_, column.name)
        for mapper in person.registry.mappers
        for column in mapper.local_table.columns
        if any(key.column.table is person.local_table for key in column.foreign_keys)
    ]
    return tuple(sorted(found, key=lambda one: (one.table, one.name)))


def moving() -> tuple[Reference, ...]:
    """Those that move when a record is merged into another."""
    return tuple(one for one in references() if (one.table, one.name) not in STAYS)


def kept_records(db: Session) -> dict[int, int]:
    """The number of each record that was merged, and of the one that stays; one query. What was published names people
    by the numbers of its day, and whoever reads it asks here."""
    merged = select(Person.id, Person.merged_into_id).where(col(Person.merged_into_id).is_not(None))
    return {gone: stays for gone, stays in db.exec(merged) if gone is not None and stays is not None}


def what_names(db: Session, person_id: int) -> list[str]:
    """How often a person is named by what would move, in words: "2 seats held"; one query."""
    counts = [
        sa.select(sa.literal(one.table), sa.func.count())
        .select_from(one.model)
        .where(one.column == person_id)
        .correlate(None)
        for one in moving()
    ]
    found: dict[str, int] = {}
    for table, count in db.execute(sa.union_all(*counts)):
        place = table if table in SAID else ""
        found[place] = found.get(place, 0) + count
    order = [*SAID, ""]
    words = {**SAID, "": ("act on record", "acts on record")}
    return [f"{found[table]} {words[table][found[table] != 1]}" for table in order if found.get(table)]
