"""View as: an organizer sees the agenda exactly as somebody else does, and no more than they may know themselves."""

import re

import pytest

from app.database import Database
from app.models import Convening, Openness
from tests.agenda.campus import Campus, campus
from tests.conftest import Visitor, VisitorOf

HERE = "/by-all-means/convenings/2017-fall"
AS = f"{HERE}/agenda/seen-as"


@pytest.fixture
def place(database: Database, in_the_sample: object) -> Campus:
    """A draft of four sessions, one of them closed to the lab too; nothing is published."""
    with database.write() as db:
        place = campus(db)
        place.session("Welcome", "09:00–10:00", rooms=["GCC"])
        place.session("Keynote", "17:30–19:00", rooms=["Askwith Hall"], openness=Openness.PUBLIC)
        place.session(
            "Superintendents",
            "13:30–14:45",
            rule=place.of_role("superintendent"),
            openness=Openness.CLOSED,
            cover_title="Peer session of superintendents",
        )
        place.session(
            "After a lost election",
            "13:30–14:45",
            rule=place.of_role("mayor"),
            openness=Openness.CLOSED,
            excludes_lab=True,
            cover_title="Peer session of mayors",
            speakers=["Prof. Strand"],
            purpose="Secret purpose",
        )
        return place


@pytest.fixture
def organizer(place: Campus, visitor: VisitorOf) -> Visitor:
    return visitor(place.person("Ada Roth").key)


def publish(database: Database, place: Campus) -> None:
    with database.write() as db:
        place.db, place.convening = db, db.get_one(Convening, place.convening.key)
        place.publish()


def titles(html: str) -> list[str]:
    return re.findall(r'<h3 dir="auto"><a href="[^"]+">([^<]+)</a>', html)


def body(html: str) -> str:
    """What stands between the band (or the page's head) and the foot: days, times, sessions, their facts."""
    days = re.findall(r'<section class="agenda-day".*?</section>', html, re.DOTALL)
    return re.sub(r'href="[^"]+"', "", "".join(days))


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("public", ["Keynote"]),
        ("guest", ["Keynote"]),
        ("Jo Park", ["Welcome", "Superintendents", "Peer session of mayors", "Keynote"]),
        ("Leïla Haddad", ["Welcome", "Peer session of superintendents", "Peer session of mayors", "Keynote"]),
        ("Kai Weber", ["Welcome", "Peer session of superintendents", "Peer session of mayors", "Keynote"]),
        ("Prof. Strand", ["Keynote"]),
        ("me", ["Welcome", "Superintendents", "Peer session of mayors", "Keynote"]),
    ],
)
def test_the_draft_in_anybody_s_eyes(place: Campus, organizer: Visitor, who: str, seen: list[str]) -> None:
    eyes = who if who in ("public", "guest", "me") else f"person-{place.person(who).key}"
    page = organizer.get(f"{AS}/draft/{eyes}/agenda")
    assert (page.status_code, titles(page.text)) == (200, seen)
    assert page.text.count("Only organizers see this page.") == 1


@pytest.mark.parametrize("name", ["Jo Park", "Leïla Haddad", None])
def test_it_is_word_for_word_what_they_see_when_it_is_published(
    place: Campus, organizer: Visitor, visitor: VisitorOf, database: Database, name: str | None
) -> None:
    """Rules 13, 14 and 18; times of a viewer in Oakland stand beside the event's."""
    eyes = f"person-{place.person(name).key}" if name else "public"
    before = body(organizer.get(f"{AS}/draft/{eyes}/agenda").text)
    publish(database, place)
    theirs = visitor(place.person(name).key) if name else visitor()
    after = body(theirs.get(f"{HERE}/agenda").text)
    assert "Keynote" in after
    assert before == after == body(organizer.get(f"{AS}/published/{eyes}/agenda").text)


def test_what_excludes_the_lab_stays_under_its_cover_in_a_mayor_s_eyes_too(place: Campus, organizer: Visitor) -> None:
    """Rule 13: looking as a mayor opens no door that is closed to the organizer."""
    mayor = f"{AS}/draft/person-{place.person('Ruth Adler').key}"
    page = organizer.get(f"{mayor}/agenda").text
    assert titles(page) == ["Welcome", "Peer session of superintendents", "Peer session of mayors", "Keynote"]
    assert "One session excludes the lab" in page
    (address,) = re.findall(r'<a href="([^"]+)">Peer session of mayors</a>', page)
    session = organizer.get(address)
    assert session.status_code == 200
    for secret in ("After a lost election", "Secret purpose", "Strand"):
        assert secret not in page + session.text


def test_rule_13_nobody_learns_by_looking_who_is_in_what_excludes_the_lab(place: Campus, organizer: Visitor) -> None:
    """A mayor who is in it looks no other than a facilitator who is not, nor a speaker in it than any guest."""
    mayor = organizer.get(f"{AS}/draft/person-{place.person('Ruth Adler').key}/agenda").text
    entry = re.search(r'<li class="entry[^"]*">(?:(?!</li>).)*Peer session of mayors.*?</li>', mayor, re.DOTALL)
    assert entry is not None
    assert "Yours" not in entry[0]
    assert "is-mine" not in entry[0]
    mine = organizer.get(f"{AS}/draft/person-{place.person('Ruth Adler').key}/agenda?show=mine").text
    assert titles(mine) == ["Welcome", "Keynote"]
    assert "Peer session" not in organizer.get(f"{AS}/draft/person-{place.person('Prof. Strand').key}/agenda").text


def test_a_person_s_day_and_a_role_s_lens_on_the_draft(place: Campus, organizer: Visitor) -> None:
    person = place.person("Jo Park").key
    assert titles(organizer.get(f"{AS}/draft/person-{person}/agenda?show=mine").text) == [
        "Welcome",
        "Superintendents",
        "Keynote",
    ]
    mayors = place.town.roles["mayor"].key
    assert titles(organizer.get(f"{AS}/draft/me/agenda?role={mayors}").text) == ["Welcome", "Keynote"]
    room = place.rooms["GCC"].key
    assert titles(organizer.get(f"{AS}/draft/me/agenda?room={room}").text) == ["Welcome"]


def test_one_is_chosen_by_name_and_a_name_that_nobody_has_is_a_sentence(place: Campus, organizer: Visitor) -> None:
    there = organizer.get(AS, params={"who": "Jo Park (Superintendent, Oakland)"})
    assert there.headers["location"] == f"{AS}/draft/person-{place.person('Jo Park').key}/agenda"
    nobody = organizer.get(AS, params={"who": "Nobody Known"})
    assert nobody.status_code == 422
    assert "Nobody on record is called “Nobody Known”." in nobody.text
    assert organizer.get(AS).status_code == 200


@pytest.mark.parametrize(
    "address", ["draft/person-0", "draft/person-99999999999999999999", "draft/x", "press/public", "draft/person-²"]
)
def test_eyes_that_nobody_has_are_not_here(organizer: Visitor, address: str) -> None:
    assert organizer.get(f"{AS}/{address}/agenda").status_code == 404


def test_before_the_first_release_there_is_nothing_to_see_as_published(organizer: Visitor) -> None:
    page = organizer.get(f"{AS}/published/public/agenda")
    assert page.status_code == 200
    assert "The agenda is not published yet" in page.text


@pytest.mark.parametrize("name", [None, "Ruth Adler", "Leïla Haddad", "Theo Lund", "Prof. Strand"])
def test_only_organizers_look_through_others_eyes(place: Campus, visitor: VisitorOf, name: str | None) -> None:
    somebody = visitor(place.person(name).key) if name else visitor()
    assert somebody.get(f"{AS}/draft/public/agenda").status_code == (403 if name else 303)
