"""Personal agendas and pocket cards: each sheet says what its person attends, and nobody else's (rules 10 to 15)."""

import re

import pytest
from fastapi import FastAPI
from sqlmodel import select

from app.models import Convening, Openness, Person
from app.people.viewer import viewer_of
from app.registration.personal import PersonalAgenda, personal_agendas
from tests.conftest import Visitor, VisitorOf
from tests.printing.reading import headings, pages, reader
from tests.printing.running import printed

HERE = "/by-all-means/convenings/2017-fall"
PDF = f"{HERE}/print/personal.pdf"
CARD = f"{HERE}/print/pocket-card.pdf"
pytestmark = pytest.mark.usefixtures("_one_shelf_of_prints")


def agendas(app: FastAPI, viewer: int, people: set[int] | None = None) -> list[PersonalAgenda]:
    with app.state.database.read() as db:
        fall = db.exec(select(Convening).where(Convening.slug == "2017-fall")).one()
        found = personal_agendas(db, fall, viewer_of(db, viewer), people=people)
        assert found is not None
        return list(found.people)


def number_of(visitor: Visitor) -> int:
    assert visitor.person_id is not None
    return visitor.person_id


def said(text: str) -> str:
    """Without what differs by where lines end."""
    return re.sub(r"[\s\x02\u00ad\ufffe-]+", "", text)


def in_order(sheet: str, one: PersonalAgenda) -> None:
    """The sheet says the sessions of this agenda in their order, with their rooms, and no other."""
    place = 0
    whole = said(sheet)
    for it in one.sessions:
        for words in (it.session.title, *(room.name for room in it.rooms), it.away):
            found = whole.find(said(words).replace("you", "You", 1) if words == it.away else said(words), place)
            assert found >= 0, f"{words} is not on {whole[:3000]!r} after {place}"
            place = max(place, found)


def test_everybodys_sheet_is_one_sheet_in_roster_order(sample_app: FastAPI, sample_visitor: VisitorOf) -> None:
    """One city's pack by its facilitator, as the facilitator may see it."""
    facilitator = sample_visitor("facilitator")
    pdf = printed(facilitator, f"{PDF}?city=oakland")
    mine = [one for one in agendas(sample_app, number_of(facilitator)) if one.city_slug == "oakland"]
    sheets = pages(pdf)
    assert len(sheets) == len(mine) > 3
    for sheet, one in zip(sheets, mine, strict=True):
        assert said(one.name) in said(sheet)
        assert one.place in sheet
        in_order(sheet, one)
    assert [name for name in headings(pdf) if name in {one.name for one in mine}] == [one.name for one in mine]


def test_where_nothing_is_said_all_come_out_that_somebody_may_print(
    sample_app: FastAPI, sample_visitor: VisitorOf
) -> None:
    """The facilitator's whole city, or one person of it; the mayor's own alone, and only the paper to choose."""
    facilitator, mayor = sample_visitor("facilitator"), sample_visitor("mayor")
    theirs = [one.name for one in agendas(sample_app, number_of(facilitator)) if one.city_slug == "oakland"]
    for visitor, names, fields in ((facilitator, theirs, 2), (mayor, [name_of(sample_app, mayor)], 1)):
        found = headings(printed(visitor, PDF))
        assert [name for name in found if name in theirs] == names
        assert visitor.get(f"{HERE}/print/personal").text.count("<select") == fields


def name_of(app: FastAPI, visitor: Visitor) -> str:
    with app.state.database.read() as db:
        name: str = db.get_one(Person, number_of(visitor)).name
    return name


def test_what_is_closed_stands_whole_on_the_insiders_own_sheet_alone(
    sample_app: FastAPI, sample_visitor: VisitorOf
) -> None:
    """Rule 13: whoever prints for the mayor, facilitator or assistant, reads its cover alone."""
    mayor = sample_visitor("mayor")
    me = number_of(mayor)
    own = printed(mayor, f"{PDF}?person={me}")
    (mine,) = agendas(sample_app, me, {me})
    in_order(pages(own)[0], mine)
    closed = [it.session.title for it in mine.sessions if it.session.openness is Openness.CLOSED]
    assert closed
    for other in (sample_visitor("facilitator"), sample_visitor("assistant")):
        text = said(" ".join([*pages(sheet := printed(other, f"{PDF}?person={me}")), *headings(sheet)]))
        (theirs,) = agendas_of(sample_app, other, me)
        told = {seen.session.id: seen.session for seen in theirs.sessions}
        for it in mine.sessions:
            if it.session.openness is Openness.CLOSED:
                assert said(it.session.title) not in text
                assert it.session.id not in told or said(told[it.session.id].title) in text
        assert any(session.covered for session in told.values())


def agendas_of(app: FastAPI, visitor: Visitor, number: int) -> list[PersonalAgenda]:
    with app.state.database.read() as db:
        fall = db.exec(select(Convening).where(Convening.slug == "2017-fall")).one()
        viewer = viewer_of(db, number_of(visitor), acting_for=number)  # where they do act for them
        found = personal_agendas(db, fall, viewer, people={number})
        assert found is not None
        return list(found.people)


def test_nobody_prints_what_is_another_ones(sample_app: FastAPI, sample_visitor: VisitorOf) -> None:
    member, facilitator = sample_visitor("member"), sample_visitor("facilitator")
    everybody = agendas(sample_app, number_of(sample_visitor("organizer")))
    slug = {one.person_id: one.city_slug for one in everybody}
    stranger = next(one for one in everybody if one.city_slug not in ("", slug[number_of(facilitator)]))
    peer = next(one for one in everybody if one.city_slug == "oakland" and one.person_id != number_of(member))
    for visitor, asked in (
        (member, f"person={peer.person_id}"),
        (member, "city=oakland"),
        (facilitator, f"person={stranger.person_id}"),
        (facilitator, f"city={stranger.city_slug}"),
        (facilitator, "person=x"),
        (sample_visitor("organizer"), "person=999999"),
    ):
        for document in (PDF, CARD):
            assert visitor.get(f"{document}?{asked}").status_code == 404, (asked, document)


def test_a_card_is_four_by_six_with_a_day_a_side(sample_app: FastAPI, sample_visitor: VisitorOf) -> None:
    mayor = sample_visitor("mayor")
    me = number_of(mayor)
    pdf = printed(mayor, f"{CARD}?person={me}")
    (mine,) = agendas(sample_app, me, {me})
    faces = pages(pdf)
    assert [tuple(map(float, page.mediabox[2:])) for page in reader(pdf).pages] == [(288, 432)] * len(mine.days)
    for face, (day, sessions) in zip(faces, mine.days, strict=True):
        assert f"{day:%A} {day.day} {day:%B}" in face
        in_order(face, PersonalAgenda(me, mine.name, "", "", "", mine.zone, sessions))
