"""The audit log, read by organizers: who did what, when, before and after (rule 21), and what it does not show."""

import re
from datetime import UTC, date, datetime
from html import unescape

import pytest
from fastapi import FastAPI
from sqlmodel import Session, col, select

from app.models import AgendaSession, AuditEntry, Cohort, Convening, Person
from app.people.audit import verb
from app.people.viewer import Viewer
from tests.conftest import Visitor, VisitorOf

AUDIT = "/by-all-means/audit"


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.fixture
def organizer(sample_visitor: VisitorOf) -> Visitor:
    return sample_visitor("organizer")


@verb
def change_convening(db: Session, *, theme: str, by: Viewer, reason: str = "") -> None:
    convening = db.exec(select(Convening).where(Convening.starts_on == date(2017, 11, 14))).one()
    convening.theme = theme
    db.add(convening)


@verb
def change_session(db: Session, number: int, *, title: str, excludes_lab: bool | None = None, by: Viewer) -> None:
    session = db.get_one(AgendaSession, number)
    session.title = title
    if excludes_lab is not None:
        session.excludes_lab = excludes_lab
    db.add(session)


def closed_session(app: FastAPI) -> int:
    """A session of the sample, from now on one that excludes the lab."""
    with app.state.database.write() as db:
        session = db.exec(select(AgendaSession).order_by(col(AgendaSession.id))).first()
        assert session is not None
        number: int = session.key
        change_session(db, number, title="MARKER one", excludes_lab=True, by=Viewer.system("test"))
        change_session(db, number, title="MARKER two", by=Viewer.system("test"))
    return number


def test_a_change_is_read_with_who_when_before_and_after_rule_21(sample_app: FastAPI, organizer: Visitor) -> None:
    with sample_app.state.database.write() as db:
        before = db.exec(select(Convening.theme).where(Convening.starts_on == date(2017, 11, 14))).one()
        somebody = db.get_one(Person, organizer.person_id)
        by = Viewer(somebody.key, somebody.name, actor_id=somebody.key, actor_name=somebody.name)
        change_convening(db, theme="Trust <b>& time</b>", by=by, reason="As agreed on the call.")
    page = text_of(organizer.get(AUDIT).text)
    entry = f"{somebody.name} · change convening · convening “"
    assert entry in page
    first = page[page.index(entry) :]
    assert "Tue 24 Oct 2017, 10:00 EDT" in first[:300]
    assert f"theme {before} → Trust <b>& time</b>" in first[:600]
    assert "Reason: As agreed on the call." in first[:400]


def test_the_log_is_narrowed_by_person_act_and_subject(sample_app: FastAPI, organizer: Visitor) -> None:
    with sample_app.state.database.write() as db:
        change_convening(db, theme="Trust", by=Viewer.system("somebody <else>"))
    for query in ("by=somebody+%3Celse%3E", "act=change_convening", "subject=convening&by=somebody+%3Celse%3E"):
        page = organizer.get(f"{AUDIT}?{query}").text
        assert (query, len(re.findall(r'<li id="entry-', page))) == (query, 1)
    assert "Nothing of the kind" in organizer.get(f"{AUDIT}?by=nobody").text


def test_the_whole_log_is_paged_without_a_gap_or_a_repetition(organizer: Visitor) -> None:
    seen: list[int] = []
    address: str | None = f"{AUDIT}?subject=tenure"
    while address:
        page = organizer.get(address).text
        seen += [int(number) for number in re.findall(r'<li id="entry-(\d+)"', page)]
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = unescape(following[1]) if following else None
    with organizer.app.state.database.read() as db:
        of_cohort = select(AuditEntry.id).where(
            AuditEntry.subject == "tenure",
            AuditEntry.cohort_id == db.exec(select(Cohort.id).where(Cohort.slug == "by-all-means")).one(),
        )
        assert len(seen) > 60, "more than a page"
        assert seen == sorted((number or 0 for number in db.exec(of_cohort)), reverse=True)


def test_a_session_that_excludes_the_lab_is_not_told_of_rule_13(sample_app: FastAPI, organizer: Visitor) -> None:
    number = closed_session(sample_app)
    for query in ("", "?subject=session", "?subject=engagement", "?act=change_session"):
        page = organizer.get(f"{AUDIT}{query}").text
        assert (query, "MARKER" in page) == (query, False)
    assert "Not shown here: a session that excludes the lab." in organizer.get(f"{AUDIT}?act=change_session").text
    with sample_app.state.database.write() as db:
        change_session(db, number, title="Open now", excludes_lab=False, by=Viewer.system("test"))
    assert "MARKER" not in organizer.get(f"{AUDIT}?subject=session").text, "what it was about then stays closed"


def test_needs_are_not_in_the_log_rule_12(organizer: Visitor) -> None:
    page = text_of(organizer.get(f"{AUDIT}?subject=private_needs").text)
    assert "Nothing of the kind" in page or "(private)" in page


@pytest.mark.parametrize(
    "kind", [None, "member", "facilitator", "mayor", "superintendent", "staff", "assistant", "expert"]
)
def test_only_organizers_read_it(sample_visitor: VisitorOf, kind: str | None) -> None:
    assert sample_visitor(kind).get(AUDIT).status_code in (303, 403)


def test_the_log_takes_a_fixed_number_of_queries(sample_app: FastAPI, organizer: Visitor, queries: list[str]) -> None:
    counts = []
    for number in (6, 600):
        with sample_app.state.database.write() as db:
            for place in range(number):
                change_convening(db, theme=f"Theme {number}/{place}", by=Viewer.system("test"))
        queries.clear()
        assert organizer.get(f"{AUDIT}?act=change_convening").status_code == 200
        counts.append(len([one for one in queries if one.lstrip().startswith("SELECT")]))
    assert counts[0] == counts[1] <= 16


def test_times_are_said_in_the_cohorts_zone(sample_app: FastAPI, organizer: Visitor) -> None:
    """Rule 14: a moment that was changed reads with its zone."""

    @verb
    def cancel(db: Session, *, by: Viewer) -> None:
        session = db.exec(select(AgendaSession).where(col(AgendaSession.excludes_lab).is_(False))).first()
        assert session is not None
        session.cancelled_at = datetime(2017, 11, 6, 15, tzinfo=UTC)
        db.add(session)

    with sample_app.state.database.write() as db:
        cancel(db, by=Viewer.system("test"))
    assert "cancelled at Mon 6 Nov 2017, 10:00 EST" in text_of(organizer.get(f"{AUDIT}?act=cancel").text)


@pytest.mark.parametrize("address", [f"{AUDIT}?before=9223372036854775808", f"/by-all-means/gatherings/{'9' * 26}"])
def test_a_number_larger_than_any_row_has_is_answered_with_a_sentence(organizer: Visitor, address: str) -> None:
    """The database cannot even ask for such a number; that is the address's mistake, and none of ours."""
    answer = organizer.get(address)
    assert answer.status_code == 422
    assert "cannot be stored: a number too large, or a control character." in text_of(answer.text)
