"""Invitations by mail: who wants them gets one letter for each thing, its changes and its end, and nothing twice."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from sqlmodel import Session, select

from app.calendars import contents
from app.database import Database
from app.gatherings.arranging import change_gathering, move_gathering
from app.gatherings.details import details_of
from app.gatherings.invitations import want_invitations
from app.gatherings.reach import call_off, take_back
from app.gatherings.series import end_series
from app.mailing.invitation_letters import Rounds
from app.models import AgendaSession, Invitation, Openness, Participation, Person, Revision, Series
from app.people.audiences import Rule
from app.people.audit import Refused
from app.people.viewer import Viewer, viewer_of
from app.settings import Settings
from tests.gatherings.meeting import EASTERN, EVERYONE, Meeting, closed_to_the_lab, meet, speaking, utc
from tests.mailing.inviting import Mail, letters, sent, wanting, with_replies
from tests.registration.stage import BY

SUMMER = datetime(2017, 6, 20, 14, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(SUMMER, tick=False) as traveller:
        yield traveller


@pytest.fixture
def meeting(database: Database, clock: time_machine.Traveller) -> Meeting:
    return meet(database)


@pytest.fixture
def lab(settings: Settings) -> Settings:
    return with_replies(settings)


def change(db: Session, number: int, **said: Any) -> None:
    session = db.get_one(AgendaSession, number)
    change_gathering(db, session, replace(details_of(session), **said), by=BY)


def webinar(meeting: Meeting, **said: Any) -> int:
    with meeting.database.write() as db:
        return meeting.webinar(db, **said).key


def only(mails: list[Mail]) -> Mail:
    (mail,) = mails
    return mail


def test_nobody_gets_invitations_who_has_not_asked_for_them(
    database: Database, meeting: Meeting, lab: Settings
) -> None:
    webinar(meeting)
    assert sent(database, lab) == []


def test_an_invitation_is_what_calendar_programs_act_on(database: Database, meeting: Meeting, lab: Settings) -> None:
    """calendars.md, 27 and 28."""
    number = webinar(meeting, join_url="https://meet.example.org/data")
    wanting(meeting, "oakland mayor")
    mail = only(sent(database, lab))
    assert [one.get_content_type() for one in mail.alternatives] == ["text/plain", "text/html", "text/calendar"]
    part = mail.part
    assert (part.get_param("method"), part.get_content_charset(), part.get_content_disposition()) == (
        "REQUEST",
        "utf-8",
        None,
    )
    assert mail.method == "REQUEST"
    event = mail.event
    with database.read() as db:
        row = db.get_one(AgendaSession, number)
        assert (str(event["UID"]), event["SEQUENCE"]) == (row.uid, row.sequence)
    organizer = str(event["ORGANIZER"]).removeprefix("mailto:")
    assert re.fullmatch(r"rsvp\+\d+\.[0-9a-f]{40}@lab\.example", organizer)
    assert str(mail.mail["Reply-To"]) == organizer
    assert str(event["ATTENDEE"]) == "mailto:oakland.mayor@example.org"
    assert mail.to == "oakland.mayor@example.org"
    parameters = event["ATTENDEE"].params
    assert (parameters["PARTSTAT"], parameters["RSVP"], parameters["CN"]) == ("NEEDS-ACTION", "TRUE", "Oakland Mayor")
    assert str(event["SUMMARY"]) == "Integrated data I"
    assert event["DTSTAMP"].dt == SUMMER
    assert "Tue 19 Sep, 13:00–14:15 EDT (10:00–11:15 in Oakland)" in mail.text
    assert str(mail.mail["Subject"]) == "Invitation: Integrated data I, Tue 19 Sep, 13:00"


def test_every_line_of_it_is_as_long_as_it_may_be_and_ends_as_it_has_to(
    database: Database, meeting: Meeting, lab: Settings
) -> None:
    webinar(meeting, title="Größe; 市長, “" + "é" * 300, purpose="x" * 900)
    wanting(meeting, "oakland mayor")
    raw = only(sent(database, lab)).raw
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 75
    assert raw.count(b"\r\nMETHOD:") == raw.count(b"\r\nVERSION:") == 1
    assert [name for name in (b"X-WR-CALNAME", b"REFRESH-INTERVAL") if name in raw] == []
    assert b"\r\nBEGIN:VTIMEZONE\r\n" in raw


def test_a_name_full_of_signs_stands_in_the_letter_and_harms_nothing(
    database: Database, meeting: Meeting, lab: Settings
) -> None:
    webinar(meeting)
    wanting(meeting, "oakland mayor")
    with database.write() as db:
        _rename(db, meeting, 'Zoë "the; mayor", 市長: <a>\r\nATTENDEE:x')
    event = only(sent(database, lab)).event
    assert str(event["ATTENDEE"]) == "mailto:oakland.mayor@example.org"


def _rename(db: Session, meeting: Meeting, name: str) -> None:
    from app.people.audit import verb

    @verb
    def rename(db: Session, *, by: Viewer) -> None:
        db.get_one(Person, meeting.stage.people["oakland mayor"]).name = name

    rename(db, by=BY)


def test_without_a_mailbox_for_replies_one_answers_by_the_link_alone(
    database: Database, meeting: Meeting, lab: Settings
) -> None:
    lab = lab.model_copy(update={"replies_listen": None})
    webinar(meeting)
    wanting(meeting, "oakland mayor")
    mail = only(sent(database, lab))
    assert mail.event["ATTENDEE"].params["RSVP"] == "FALSE"
    assert str(mail.event["ORGANIZER"]) == "mailto:plenary@lab.example"
    assert mail.mail["Reply-To"] is None
    assert "/rsvp/" in mail.text


def test_what_was_sent_is_not_sent_again(database: Database, meeting: Meeting, lab: Settings) -> None:
    webinar(meeting)
    wanting(meeting, "oakland mayor", "salem mayor")
    assert [mail.to for mail in sent(database, lab)] == ["oakland.mayor@example.org", "salem.mayor@example.org"]
    assert sent(database, lab) == []


def test_being_written_to_is_no_change_for_the_pages_and_feeds_that_are_kept(
    database: Database, meeting: Meeting, lab: Settings
) -> None:
    webinar(meeting)
    wanting(meeting, "oakland mayor")
    with database.read() as db:
        before = db.exec(select(Revision.number)).one()
    sent(database, lab)
    with database.read() as db:
        assert db.exec(select(Revision.number)).one() == before


def test_ten_edits_within_five_minutes_are_one_letter(
    database: Database, meeting: Meeting, lab: Settings, clock: time_machine.Traveller
) -> None:
    lab = lab.model_copy(update={"invitation_quiet_minutes": 5})
    wanting(meeting, "oakland mayor")
    number = webinar(meeting)
    for edit in range(10):
        clock.shift(timedelta(seconds=30))
        with database.write() as db:
            change(db, number, title=f"Integrated data, version {edit}")
        assert sent(database, lab) == []
    clock.shift(timedelta(minutes=4))
    assert sent(database, lab) == []
    clock.shift(timedelta(minutes=2))
    assert str(only(sent(database, lab)).event["SUMMARY"]) == "Integrated data, version 9"


def test_what_begins_soon_does_not_wait(
    database: Database, meeting: Meeting, lab: Settings, clock: time_machine.Traveller
) -> None:
    lab = lab.model_copy(update={"invitation_quiet_minutes": 5})
    wanting(meeting, "oakland mayor")
    number = webinar(meeting, starts_at=SUMMER + timedelta(hours=3))
    clock.shift(timedelta(minutes=10))
    sent(database, lab)
    clock.shift(timedelta(hours=1, minutes=30))
    with database.write() as db:
        session = db.get_one(AgendaSession, number)
        move_gathering(db, session, starts_at=SUMMER + timedelta(hours=9), minutes=60, by=BY)
    assert only(sent(database, lab)).event["SEQUENCE"] == 1


def test_another_time_is_a_new_request_under_the_same_uid_and_a_higher_sequence(
    database: Database, meeting: Meeting, lab: Settings, clock: time_machine.Traveller
) -> None:
    number = webinar(meeting)
    wanting(meeting, "oakland mayor")
    first = only(sent(database, lab))
    clock.shift(timedelta(hours=1))
    with database.write() as db:
        session = db.get_one(AgendaSession, number)
        move_gathering(db, session, starts_at=utc(2017, 9, 26, 17), minutes=60, by=BY)
    second = only(sent(database, lab))
    assert second.method == "REQUEST"
    assert str(second.event["UID"]) == str(first.event["UID"])
    assert (first.event["SEQUENCE"], second.event["SEQUENCE"]) == (0, 1)
    assert second.event["DTSTART"].dt.astimezone(UTC) == utc(2017, 9, 26, 17)
    assert str(second.event["ORGANIZER"]) == str(first.event["ORGANIZER"])
    assert second.event["DTSTAMP"].dt > first.event["DTSTAMP"].dt
    assert "has changed" in second.text


def test_what_is_moved_there_and_back_is_told_each_time(
    database: Database, meeting: Meeting, lab: Settings, clock: time_machine.Traveller
) -> None:
    number = webinar(meeting)
    wanting(meeting, "oakland mayor")
    sent(database, lab)
    for hour, sequence in ((18, 1), (17, 2), (18, 3)):
        clock.shift(timedelta(hours=1))
        with database.write() as db:
            session = db.get_one(AgendaSession, number)
            move_gathering(db, session, starts_at=utc(2017, 9, 19, hour), minutes=75, by=BY)
        assert only(sent(database, lab)).event["SEQUENCE"] == sequence


def test_what_no_calendar_would_be_opened_for_is_no_letter(database: Database, meeting: Meeting, lab: Settings) -> None:
    number = webinar(meeting)
    wanting(meeting, "oakland mayor")
    sent(database, lab)
    with database.write() as db:
        change(db, number, purpose="Other words", internal_notes="Ours alone")
    assert sent(database, lab) == []


def test_what_is_called_off_is_a_cancel_with_the_reason_and_what_takes_place_after_all_a_request(
    database: Database, meeting: Meeting, lab: Settings, clock: time_machine.Traveller
) -> None:
    """calendars.md, 29."""
    number = webinar(meeting)
    wanting(meeting, "oakland mayor")
    first = only(sent(database, lab))
    clock.shift(timedelta(hours=1))
    with database.write() as db:
        call_off(db, db.get_one(AgendaSession, number), reason="The speaker is ill.", by=BY)
    off = only(sent(database, lab))
    assert (off.method, off.part.get_param("method"), str(off.event["STATUS"])) == ("CANCEL", "CANCEL", "CANCELLED")
    assert off.event["SEQUENCE"] == 1
    assert [str(off.event[name]) for name in ("UID", "ORGANIZER", "ATTENDEE")] == [
        str(first.event[name]) for name in ("UID", "ORGANIZER", "ATTENDEE")
    ]
    assert "The speaker is ill." in off.text
    assert sent(database, lab) == []
    clock.shift(timedelta(hours=1))
    with database.write() as db:
        take_back(db, db.get_one(AgendaSession, number), by=BY)
    again = only(sent(database, lab))
    assert (again.method, again.event["SEQUENCE"]) == ("REQUEST", 2)


def test_what_was_called_off_before_anybody_heard_of_it_is_no_letter(
    database: Database, meeting: Meeting, lab: Settings
) -> None:
    number = webinar(meeting)
    wanting(meeting, "oakland mayor")
    with database.write() as db:
        call_off(db, db.get_one(AgendaSession, number), reason="Snow", by=BY)
    assert sent(database, lab) == []


def test_who_leaves_the_audience_gets_a_cancel_alone_and_who_joins_a_request(
    database: Database, meeting: Meeting, lab: Settings, clock: time_machine.Traveller
) -> None:
    oakland, salem = (
        Rule(person_ids=frozenset({meeting.stage.people[who]})) for who in ("oakland mayor", "salem mayor")
    )
    number = webinar(meeting, audience=oakland, openness=Openness.CLOSED, title="Salaries")
    wanting(meeting, "oakland mayor", "salem mayor")
    first = only(sent(database, lab))
    assert str(first.mail["Subject"]) == "Invitation: a closed session, Tue 19 Sep, 13:00"
    clock.shift(timedelta(hours=1))
    with database.write() as db:
        change(db, number, audience=salem, title="Salaries of the others")
    left, joined = sorted(sent(database, lab), key=lambda mail: mail.to)
    assert (left.to, left.method, left.event["SEQUENCE"]) == ("oakland.mayor@example.org", "CANCEL", 1)
    assert str(left.event["SUMMARY"]) == "CANCELLED: Salaries"  # what they were told, and nothing since (rule 13)
    assert "of the others" not in left.mail.as_string()
    assert str(left.event["UID"]) == str(first.event["UID"])
    assert (joined.to, joined.method, joined.event["SEQUENCE"]) == ("salem.mayor@example.org", "REQUEST", 0)
    assert sent(database, lab) == []
    clock.shift(timedelta(hours=1))
    with database.write() as db:
        change(db, number, audience=Rule(person_ids=oakland.person_ids | salem.person_ids))
    back = only(sent(database, lab))
    assert (back.to, back.method, back.event["SEQUENCE"]) == ("oakland.mayor@example.org", "REQUEST", 2)


def test_who_leaves_their_seat_gets_a_cancel_for_what_lies_ahead(
    database: Database, meeting: Meeting, lab: Settings, clock: time_machine.Traveller
) -> None:
    from app.models import Tenure
    from app.people.tenures import end_tenure

    webinar(meeting)
    webinar(meeting, title="Behind us by then", starts_at=SUMMER + timedelta(days=1))
    wanting(meeting, "oakland mayor")
    sent(database, lab)
    clock.shift(timedelta(days=3))
    with database.write() as db:
        tenure = db.exec(select(Tenure).where(Tenure.person_id == meeting.stage.people["oakland mayor"])).one()
        end_tenure(db, tenure, ends_on=datetime(2017, 6, 22).date(), by=BY)  # noqa: DTZ001
    assert [(mail.method, str(mail.event["SUMMARY"])) for mail in sent(database, lab)] == [
        ("CANCEL", "CANCELLED: Integrated data I")
    ]


def test_what_is_over_is_neither_invited_to_nor_called_back(
    database: Database, meeting: Meeting, lab: Settings, clock: time_machine.Traveller
) -> None:
    number = webinar(meeting, starts_at=SUMMER + timedelta(hours=5))
    clock.shift(timedelta(days=1))
    wanting(meeting, "oakland mayor")
    assert sent(database, lab) == []
    with database.write() as db:
        change(db, number, title="Another")
    assert sent(database, lab) == []


def test_a_series_is_one_invitation_with_its_rule(database: Database, meeting: Meeting, lab: Settings) -> None:
    with database.write() as db:
        meeting.calls(db)
    wanting(meeting, "oakland facilitator")
    mail = only(sent(database, lab))
    assert len(mail.events) == 1
    assert mail.event["RRULE"].to_ical().startswith(b"FREQ=MONTHLY")
    assert "The second Thursday of each month" in mail.text
    assert str(mail.mail["Subject"]) == "Invitation: Facilitators’ monthly call"
    with database.read() as db:
        series = db.exec(select(Series)).one()
        assert (str(mail.event["UID"]), mail.event["SEQUENCE"]) == (series.uid, series.sequence)


def occurrence(db: Session, month: int) -> AgendaSession:
    return next(one for one in db.exec(select(AgendaSession)) if one.starts_at and one.starts_at.month == month)


def test_one_call_of_a_series_that_moves_is_an_override_in_a_new_request(
    database: Database, meeting: Meeting, lab: Settings, clock: time_machine.Traveller
) -> None:
    with database.write() as db:
        meeting.calls(db)
    wanting(meeting, "oakland facilitator")
    sent(database, lab)
    clock.shift(timedelta(hours=1))
    with database.write() as db:
        move_gathering(db, occurrence(db, 8), starts_at=utc(2017, 8, 11, 16), minutes=60, by=BY)
    mail = only(sent(database, lab))
    assert mail.method == "REQUEST"
    (override,) = [one for one in mail.events if "RECURRENCE-ID" in one]
    assert override["RECURRENCE-ID"].dt.astimezone(UTC) == utc(2017, 8, 10, 16)
    assert override["DTSTART"].dt.astimezone(UTC) == utc(2017, 8, 11, 16)
    assert {str(one["UID"]) for one in mail.events} == {str(mail.event["UID"])}
    assert {str(one["ATTENDEE"]) for one in mail.events} == {"mailto:oakland.facilitator@example.org"}


def test_one_call_that_is_off_is_a_cancel_of_that_date_and_later_requests_leave_it_out(
    database: Database, meeting: Meeting, lab: Settings, clock: time_machine.Traveller
) -> None:
    """RFC 5546, 3.2.2: a REQUEST holds nothing that is called off."""
    with database.write() as db:
        meeting.calls(db)
    wanting(meeting, "oakland facilitator")
    sent(database, lab)
    clock.shift(timedelta(hours=1))
    with database.write() as db:
        call_off(db, occurrence(db, 9), reason="Back to school.", by=BY)
    off = only(sent(database, lab))
    assert off.method == "CANCEL"
    (event,) = off.events
    assert event["RECURRENCE-ID"].dt.astimezone(UTC) == utc(2017, 9, 14, 16)
    assert (str(event["STATUS"]), event["SEQUENCE"]) == ("CANCELLED", 1)
    assert "RRULE" not in event
    assert "Thu 14 Sep, 12:00–13:00 EDT" in off.text
    clock.shift(timedelta(hours=1))
    with database.write() as db:
        move_gathering(db, occurrence(db, 8), starts_at=utc(2017, 8, 11, 16), minutes=60, by=BY)
    request = only(sent(database, lab))
    assert request.method == "REQUEST"
    assert {str(one["STATUS"]) for one in request.events} == {"CONFIRMED"}
    assert [one.dt.astimezone(UTC) for one in request.event["EXDATE"].dts] == [utc(2017, 9, 14, 16)]


def test_a_series_that_ends_sooner_is_told(
    database: Database, meeting: Meeting, lab: Settings, clock: time_machine.Traveller
) -> None:
    with database.write() as db:
        meeting.calls(db)
    wanting(meeting, "oakland facilitator")
    first = only(sent(database, lab))
    clock.shift(timedelta(hours=1))
    with database.write() as db:
        end_series(db, db.exec(select(Series)).one(), last=datetime(2017, 12, 31).date(), by=BY)  # noqa: DTZ001
    second = only(sent(database, lab))
    assert second.event["SEQUENCE"] > first.event["SEQUENCE"]
    assert second.event["RRULE"]["UNTIL"][0].astimezone(UTC) == utc(2017, 12, 14, 17)


def test_who_switches_on_with_much_ahead_gets_one_letter_with_a_file(
    database: Database, meeting: Meeting, lab: Settings, clock: time_machine.Traveller
) -> None:
    """calendars.md, 31: one mail for a batch."""
    for number in range(4):
        webinar(meeting, title=f"Webinar {number}", starts_at=utc(2017, 9, 19 + number, 17))
    with database.write() as db:
        meeting.calls(db)
    wanting(meeting, "oakland facilitator")
    mail = only(sent(database, lab))
    assert (mail.part.get_content_disposition(), mail.part.get_filename()) == ("attachment", "calendar.ics")
    assert mail.method == ""
    assert len({str(one["UID"]) for one in mail.events}) == 5
    assert mail.text.count("/rsvp/") == 5
    assert [one.get_content_type() for one in mail.alternatives] == ["text/plain", "text/html"]
    assert sent(database, lab) == []
    clock.shift(timedelta(hours=1))
    with database.write() as db:
        session = db.exec(select(AgendaSession).where(AgendaSession.title == "Webinar 2")).one()
        move_gathering(db, session, starts_at=utc(2017, 9, 29, 17), minutes=60, by=BY)
    assert only(sent(database, lab)).method == "REQUEST"


def test_who_switches_off_hears_no_more_and_who_switches_on_again_what_has_changed(
    database: Database, meeting: Meeting, lab: Settings, clock: time_machine.Traveller
) -> None:
    number = webinar(meeting)
    wanting(meeting, "oakland mayor")
    sent(database, lab)
    mayor = meeting.stage.people["oakland mayor"]
    with database.write() as db:
        want_invitations(db, db.get_one(Person, mayor), wanted=False, by=viewer_of(db, mayor))
        change(db, number, title="Another")
    assert sent(database, lab) == []
    clock.shift(timedelta(hours=1))
    with database.write() as db:
        want_invitations(db, db.get_one(Person, mayor), wanted=True, by=viewer_of(db, mayor))
    assert str(only(sent(database, lab)).event["SUMMARY"]) == "Another"


def test_nobody_but_oneself_switches_it_on(database: Database, meeting: Meeting) -> None:
    with database.write() as db:
        mayor = db.get_one(Person, meeting.stage.people["oakland mayor"])
        with pytest.raises(Refused, match="comes to their mailbox"):
            want_invitations(db, mayor, wanted=True, by=meeting.viewer(db, "organizer"))


def test_a_letter_says_no_more_than_the_persons_own_feed(database: Database, meeting: Meeting, lab: Settings) -> None:
    """Rule 13: those who are in a session that excludes the lab are invited, and the lab hears nothing of it."""
    people = frozenset({meeting.stage.people["oakland mayor"]})
    webinar(meeting, title="Among mayors", **closed_to_the_lab(Rule(person_ids=people)))
    webinar(meeting, title="With an expert", presenters=speaking(meeting.stage.people["expert"]))
    wanting(meeting, *meeting.stage.people)
    mails = sent(database, lab)
    assert [mail.to for mail in mails if "Among mayors" in mail.mail.as_string()] == ["oakland.mayor@example.org"]
    with database.read() as db:
        for who, number in meeting.stage.people.items():
            feed = contents.of_person(db, viewer_of(db, number), lab.address)
            email = db.get_one(Person, number).email
            told = {str(mail.event["UID"]): str(mail.event["SUMMARY"]) for mail in mails if mail.to == email}
            assert told == {one.uid: one.title for one in feed.single if isinstance(one.starts, datetime)}, who


def test_an_answer_is_kept_when_words_change_and_asked_for_anew_when_the_time_does(
    database: Database, meeting: Meeting, lab: Settings, clock: time_machine.Traveller
) -> None:
    from app.gatherings.invitations import answer_invitation

    number = webinar(meeting)
    wanting(meeting, "oakland mayor")
    sent(database, lab)
    with database.write() as db:
        answer_invitation(db, db.exec(select(Invitation)).one(), Participation.ACCEPTED, by=BY)
        change(db, number, title="Another title")
    clock.shift(timedelta(hours=1))
    assert only(sent(database, lab)).event["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
    with database.write() as db:
        move_gathering(db, db.get_one(AgendaSession, number), starts_at=utc(2017, 9, 26, 17), minutes=60, by=BY)
    assert only(sent(database, lab)).event["ATTENDEE"].params["PARTSTAT"] == "NEEDS-ACTION"
    with database.read() as db:
        assert db.exec(select(Invitation)).one().answer is Participation.NEEDS_ACTION


def test_a_round_in_which_nothing_has_changed_looks_at_nobody(
    database: Database, meeting: Meeting, lab: Settings, queries: list[str]
) -> None:
    rounds = Rounds(database, lab)
    webinar(meeting)
    wanting(meeting, *meeting.stage.people)
    seated = len(meeting.stage.people) - 1  # “everyone” does not mean guests
    assert rounds.run() == seated
    rounds.run()
    queries.clear()
    assert rounds.run() == 0
    assert len([one for one in queries if one.startswith("SELECT")]) <= 3
    webinar(meeting, title="Another", starts_at=utc(2017, 9, 20, 17))
    assert rounds.run() == seated


EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("move"), st.integers(0, 3)),
        st.tuples(st.just("title"), st.sampled_from(["a", "b", "ב; ,"])),
        st.tuples(st.just("audience"), st.sampled_from(["everyone", "salem", "both"])),
        st.tuples(st.just("off"), st.just(0)),
        st.tuples(st.just("on"), st.just(0)),
        st.tuples(st.just("round"), st.just(0)),
    ),
    max_size=10,
)


@trying(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS)
def test_whatever_is_edited_who_reads_the_letters_has_what_their_feed_shows(
    database: Database, meeting: Meeting, lab: Settings, clock: time_machine.Traveller, edits: list[tuple[str, Any]]
) -> None:
    """Every SEQUENCE is higher than those before or has a later DTSTAMP; the last letter agrees with the feed."""
    wanting(meeting, "oakland mayor")
    number = webinar(meeting, title="Start")
    mayor = meeting.stage.people["oakland mayor"]
    rules = {
        "everyone": EVERYONE,
        "salem": Rule(person_ids=frozenset({meeting.stage.people["salem mayor"]})),
        "both": Rule(person_ids=frozenset({mayor, meeting.stage.people["salem mayor"]})),
    }
    with database.read() as db:
        uid = db.get_one(AgendaSession, number).uid
    for edit, value in [*edits, ("round", 0)]:
        clock.shift(timedelta(minutes=7))
        with database.write() as db:
            session = db.get_one(AgendaSession, number)
            if edit == "move" and not session.is_cancelled:
                move_gathering(db, session, starts_at=utc(2017, 9, 20 + int(value), 17), minutes=75, by=BY)
            elif edit == "title":
                change(db, number, title=str(value))
            elif edit == "audience":
                change(db, number, audience=rules[value])
            elif edit == "off":
                call_off(db, session, reason="Snow", by=BY)
            elif edit == "on":
                take_back(db, session, by=BY)
        if edit == "round":
            sent(database, lab)
    mine = [m for m in letters(database, lab) if m.to == "oakland.mayor@example.org" and str(m.event["UID"]) == uid]
    versions = [(mail.event["SEQUENCE"], mail.event["DTSTAMP"].dt) for mail in mine]
    assert versions == sorted(set(versions))
    with database.read() as db:
        feed = contents.of_person(db, viewer_of(db, mayor), lab.address)
    on = [(one.title, one.starts) for one in feed.single if one.uid == uid and one.state.value == "CONFIRMED"]
    held = [
        (str(m.event["SUMMARY"]), m.event["DTSTART"].dt.astimezone(UTC)) for m in mine[-1:] if m.method == "REQUEST"
    ]
    assert held == on
    with database.write() as db:  # the next example begins with an empty calendar
        call_off(db, db.get_one(AgendaSession, number), reason="Over", by=BY)
        change(db, number, audience=Rule())


def test_all_times_are_the_gatherings_own(database: Database, meeting: Meeting, lab: Settings) -> None:
    webinar(meeting)
    wanting(meeting, "oakland mayor")
    assert only(sent(database, lab)).event["DTSTART"].params["TZID"] == EASTERN
