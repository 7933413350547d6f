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
        kept_back = {one.id for one in found.agenda.sessions if one.covered}
        assert sorted(one.person_id for one in found.people) == sorted(one.person_id for one in confirmed(db))
        for one in found.people:
            own = published.agenda(db, fall(db), viewer_of(db, one.person_id))
            assert own is not None
            theirs = [
                (session.id, session.starts_at, session.my_rooms)
                for session in own.sessions
                if session.mine and session.id not in kept_back
            ]
            told = [(two.session.id, two.session.starts_at, two.rooms) for two in one.sessions if not two.for_all]
            assert told == theirs
        groups = list(dict.fromkeys(one.group for one in found.people))
        after = ["Education Redesign Lab", "Guests"]
        cities = sorted(group for group in groups if group not in after)
        assert groups == [*cities, *(group for group in after if group in groups)]


def test_a_pack_tells_neither_what_is_closed_to_who_prints_it_nor_who_is_in_it(
    sample_app: FastAPI, sample_visitor: VisitorOf
) -> None:
    """Rule 13: a cover stands on everybody's sheet alike; what has none for the viewer stands on none."""
    with sample_app.state.database.read() as db:
        for kind in ("facilitator", "organizer"):
            number = sample_visitor(kind).person_id
            assert number is not None
            found = programmes(db, viewer_of(db, number))
            covers = {(one.id, one.starts_at, one.title) for one in found.agenda.sessions if one.covered}
            assert covers, "the sample has sessions that are closed to both"
            seen = {one.id for one in found.agenda.sessions}
            for sheet in found.people:
                if sheet.person_id == number or not sheet.sessions:  # a guest has no seat, and so no session
                    continue
                here = [one for one in sheet.sessions if one.for_all]
                assert {(one.session.id, one.session.starts_at, one.session.title) for one in here} == covers
                assert {(one.session.purpose, one.session.presenters, one.items, one.table) for one in here} == {
                    ("", (), (), None)
                }
                assert {one.session.id for one in sheet.sessions} <= seen
                assert not any(one.session.covered and not one.for_all for one in sheet.sessions)


def test_ones_own_is_whole_and_ones_assistant_reads_that_one_is_in_something_closed(
    sample_app: FastAPI, sample_visitor: VisitorOf
) -> None:
    """Rule 13."""
    mayor = sample_visitor("mayor").person_id
    assert mayor is not None
    with sample_app.state.database.read() as db:
        own = programmes(db, viewer_of(db, mayor), people={mayor}).people[0]
        theirs = programmes(db, _assistant(db, mayor), people={mayor}).people[0]
    assert any(one.session.openness is Openness.CLOSED for one in own.sessions)
    assert not any(one.session.covered or one.for_all for one in own.sessions)
    for one, told in zip(own.sessions, theirs.sessions, strict=True):
        assert (told.session.starts_at, told.rooms, told.for_all) == (one.session.starts_at, one.rooms, False)
        if one.session.openness is Openness.CLOSED:
            assert (told.session.covered, told.session.purpose, told.items, told.table) == (True, "", (), None)


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
        for two in (it for it in one.sessions if not it.for_all):
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
