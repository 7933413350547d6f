"""Letters about finding a time: on whose clocks, what who acts for somebody reads, the file for the calendar, one
reminder."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import policy
from email.parser import BytesParser

import icalendar
import pytest
import time_machine
from sqlmodel import select

from app.database import Database
from app.gatherings.arranging import change_gathering, move_gathering
from app.gatherings.details import details_of
from app.gatherings.invitations import want_invitations
from app.gatherings.poll_answers import answer
from app.gatherings.poll_booking import book
from app.gatherings.polls import ask, close_poll, person_asked, slots_of, token_of
from app.gatherings.reach import call_off
from app.jobs import Jobs
from app.mailing import outbox, poll_letters
from app.models import OutboxLetter, PollPerson, SlotAnswer, TimePoll
from app.settings import Settings
from tests.gatherings.meeting import utc
from tests.gatherings.polling import BEFORE, EARLY, NOON, TITLE, Polling, letters, polling

JOIN = "https://meet.example.org/mayors"


@pytest.fixture
def october() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(utc(2017, 10, 24, 14), tick=True) as traveller:
        yield traveller


@pytest.fixture
def stage(database: Database, october: time_machine.Traveller) -> Polling:
    return polling(database)


def begin(stage: Polling, settings: Settings, *starts: object, **said: object) -> int:
    """A poll whose letters have gone; returns its number."""
    with stage.database.write() as db:
        poll = stage.poll(db, purpose="What nobody else may read", join_url=JOIN, **said)  # type: ignore[arg-type]
        told = ask(db, poll, starts, by=stage.viewer(db, "organizer"))  # type: ignore[arg-type]
        poll_letters.asked(db, stage.cohort(db), poll, told.first, settings=settings)
        return poll.key


def test_each_has_one_letter_with_a_link_of_their_own_on_their_own_clocks_rule_14(
    stage: Polling, settings: Settings
) -> None:
    """Across the change of clocks: noon in Cambridge is 09:00 in Oakland on both sides of it."""
    begin(stage, settings, BEFORE, NOON)
    with stage.database.read() as db:
        found = {one.recipient: one for one in letters(db, "poll-asked")}
        links = {one.person_id: token_of(one, settings.secret) for one in db.exec(select(PollPerson))}
    oakland = found["Oakland Mayor <oakland.mayor@example.org>"].text
    salem = found["Salem Mayor <salem.mayor@example.org>"].text
    assert len(found) == 3
    assert "- Fri 3 Nov, 09:00–10:00 PDT (12:00–13:00 in New York)\n" in oakland
    assert "- Mon 6 Nov, 09:00–10:00 PST (12:00–13:00 in New York)\n" in oakland
    assert "- Mon 6 Nov, 12:00–13:00 EST\n" in salem
    assert f"/times/{links[stage.people['oakland mayor']]}\n" in oakland
    assert links[stage.people["oakland mayor"]] not in salem
    assert "Theo Kim has it too and can answer for you. Please answer by Tue 31 Oct 2017." in oakland
    assert f"“{TITLE}”" in oakland


def test_who_acts_for_somebody_has_the_same_link_and_no_word_of_what_it_is_rule_13(
    stage: Polling, settings: Settings
) -> None:
    begin(stage, settings, NOON)
    with stage.database.read() as db:
        (letter,) = [one for one in letters(db) if one.recipient.startswith("Theo Kim")]
        (asked,) = db.exec(select(PollPerson).where(PollPerson.person_id == stage.people["oakland mayor"])).all()
    assert "when Oakland Mayor can be in a peer session, 60 minutes, online" in letter.text
    assert f"/times/{token_of(asked, settings.secret)}?who={stage.people['assistant']}\n" in letter.text
    assert letter.subject == "When can Oakland Mayor meet?"
    for secret in (TITLE, "What nobody else may read", JOIN, "Salem"):
        assert secret not in letter.text + letter.subject


def test_no_subject_names_what_it_is(stage: Polling, settings: Settings) -> None:
    number = begin(stage, settings, NOON)
    with stage.database.write() as db:
        poll = db.get_one(TimePoll, number)
        made, _ = book(db, stage.cohort(db), poll, slots_of(poll)[0], by=stage.viewer(db, "organizer"))
        poll_letters.booked(db, stage.cohort(db), poll, made, settings=settings)
    with stage.database.read() as db:
        assert {one.subject for one in letters(db)} == {
            "When can you meet?",
            "When can Oakland Mayor meet?",
            "A time is booked",
            "A time is booked, for Oakland Mayor",
        }


def test_an_open_gathering_is_named_to_who_acts_for_somebody(stage: Polling, settings: Settings) -> None:
    begin(stage, settings, NOON, openness="cohort")
    with stage.database.read() as db:
        (letter,) = [one for one in letters(db) if one.recipient.startswith("Theo Kim")]
    assert f"“{TITLE}”" in letter.text


def test_times_added_are_told_once_to_those_who_answered(stage: Polling, settings: Settings) -> None:
    number = begin(stage, settings, NOON)
    with stage.database.write() as db:
        poll = db.get_one(TimePoll, number)
        mayor = person_asked(poll, stage.people["oakland mayor"])
        assert mayor is not None
        answer(db, mayor, {slots_of(poll)[0].key: SlotAnswer.YES}, by=stage.viewer(db, "oakland mayor"))
        told = ask(db, poll, [EARLY], by=stage.viewer(db, "organizer"))
        poll_letters.more_times(db, stage.cohort(db), poll, told.again, told.slots, settings=settings)
    with stage.database.read() as db:
        more = letters(db, "poll-more")
    assert [one.recipient.partition(" <")[0] for one in more] == ["Oakland Mayor", "Theo Kim"]
    assert "- Tue 7 Nov, 08:00–09:00 PST (11:00–12:00 in New York)" in more[0].text
    assert "Mon 6 Nov" not in more[0].text


def test_the_letter_that_a_time_is_booked_brings_the_entry_for_the_calendar(stage: Polling, settings: Settings) -> None:
    """The file is the gathering's own event, with the identifier that the feed has; covered for who is not in it."""
    number = begin(stage, settings, NOON)
    with stage.database.write() as db:
        poll = db.get_one(TimePoll, number)
        made, _ = book(db, stage.cohort(db), poll, slots_of(poll)[0], by=stage.viewer(db, "organizer"))
        poll_letters.booked(db, stage.cohort(db), poll, made, settings=settings)
        poll_letters.booked(db, stage.cohort(db), poll, made, settings=settings)  # twice is once
        uid = made.uid
    with stage.database.read() as db:
        rows = {one.recipient.partition(" <")[0]: one for one in letters(db, "poll-booked")}
        mails = {
            name: BytesParser(policy=policy.default).parsebytes(outbox.message(settings, row).as_bytes())
            for name, row in rows.items()
        }
    assert sorted(rows) == ["Oakland Mayor", "Salem Mayor", "Theo Kim"]
    assert "- Mon 6 Nov, 09:00–10:00 PST (12:00–13:00 in New York)" in rows["Oakland Mayor"].text
    assert "- Mon 6 Nov, 12:00–13:00 EST\n" in rows["Salem Mayor"].text
    assert JOIN in rows["Salem Mayor"].text
    events = {}
    for name, mail in mails.items():
        (part,) = [one for one in mail.walk() if one.get_content_type() == "text/calendar"]
        body = part.get_payload(decode=True)
        assert isinstance(body, bytes)
        assert part.get_content_charset() == "utf-8"
        assert b"\r\n" in body
        assert b"METHOD" not in body
        (events[name],) = icalendar.Calendar.from_ical(body).events
    assert {(str(one["UID"]), one.start) for one in events.values()} == {(uid, NOON)}
    assert {name: str(one["SUMMARY"]) for name, one in events.items()} == {
        "Oakland Mayor": TITLE,
        "Salem Mayor": TITLE,
        "Theo Kim": "Peer session",
    }
    hidden = rows["Theo Kim"].text + rows["Theo Kim"].calendar
    for secret in (TITLE, "What nobody else may read", JOIN, "Salem"):
        assert secret not in hidden


def test_what_was_booked_and_changes_or_is_off_is_told_once_with_a_file_that_says_so(
    stage: Polling, settings: Settings
) -> None:
    """Who has the file alone, and subscribes to nothing, would hear of it nowhere else. Rule 16: the same identifier, a
    higher sequence. Why it is off is for those who are in it (rule 13)."""
    number = begin(stage, settings, NOON)
    with stage.database.write() as db:
        poll, cohort = db.get_one(TimePoll, number), stage.cohort(db)
        organizer = stage.viewer(db, "organizer")
        made, _ = book(db, cohort, poll, slots_of(poll)[0], by=organizer)
        other = stage.meeting.webinar(db)
        poll_letters.booked(db, cohort, poll, made, settings=settings)
        assert poll_letters.tell_of_change(db, cohort, made, settings=settings) == 0
        change_gathering(db, made, replace(details_of(made), internal_notes="Tea"), by=organizer)
        assert poll_letters.tell_of_change(db, cohort, made, settings=settings) == 0
        move_gathering(db, made, starts_at=EARLY, minutes=60, by=organizer)
        assert poll_letters.tell_of_change(db, cohort, made, settings=settings) == 3
        assert poll_letters.tell_of_change(db, cohort, made, settings=settings) == 0
        call_off(db, made, reason="The council will not have it", by=organizer)
        call_off(db, other, reason="Snow", by=organizer)
        assert poll_letters.tell_of_change(db, cohort, made, settings=settings) == 3
        assert poll_letters.tell_of_change(db, cohort, other, settings=settings) == 0
        rows = letters(db, "poll-")
    changed = [one for one in rows if one.purpose == "poll-changed"]
    moved = next(one for one in changed if one.recipient.startswith("Oakland Mayor"))
    off = next(one for one in changed[3:] if one.recipient.startswith("Oakland Mayor"))
    helper = next(one for one in changed[3:] if one.recipient.startswith("Theo Kim"))
    assert "otherwise than it was said:\n\n- Tue 7 Nov, 08:00–09:00 PST (11:00–12:00 in New York)" in moved.text
    assert "is called off:" in off.text
    assert "The council will not have it" in off.text
    assert "The council will not have it" not in helper.text + helper.calendar
    assert TITLE not in helper.text + helper.calendar
    events = [
        icalendar.Calendar.from_ical(one.calendar).events[0]
        for one in rows
        if one.recipient.startswith("Oakland Mayor") and one.calendar
    ]
    assert [(str(one["UID"]), str(one["SEQUENCE"]), str(one["STATUS"])) for one in events] == [
        (made.uid, "0", "CONFIRMED"),
        (made.uid, "1", "CONFIRMED"),
        (made.uid, "2", "CANCELLED"),
    ]


def test_who_wants_invitations_has_one_and_no_file_beside_it(stage: Polling, settings: Settings) -> None:
    number = begin(stage, settings, NOON)
    with stage.database.write() as db:
        want_invitations(db, stage.person(db, "salem mayor"), wanted=True, by=stage.viewer(db, "salem mayor"))
        poll = db.get_one(TimePoll, number)
        made, _ = book(db, stage.cohort(db), poll, slots_of(poll)[0], by=stage.viewer(db, "organizer"))
        poll_letters.booked(db, stage.cohort(db), poll, made, settings=settings)
        files = {one.recipient.partition(" <")[0]: bool(one.calendar) for one in letters(db, "poll-booked")}
    assert files == {"Oakland Mayor": True, "Theo Kim": True, "Salem Mayor": False}


def remind(stage: Polling, settings: Settings, traveller: time_machine.Traveller, *moment: int) -> list[str]:
    """Who is reminded at an instant (UTC): their names."""
    traveller.move_to(utc(2017, 10, *moment))
    with stage.database.read() as db:
        before = {one.key for one in letters(db, "poll-reminder")}
    poll_letters.send_poll_reminders(stage.database, settings)
    with stage.database.read() as db:
        return [one.recipient.partition(" <")[0] for one in letters(db, "poll-reminder") if one.key not in before]


def test_who_has_not_answered_is_reminded_once_on_the_morning_of_the_last_working_day_but_one(
    stage: Polling, settings: Settings, october: time_machine.Traveller
) -> None:
    """Answers are due on Tuesday 31 October: on Monday at 08:00, in Salem three hours before Oakland."""
    number = begin(stage, settings, NOON)
    assert remind(stage, settings, october, 27, 15) == []
    assert remind(stage, settings, october, 30, 11, 59) == []
    assert remind(stage, settings, october, 30, 12, 0) == ["Salem Mayor"]
    assert remind(stage, settings, october, 30, 12, 10) == []
    with stage.database.write() as db:
        poll = db.get_one(TimePoll, number)
        salem = person_asked(poll, stage.people["salem mayor"])
        assert salem is not None
        assert salem.answered_at is None
    assert remind(stage, settings, october, 30, 15, 0) == ["Oakland Mayor", "Theo Kim"]
    assert remind(stage, settings, october, 31, 15, 0) == []


def test_nobody_is_reminded_who_answered_of_what_is_closed_or_at_night(
    stage: Polling, settings: Settings, october: time_machine.Traveller
) -> None:
    number = begin(stage, settings, NOON)
    with stage.database.write() as db:
        poll = db.get_one(TimePoll, number)
        mayor = person_asked(poll, stage.people["oakland mayor"])
        assert mayor is not None
        answer(db, mayor, {slots_of(poll)[0].key: SlotAnswer.NO}, by=stage.viewer(db, "oakland mayor"))
    assert remind(stage, settings, october, 31, 2, 0) == []
    with stage.database.write() as db:
        close_poll(db, db.get_one(TimePoll, number), by=stage.viewer(db, "organizer"))
    assert remind(stage, settings, october, 30, 15, 0) == []


def test_who_was_asked_today_is_not_reminded_today(
    stage: Polling, settings: Settings, october: time_machine.Traveller
) -> None:
    october.move_to(utc(2017, 10, 30, 13))
    begin(stage, settings, NOON)
    assert remind(stage, settings, october, 30, 18, 0) == []
    assert remind(stage, settings, october, 31, 13, 5) == ["Salem Mayor"]


def test_the_worker_sends_reminders_with_the_others(
    stage: Polling, settings: Settings, october: time_machine.Traveller
) -> None:
    begin(stage, settings, NOON)
    october.move_to(utc(2017, 10, 30, 15))
    jobs = Jobs(settings, stage.database)
    jobs.remind.call_local()
    jobs.close()
    with stage.database.read() as db:
        assert len(letters(db, "poll-reminder")) == 3
        assert all(one.due_at < one.created_at + timedelta(seconds=1) for one in db.exec(select(OutboxLetter)))
