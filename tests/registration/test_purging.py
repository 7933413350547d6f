"""Rule 12: what is private goes in time and all of it, with a report; a legal hold keeps it; organizers are warned."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from sqlmodel import Session, select

from app.database import Database
from app.jobs import purge_due
from app.models import (
    AgendaSession,
    Audience,
    City,
    Cohort,
    Convening,
    Engagement,
    EngagementState,
    Payer,
    PrivateLink,
    PrivateNeeds,
    SessionFormat,
    Travel,
)
from app.people.audit import Refused, verb
from app.people.records_holds import hold_records, lift_records_hold
from app.people.viewer import Viewer
from app.registration.caterers import give_counts, links_of
from app.registration.purging import (
    Purge,
    due_from,
    held_needs,
    hold_needs,
    hold_of,
    lift_hold,
    purge_private_needs,
    purges_on_record,
)
from app.registration.registrations import Details, register, registration_of
from tests.registration.stage import BY, Stage, convening, person, viewer

SECRET = b"the tests' own secret"
THE_DAY = date(2017, 12, 13)


@verb
def travels(db: Session, stage: Stage, who: str, *, by: Viewer) -> None:
    registration = registration_of(db, convening(db, stage), stage.people[who])
    assert registration is not None
    registration.travel = Travel(
        registration_id=registration.key,
        arrives_at=datetime(2017, 11, 13, 22, tzinfo=UTC),
        arrives_by="AA 123",
        leaves_by="the night train",
        first_night=date(2017, 11, 13),
        last_night=date(2017, 11, 14),
        shares_with="her sister",
        payer=Payer.LAB,
    )
    db.add(registration)


@pytest.fixture
def _private(database: Database, stage: Stage) -> None:
    with database.write() as db:
        here = convening(db, stage)
        called = Details(dietary="vegan", access="a ramp", emergency_name="Ana", emergency_phone="1")
        register(db, here, person(db, stage, "oakland mayor"), details=called, by=BY)
        register(db, here, person(db, stage, "salem mayor"), details=Details(dietary=""), by=BY)
        travels(db, stage, "oakland mayor", by=BY)
        give_counts(db, here, holder="Cora", with_names=False, secret=SECRET, by=BY)


@pytest.mark.usefixtures("_private")
def test_a_purge_takes_needs_contacts_and_travels_words_ends_the_caterers_links_and_reports(
    database: Database, stage: Stage
) -> None:
    with database.write() as db:
        here = convening(db, stage)
        assert purge_private_needs(db, here, on=date(2017, 12, 12), by=BY) == 0
        assert purges_on_record(db, here) == []
        assert purge_private_needs(db, here, on=THE_DAY, by=Viewer.system("purge")) == 2
    with database.read() as db:
        here = convening(db, stage)
        assert db.exec(select(PrivateNeeds)).all() == []
        travel = db.exec(select(Travel)).one()
        assert (travel.arrives_at, travel.arrives_by, travel.leaves_by, travel.shares_with) == (None, "", "", "")
        assert (travel.first_night, travel.last_night, travel.payer) == (
            date(2017, 11, 13),
            date(2017, 11, 14),
            Payer.LAB,
        )
        assert links_of(db, here) == []
        assert db.exec(select(PrivateLink)).one().revoked_at is not None
        report = purges_on_record(db, here)
    assert report == [
        Purge(report[0].at, "purge", "28 days after Wed 15 Nov 2017", needs=2, emergency=1, speakers=0, travel=1)
    ]


@pytest.mark.usefixtures("_private")
def test_what_comes_after_the_purge_goes_with_the_next_and_an_idle_one_reports_nothing(
    database: Database, stage: Stage
) -> None:
    with database.write() as db:
        here = convening(db, stage)
        purge_private_needs(db, here, on=THE_DAY, by=BY)
        assert purge_private_needs(db, here, on=THE_DAY, by=BY) == 0
        late = Details(dietary="vegan")
        register(db, here, person(db, stage, "oakland mayor"), details=late, by=BY)
        assert purge_private_needs(db, here, on=THE_DAY, by=BY) == 1
        assert [one.needs for one in purges_on_record(db, here)] == [1, 2]


@pytest.mark.usefixtures("_private")
def test_a_legal_hold_keeps_needs_past_their_day_until_it_is_lifted(database: Database, stage: Stage) -> None:
    with time_machine.travel(datetime(2018, 6, 1, 12, tzinfo=UTC), tick=True):
        with database.write() as db:
            here = convening(db, stage)
            assert hold_of(db, here) is None
            with pytest.raises(Refused):
                hold_needs(db, here, reason=" ", by=BY)
            hold_needs(db, here, reason="A claim", by=viewer(db, stage, "organizer"))
        assert purge_due(database) == 0
        with database.write() as db:
            here = convening(db, stage)
            assert purge_private_needs(db, here, by=BY) == 0
            hold = hold_of(db, here)
            assert hold is not None
            assert (hold.is_set, hold.by, hold.reason) == (True, "Organizer", "A claim")
            lift_hold(db, here, reason="Settled", by=BY)
        assert purge_due(database) == 2


@pytest.mark.usefixtures("_private")
def test_organizers_are_warned_from_a_week_before_and_nobody_else(database: Database, stage: Stage) -> None:
    def warned(on: datetime, who: str) -> list[tuple[str, str, date | None]]:
        with time_machine.travel(on, tick=True), database.read() as db:
            return [(due.title, due.url, due.due_on) for due in due_from(db, viewer(db, stage, who))]

    warning = [
        (
            "Private needs of Fall convening are deleted soon",
            "/by-all-means/convenings/2017-fall/registration/needs#purge",
            THE_DAY,
        )
    ]
    midnight = 5  # UTC, in Cambridge
    assert warned(datetime(2017, 12, 6, midnight - 1, tzinfo=UTC), "organizer") == []
    assert warned(datetime(2017, 12, 6, midnight, tzinfo=UTC), "organizer") == warning
    assert warned(datetime(2017, 12, 6, midnight, tzinfo=UTC), "staff") == []
    assert warned(datetime(2017, 12, 6, midnight, tzinfo=UTC), "oakland facilitator") == []
    with database.write() as db:
        hold_needs(db, db.get_one(Convening, stage.convening), reason="A claim", by=BY)
    assert warned(datetime(2017, 12, 6, midnight, tzinfo=UTC), "organizer") == []
    with database.write() as db:
        here = convening(db, stage)
        lift_hold(db, here, reason="Settled", by=BY)
        purge_private_needs(db, here, on=THE_DAY, by=BY)
    assert warned(datetime(2017, 12, 14, tzinfo=UTC), "organizer") == []


@verb
def speaks(db: Session, stage: Stage, who: str, *, by: Viewer) -> None:
    """A part in a session, with what they need for themselves."""
    here = convening(db, stage)
    audience = Audience(everyone=True)
    db.add(audience)
    db.flush()
    session = AgendaSession(
        audience_id=audience.key,
        cohort_id=here.cohort_id,
        convening_id=here.key,
        title="Welcome",
        format=SessionFormat.PLENARY,
        starts_at=datetime(2017, 11, 14, 14, tzinfo=UTC),
        ends_at=datetime(2017, 11, 14, 15, tzinfo=UTC),
        zone="America/New_York",
    )
    db.add(session)
    db.flush()
    db.add(
        Engagement(
            session_id=session.key, person_id=stage.people[who], state=EngagementState.CONFIRMED, access="a chair"
        )
    )


@pytest.mark.usefixtures("_private")
def test_a_hold_on_a_citys_records_keeps_its_own_peoples_needs_and_nobody_elses_rule_12(
    database: Database, stage: Stage
) -> None:
    """Food, access, contacts, speakers' needs and travel of Oakland outlast their day; Salem's go on theirs."""
    organizer = viewer_at(database, stage)
    with database.write() as db:
        here = convening(db, stage)
        for who in ("oakland mayor", "salem mayor"):
            speaks(db, stage, who, by=BY)
        cohort, city = db.get_one(Cohort, here.cohort_id), db.get_one(City, stage.cities["oakland"])
        hold_records(db, cohort, city, reason="Case 9", by=organizer)
        assert purge_private_needs(db, here, on=THE_DAY, by=BY) == 2, "Salem's needs, and what its speaker needs"
        assert purge_private_needs(db, here, on=THE_DAY, by=BY) == 0
        (kept,) = db.exec(select(PrivateNeeds)).all()
        assert (kept.dietary, kept.emergency_name) == ("vegan", "Ana")
        assert db.exec(select(Travel.arrives_by)).one() == "AA 123"
        said = db.exec(select(Engagement.person_id, Engagement.access)).all()
        assert sorted(said) == sorted([(stage.people["oakland mayor"], "a chair"), (stage.people["salem mayor"], "")])
        assert held_needs(db, here) == [(("Oakland", "oakland"), 1)]
    with time_machine.travel(datetime(2017, 12, 14, tzinfo=UTC), tick=True), database.read() as db:
        assert due_from(db, organizer) == [], "nobody is warned of what does not go"
    with database.write() as db:
        here = convening(db, stage)
        cohort, city = db.get_one(Cohort, here.cohort_id), db.get_one(City, stage.cities["oakland"])
        lift_records_hold(db, cohort, city, reason="Closed", by=organizer)
        assert purge_private_needs(db, here, on=THE_DAY, by=BY) == 2
        assert db.exec(select(PrivateNeeds)).all() == []


def viewer_at(database: Database, stage: Stage) -> Viewer:
    with database.read() as db:
        return viewer(db, stage, "organizer")
