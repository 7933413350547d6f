"""`agenda.pdf` as people get it: what each may see, for which paper, kept while nothing differs (rules 13, 15, 18)."""

import pytest
from fastapi import FastAPI
from sqlmodel import select

from app.database import Database
from app.models import AgendaRelease, AgendaSession, Convening
from tests.conftest import VisitorOf
from tests.printing.reading import codes, fonts, pages, reader, words

HERE = "/by-all-means/convenings/2017-fall/agenda"


def numbered(app: FastAPI) -> int:
    """The number of the newest release."""
    database: Database = app.state.database
    with database.read() as db:
        convening = db.exec(select(Convening).where(Convening.slug == "2017-fall")).one()
        numbers = db.exec(select(AgendaRelease.number).where(AgendaRelease.convening_id == convening.key)).all()
        return max(numbers)


def test_a_member_prints_the_newest_release_whose_code_opens_what_has_changed(sample_visitor: VisitorOf) -> None:
    """Rule 15."""
    member = sample_visitor("member")
    answer = member.get(f"{HERE}.pdf")
    number = numbered(member.app)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == f'inline; filename="2017-fall-agenda-release-{number}.pdf"'
    assert set(codes(answer.content)) == {f"http://127.0.0.1:8000{HERE}/releases/{number}/changes"}
    assert all(f"Release {number}," in page for page in pages(answer.content))
    assert member.get(f"{HERE}/releases/{number}/changes").status_code == 200


def test_the_sample_is_five_pages_with_all_fonts_in_it_and_each_session_once(sample_visitor: VisitorOf) -> None:
    organizer = sample_visitor("organizer")
    pdf = organizer.get(f"{HERE}.pdf").content
    assert len(reader(pdf).pages) == 5
    assert set(fonts(pdf).values()) == {True}
    text = words(pdf)
    with organizer.app.state.database.read() as db:
        convening = db.exec(select(Convening).where(Convening.slug == "2017-fall")).one()
        sessions = db.exec(select(AgendaSession).where(AgendaSession.convening_id == convening.key)).all()
        titles = [one.title for one in sessions if not one.excludes_lab and one.cancelled_at is None]
    assert len(sessions) == 27
    assert [title for title in titles if text.count(title) < 1] == []


@pytest.mark.parametrize(("paper", "width"), [("letter", 612), ("a4", 595), (None, 612)])
def test_paper_is_letter_unless_a4_is_asked_for(sample_visitor: VisitorOf, paper: str | None, width: int) -> None:
    pdf = sample_visitor().get(f"{HERE}.pdf", params={"paper": paper} if paper else None).content
    assert round(reader(pdf).pages[0].mediabox.width) == width


def test_another_paper_is_a_mistake_that_is_said(sample_visitor: VisitorOf) -> None:
    assert sample_visitor().get(f"{HERE}.pdf?paper=a5").status_code == 422


def test_strangers_print_what_is_public_and_nothing_else(sample_visitor: VisitorOf) -> None:
    """Rule 18."""
    text = words(sample_visitor().get(f"{HERE}.pdf").content)
    assert "Askwith Forum" in text
    assert "Mayors’ updates" not in text
    assert "Team time" not in text


def test_a_closed_session_is_a_cover_to_those_outside_it_even_in_the_lab(sample_visitor: VisitorOf) -> None:
    """Rule 13: the mayors' peer session, which excludes the lab's people too."""
    for kind in ("member", "facilitator", "superintendent", "staff", "organizer", "assistant"):
        text = words(sample_visitor(kind).get(f"{HERE}.pdf").content)
        assert "Peer session Eliot-Lyman · Closed" in text, kind
        assert "adaptive leadership" not in text, kind
    inside = words(sample_visitor("mayor").get(f"{HERE}.pdf").content)
    assert "Mayors’ peer session: adaptive leadership Eliot-Lyman · Role-alike · Closed" in inside


def test_a_second_asking_is_answered_without_the_file(sample_visitor: VisitorOf) -> None:
    member = sample_visitor("member")
    first = member.get(f"{HERE}.pdf")
    again = member.get(f"{HERE}.pdf", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    shelf = member.app.state.settings.data_dir / "cache" / "prints"
    assert [path.read_bytes() for path in shelf.iterdir()] == [first.content]
    assert member.get(f"{HERE}.pdf").content == first.content


def test_those_who_may_see_the_same_share_one_print_and_others_do_not(sample_visitor: VisitorOf) -> None:
    etags = {kind: sample_visitor(kind).get(f"{HERE}.pdf").headers["etag"] for kind in ("member", "mayor", None)}
    assert len(set(etags.values())) == 3
    assert sample_visitor("member").get(f"{HERE}.pdf").headers["etag"] == etags["member"]


def test_before_the_first_release_there_is_nothing_to_print(sample_visitor: VisitorOf) -> None:
    answer = sample_visitor("organizer").get("/by-all-means/convenings/2018-spring/agenda.pdf")
    assert (answer.status_code, answer.text.endswith("is not published yet.")) == (404, True)
