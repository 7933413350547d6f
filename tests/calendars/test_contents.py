"""A person's calendar, read by another program and compared with the database, instant by instant in UTC.

Rules 13 (nothing that its owner may not know), 14 (both clock changes), 16 (stable, told, delivered).
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
import time_machine
from sqlmodel import Session, col, select

from app import clock
from app.agenda.placements import Placement, move_session
from app.agenda.releases import publish_release
from app.agenda.sessions import archive_session, cancel_session, create_session
from app.calendars.contents import of_person
from app.calendars.documents import document
from app.database import Database
from app.gatherings.arranging import change_gathering, move_gathering
from app.gatherings.details import GONE, Details, details_of
from app.gatherings.reach import call_off, take_back
from app.gatherings.series import Purpose, add_occurrence, change_series, skip_occurrence
from app.models import (
    AgendaRelease,
    AgendaSession,
    Openness,
    Person,
    Series,
    SessionChoice,
    SessionFormat,
    Standing,
    Substitution,
    Tenure,
)
from app.people.audiences import resolve, rule_of
from app.people.viewer import viewer_of
from tests.calendars.reading import Occurrence, by_uid, events, occurrences
from tests.gatherings.meeting import EVERYONE, Meeting, closed_to_the_lab, meet, utc
from tests.registration.stage import BY
from tests.registration.stage import convening as staged_convening

BASE = "https://plenary.example.org"
OCTOBER = utc(2017, 10, 24, 14)


@pytest.fixture(autouse=True)
def in_october() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(OCTOBER, tick=False) as traveller:
        yield traveller


def feed(database: Database, person_id: int) -> bytes:
    with database.read() as db:
        found = of_person(db, viewer_of(db, person_id), BASE)
        return document(found.name, found.entries, zone=found.zone)


def _on(series: Series, day: date) -> AgendaSession:
    return next(s for s in series.sessions if s.starts_at and clock.local(s.starts_at, series.zone).date() == day)


def _as_read(session: AgendaSession) -> Occurrence:
    assert session.starts_at is not None
    assert session.ends_at is not None
    title = f"CANCELLED: {session.title}" if session.is_cancelled else session.title
    return Occurrence(session.starts_at, session.ends_at, title, "CANCELLED" if session.is_cancelled else "CONFIRMED")


def test_a_year_of_calls_is_one_event_that_reads_as_the_database_across_both_clock_changes_rule_14(
    database: Database,
) -> None:
    meeting = meet(database)
    with database.write() as db:
        expected = sorted(_as_read(session) for session in meeting.calls(db).sessions)
    body = feed(database, meeting.stage.people["oakland facilitator"])
    assert len([one for one in events(body) if "RRULE" in one]) == 1
    assert occurrences(body) == expected
    assert {one.start.hour for one in expected} == {16, 17}


def test_calls_that_were_moved_called_off_taken_out_and_added_read_as_the_database_rule_16(
    database: Database,
) -> None:
    meeting = meet(database)
    with database.write() as db:
        series = meeting.calls(db)
        move_gathering(db, _on(series, date(2017, 11, 9)), starts_at=utc(2017, 11, 2, 16), minutes=90, by=BY)
        call_off(db, _on(series, date(2017, 12, 14)), reason="Snow", by=BY)
        skip_occurrence(db, _on(series, date(2018, 2, 8)), by=BY)
        retitled = _on(series, date(2018, 3, 8))
        change_gathering(db, retitled, replace(details_of(retitled), title="Call with guests"), by=BY)
        back = _on(series, date(2018, 4, 12))
        call_off(db, back, reason="A mistake", by=BY)
        take_back(db, back, by=BY)
        add_occurrence(db, series, starts_at=utc(2018, 6, 1, 16), by=BY)
        expected = sorted(_as_read(session) for session in series.sessions if session.archived_at is None)
        uid = series.uid
    body = feed(database, meeting.stage.people["oakland facilitator"])
    assert occurrences(body) == expected
    overridden = {start for found, start in by_uid(body) if found == uid and start is not None}
    assert overridden == {utc(2017, 11, 9, 17), utc(2017, 12, 14, 17), utc(2018, 3, 8, 17)}


def test_the_first_call_called_off_and_the_second_taken_out_leave_the_series_readable(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        series = meeting.calls(db)
        call_off(db, _on(series, date(2017, 6, 8)), reason="Too early", by=BY)
        skip_occurrence(db, _on(series, date(2017, 7, 13)), by=BY)
        expected = sorted(_as_read(session) for session in series.sessions if session.archived_at is None)
    assert occurrences(feed(database, meeting.stage.people["oakland facilitator"])) == expected


def test_a_person_of_one_date_of_a_series_has_that_date_alone_and_nothing_of_the_rest_rule_13(
    database: Database,
) -> None:
    meeting = meet(database)
    with database.write() as db:
        november = _on(meeting.calls(db), date(2017, 11, 9))
        guest = frozenset({meeting.stage.people["salem mayor"]})
        with_guest = replace(rule_of(november.audience), person_ids=guest)
        change_gathering(db, november, replace(details_of(november), audience=with_guest), by=BY)
    (call,) = occurrences(feed(database, meeting.stage.people["salem mayor"]))
    assert call.start == utc(2017, 11, 9, 17)


def test_a_person_left_out_of_one_date_has_the_others(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        series = meeting.calls(db)
        november = _on(series, date(2017, 11, 9))
        absent = frozenset({meeting.stage.people["salem facilitator"]})
        without = replace(rule_of(series.audience), but_person_ids=absent)
        change_gathering(db, november, replace(details_of(november), audience=without), by=BY)
        assert series.sequence == 1
    found = [one.start for one in occurrences(feed(database, meeting.stage.people["salem facilitator"]))]
    assert len(found) == 11
    assert utc(2017, 11, 9, 17) not in found


def test_what_is_called_off_stays_ninety_days_after_it_would_have_been_rule_16(
    database: Database, in_october: time_machine.Traveller
) -> None:
    meeting = meet(database)
    mayor = meeting.stage.people["oakland mayor"]
    with database.write() as db:
        call_off(db, meeting.webinar(db, starts_at=utc(2017, 12, 12, 18)), reason="Snow", by=BY)
    in_october.move_to(utc(2018, 3, 11, 12))
    assert [one.status for one in occurrences(feed(database, mayor))] == ["CANCELLED"]
    in_october.move_to(utc(2018, 3, 14, 12))
    assert occurrences(feed(database, mayor)) == []


def test_nothing_changes_without_a_change_to_the_byte(database: Database, in_october: time_machine.Traveller) -> None:
    meeting = meet(database)
    with database.write() as db:
        meeting.calls(db)
        meeting.webinar(db)
    person = meeting.stage.people["oakland facilitator"]
    before = feed(database, person)
    in_october.shift(timedelta(hours=5))
    assert feed(database, person) == before
    in_october.shift(timedelta(days=20))
    assert feed(database, person) == before


def test_a_join_address_a_purpose_and_a_cover_stand_where_their_owner_may_have_them(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        mayors = meeting.of_role(db, "mayor")
        said = closed_to_the_lab(mayors, join_url="https://meet.example.org/mayors", internal_notes="Ask of the vote")
        meeting.webinar(db, "Among mayors", format=SessionFormat.ROLE_ALIKE, **said)
    invited = feed(database, meeting.stage.people["oakland mayor"]).decode()
    assert "https://meet.example.org/mayors" in invited
    assert "CLASS:PRIVATE" in invited
    assert "Ask of the vote" not in invited
    for other in ("organizer", "staff", "oakland superintendent", "expert"):
        body = feed(database, meeting.stage.people[other])
        assert occurrences(body) == []
        assert b"mayors" not in body


def _publish(db: Session, meeting: Meeting, *details: tuple[Details, time]) -> list[AgendaSession]:
    convening = staged_convening(db, meeting.stage)
    made = [
        create_session(db, convening, one, to=Placement(date(2017, 11, 14), start, 60), by=BY) for one, start in details
    ]
    publish_release(db, convening, by=BY)
    return made


def test_before_an_agenda_the_convening_is_a_held_date_and_then_its_sessions_rule_16(
    database: Database, in_october: time_machine.Traveller
) -> None:
    meeting = meet(database)
    mayor = meeting.stage.people["oakland mayor"]
    with database.read() as db:
        uid = staged_convening(db, meeting.stage).uid
    held = by_uid(feed(database, mayor))[uid, None]
    assert [str(held[name]) for name in ("STATUS", "TRANSP")] == ["TENTATIVE", "TRANSPARENT"]
    assert (held["DTSTART"].dt, held["DTEND"].dt) == (date(2017, 11, 14), date(2017, 11, 16))
    in_october.shift(timedelta(days=1))
    with database.write() as db:
        (welcome,) = _publish(db, meeting, (Details(title="Welcome", audience=EVERYONE), time(8, 30)))
    after = feed(database, mayor)
    banner = by_uid(after)[uid, None]
    assert (str(banner["STATUS"]), int(banner["SEQUENCE"])) == ("CONFIRMED", int(held["SEQUENCE"]) + 1)
    assert banner["LAST-MODIFIED"].dt > held["LAST-MODIFIED"].dt
    assert occurrences(after) == [_as_read(welcome)]
    assert str(by_uid(after)[welcome.uid, None]["URL"]) == (
        f"{BASE}/by-all-means/convenings/2017-fall/sessions/{welcome.key}"
    )


def test_a_draft_is_nobodys_calendar(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        convening = staged_convening(db, meeting.stage)
        details = Details(title="Not published yet", audience=EVERYONE)
        create_session(db, convening, details, to=Placement(date(2017, 11, 14), time(9), 60), by=BY)
    assert occurrences(feed(database, meeting.stage.people["oakland mayor"])) == []


def test_released_changes_raise_the_sequence_and_what_leaves_the_agenda_is_delivered_as_called_off_rule_16(
    database: Database, in_october: time_machine.Traveller
) -> None:
    meeting = meet(database)
    mayor = meeting.stage.people["oakland mayor"]
    with database.write() as db:
        details = [(Details(title=title, audience=EVERYONE), time(8 + n)) for n, title in enumerate("ABCD")]
        moved, gone, off, same = _publish(db, meeting, *details)
    before = by_uid(feed(database, mayor))
    in_october.shift(timedelta(hours=1))
    with database.write() as db:
        db.add_all([moved, gone, off])
        move_session(db, moved, to=Placement(date(2017, 11, 15), time(8), 60), by=BY)
        archive_session(db, gone, by=BY)
        cancel_session(db, off, reason="No speaker", by=BY)
        assert by_uid(feed(database, mayor)) == before
        publish_release(db, staged_convening(db, meeting.stage), by=BY)
    after = by_uid(feed(database, mayor))
    assert after.keys() == before.keys()
    assert after[same.uid, None].to_ical() == before[same.uid, None].to_ical()
    for session, status in ((moved, "CONFIRMED"), (gone, "CANCELLED"), (off, "CANCELLED")):
        then, now = before[session.uid, None], after[session.uid, None]
        assert str(now["STATUS"]) == status
        assert int(now["SEQUENCE"]) > int(then["SEQUENCE"])
        assert now["DTSTAMP"].dt > then["DTSTAMP"].dt


def test_a_closed_session_of_the_agenda_is_in_the_calendars_of_those_in_it_alone_rule_13(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        said = Details(title="Mayors’ peer session", audience=meeting.of_role(db, "mayor"), openness=Openness.CLOSED)
        _publish(db, meeting, (said, time(13, 30)))
    assert [one.title for one in occurrences(feed(database, meeting.stage.people["salem mayor"]))] == [
        "Mayors’ peer session"
    ]
    for other in ("organizer", "salem superintendent", "expert"):
        assert b"peer" not in feed(database, meeting.stage.people[other])


def test_everybodys_calendar_holds_what_they_are_invited_to_and_nothing_else_rule_13(sample: Database) -> None:
    """The whole sample cohort: what each feed says, against audiences resolved one by one on each session's day."""
    with sample.read() as db:
        people = db.exec(select(Person)).all()
        expected = _invitations(db)
    for person in people:
        found = occurrences(feed(sample, person.key))
        assert found == sorted(expected.get(person.key, [])), person.name
    assert sum(len(ones) for ones in expected.values()) > 1000


def _invitations(db: Session) -> dict[int, list[Occurrence]]:
    """Whom each gathering and each session of a newest release is for, told from the rows themselves.

    Guests, and who has left the cohort, have only what they are named for or have a part in.
    """
    today = clock.today("UTC")
    here = {
        one.person_id
        for one in db.exec(select(Tenure))
        if (one.ends_on is None or one.ends_on >= today) and one.seat.role.standing is not Standing.EXPERT
    }
    told: dict[int, list[Occurrence]] = {}
    since = clock.now().replace(hour=0, minute=0) - timedelta(days=400)
    released, passed_over, replaced = _released(db), _passed_over(db), _replaced(db)
    for session in db.exec(select(AgendaSession).where(col(AgendaSession.archived_at).is_(None))):
        if session.starts_at is None or session.ends_at is None or (session.ends_at <= since and not session.series_id):
            continue
        if session.convening_id is not None and session.key not in released:
            continue
        day = clock.local(session.starts_at, session.zone).date()
        invited = {one.person_id for one in resolve(db, session.audience, day, cohort_id=session.cohort_id)} & here
        invited |= rule_of(session.audience).person_ids
        invited |= {one.person_id for one in session.engagements if one.state not in GONE}
        instead = replaced.get(session.convening_id, {})
        if session.openness is not Openness.CLOSED:
            invited |= {coming for leaving, coming in instead.items() if leaving in invited}
        for person_id in invited:
            read = _as_read(session)
            is_off = (person_id, session.key) in passed_over or person_id in instead
            if is_off and not any(one.person_id == person_id for one in session.engagements):
                read = replace(read, title=f"CANCELLED: {read.title}", status="CANCELLED")
            told.setdefault(person_id, []).append(read)
    return told


def _passed_over(db: Session) -> set[tuple[int, int]]:
    """(person, session) of each parallel session that stands beside the one they chose."""
    return {
        (choice.registration.person_id, other.key)
        for choice in db.exec(select(SessionChoice).where(col(SessionChoice.given_up_at).is_(None)))
        for other in db.exec(
            select(AgendaSession).where(
                AgendaSession.convening_id == choice.session.convening_id,
                AgendaSession.choice_group == choice.session.choice_group,
                AgendaSession.id != choice.session_id,
            )
        )
    }


def _replaced(db: Session) -> dict[int | None, dict[int, int]]:
    """At each convening, who gave their place up, and who comes in it: to all but closed sessions (rule 10)."""
    found: dict[int | None, dict[int, int]] = {}
    for one in db.exec(select(Substitution).where(col(Substitution.undone_at).is_(None))):
        found.setdefault(one.convening_id, {})[one.leaving.person_id] = one.coming.person_id
    return found


def _released(db: Session) -> set[int]:
    newest: dict[int, AgendaRelease] = {}
    for release in db.exec(select(AgendaRelease).order_by(col(AgendaRelease.number))):
        newest[release.convening_id] = release
    return {entry["id"] for release in newest.values() for entry in release.sessions}


def test_a_series_says_something_else_and_is_one_change_of_one_event(
    database: Database, in_october: time_machine.Traveller
) -> None:
    meeting = meet(database)
    with database.write() as db:
        series = meeting.calls(db)
        uid, audience = series.uid, rule_of(series.audience)
    person = meeting.stage.people["oakland facilitator"]
    before = by_uid(feed(database, person))
    in_october.shift(timedelta(hours=1))
    with database.write() as db:
        stored = db.get_one(Series, series.key)
        said = Purpose(title="Facilitators’ hour", audience=audience, join_url=stored.join_url)
        change_series(db, stored, said, by=BY)
    after = by_uid(feed(database, person))
    assert after.keys() == before.keys()
    assert str(after[uid, None]["SUMMARY"]) == "Facilitators’ hour"
    assert after[uid, None]["LAST-MODIFIED"].dt > before[uid, None]["LAST-MODIFIED"].dt


def test_the_queries_of_a_calendar_do_not_grow_with_its_sessions(database: Database, queries: list[str]) -> None:
    meeting = meet(database)

    def count() -> int:
        with database.read() as db:
            viewer = meeting.viewer(db, "oakland facilitator")
            queries.clear()
            of_person(db, viewer, BASE)
            return len(queries)

    with database.write() as db:
        meeting.calls(db)
        for number in range(6):
            meeting.webinar(db, f"{number}")
    few = count()
    with database.write() as db:
        for number in range(60):
            meeting.webinar(db, f"more {number}")
    assert count() == few
