"""Private needs as organizers and caterers meet them: by person, in an emergency, by room, by meal (rule 12)."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO

import pytest
import time_machine
from fastapi import FastAPI
from httpx import Response
from pypdf import PdfReader
from sqlmodel import Session, select

from app.database import Database
from app.models import AuditEntry, PrivateLink, Registration, RegistrationState
from app.people.audit import verb
from app.people.viewer import Viewer
from app.registration.looks import looks_on_record
from app.registration.needs import keep_needs, write_dietary
from app.registration.registrations import Details, register
from tests.conftest import Visitor, VisitorOf
from tests.registration.meals_stage import MORNING, lay_tables
from tests.registration.stage import BY, TWO_WEEKS_BEFORE, Stage, convening, more_members, person, set_stage

HERE = "/by-all-means/convenings/2017-fall/registration"
PRINT = "/by-all-means/convenings/2017-fall/print/meals.pdf"
FOOD, RAMP, CALL, PHONE = "no chili QX-FOOD", "a ramp QX-RAMP", "Ana QX-ANA", "+1 510 555 0100"
LONG = "Ż" * 300


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    with time_machine.travel(TWO_WEEKS_BEFORE, tick=True):
        yield


@pytest.fixture
def stage(app: FastAPI) -> Stage:
    return set_stage(app.state.database)


@pytest.fixture
def organizer(stage: Stage, visitor: VisitorOf) -> Visitor:
    return visitor(stage.people["organizer"])


@pytest.fixture
def _registered(database: Database, stage: Stage) -> None:
    """Oakland's mayor says everything and allows their name; Salem's asks for food; Oakland's facilitator is not
    there for lunch."""
    everything = Details(
        dietary=write_dietary(["vegan"], FOOD),
        access=RAMP,
        emergency_name=CALL,
        emergency_phone=PHONE,
        name_to_caterer=True,
    )
    with database.write() as db:
        lay_tables(db, stage, by=BY)
        here = convening(db, stage)
        register(db, here, person(db, stage, "oakland mayor"), details=everything, by=BY)
        register(db, here, person(db, stage, "salem mayor"), details=Details(dietary="halal"), by=BY)
        short = Details(windows=(MORNING,), access="a seat in front")
        register(db, here, person(db, stage, "oakland facilitator"), details=short, by=BY)


def said(answer: Response) -> str:
    """The words of a page as a reader meets them."""
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def on_paper(answer: Response) -> str:
    assert answer.headers["content-type"] == "application/pdf"
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages).split())


def looked(database: Database, stage: Stage) -> list[tuple[str, str, int, str]]:
    with database.read() as db:
        return [(one.by, one.what, one.people, one.whose) for one in looks_on_record(db, convening(db, stage))]


# --- by person ---


@pytest.mark.usefixtures("_registered")
def test_needs_are_narrowed_to_food_or_access_and_searched_and_the_record_says_what_was_seen(
    database: Database, stage: Stage, organizer: Visitor
) -> None:
    rows = {
        "": ["Oakland Facilitator", "Oakland Mayor", "Salem Mayor"],
        "?show=food": ["Oakland Mayor", "Salem Mayor"],
        "?show=access": ["Oakland Facilitator", "Oakland Mayor"],
        "?q=halal": ["Salem Mayor"],
        "?q=OAKLAND+ramp": ["Oakland Mayor"],
        "?show=food&q=ramp": [],
        "?q=nobody": [],
    }
    for query, people in rows.items():
        answer = organizer.get(f"{HERE}/needs{query}")
        assert re.findall(r'data-label="Person" dir="auto">([^<]+)', answer.text) == people, query
        assert answer.headers["cache-control"] == "no-store"
    assert QX_RAMP not in organizer.get(f"{HERE}/needs?show=food").text
    assert "Nobody here" in said(organizer.get(f"{HERE}/needs?q=nobody"))
    assert looked(database, stage)[-3:] == [
        ("Organizer", "access", 2, ""),
        ("Organizer", "food", 2, ""),
        ("Organizer", "food and access", 3, ""),
    ]


QX_RAMP = "QX-RAMP"


def test_without_needs_each_page_says_what_will_be_there(organizer: Visitor) -> None:
    assert "Nobody has asked for anything" in said(organizer.get(f"{HERE}/needs"))
    assert "Nobody has asked for anything" in said(organizer.get(f"{HERE}/needs/access"))
    assert "Nobody has a place yet" in said(organizer.get(f"{HERE}/needs/emergency"))
    assert "No meal on the agenda yet" in said(organizer.get(f"{HERE}/meals"))
    assert "No meal stands on the agenda yet" in on_paper(organizer.get(PRINT))


# --- in an emergency ---


@pytest.mark.usefixtures("_registered")
def test_whom_to_call_is_told_one_by_one_or_all_at_once_and_each_look_is_on_record(
    database: Database, stage: Stage, organizer: Visitor
) -> None:
    """The list of names alone is no look; to see a contact is, with whose it was."""
    closed = organizer.get(f"{HERE}/needs/emergency")
    assert "QX-ANA" not in closed.text
    assert said(closed).count("Nobody named") == 2
    assert looked(database, stage) == []
    of = re.search(r'name="of" value="(\d+)"', closed.text)
    assert of is not None
    one = organizer.get(f"{HERE}/needs/emergency?q=oakland&of={of[1]}")
    assert f"Oakland Mayor Oakland {CALL} {PHONE}" in said(one)
    assert 'href="tel:+15105550100"' in one.text
    assert "Salem Mayor" not in said(one)
    assert organizer.get(f"{HERE}/needs/emergency?all=true").text.count("QX-ANA") == 1
    assert organizer.get(f"{HERE}/needs/emergency?of=999999").status_code == 200
    assert looked(database, stage) == [
        ("Organizer", "emergency contacts", 1, ""),
        ("Organizer", "one emergency contact", 1, "Oakland Mayor"),
    ]
    assert "one emergency contact, Oakland Mayor" in said(organizer.get(f"{HERE}/needs"))


# --- by session and room ---


@pytest.mark.usefixtures("_registered")
def test_the_access_report_says_who_needs_what_in_which_room(
    database: Database, stage: Stage, organizer: Visitor
) -> None:
    """The facilitator has left before lunch (rule 11); a session that excludes the lab is left out (rule 13)."""
    report = said(organizer.get(f"{HERE}/needs/access")).replace("\u202f", "")
    assert "Oakland Facilitator Oakland a seat in front Oakland Mayor Oakland a ramp QX-RAMP" in report
    heads = "When Session and set-up There Who needs something"
    welcome = "Tue 14 Nov, 09:00–10:00 EST Welcome round tables 3 Oakland Facilitator, Oakland Mayor"
    lunch = "Tue 14 Nov, 12:30–13:30 EST Lunch, unstructured round tables 2 Oakland Mayor"
    assert f"GCC, Gutman Sessions in GCC {heads} {welcome} No room yet" in report
    assert f"Atrium, Gutman Sessions in Atrium {heads} {lunch} GCC, Gutman" in report
    assert "Mayors’ breakfast 2 Oakland Mayor" in report
    assert "secret supper" not in report
    assert looked(database, stage) == [("Organizer", "access, by session and room", 2, "")]


# --- the caterer ---


@pytest.mark.usefixtures("_registered")
def test_meal_counts_stand_on_a_page_and_on_paper_and_name_nobody(
    database: Database, stage: Stage, organizer: Visitor
) -> None:
    page = said(organizer.get(f"{HERE}/meals"))
    assert "Lunch, unstructured Tue 14 Nov, 12:30–13:30 EST · Atrium 2 1 1 1 –" in page.replace("\u202f", "")
    paper = on_paper(organizer.get(PRINT))
    assert "3 have a place; 3 have answered about food" in paper
    for private in ("Mayor,", "Oakland Mayor", "QX-"):
        assert private not in page + paper
    assert looked(database, stage) == []
    named = on_paper(organizer.get(f"{PRINT}?names=yes"))
    assert "Oakland Mayor vegan no chili QX-FOOD" in named
    assert "Salem Mayor" not in named
    assert looked(database, stage) == [("Organizer", "names and diets for the caterer", 1, "")]


def address_in(answer: Response) -> str:
    found = re.search(r'value="http://[^/]+(/catering/[^"]+)"', answer.text)
    assert found is not None
    return found[1]


@pytest.mark.usefixtures("_registered")
def test_a_caterers_link_shows_counts_alone_unless_names_were_granted(
    database: Database, stage: Stage, organizer: Visitor, visitor: VisitorOf
) -> None:
    given = organizer.follow(f"{HERE}/meals/links", {"holder": "Cora of Crimson Catering"})
    link = address_in(given)
    assert "Opened Not yet" in said(given)
    page = visitor().get(link)
    assert "Lunch, unstructured" in said(page)
    assert (page.headers["referrer-policy"], page.headers["cache-control"]) == ("no-referrer", "private, no-store")
    assert page.headers["x-robots-tag"] == "noindex, nofollow, noarchive"
    paper = on_paper(visitor().get(f"{link}/meals.pdf"))
    for private in ("Mayor,", "Oakland Mayor", "QX-"):
        assert private not in said(page) + paper
    assert link.rsplit("/", 1)[1] not in paper
    assert "Opened Tue 31 Oct 2017" in said(organizer.get(f"{HERE}/meals"))
    assert looked(database, stage) == []
    again = organizer.post(f"{HERE}/meals/links", {"holder": "Cora of Crimson Catering", "names": "yes"})
    assert again.status_code == 422
    assert 'value="Cora of Crimson Catering"' in again.text


@pytest.mark.usefixtures("_registered")
def test_a_link_with_names_names_only_those_who_allow_it_and_each_look_is_on_record(
    database: Database, stage: Stage, organizer: Visitor, visitor: VisitorOf
) -> None:
    link = address_in(organizer.follow(f"{HERE}/meals/links", {"holder": LONG, "names": "yes"}))
    page, paper = said(visitor().get(link)), on_paper(visitor().get(f"{link}/meals.pdf"))
    for shown in (page, paper):
        assert "Oakland Mayor vegan no chili QX-FOOD" in shown
        assert "Salem Mayor" not in shown
        assert QX_RAMP not in shown
        assert "QX-ANA" not in shown
    look = (f"{LONG[:250]}, by private link", "names and diets for the caterer", 1, "")
    assert looked(database, stage) == [look, look]


@pytest.mark.usefixtures("_registered")
def test_a_renewed_or_revoked_link_opens_nothing_any_more(
    database: Database, stage: Stage, organizer: Visitor, visitor: VisitorOf
) -> None:
    first = organizer.follow(f"{HERE}/meals/links", {"holder": "Cora"})
    old = address_in(first)
    assert address_in(organizer.follow(f"{HERE}/meals/links", {"holder": " Cora "})) == old, "a second click"
    number = re.search(r"links/(\d+)/renewal", first.text)
    assert number is not None
    new = address_in(organizer.follow(f"{HERE}/meals/links/{number[1]}/renewal"))
    assert organizer.post(f"{HERE}/meals/links/{number[1]}/renewal").status_code == 409
    assert (visitor().get(old).status_code, visitor().get(new).status_code) == (410, 200)
    with database.read() as db:
        newest = db.exec(select(PrivateLink.id).order_by(PrivateLink.id.desc())).first()  # type: ignore[union-attr]
    organizer.follow(f"{HERE}/meals/links/{newest}/revocation")
    assert [visitor().get(f"{new}{rest}").status_code for rest in ("", "/meals.pdf")] == [410, 410]
    assert visitor().get("/catering/unknown").status_code == 404
    assert organizer.post(f"{HERE}/meals/links/999999/renewal").status_code == 404


def test_a_link_is_for_somebody_with_a_name(organizer: Visitor) -> None:
    for holder, sentence in (("  ", "Say the name."), ("x" * 301, "A name may have 300 characters")):
        refused = organizer.post(f"{HERE}/meals/links", {"holder": holder, "names": "yes"})
        assert refused.status_code == 422
        assert sentence in said(refused)
        assert re.search(r'name="names" value="yes" checked', refused.text)


# --- how they end ---


@pytest.mark.usefixtures("_registered")
def test_a_legal_hold_is_set_and_lifted_with_a_reason_and_a_name(
    database: Database, stage: Stage, organizer: Visitor
) -> None:
    refused = organizer.post(f"{HERE}/needs/hold", {"reason": " "})
    assert refused.status_code == 422
    assert "Say why" in said(refused)
    held = organizer.follow(f"{HERE}/needs/hold", {"reason": "A claim of 3 November"})
    assert "A legal hold is set by Organizer, Tue 31 Oct 2017: A claim of 3 November" in said(held)
    lifted = organizer.follow(f"{HERE}/needs/hold", {"lift": "yes", "reason": "Settled"})
    assert "A legal hold was lifted by Organizer, Tue 31 Oct 2017: Settled" in said(lifted)
    with database.read() as db:
        acts = db.exec(
            select(AuditEntry.act, AuditEntry.by, AuditEntry.reason).where(
                AuditEntry.act.in_(["hold_needs", "lift_hold"])  # type: ignore[attr-defined]
            )
        ).all()
    assert acts == [("hold_needs", "Organizer", "A claim of 3 November"), ("lift_hold", "Organizer", "Settled")]


@pytest.mark.usefixtures("_registered")
def test_the_page_says_whose_needs_a_hold_on_a_citys_records_keeps(organizer: Visitor) -> None:
    assert "Kept beyond their day" not in said(organizer.get(f"{HERE}/needs"))
    organizer.follow("/by-all-means/cities/salem/records/hold", {"hold_reason": "Case 9"})
    told = "Kept beyond their day by a legal hold on a city’s records: Salem (1 person)."
    assert told in said(organizer.get(f"{HERE}/needs"))


@pytest.mark.usefixtures("_registered")
def test_home_warns_the_organizers_before_the_needs_are_deleted(organizer: Visitor, stage: Stage) -> None:
    assert "are deleted soon" not in said(organizer.get("/"))
    with time_machine.travel(datetime(2017, 12, 8, 15, tzinfo=UTC), tick=True):
        later = Visitor(organizer.app, organizer._portal, person_id=stage.people["organizer"])
        assert "Private needs of Fall convening are deleted soon" in said(later.get("/"))


# --- speed ---


@pytest.mark.usefixtures("_registered")
@pytest.mark.parametrize("page", ["/needs", "/needs/emergency?all=true", "/needs/access", "/meals", "print", "link"])
def test_the_number_of_queries_does_not_grow_with_the_people(
    page: str, database: Database, stage: Stage, organizer: Visitor, visitor: VisitorOf, queries: list[str]
) -> None:
    """Habit 14: at a dozen and at three hundred."""
    address, asking = f"{HERE}{page}", organizer
    if page == "print":
        address = PRINT
    if page == "link":
        given = organizer.follow(f"{HERE}/meals/links", {"holder": "Cora", "names": "yes"})
        address, asking = address_in(given), visitor()
    counts = []
    for more in (8, 300):
        with database.write() as db:
            all_need_something(db, stage, more, by=BY)
        asking.get(address)  # a link is opened once for the first time
        queries.clear()
        assert asking.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


@verb
def all_need_something(db: Session, stage: Stage, count: int, *, by: Viewer) -> None:
    for member in more_members(db, stage, "salem", count, by=by):
        row = Registration(
            convening_id=stage.convening,
            person_id=member.key,
            city_id=stage.cities["salem"],
            state=RegistrationState.SUBMITTED,
        )
        db.add(row)
        db.flush()
        keep_needs(
            row,
            dietary=write_dietary(["vegan"], "no chili"),
            access="a ramp",
            emergency_name="Ana",
            emergency_phone="1",
            name_to_caterer=True,
        )
