"""What tests of finding a time have in common: mayors of two cities, an assistant, a poll about some times."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time

from sqlmodel import Session, select

from app import clock
from app.database import Database
from app.gatherings.polls import Wanted, ask, create_poll, slots_of
from app.models import Cohort, OutboxLetter, Person, PollSlot, TimePoll
from app.people.audiences import Rule
from app.people.directory import add_assistant
from app.people.viewer import Viewer, viewer_of
from tests.gatherings.meeting import EASTERN, Meeting, meet
from tests.registration.stage import BY

SECRET = b"the tests' own secret"
TITLE = "Mayors: the line you would cut first"


def eastern(day: int, wall: str, month: int = 11) -> datetime:
    """A wall time of Cambridge in the autumn of 2017."""
    return clock.at(date(2017, month, day), time.fromisoformat(wall), EASTERN)


NOON, EARLY, LATE = eastern(6, "12:00"), eastern(7, "11:00"), eastern(8, "16:30")
BEFORE = eastern(3, "12:00")
"""The Friday before the clocks change."""


@dataclass
class Polling:
    meeting: Meeting
    people: dict[str, int] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        return self.meeting.database

    def cohort(self, db: Session) -> Cohort:
        return self.meeting.cohort(db)

    def viewer(self, db: Session, who: str, *, acting_for: str | None = None) -> Viewer:
        return viewer_of(db, self.people[who], acting_for=self.people[acting_for] if acting_for else None)

    def person(self, db: Session, who: str) -> Person:
        return db.get_one(Person, self.people[who])

    def poll(self, db: Session, *starts: datetime, whom: Rule | None = None, **said: object) -> TimePoll:
        """A poll for the mayors, asked about these times where there are any."""
        wanted = replace(Wanted(title=TITLE, zone=EASTERN, answer_by=date(2017, 10, 31)), **said)  # type: ignore[arg-type]  # as a test says it
        by = self.viewer(db, "organizer")
        poll = create_poll(db, self.cohort(db), wanted, whom or self.meeting.of_role(db, "mayor"), secret=SECRET, by=by)
        if starts:
            ask(db, poll, starts, by=by)
        return poll

    def slot(self, poll: TimePoll, start: datetime) -> PollSlot:
        return next(one for one in slots_of(poll) if one.starts_at == start)


def polling(database: Database) -> Polling:
    """The stage of the gatherings' tests, with an assistant of Oakland's mayor."""
    stage = meet(database)
    found = Polling(stage, dict(stage.stage.people))
    with database.write() as db:
        mayor = db.get_one(Person, found.people["oakland mayor"])
        made = add_assistant(db, mayor, email="theo@example.org", name="Theo Kim", by=BY)
        found.people["assistant"] = made.assistant_id
    return found


def letters(db: Session, purpose: str = "") -> list[OutboxLetter]:
    """The letters of a purpose that begins so, in order."""
    rows = db.exec(select(OutboxLetter).order_by(OutboxLetter.id))  # type: ignore[arg-type]
    return [one for one in rows if one.purpose.startswith(purpose or "poll-")]
