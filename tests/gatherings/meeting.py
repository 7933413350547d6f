"""What tests of gatherings and calendars have in common: the people of the stage, a call, a webinar."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from sqlmodel import Session, select

from app import clock
from app.database import Database
from app.gatherings.arranging import arrange_gathering
from app.gatherings.details import Details, Presenter
from app.gatherings.series import Purpose, Timetable, create_series
from app.models import AgendaSession, Cohort, Openness, Role, Series, SessionFormat
from app.people.audiences import Rule
from app.people.viewer import Viewer, viewer_of
from tests.registration.stage import BY, Stage, set_stage

EASTERN = "America/New_York"
SECOND_THURSDAYS = "FREQ=MONTHLY;BYDAY=2TH"
EVERYONE = Rule(everyone=True)


@dataclass(frozen=True)
class Meeting:
    """The stage of registration's tests, seen as a cohort that meets between convenings."""

    stage: Stage
    database: Database

    def cohort(self, db: Session) -> Cohort:
        return db.get_one(Cohort, self.stage.cohort)

    def viewer(self, db: Session, who: str) -> Viewer:
        return viewer_of(db, self.stage.people[who])

    def of_role(self, db: Session, slug: str) -> Rule:
        role = db.exec(select(Role).where(Role.slug == slug, Role.cohort_id == self.stage.cohort)).one()
        return Rule(role_ids=frozenset({role.key}))

    def webinar(self, db: Session, title: str = "Integrated data I", **said: object) -> AgendaSession:
        """A webinar on 19 September 2017 at 13:00 Eastern, for everyone, unless said otherwise."""
        starts_at = said.pop("starts_at", clock.at(date(2017, 9, 19), time(13), EASTERN))
        assert isinstance(starts_at, datetime)
        details = replace(Details(title=title, audience=EVERYONE, format=SessionFormat.WEBINAR), **said)  # type: ignore[arg-type]  # as a test says it
        return arrange_gathering(db, self.cohort(db), details, starts_at=starts_at, minutes=75, zone=EASTERN, by=BY)

    def calls(self, db: Session, **said: object) -> Series:
        """The facilitators' call: second Thursdays at noon Eastern, June 2017 to May 2018, twelve of them."""
        purpose = Purpose(
            title="Facilitators’ monthly call",
            audience=self.of_role(db, "facilitator"),
            join_url="https://meet.example.org/facilitator-call",
        )
        timetable = Timetable(
            zone=EASTERN,
            start=time(12),
            minutes=60,
            rule=SECOND_THURSDAYS,
            first=date(2017, 6, 8),
            last=date(2018, 5, 31),
        )
        return create_series(db, self.cohort(db), replace(purpose, **said), timetable, by=BY)  # type: ignore[arg-type]


def meet(database: Database) -> Meeting:
    return Meeting(set_stage(database), database)


def closed_to_the_lab(audience: Rule, **said: object) -> dict[str, object]:
    return {"audience": audience, "openness": Openness.CLOSED, "excludes_lab": True, **said}


def speaking(person_id: int) -> tuple[Presenter, ...]:
    return (Presenter(person_id),)


def utc(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)
