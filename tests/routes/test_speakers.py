"""Speakers as organizers see them: chased, briefed, written to, replaced. Rules 12, 13, 20 and 21."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from httpx import Response
from pypdf import PdfReader
from sqlmodel import Session, col, func, select

from app.agenda.convenings import ConveningDetails, create_convening
from app.agenda.sessions import create_session
from app.agenda.speakers import answer, tell_access
from app.database import Database
from app.gatherings.details import Details, Presenter
from app.models import (
    Cohort,
    Engagement,
    EngagementState,
    LinkPurpose,
    Material,
    Openness,
    OutboxLetter,
    Person,
    PrivateLink,
)
from app.people.audiences import Rule
from app.people.audit import verb
from app.people.directory import organizers
from app.people.private_links import create_link, token_of
from app.people.viewer import Viewer
from tests.agenda.stand import BY, fall, part_of
from tests.conftest import IN_THE_SAMPLE, Visitor, VisitorOf

HERE = "/by-all-means/convenings/2017-fall/speakers"
PRINT = "/by-all-means/convenings/2017-fall/print/briefs.pdf"
PDF = ("slides.pdf", b"%PDF-1.7 theirs", "application/pdf")
SECRET = "Mayors’ peer session"
"""A session of the sample that excludes the lab; Helena Strand leads it."""


@pytest.fixture
def organizer(sample_visitor: VisitorOf) -> Visitor:
    return sample_visitor("organizer")


def database_of(visitor: Visitor) -> Database:
    database: Database = visitor.app.state.database
    return database


def part(visitor: Visitor, name: str, title: str = "") -> Engagement:
    with database_of(visitor).read() as db:
        return part_of(db, name, title)


def state(visitor: Visitor, number: int) -> str:
    with database_of(visitor).read() as db:
        return db.get_one(Engagement, number).state.value


def said(answer: Response) -> str:
    """The words of a page as a reader meets them."""
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def rows(answer: Response) -> list[str]:
    """The rows of the list, each as it is read."""
    found = re.findall(r"<tr id=.*?</tr>", answer.text, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in found]


def letters(visitor: Visitor) -> list[OutboxLetter]:
    with database_of(visitor).read() as db:
        query = select(OutboxLetter).where(col(OutboxLetter.purpose).startswith("speaker-"))
        return list(db.exec(query.order_by(col(OutboxLetter.id))).all())


# --- the list ---


def test_the_list_says_who_is_missing_what_and_for_how_long(organizer: Visitor) -> None:
    (row,) = (row for row in rows(organizer.get(HERE)) if "Bảo Anh" in row)
    assert "District data lead, Louisville" in row
    assert "Integrated data: two cities compared" in row
    assert "Wed 15 Nov, 10:30–11:30 EST" in row
    assert "Waiting for an answer in 22 days" in row
    assert "An answer, slides, a sign that the brief was read" in row
    assert row.endswith("Invite")


def test_the_list_is_narrowed_to_who_waits_owes_slides_or_has_declined(organizer: Visitor) -> None:
    page = organizer.get(f"{HERE}?show=waiting")
    assert [name for row in rows(page) for name in ("Teixeira", "Voss", "Bảo Anh") if name in row] == [
        "Teixeira",
        "Voss",
        "Bảo Anh",
    ]
    assert "Waiting for an answer (3)" in said(page)
    (declined,) = rows(organizer.get(f"{HERE}?show=declined"))
    assert "Gwendolyn Pell" in declined
    assert "I am at the state house that morning." in declined
    assert "Invite" not in declined
    owing = rows(organizer.get(f"{HERE}?show=slides"))
    assert owing
    assert [row for row in owing if "slides" not in row.lower() or not row.endswith("Remind")] == []


def test_the_list_is_searched_whatever_the_accents(organizer: Visitor) -> None:
    assert rows(organizer.get(f"{HERE}?q=bao+anh")) == rows(organizer.get(f"{HERE}?q=B%E1%BA%A3o"))
    assert len(rows(organizer.get(f"{HERE}?q=bao+anh"))) == 1
    nothing = organizer.get(f"{HERE}?q=nobody-of-that-name")
    assert "Nobody here No part fits what you chose." in said(nothing)


def test_a_convening_without_speakers_says_what_will_be_here(organizer: Visitor) -> None:
    with database_of(organizer).write() as db:
        cohort = db.exec(select(Cohort)).one()
        day = fall(db).starts_on
        empty = ConveningDetails(slug="empty", title="Empty", zone="America/New_York", starts_on=day, ends_on=day)
        create_convening(db, cohort, empty, by=BY)
    page = said(organizer.get("/by-all-means/convenings/empty/speakers"))
    assert "No speakers yet" in page
    assert "Open the draft" in page


def test_the_number_of_queries_does_not_grow_with_the_speakers(organizer: Visitor, queries: list[str]) -> None:
    """Habit 14."""

    def counted(address: str) -> int:
        organizer.get(address)
        queries.clear()
        assert organizer.get(address).status_code == 200
        return len(queries)

    one = f"{HERE}/{part(organizer, 'Strand', 'Askwith').person_id}"
    few = counted(HERE), counted(f"{HERE}/reminders"), counted(one)
    with database_of(organizer).write() as db:
        many_speakers(db, 60, by=BY)
    many = counted(HERE), counted(f"{HERE}/reminders"), counted(one)
    assert len(rows(organizer.get(HERE))) > 90
    assert many == few


@verb
def many_speakers(db: Session, count: int, *, by: Viewer) -> None:
    """So many sessions with a new speaker each, in which Helena Strand presents too."""
    strand = part_of(db, "Strand", "Askwith").person
    for number in range(count):
        person = Person(name=f"Speaker {number}", email=f"speaker.{number}@example.org")
        db.add(person)
        db.flush()
        presenters = (Presenter(person.key), Presenter(strand.key, "host"))
        details = Details(title=f"Talk {number}", audience=Rule(everyone=True), presenters=presenters)
        create_session(db, fall(db), details, by=by)


@pytest.mark.parametrize("kind", ["mayor", "facilitator", "staff", "assistant", None])
def test_nobody_but_organizers_sees_it(sample_visitor: VisitorOf, kind: str | None) -> None:
    visitor = sample_visitor(kind)
    held = part(visitor, "Bảo Anh")
    for address in (HERE, f"{HERE}/{held.person_id}", f"{PRINT}?person={held.person_id}", f"{HERE}/reminders"):
        assert visitor.get(address).status_code in (303, 401, 403), address
    at = f"{HERE}/{held.person_id}/parts/{held.key}"
    assert visitor.post(f"{at}/state", {"state": "confirmed"}).status_code in (303, 403)
    assert state(visitor, held.key) == "invited"


# --- closed sessions ---


def test_who_speaks_in_a_session_that_excludes_the_lab_is_not_told_to_organizers_outside(organizer: Visitor) -> None:
    """Rule 13: neither name, brief, needs nor materials."""
    secret = part(organizer, "Strand", SECRET)
    with database_of(organizer).write() as db:
        tell_access(db, db.get_one(Engagement, secret.key), access="QX-SECRET-1", by=BY)
    page = organizer.get(HERE)
    assert SECRET not in page.text
    assert "Some sessions exclude the lab." in said(page)
    one = organizer.get(f"{HERE}/{secret.person_id}")
    assert "Askwith Forum" in one.text
    assert SECRET not in one.text
    at = f"{HERE}/{secret.person_id}/parts/{secret.key}"
    assert organizer.post(f"{at}/state", {"state": "declined"}).status_code == 404
    assert organizer.post(f"{at}/brief", {"brief": "x"}).status_code == 404
    assert organizer.post(f"{at}/materials", files={"file": PDF}).status_code == 404
    printed = PdfReader(BytesIO(organizer.get(f"{PRINT}?person={secret.person_id}").content))
    assert "peer session" not in "".join(sheet.extract_text() for sheet in printed.pages)
    assert "QX-SECRET-1" not in organizer.get("/by-all-means/convenings/2017-fall/registration/needs").text
    assert SECRET not in organizer.get(f"{HERE}/{secret.person_id}/letters/invitation").text


def test_who_speaks_there_alone_is_nobody_to_them_in_the_record_too(
    organizer: Visitor, sample_visitor: VisitorOf
) -> None:
    with database_of(organizer).write() as db:
        hidden = Person(name="Quiet Guest", email="quiet@example.org")
        number = only_there(db, hidden, by=BY)
        secret = organizer.app.state.settings.secret
        link = create_link(db, LinkPurpose.SPEAKER, fall(db), hidden, secret=secret, by=BY)
        own = f"/speaking/{token_of(link, secret)}"
        held = part_of(db, "Quiet Guest").key
    stranger = sample_visitor()
    assert "You are expected." in said(stranger.follow(f"{own}/parts/{held}/answer", {"comes": "yes"}))
    assert stranger.post(f"{own}/access", {"access": "QX-SECRET-2"}).status_code == 303
    assert "A speaker, by private link" in said(organizer.get("/by-all-means/audit"))
    assert "Quiet Guest" not in organizer.get(HERE).text
    assert organizer.get(f"{HERE}/{number}").status_code == 404
    assert "Quiet Guest" not in said(organizer.get("/by-all-means/audit"))


@verb
def only_there(db: Session, person: Person, *, by: Viewer) -> int:
    db.add(person)
    db.flush()
    session = part_of(db, "Strand", SECRET).session
    session.engagements.append(Engagement(session_id=session.key, person_id=person.key, part="guest"))
    return person.key


def test_an_organizer_who_is_in_it_sees_it_and_letters_do_not_name_it(organizer: Visitor) -> None:
    secret = part(organizer, "Strand", SECRET)
    with database_of(organizer).write() as db:
        let_in(db, secret.session_id, organizer.person_id, by=BY)
    assert SECRET in organizer.get(HERE).text
    assert SECRET in organizer.get(f"{HERE}/{secret.person_id}").text
    letter = said(organizer.get(f"{HERE}/{secret.person_id}/letters/invitation"))
    assert "Closed session (facilitator)" in letter
    assert SECRET not in letter


@verb
def let_in(db: Session, session_id: int, person_id: int | None, *, by: Viewer) -> None:
    assert person_id is not None
    db.add(Engagement(session_id=session_id, person_id=person_id, part="host", state=EngagementState.CONFIRMED))


# --- one speaker ---


def test_every_address_that_the_pages_name_is_there(organizer: Visitor) -> None:
    person = part(organizer, "Bảo Anh").person_id
    for address in (HERE, f"{HERE}/{person}", f"{HERE}/{person}/letters/reminder", f"{HERE}/reminders"):
        main = organizer.get(address).text.partition("<main")[2].partition("</main>")[0]
        named = {link.partition("#")[0] for link in re.findall(r'href="(/[^"]*)"', main)}
        assert {link: organizer.get(link).status_code for link in named} == dict.fromkeys(named, 200)


def test_an_organizer_says_how_a_part_stands_and_writes_the_brief(organizer: Visitor) -> None:
    held = part(organizer, "Teixeira")
    at = f"{HERE}/{held.person_id}/parts/{held.key}"
    assert "Confirmed" in said(organizer.follow(f"{at}/state", {"state": "confirmed"}))
    with database_of(organizer).read() as db:
        contact = organizers(db, fall(db).cohort_id)[0]
    page = organizer.follow(f"{at}/brief", {"brief": "**Ten** minutes <b>", "contact": str(contact.key)})
    assert "<strong>Ten</strong> minutes &lt;b&gt;" in page.text
    assert contact.name in said(page)


def test_what_cannot_stand_is_said_at_its_field_with_what_was_typed(organizer: Visitor) -> None:
    held = part(organizer, "Teixeira")
    at = f"{HERE}/{held.person_id}/parts/{held.key}"
    long = "w" * 20_001
    for what, data, sentence in (
        ("state", {"state": "replaced"}, "Choose how the part stands."),
        ("brief", {"brief": long}, "20,000 is the most that fits."),
        ("brief", {"brief": "x", "contact": "999999"}, "That contact is not on record."),
        ("replacement", {"person_named": "No Such Person"}, "Nobody on record is called “No Such Person”."),
    ):
        answer = organizer.post(f"{at}/{what}", data)
        assert answer.status_code == 422, what
        assert sentence in said(answer)
    assert long in organizer.post(f"{at}/brief", {"brief": long}).text
    assert state(organizer, held.key) == "verbal"


def test_a_part_is_handed_over_by_name_and_the_page_leads_to_the_next_speaker(organizer: Visitor) -> None:
    held = part(organizer, "Castleberry", "Racial equity")
    at = f"{HERE}/{held.person_id}/parts/{held.key}"
    page = said(organizer.follow(f"{at}/replacement", {"person_named": "Gideon Marsh"}))
    assert "The part has passed on." in page
    assert page.count("Gideon Marsh") > 0
    assert "They have chosen this session" in page
    assert state(organizer, held.key) == "replaced"
    assert state(organizer, part(organizer, "Marsh", "Racial equity").key) == "invited"


def test_a_file_is_put_in_for_a_speaker_hidden_at_once_and_shown_again(organizer: Visitor) -> None:
    """Rule 20."""
    held = part(organizer, "Bảo Anh")
    at = f"{HERE}/{held.person_id}/parts/{held.key}"
    assert organizer.post(f"{at}/materials", files={"file": PDF}).status_code == 303
    with database_of(organizer).read() as db:
        material = db.exec(select(Material.id)).one()
    page = said(organizer.follow(f"{at}/materials/{material}/quarantine", {"reason": "A pupil is named"}))
    assert "Hidden A pupil is named" in page
    assert organizer.get(f"{at}/materials/{material}").content == PDF[1]
    assert "Hidden" not in said(organizer.follow(f"{at}/materials/{material}/release"))
    answer = organizer.post(f"{at}/materials", files={"file": ("evil.svg", b"<svg onload=x>", "image/svg+xml")})
    assert answer.status_code == 422
    assert "What was here before is unchanged." in said(answer)


def test_what_a_speaker_needs_is_not_on_this_page_but_where_each_look_is_on_record(organizer: Visitor) -> None:
    """Rule 12."""
    held = part(organizer, "Bảo Anh")
    with database_of(organizer).write() as db:
        tell_access(db, db.get_one(Engagement, held.key), access="QX-RAMP-91", by=BY)
    page = organizer.get(f"{HERE}/{held.person_id}")
    assert "QX-RAMP-91" not in page.text
    assert "Read it among food and access" in said(page)
    needs = organizer.get("/by-all-means/convenings/2017-fall/registration/needs")
    assert "QX-RAMP-91" in needs.text
    assert "QX-RAMP-91" not in organizer.get("/by-all-means/audit").text


def test_the_link_is_made_copied_renewed_and_revoked(organizer: Visitor) -> None:
    person = part(organizer, "Bảo Anh").person_id

    def link(page: Response) -> str:
        found = re.search(r'value="http://127\.0\.0\.1:8000(/speaking/[^"]+)"', page.text)
        return found[1] if found else ""

    assert link(organizer.get(f"{HERE}/{person}")) == ""
    first = link(organizer.follow(f"{HERE}/{person}/link"))
    assert link(organizer.follow(f"{HERE}/{person}/link")) == first
    second = link(organizer.follow(f"{HERE}/{person}/link", {"renew": "yes"}))
    assert [organizer.get(one).status_code for one in (first, second)] == [410, 200]
    assert link(organizer.follow(f"{HERE}/{person}/link/revocation")) == ""
    assert organizer.get(second).status_code == 410


def test_a_person_without_a_part_and_one_of_another_convening_are_not_here(organizer: Visitor) -> None:
    held = part(organizer, "Bảo Anh")
    assert organizer.get(f"{HERE}/{organizer.person_id}00").status_code == 404
    assert organizer.get(f"{HERE}/{2**40}").status_code == 404
    elsewhere = "/by-all-means/convenings/2016-spring/speakers"
    assert organizer.get(f"{elsewhere}/{held.person_id}").status_code == 404
    at = f"{elsewhere}/{held.person_id}/parts/{held.key}"
    assert organizer.post(f"{at}/state", {"state": "declined"}).status_code == 404


# --- letters ---


def invite(organizer: Visitor, person: int, **data: Any) -> Response:
    return organizer.post(f"{HERE}/{person}/letters/invitation", data)


def test_a_letter_is_looked_at_before_it_goes_and_looking_makes_no_link(organizer: Visitor) -> None:
    person = part(organizer, "Bảo Anh").person_id
    page = said(organizer.get(f"{HERE}/{person}/letters/invitation"))
    assert "Subject Fall 2017 convening: an invitation to speak" in page
    assert "- Wed 15 Nov, 10:30–11:30 EST, Classroom C: Integrated data: two cities compared" in page
    assert "(their private link)" in page
    assert letters(organizer) == []
    with database_of(organizer).read() as db:
        assert db.exec(select(func.count()).select_from(PrivateLink)).one() == 0


def test_an_invitation_brings_a_link_that_opens(organizer: Visitor, sample_visitor: VisitorOf) -> None:
    assert invite(organizer, part(organizer, "Bảo Anh").person_id, note="Do come.").status_code == 303
    (letter,) = letters(organizer)
    assert letter.recipient.endswith("<baoanh.le@jcps.example.org>")
    assert "Do come." in letter.text
    assert "Theo Brandvold, " in letter.text
    found = re.search(r"http://127\.0\.0\.1:8000(/speaking/\S+)", letter.text)
    assert found
    assert "Lê Thị Bảo Anh" in said(sample_visitor().get(found[1]))


def test_a_speaker_in_another_zone_reads_both_times(organizer: Visitor) -> None:
    """Rule 14."""
    invite(organizer, part(organizer, "Villase").person_id)
    (letter,) = letters(organizer)
    assert "- Tue 14 Nov, 09:00–10:15 EST (06:00–07:15 in Oakland), GCC: Mayors’ updates I" in letter.text


def test_nobody_is_written_to_twice_within_a_day_unless_that_is_ticked(
    organizer: Visitor, sample_visitor: VisitorOf
) -> None:
    person = part(organizer, "Bảo Anh").person_id
    invite(organizer, person)
    second = invite(organizer, person, note="Twice")
    assert second.status_code == 422
    assert "was written to on Tue 24 Oct" in said(second)
    assert ">\nTwice</textarea>" in second.text
    assert len(letters(organizer)) == 1
    assert invite(organizer, person, again="yes").status_code == 303
    assert len(letters(organizer)) == 2
    with time_machine.travel(IN_THE_SAMPLE + timedelta(days=2), tick=True):
        organizer = sample_visitor("organizer")
        page = said(organizer.follow(f"{HERE}/{person}/letters/reminder"))
    assert "The reminder to Lê Thị Bảo Anh is on its way." in page
    assert len({one.text.split("/speaking/")[1][:43] for one in letters(organizer)}) == 1
    assert "Still open:\n\n- your answer and your slides: Wed 15 Nov" in letters(organizer)[-1].text


def test_a_letter_about_nothing_or_to_nobody_is_not_sent(organizer: Visitor) -> None:
    held = part(organizer, "Bảo Anh")
    with database_of(organizer).write() as db:
        engagement = db.get_one(Engagement, held.key)
        no_address(db, engagement.person, by=BY)
    for answered in (organizer.post, lambda address: organizer.get(address)):
        assert "has no e-mail address on record" in said(answered(f"{HERE}/{held.person_id}/letters/invitation"))
    menjivar = part(organizer, "Pell").person_id
    assert "has no part any more" in said(organizer.post(f"{HERE}/{menjivar}/letters/reminder"))
    host = part(organizer, "Kessler").person_id
    assert "Nothing is missing from Diane Kessler-Wu." in said(organizer.post(f"{HERE}/{host}/letters/reminder"))
    assert letters(organizer) == []


@verb
def no_address(db: Session, person: Person, *, by: Viewer) -> None:
    person.email = None


def test_all_who_have_not_answered_are_reminded_once(organizer: Visitor) -> None:
    page = said(organizer.get(f"{HERE}/reminders"))
    assert "Send 3 reminders" in page
    people = [part(organizer, name).person_id for name in ("Teixeira", "Bảo Anh")]
    with database_of(organizer).read() as db:
        panelist = part_of(db, "Voss", "Askwith").person_id
    ticked = {"person": [*map(str, people), str(part(organizer, "Strand").person_id)], "note": "Soon, please."}
    assert "2 reminded." in said(organizer.follow(f"{HERE}/reminders", ticked))
    assert len(letters(organizer)) == 2
    assert "Nobody was left to remind." in said(organizer.follow(f"{HERE}/reminders", ticked))
    answered = organizer.get(f"{HERE}/reminders")
    assert "Send 1 reminder" in said(answered)
    assert f'value="{panelist}" checked' in answered.text
    assert "Written to within a day 2" in said(answered)


def test_who_answered_meanwhile_is_not_reminded(organizer: Visitor) -> None:
    held = part(organizer, "Bảo Anh")
    with database_of(organizer).write() as db:
        answer(db, db.get_one(Engagement, held.key), comes=True, by=BY)
    organizer.follow(f"{HERE}/reminders", {"person": str(held.person_id)})
    assert letters(organizer) == []


def test_letters_are_not_sent_after_the_convening(sample_visitor: VisitorOf) -> None:
    with time_machine.travel(IN_THE_SAMPLE + timedelta(days=40), tick=True):
        organizer = sample_visitor("organizer")
        person = part(organizer, "Bảo Anh").person_id
        assert invite(organizer, person).status_code == 422
        assert "Nobody to remind" in said(organizer.get(f"{HERE}/reminders"))
    assert letters(organizer) == []


def test_long_names_and_others_scripts_are_shown_whole(organizer: Visitor) -> None:
    name = "محمد " + "ب" * 290
    with database_of(organizer).write() as db:
        number = speaks(db, name, by=BY)
    assert name in organizer.get(HERE).text
    assert name in organizer.get(f"{HERE}/{number}").text
    assert organizer.get(f"{PRINT}?person={number}").status_code == 200
    assert invite(organizer, number).status_code == 303


@verb
def speaks(db: Session, name: str, *, by: Viewer) -> int:
    person = Person(name=name, email="long@example.org")
    db.add(person)
    db.flush()
    details = Details(
        title="T" * 300, audience=Rule(everyone=True), openness=Openness.PUBLIC, presenters=(Presenter(person.key),)
    )
    create_session(db, fall(db), details, by=by)
    return person.key
