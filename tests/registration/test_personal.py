"""What each attends, for their own sheet: as on record, and as whoever prints it may see it (rules 10, 11 and 13)."""

from datetime import time

from fastapi import FastAPI
from sqlmodel import Session, col, select

from app import clock
from app.agenda import published
from app.models import Assistance, Convening, Openness, Person, PresenceWindow, Registration, RegistrationState
from app.people.audit import verb
from app.people.viewer import Viewer, viewer_of
from app.registration.personal import Programmes, personal_agendas
from tests.conftest import VisitorOf

SYSTEM = Viewer.system("test")


def fall(db: Session) -> Convening:
    return db.exec(select(Convening).where(Convening.slug == "2017-fall")).one()


def programmes(db: Session, viewer: Viewer, **asked: object) -> Programmes:
    found = personal_agendas(db, fall(db), viewer, **asked)  # type: ignore[arg-type]
    assert found is not None
    return found


@verb
def there_from_noon(db: Session, registration: Registration, *, by: Viewer) -> None:
    there = fall(db)
    for row in db.exec(select(PresenceWindow).where(PresenceWindow.registration_id == registration.key)):
        db.delete(row)
    start, end = (clock.at(there.starts_on, hour, there.zone) for hour in (time(12), time(18)))
    db.add(PresenceWindow(registration_id=registration.key, starts_at=start, ends_at=end))


def confirmed(db: Session) -> list[Registration]:
    mine = (Registration.convening_id == fall(db).key, Registration.state == RegistrationState.SUBMITTED)
    return list(db.exec(select(Registration).where(*mine).order_by(col(Registration.id))))


def test_each_has_the_sessions_and_rooms_that_they_see_as_theirs(sample_app: FastAPI) -> None:
    with sample_app.state.database.read() as db:
        found = programmes(db, SYSTEM)
        assert sorted(one.person_id for one in found.people) == sorted(one.person_id for one in confirmed(db))
        for one in found.people:
            own = published.agenda(db, fall(db), viewer_of(db, one.person_id))
            assert own is not None
            theirs = [(session.id, session.starts_at, session.my_rooms) for session in own.sessions if session.mine]
            assert [(two.session.id, two.session.starts_at, two.rooms) for two in one.sessions] == theirs
        groups = list(dict.fromkeys(one.group for one in found.people))
        after = ["Education Redesign Lab", "Guests"]
        cities = sorted(group for group in groups if group not in after)
        assert groups == [*cities, *(group for group in after if group in groups)]


def test_whoever_prints_for_another_reads_of_a_closed_session_its_cover_alone(
    sample_app: FastAPI, sample_visitor: VisitorOf
) -> None:
    """Rule 13: the mayor reads it whole, their facilitator and their assistant do not."""
    mayor, facilitator = sample_visitor("mayor").person_id, sample_visitor("facilitator").person_id
    assert mayor is not None
    assert facilitator is not None
    with sample_app.state.database.read() as db:
        own = programmes(db, viewer_of(db, mayor), people={mayor}).people[0]
        closed = [one for one in own.sessions if one.session.openness is Openness.CLOSED and one.session.rule]
        assert closed, "the sample has a closed session of mayors"
        for viewer in (viewer_of(db, facilitator), _assistant(db, mayor)):
            other = programmes(db, viewer, people={mayor}).people[0]
            told = {one.session.id: one for one in other.sessions}
            for one in closed:
                seen = told[one.session.id]
                assert (seen.session.covered, seen.session.purpose, seen.session.presenters) == (True, "", ())
                assert (seen.session.starts_at, seen.rooms, seen.items, seen.table) == (
                    one.session.starts_at,
                    one.rooms,
                    (),
                    None,
                )


def _assistant(db: Session, mayor: int) -> Viewer:
    one = db.exec(select(Assistance).where(Assistance.principal_id == mayor)).one()
    return viewer_of(db, one.assistant_id, acting_for=mayor)


def test_what_lies_outside_somebodys_hours_is_said_to(sample_app: FastAPI) -> None:
    """Rule 11; without a window they are there throughout."""
    with sample_app.state.database.write() as db:
        there_from_noon(db, confirmed(db)[0], by=SYSTEM)
    with sample_app.state.database.read() as db:
        row = confirmed(db)[0]
        one = programmes(db, SYSTEM, people={row.person_id}).people[0]
        zone = fall(db).zone
        for two in one.sessions:
            start, end = (clock.local(at, zone) for at in (two.session.starts_at, two.session.ends_at))
            first = start.date() == fall(db).starts_on
            if not first or end.time() <= time(12) or start.time() >= time(18):
                assert two.away == "you are away"
            elif start.time() < time(12):
                assert two.away == "you come at 12:00"
            else:
                assert two.away == ("you leave at 18:00" if end.time() > time(18) or end.date() != start.date() else "")


def test_a_city_a_person_and_nobody_may_be_asked_for(sample_app: FastAPI) -> None:
    with sample_app.state.database.read() as db:
        city = programmes(db, SYSTEM, city="oakland").people
        assert len(city) > 1
        assert {one.city_slug for one in city} == {"oakland"}
        assert [one.person_id for one in programmes(db, SYSTEM, people={city[0].person_id}).people] == [
            city[0].person_id
        ]
        stranger = db.exec(
            select(Person.id).where(col(Person.id).not_in([one.person_id for one in confirmed(db)]))
        ).first()
        assert programmes(db, SYSTEM, people={stranger}).people == ()


def test_two_hundred_are_read_in_as_many_queries_as_a_few(sample_app: FastAPI, queries: list[str]) -> None:
    database = sample_app.state.database
    counted = []
    with database.read() as db:
        few = [one.person_id for one in confirmed(db)][:3]
    for people in (few, None):
        with database.read() as db:
            there = fall(db)
            assert there.cohort.name
            queries.clear()
            assert len(programmes(db, SYSTEM, people=people).people) >= len(few)
            counted.append(len(queries))
    assert counted[0] == counted[1]
