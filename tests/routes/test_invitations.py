"""Answers to invitations: by the letter's link, on the gathering's page; and the switch on one's calendar page."""

import re
from datetime import UTC, datetime

import pytest
from sqlmodel import Session, col, select

from app.database import Database
from app.gatherings.arranging import arrange_gathering
from app.gatherings.details import Details
from app.gatherings.reach import call_off
from app.mailing.invitation_letters import send_invitations
from app.models import (
    AgendaSession,
    AuditEntry,
    Cohort,
    Invitation,
    InvitationReply,
    Openness,
    Participation,
    Person,
    SessionFormat,
)
from app.people import sign_in
from app.people.audiences import Rule
from app.people.audit import verb
from app.people.viewer import Viewer
from app.settings import Settings
from tests.conftest import Visitor, VisitorOf
from tests.mailing.inviting import with_replies
from tests.people.test_policy import acting_viewer

BY = Viewer.system("test")


@verb
def want(db: Session, number: int, *, by: Viewer) -> None:
    db.get_one(Person, number).wants_invitations = True


def arrange(db: Session, **said: object) -> AgendaSession:
    """A closed session of the mayors and superintendents of the sample, ten days ahead."""
    cohort = db.exec(select(Cohort)).first()
    assert cohort is not None
    people = [sign_in.sample_person(db, kind) for kind in ("mayor", "superintendent")]
    details = Details(
        **{  # type: ignore[arg-type]
            "title": "Frank talk",
            "audience": Rule(person_ids=frozenset(one.key for one in people if one)),
            "format": SessionFormat.ROLE_ALIKE,
            "openness": Openness.CLOSED,
            **said,
        }
    )
    starts = datetime(2017, 11, 3, 16, tzinfo=UTC)
    return arrange_gathering(db, cohort, details, starts_at=starts, minutes=60, zone="America/New_York", by=BY)


class Stand:
    """The program with a gathering to which the first mayor was invited by mail."""

    def __init__(self, visitor_of: VisitorOf, settings: Settings, **said: object) -> None:
        self.of = visitor_of
        self.mayor = visitor_of("mayor")
        self.app = self.mayor.app
        self.database: Database = self.app.state.database
        with self.database.write() as db:
            assert self.mayor.person_id is not None
            want(db, self.mayor.person_id, by=BY)
            self.number = arrange(db, **said).key
        self.settings = with_replies(self.app.state.settings)
        send_invitations(self.database, self.settings)
        self.place = f"/by-all-means/gatherings/{self.number}"

    def visitor(self, kind: str) -> Visitor:
        with self.database.read() as db:
            person = sign_in.sample_person(db, kind)
        assert person is not None
        return Visitor(self.app, self.mayor._portal, person_id=person.key)

    def stranger(self) -> Visitor:
        return Visitor(self.app, self.mayor._portal)


@pytest.fixture
def stand(sample_visitor: VisitorOf, settings: Settings) -> Stand:
    return Stand(sample_visitor, settings)


def link_of(stand: Stand) -> str:
    """The link to the gathering of the test, made anew as a letter has it."""
    from app.gatherings.invitations import Target, held_invitation, token_of

    with stand.database.write() as db:
        assert stand.mayor.person_id is not None
        held = held_invitation(
            db, Target(session_id=stand.number), stand.mayor.person_id, stand.app.state.settings.secret
        )
        return f"/rsvp/{token_of(held, stand.app.state.settings.secret)}"


def held(stand: Stand) -> Invitation:
    with stand.database.read() as db:
        return db.exec(select(Invitation).where(Invitation.session_id == stand.number)).one()


def test_opening_the_link_changes_nothing_and_shows_what_it_is(stand: Stand) -> None:
    link = link_of(stand)
    page = stand.stranger().get(link)
    assert page.status_code == 200
    assert "Frank talk" in page.text
    assert "Fri 3 Nov, 12:00–13:00 EDT (09:00–10:00 in Oakland)" in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "private, no-store"
    assert held(stand).answer is Participation.NEEDS_ACTION


@pytest.mark.parametrize(
    ("word", "answer", "says"),
    [
        ("yes", Participation.ACCEPTED, "You said that you will come."),
        ("maybe", Participation.TENTATIVE, "You said that you may come."),
        ("no", Participation.DECLINED, "You said that you cannot come."),
    ],
)
def test_a_button_answers_and_the_last_one_counts(stand: Stand, word: str, answer: Participation, says: str) -> None:
    link, stranger = link_of(stand), stand.stranger()
    stranger.follow(link, {"answer": "maybe"})
    page = stranger.follow(link, {"answer": word, "comment": "By train"})
    assert says in page.text
    assert "By train" in page.text
    assert (held(stand).answer, held(stand).comment) == (answer, "By train")
    with stand.database.read() as db:
        mine = select(InvitationReply).where(InvitationReply.invitation_id == held(stand).key)
        assert [one.answer for one in db.exec(mine.order_by(col(InvitationReply.id)))] == ["TENTATIVE", answer.value]
        last = db.exec(select(AuditEntry).where(AuditEntry.act == "answer_invitation")).all()[-1]
        assert last.by.endswith("by private link")


def test_no_answer_at_all_is_said_and_the_word_is_kept(stand: Stand) -> None:
    page = stand.stranger().post(link_of(stand), {"answer": "perhaps", "comment": "A word"})
    assert page.status_code == 422
    assert "Say whether you will come." in page.text
    assert "A word" in page.text


def test_too_long_a_word_is_refused_at_its_field(stand: Stand) -> None:
    page = stand.stranger().post(link_of(stand), {"answer": "yes", "comment": "x" * 1001})
    assert page.status_code == 422
    assert "longer than 1,000 characters" in page.text


def test_a_link_that_was_never_given_out_opens_nothing(stand: Stand) -> None:
    assert stand.stranger().get(f"/rsvp/{'x' * 43}").status_code == 404
    assert stand.stranger().post(f"/rsvp/{'x' * 43}", {"answer": "yes"}).status_code == 404


def test_what_is_called_off_cannot_be_answered(stand: Stand) -> None:
    link = link_of(stand)
    with stand.database.write() as db:
        call_off(db, db.get_one(AgendaSession, stand.number), reason="Snow", by=BY)
    page = stand.stranger().post(link, {"answer": "yes"})
    assert "called off" in page.text
    assert held(stand).answer is Participation.NEEDS_ACTION


def test_who_is_not_invited_any_more_reads_nothing_of_it(stand: Stand) -> None:
    """Rule 13: a link does not outlive the invitation."""
    from dataclasses import replace

    from app.gatherings.arranging import change_gathering
    from app.gatherings.details import details_of

    link = link_of(stand)
    with stand.database.write() as db:
        session = db.get_one(AgendaSession, stand.number)
        change_gathering(db, session, replace(details_of(session), audience=Rule()), by=BY)
    for page in (stand.stranger().get(link), stand.stranger().post(link, {"answer": "yes"})):
        assert "nothing to answer any more" in page.text
        assert "Frank talk" not in page.text
    assert held(stand).answer is Participation.NEEDS_ACTION


def test_on_the_page_one_says_whether_one_comes_and_organizers_read_it(stand: Stand) -> None:
    page = stand.mayor.get(stand.place).text
    assert "Will you come?" in page
    assert "Has not said" not in page
    assert "Coming" in stand.mayor.follow(f"{stand.place}/answer", {"answer": "yes"}).text
    organizers = stand.visitor("organizer").get(stand.place).text
    assert re.search(r"Coming <span class=\"count\">1</span>", organizers)
    assert re.search(r"Has not said <span class=\"count\">1</span>", organizers)
    with stand.database.read() as db:
        name = db.get_one(Person, stand.mayor.person_id).name
    assert name in organizers


def test_who_is_in_a_session_reads_nobodys_answer_but_their_own(stand: Stand) -> None:
    stand.mayor.follow(f"{stand.place}/answer", {"answer": "no"})
    page = stand.visitor("superintendent").get(stand.place).text
    assert "Not coming" not in page
    assert "Who comes" not in page


def test_who_is_not_invited_has_nothing_to_answer(stand: Stand) -> None:
    assert stand.visitor("facilitator").post(f"{stand.place}/answer", {"answer": "yes"}).status_code in (403, 404)
    assert stand.visitor("organizer").post(f"{stand.place}/answer", {"answer": "yes"}).status_code == 403


def test_of_a_session_that_excludes_the_lab_organizers_read_no_names_and_no_counts(
    sample_visitor: VisitorOf, settings: Settings
) -> None:
    """Rule 13."""
    stand = Stand(sample_visitor, settings, excludes_lab=True)
    stand.mayor.follow(f"{stand.place}/answer", {"answer": "yes"})
    page = stand.visitor("organizer").get(stand.place).text
    assert "Who comes" not in page
    assert "Coming" not in page


def test_an_assistant_answers_for_their_principal_and_reads_no_more_than_the_hour(
    sample_visitor: VisitorOf, settings: Settings
) -> None:
    assistant = sample_visitor("assistant")
    with assistant.app.state.database.write() as db:
        viewer = acting_viewer(db, assistant.person_id)
        principal = viewer.person_id
        assert principal is not None
        number = arrange(db, audience=Rule(person_ids=frozenset({principal}))).key
    place = f"/by-all-means/gatherings/{number}"
    page = assistant.follow(f"{place}/answer", {"answer": "yes"}).text
    assert "Coming" in page
    assert "Frank talk" not in page
    with assistant.app.state.database.read() as db:
        answered = db.exec(select(Invitation).where(Invitation.session_id == number)).one()
        assert (answered.person_id, answered.answer) == (principal, Participation.ACCEPTED)


def test_the_pages_queries_do_not_grow_with_the_answers(stand: Stand, queries: list[str]) -> None:
    organizer = stand.visitor("organizer")
    organizer.get(stand.place)
    queries.clear()
    organizer.get(stand.place)
    few = len(queries)
    for kind in ("mayor", "superintendent"):
        stand.visitor(kind).follow(f"{stand.place}/answer", {"answer": "yes"})
    queries.clear()
    organizer.get(stand.place)
    assert len(queries) == few


def test_the_switch_stands_on_ones_calendar_page_and_is_off_until_pressed(sample_visitor: VisitorOf) -> None:
    mayor = sample_visitor("mayor")
    assert "Send me invitations" in mayor.get("/me/calendar").text
    assert "Send me no more" in mayor.follow("/me/calendar/invitations", {"wanted": "yes"}).text
    with mayor.app.state.database.read() as db:
        assert db.get_one(Person, mayor.person_id).wants_invitations
    assert "Send me invitations" in mayor.follow("/me/calendar/invitations", {"wanted": "no"}).text


def test_an_assistant_cannot_switch_it_for_their_principal(sample_visitor: VisitorOf) -> None:
    assistant = sample_visitor("assistant")
    assert "Send me invitations" not in assistant.get("/me/calendar").text
    assert assistant.post("/me/calendar/invitations", {"wanted": "yes"}).status_code == 409
