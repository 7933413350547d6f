"""What the sample's cohort does between convenings: calls, working groups, webinars, on the days of the domain page."""

from datetime import date

from sqlmodel import Session, col, select

from app import clock
from app.database import Database
from app.models import AgendaSession, Openness, Series, SessionFormat
from app.people.audiences import resolve
from seed.load import load_sample
from tests.conftest import SAMPLE_FILES


def occurrences(db: Session, slug: str) -> list[AgendaSession]:
    return db.exec(select(Series).where(Series.slug == slug)).one().sessions


def when(session: AgendaSession, zone: str = "America/New_York") -> str:
    assert session.starts_at is not None
    first = clock.local(session.starts_at, zone)
    return f"{first:%a} {first.day} {first:%b} {first:%H:%M}"


def test_facilitators_call_at_noon_eastern_which_is_nine_in_oakland_all_year(sample: Database) -> None:
    """Rules 14 and 17."""
    with sample.read() as db:
        calls = occurrences(db, "facilitator-call")
        assert [when(call) for call in calls] == [
            "Thu 8 Jun 12:00",
            "Thu 13 Jul 12:00",
            "Thu 10 Aug 12:00",
            "Thu 14 Sep 12:00",
            "Thu 12 Oct 12:00",
            "Thu 9 Nov 12:00",
            "Thu 14 Dec 12:00",
            "Thu 11 Jan 12:00",
            "Thu 8 Feb 12:00",
            "Thu 8 Mar 12:00",
            "Thu 12 Apr 12:00",
            "Thu 10 May 12:00",
        ]
        assert {when(call, "America/Los_Angeles")[-5:] for call in calls} == {"09:00"}
        assert [call.occurrence_at for call in calls] == [call.starts_at for call in calls]


def test_the_call_keeps_its_rule_and_hour_wherever_the_calendar_is_moved(database: Database) -> None:
    load_sample(database, date(2027, 6, 1), SAMPLE_FILES)
    with database.read() as db:
        series = db.exec(select(Series).where(Series.slug == "facilitator-call")).one()
        days = [when(call).split() for call in series.sessions]
        assert series.rrule == "FREQ=MONTHLY;BYDAY=2TH"
        assert {(weekday, hour, 8 <= int(day) <= 14) for weekday, day, _, hour in days} == {("Thu", "12:00", True)}
        assert [month for _, _, month, _ in days] == [
            *("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
        ]


def test_the_call_is_for_facilitators_and_organizers(sample: Database) -> None:
    with sample.read() as db:
        call = occurrences(db, "facilitator-call")[5]
        people = resolve(db, call.audience, date(2017, 11, 9), cohort_id=call.cohort_id)
        assert sorted({one.offices[0].title for one in people}) == ["Consultant", "Facilitator", "Lab organizer"]
        assert len(people) == 8


def test_data_working_group_on_its_wednesdays(sample: Database) -> None:
    with sample.read() as db:
        assert [when(one) for one in occurrences(db, "data-working-group")] == [
            "Wed 21 Jun 14:00",
            "Wed 20 Sep 14:00",
            "Wed 17 Jan 14:00",
            "Wed 14 Mar 14:00",
        ]


def test_webinars_on_their_tuesdays_with_their_host_cities(sample: Database) -> None:
    with sample.read() as db:
        webinars = db.exec(
            select(AgendaSession)
            .where(AgendaSession.format == SessionFormat.WEBINAR)
            .order_by(col(AgendaSession.starts_at))
        ).all()
        assert [(when(one), one.host_city.name if one.host_city else "") for one in webinars] == [
            ("Tue 19 Sep 13:00", "Somerville"),
            ("Tue 17 Oct 13:00", "Louisville"),
            ("Tue 12 Dec 13:00", "Providence"),
            ("Tue 23 Jan 13:00", "Oakland"),
            ("Tue 13 Feb 13:00", ""),
            ("Tue 20 Mar 13:00", "Newton"),
            ("Tue 10 Apr 13:00", ""),
        ]
        assert [one.title for one in webinars if one.openness is not Openness.COHORT] == [
            "Financing: blending money that was not meant to blend"
        ]
