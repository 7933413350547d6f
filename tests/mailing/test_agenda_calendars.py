"""The letter of a release brings what it changes in the calendars of those who want invitations by mail."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
import time_machine
from sqlmodel import Session, select

from app.agenda import published
from app.agenda.notices import Notice, Notices
from app.agenda.placements import move_session
from app.agenda.sessions import cancel_session, change_session
from app.calendars import contents
from app.database import Database
from app.gatherings.details import details_of
from app.gatherings.invitations import Target, answer_invitation, held_invitation
from app.mailing.agenda_letters import agenda_released
from app.mailing.outbox import message
from app.models import (
    AgendaRelease,
    AgendaSession,
    ChangeMessage,
    Convening,
    Openness,
    OutboxLetter,
    Participation,
    Person,
)
from app.people.audit import verb
from app.people.viewer import Viewer, viewer_of
from app.settings import Settings
from tests.agenda.campus import WEDNESDAY, Campus, campus
from tests.conftest import Visitor, VisitorOf
from tests.mailing.inviting import Mail, with_replies
from tests.people.rows import BY


@pytest.fixture
def db(database: Database, in_the_sample: object) -> Iterator[Session]:
    with database.write() as db:
        yield db


@pytest.fixture
def place(db: Session) -> Campus:
    return campus(db)


@pytest.fixture
def lab(settings: Settings) -> Settings:
    return with_replies(settings)


@verb
def want(db: Session, people: Sequence[Person], *, by: Viewer) -> None:
    for one in people:
        one.wants_invitations = True


def wanting(place: Campus, *names: str) -> None:
    want(place.db, [place.person(name) for name in names], by=BY)


def publish(place: Campus, lab: Settings) -> dict[str, Mail]:
    """Publish the draft; the letters that went, by their reader's name."""

    def tell(release: AgendaRelease, told: Sequence[Notice], notices: Notices) -> None:
        agenda_released(place.db, release, told, notices, settings=lab)

    before = set(place.db.exec(select(OutboxLetter.id)))
    place.publish(tell=tell)
    place.db.flush()
    found = {}
    for letter in place.db.exec(select(OutboxLetter)):
        if letter.id not in before:
            mail = Mail(message_from_bytes(message(lab, letter).as_bytes(), policy=policy.default))
            found[str(mail.mail["To"].addresses[0].display_name)] = mail
    return found


def has_calendar(mail: Mail) -> bool:
    return any(one.get_content_type() == "text/calendar" for one in mail.mail.walk())


def test_only_who_wants_it_finds_a_calendar_in_the_letter(place: Campus, lab: Settings) -> None:
    place.session("Welcome")
    wanting(place, "Ruth Adler")
    mails = publish(place, lab)
    assert {name for name, mail in mails.items() if has_calendar(mail)} == {"Ruth Adler"}
    assert len(mails) > 3


def test_several_changes_are_one_letter_with_a_file(place: Campus, lab: Settings) -> None:
    """calendars.md, 31."""
    place.session("Welcome")
    place.session("Mayors", "10:00–11:00", rule=place.of_role("mayor"))
    place.session("Superintendents", "10:00–11:00", rule=place.of_role("superintendent"))
    wanting(place, "Ruth Adler")
    mail = publish(place, lab)["Ruth Adler"]
    assert (mail.part.get_content_disposition(), mail.method) == ("attachment", "")
    assert [str(one["SUMMARY"]) for one in mail.events] == ["Welcome", "Mayors"]
    seen = published.agenda(place.db, place.convening, place.viewer("Ruth Adler"), for_calendar=True)
    assert seen is not None
    feed = contents.of_agenda(place.db, place.convening, seen, lab.address)
    as_in_feed = {(one.uid, one.sequence) for one in feed if one.title in ("Welcome", "Mayors")}
    assert {(str(one["UID"]), one["SEQUENCE"]) for one in mail.events} == as_in_feed


def test_one_change_is_what_calendar_programs_act_on_and_holds_nothing_else(
    db: Session, place: Campus, lab: Settings
) -> None:
    place.session("Welcome")
    mayors = place.session("Mayors", "10:00–11:00", rule=place.of_role("mayor"))
    wanting(place, "Ruth Adler", "Jo Park")
    first = publish(place, lab)["Ruth Adler"]
    move_session(db, mayors, to=place.placement("11:00–12:00", rooms=["GCC"]), by=BY)
    mails = publish(place, lab)
    assert set(mails) == {"Imani Okafor", "Ruth Adler", "Kai Weber"}
    mail = mails["Ruth Adler"]
    assert (mail.method, mail.part.get_param("method")) == ("REQUEST", "REQUEST")
    (event,) = mail.events
    before = next(one for one in first.events if str(one["SUMMARY"]) == "Mayors")
    assert str(event["UID"]) == str(before["UID"])
    assert event["SEQUENCE"] > before["SEQUENCE"]
    assert str(event["ATTENDEE"]) == f"mailto:{mail.to}"
    assert str(event["ORGANIZER"]) == f"mailto:{mail.mail['Reply-To']}"
    assert (event["ATTENDEE"].params["PARTSTAT"], event["ATTENDEE"].params["RSVP"]) == ("NEEDS-ACTION", "TRUE")
    assert "moves from" in mail.text
    assert not has_calendar(mails["Kai Weber"])


def test_what_is_called_off_or_theirs_no_more_is_a_cancel(db: Session, place: Campus, lab: Settings) -> None:
    welcome = place.session("Welcome", rule=place.of_people("Ruth Adler"))
    two = place.of_people("Jo Park", "Theo Lund")
    peers = place.session("Peers", "10:00–11:00", rule=two, openness=Openness.CLOSED)
    wanting(place, "Ruth Adler", "Jo Park", "Theo Lund")
    first = publish(place, lab)
    cancel_session(db, welcome, reason="Snow", by=BY)
    only_theo = replace(details_of(peers), audience=place.of_people("Theo Lund"), title="Peers alone")
    change_session(db, peers, only_theo, by=BY)
    mails = publish(place, lab)
    assert [mails[name].method for name in ("Ruth Adler", "Jo Park")] == ["CANCEL", "CANCEL"]
    left = mails["Jo Park"].event
    assert left["SEQUENCE"] > first["Jo Park"].event["SEQUENCE"]
    assert str(left["STATUS"]) == "CANCELLED"
    assert "Peers alone" not in mails["Jo Park"].mail.as_string()  # rule 13: closed to them since
    change_session(db, peers, replace(details_of(peers), audience=two), by=BY)
    back = publish(place, lab)["Jo Park"]
    assert back.method == "REQUEST"
    assert back.event["SEQUENCE"] > left["SEQUENCE"]


def test_of_a_session_that_excludes_the_lab_each_finds_their_own(place: Campus, lab: Settings) -> None:
    """Rule 13."""
    place.session(
        "Frank talk", rule=place.of_role("mayor"), openness=Openness.CLOSED, excludes_lab=True, cover_title="Peers"
    )
    wanting(place, "Imani Okafor", "Ada Roth", "Kai Weber", "Theo Lund")
    mails = publish(place, lab)
    assert {name for name, mail in mails.items() if "Frank talk" in mail.mail.as_string()} == {
        "Imani Okafor",
        "Ruth Adler",
    }
    assert {name for name, mail in mails.items() if has_calendar(mail)} == {"Imani Okafor"}


def test_the_queries_of_the_calendars_do_not_grow_with_those_who_want_them(
    place: Campus, lab: Settings, queries: list[str]
) -> None:
    session = place.session("Welcome")
    wanting(place, "Ruth Adler")
    publish(place, lab)
    counts = []
    all_five = ["Ruth Adler", "Imani Okafor", "Jo Park", "Leïla Haddad", "Ada Roth"]
    for number, names in enumerate((["Ruth Adler"], all_five, all_five)):
        wanting(place, *names)
        move_session(place.db, session, to=place.placement(f"1{number}:00–1{number}:30"), by=BY)
        place.db.flush()
        queries.clear()
        publish(place, lab)
        counts.append(len([one for one in queries if one.startswith("SELECT")]))
    assert counts[2] <= counts[0]
    assert counts[1] == counts[0] + 1  # the invitations that are made are read once


NEAR = datetime(2017, 11, 14, 13, tzinfo=UTC)
"""08:00 on the day; what begins by 10:00 is near."""


def soon_after(place: Campus, lab: Settings) -> tuple[AgendaSession, AgendaSession]:
    near = place.session("Welcome", "09:00–10:00", rooms=["GCC"])
    far = place.session("Dinner", "19:00–20:00", WEDNESDAY)
    publish(place, lab)
    return near, far


def told_at_once(db: Session) -> set[tuple[int, int]]:
    return {(one.session_id, one.sequence) for one in db.exec(select(ChangeMessage))}


def test_a_room_swapped_within_the_hour_is_said_first_and_on_the_subject(
    db: Session, place: Campus, lab: Settings
) -> None:
    near, far = soon_after(place, lab)
    with time_machine.travel(NEAR, tick=False):
        move_session(db, near, to=place.placement("09:00–10:00", rooms=["Askwith Hall"]), by=BY)
        move_session(db, far, to=place.placement("19:30–20:30", WEDNESDAY), by=BY)
        mail = publish(place, lab)["Ruth Adler"]
    assert str(mail.mail["Subject"]).startswith("Soon: Fall 2017 convening: ")
    soon, rest = mail.text.index("This begins soon:"), mail.text.index("What changes for you:")
    assert soon < mail.text.index("changes its room") < rest < mail.text.index("Dinner")
    assert told_at_once(db) == {(near.key, near.sequence)}
    people = {one.person_id for one in db.exec(select(ChangeMessage))}
    assert place.person("Ruth Adler").key in people
    assert place.person("Kai Weber").key not in people


def test_what_begins_later_is_no_matter_of_minutes(db: Session, place: Campus, lab: Settings) -> None:
    _, far = soon_after(place, lab)
    with time_machine.travel(NEAR, tick=False):
        move_session(db, far, to=place.placement("19:30–20:30", WEDNESDAY), by=BY)
        mail = publish(place, lab)["Ruth Adler"]
    assert not str(mail.mail["Subject"]).startswith("Soon:")
    assert told_at_once(db) == set()


def test_what_was_to_begin_soon_and_moves_away_is_said_too(db: Session, place: Campus, lab: Settings) -> None:
    near, _ = soon_after(place, lab)
    with time_machine.travel(NEAR, tick=False):
        move_session(db, near, to=place.placement("15:00–16:00"), by=BY)
        mail = publish(place, lab)["Ruth Adler"]
    assert str(mail.mail["Subject"]).startswith("Soon:")


def test_an_answer_to_a_session_stands_on_its_page_for_organizers_alone(
    sample_visitor: VisitorOf, settings: Settings
) -> None:
    organizer, mayor = sample_visitor("organizer"), sample_visitor("mayor")
    database = organizer.app.state.database
    with database.write() as db:
        convening = db.exec(select(Convening).where(Convening.slug == "2017-fall")).one()
        viewer = viewer_of(db, organizer.person_id or 0)
        seen = published.agenda(db, convening, viewer)
        assert seen is not None
        session = next(one for one in seen.sessions if not one.covered and published.who_comes(db, seen, one))
        guest = published.who_comes(db, seen, session)[0]
        held = held_invitation(db, Target(session_id=session.id), guest.person_id, b"secret")
        answer_invitation(db, held, Participation.DECLINED, by=BY)
        place = f"{convening.path}/sessions/{session.id}"
    assert "Cannot come" in organizer.get(place).text
    assert "Cannot come" not in Visitor(organizer.app, mayor._portal, person_id=mayor.person_id).get(place).text
