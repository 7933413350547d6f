"""Registering in a browser, as a member, an assistant, a facilitator, an organizer: rules 9, 11, 12, 20 and 21."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from fastapi import FastAPI
from sqlmodel import Session, select

from app.database import Database
from app.models import (
    Assistance,
    AuditEntry,
    Convening,
    Delegation,
    OutboxLetter,
    Person,
    Registration,
    RegistrationState,
    Tenure,
)
from app.people.audit import verb
from app.people.viewer import Viewer
from app.registration.presence import windows_on_record
from app.registration.registrations import register
from app.routes.registration_form import PIECES
from tests.conftest import VisitorOf
from tests.registration.stage import BY, TWO_WEEKS_BEFORE, Stage, convening, person, set_stage

HERE = "/by-all-means/convenings/2017-fall/registration"
FOOD, RAMP = "no chili QX-PEPPER-11", "a ramp QX-RAMP-12"
WHOLE = {"presence": "whole", "asks": list(PIECES), "photo": "yes"}
DAYS = {
    "presence": "part",
    "asks": ["presence", "access"],
    "day": ["2017-11-14", "2017-11-15"],
    "there": ["2017-11-14"],
    "arrives": ["13:30", ""],
    "leaves": ["17:00", ""],
}


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    with time_machine.travel(TWO_WEEKS_BEFORE, tick=True):
        yield


@pytest.fixture
def stage(app: FastAPI) -> Stage:
    return set_stage(app.state.database)


def of(database: Database, stage: Stage, who: str) -> Registration:
    with database.read() as db:
        found = db.exec(select(Registration).where(Registration.person_id == stage.people[who])).one()
        _ = found.needs, found.windows
        return found


def asked_by(page: str) -> list[str]:
    """What the form of a page says of its pieces, as its hidden fields would send it."""
    return re.findall(r'name="asks" value="([^"]+)"', page)


def said(page: str) -> str:
    """The words of a page as a reader meets them."""
    main = page.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def test_a_member_registers_in_one_form_and_is_told_of_the_place(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    member = visitor(stage.people["oakland member 1"])
    assert "When will you be there?" in said(member.get(HERE).text)
    page = member.follow(HERE, {**WHOLE, "diet": ["vegan"], "dietary_words": FOOD, "access": RAMP})
    assert "You have a place" in said(page.text)
    assert "The whole time" in said(page.text)
    assert FOOD in page.text
    assert RAMP in page.text
    mine = of(database, stage, "oakland member 1")
    assert mine.needs
    assert (mine.state, mine.photo_consent, mine.needs.dietary) == (RegistrationState.SUBMITTED, True, f"vegan\n{FOOD}")


def test_presence_is_entered_on_the_convenings_clocks_and_kept_in_utc(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    """Rules 11 and 14: the clocks are named; Oakland's mayor means 13:30 in Cambridge."""
    mayor = visitor(stage.people["oakland mayor"])
    assert "Times are EST, the clocks of the convening." in said(mayor.get(HERE).text)
    page = mayor.follow(HERE, DAYS)
    assert "Tue 14 Nov, 13:30–17:00" in said(page.text)
    (window,) = windows_on_record(of(database, stage, "oakland mayor"))
    assert (f"{window.starts_at:%d %H:%M}", f"{window.ends_at:%d %H:%M}") == ("14 18:30", "14 22:00")
    form = mayor.get(f"{HERE}/form").text
    assert 'name="arrives" value="13:30"' in form
    assert 'name="leaves" value="17:00"' in form


def test_a_leaving_before_arriving_is_said_at_its_day_and_what_was_typed_is_kept(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    answer = visitor(stage.people["oakland mayor"]).post(HERE, {**DAYS, "leaves": ["09:00", ""], "access": RAMP})
    assert answer.status_code == 422
    assert "Tue 14 Nov: Leaving at 09:00 is not after arriving at 13:30." in answer.text
    assert 'name="leaves" value="09:00"' in answer.text
    assert RAMP in answer.text
    with database.read() as db:
        assert db.exec(select(Registration)).all() == []


def test_no_day_ticked_is_said_and_so_is_a_text_that_does_not_fit(stage: Stage, visitor: VisitorOf) -> None:
    member = visitor(stage.people["oakland member 1"])
    assert "Tick at least one day, or say that you cannot come." in member.post(HERE, {**DAYS, "there": []}).text
    assert "That is 1,001 characters; 1,000 fit." in member.post(HERE, {**WHOLE, "access": "x" * 1001}).text


def test_a_second_submission_is_one_registration_and_one_letter(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    member = visitor(stage.people["oakland member 1"])
    member.follow(HERE, WHOLE)
    member.follow(HERE, WHOLE)
    with database.read() as db:
        assert len(db.exec(select(Registration)).all()) == 1
        assert db.exec(select(OutboxLetter.subject)).all() == ["Fall convening: you have a place"]


def test_over_the_cap_one_is_told_the_number_in_line_and_moves_up_by_a_cancellation(
    app: FastAPI, visitor: VisitorOf
) -> None:
    """Rule 9."""
    stage = set_stage(app.state.database, cap=1)
    first, second, third = (visitor(stage.people[f"oakland {who}"]) for who in ("mayor", "member 1", "member 2"))
    first.follow(HERE, WHOLE)
    assert "You are number 1 on Oakland’s waiting list" in said(second.follow(HERE, WHOLE).text)
    assert "You are number 2 on Oakland’s waiting list" in said(third.follow(HERE, WHOLE).text)
    assert "You are not expected" in said(first.follow(f"{HERE}/regrets", {"reason": "A vote"}).text)
    assert "You have a place" in said(second.get(HERE).text)
    assert "You are number 1 on Oakland’s waiting list" in said(third.get(HERE).text)
    with app.state.database.read() as db:
        letters = db.exec(select(OutboxLetter.recipient, OutboxLetter.subject)).all()
    assert [subject for recipient, subject in letters if "member.1" in recipient] == [
        "Fall convening: you are number 1 on the waiting list",
        "Fall convening: you have a place",
    ]


def test_a_form_saved_for_later_takes_no_place_and_comes_back_filled(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    member = visitor(stage.people["oakland member 1"])
    page = member.follow(HERE, {**WHOLE, "act": "save", "access": RAMP})
    assert RAMP in page.text
    assert "Register me" in said(page.text)
    assert of(database, stage, "oakland member 1").state is RegistrationState.STARTED


def test_who_cannot_come_says_so_and_may_come_after_all(database: Database, stage: Stage, visitor: VisitorOf) -> None:
    member = visitor(stage.people["oakland member 1"])
    page = member.follow(f"{HERE}/regrets", {"reason": "A wedding"})
    assert "“ A wedding ”" in said(page.text)
    assert of(database, stage, "oakland member 1").state is RegistrationState.DECLINED
    assert "Register after all" in said(page.text)
    assert "You have a place" in said(member.follow(HERE, WHOLE).text)


def test_after_closing_a_member_is_refused_and_an_organizer_is_not(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    with time_machine.travel(TWO_WEEKS_BEFORE.replace(month=11, day=8), tick=True):
        member, organizer = visitor(stage.people["oakland member 1"]), visitor(stage.people["organizer"])
        closed = "Registration for Fall convening closed on Tue 7 Nov 2017."
        assert closed in said(member.get(HERE).text)
        assert "Register me" not in member.get(HERE).text
        answer = member.post(HERE, WHOLE)
        assert answer.status_code == 422
        assert closed in answer.text
        organizer.follow(f"{HERE}/team/oakland/{stage.people['oakland member 1']}", WHOLE)
    assert of(database, stage, "oakland member 1").state is RegistrationState.SUBMITTED


@verb
def _assist(db: Session, stage: Stage, *, by: Viewer) -> int:
    """An assistant of Oakland's mayor, without a seat of their own; returns their number."""
    assistant = Person(name="Ada Assistant", email="ada@example.org")
    db.add(assistant)
    db.flush()
    db.add(
        Assistance(
            assistant_id=assistant.key,
            principal_id=stage.people["oakland mayor"],
            starts_on=TWO_WEEKS_BEFORE.date().replace(year=2016),
        )
    )
    return assistant.key


def test_an_assistant_registers_the_mayor_it_is_said_so_and_needs_are_not_shown_back(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    with database.write() as db:
        assistant = _assist(db, stage, by=BY)
    acting = visitor(assistant, stage.people["oakland mayor"])
    assert "You act for Oakland Mayor" in acting.get(HERE).text.replace("<strong>", "").replace("</strong>", "")
    assert "You fill this in for Oakland Mayor." in said(acting.get(HERE).text)
    page = acting.follow(HERE, {**WHOLE, "access": RAMP})
    assert "Oakland Mayor has a place" in said(page.text)
    assert "Access Answered; not shown here" in said(page.text)
    for path in (HERE, f"{HERE}/form"):
        assert RAMP not in acting.get(path).text
        assert RAMP in visitor(stage.people["oakland mayor"]).get(path).text
    with database.read() as db:
        entry = db.exec(select(AuditEntry).where(AuditEntry.subject == "registration")).one()
    assert (entry.by, entry.by_id, entry.for_id) == ("Ada Assistant", assistant, stage.people["oakland mayor"])


def test_a_facilitator_sees_the_team_as_cards_and_registers_all_with_one_click(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    facilitator = visitor(stage.people["oakland facilitator"])
    assert facilitator.get(f"{HERE}/team").headers["location"] == f"{HERE}/team/oakland"
    facilitator.follow(f"{HERE}/team/oakland/{stage.people['oakland mayor']}/regrets", {})
    page = facilitator.get(f"{HERE}/team/oakland").text
    assert "1 of 5 have answered." in said(page)
    assert page.count("autofocus") == 1
    done = said(facilitator.follow(f"{HERE}/team/oakland").text)
    assert "4 registered." in done
    assert "5 of 5 have answered." in done
    assert done.count("Has a place") == 4
    with database.read() as db:
        oakland = db.exec(select(Delegation).where(Delegation.city_id == stage.cities["oakland"])).one()
        assert (oakland.taken, oakland.cap) == (4, 10)
        assert len(db.exec(select(OutboxLetter)).all()) == 4


def test_a_facilitator_types_needs_for_a_member_and_sees_afterwards_only_that_they_were_answered(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    """Rule 12."""
    address = f"{HERE}/team/oakland/{stage.people['oakland member 1']}"
    facilitator = visitor(stage.people["oakland facilitator"])

    def access() -> str | None:
        needs = of(database, stage, "oakland member 1").needs
        return needs.access if needs else None

    facilitator.follow(address, {**WHOLE, "dietary_words": FOOD, "access": RAMP})
    form = facilitator.get(address).text
    assert "Food and access were answered." in said(form)
    assert FOOD not in form
    assert RAMP not in form
    facilitator.follow(address, {"asks": asked_by(form), "access": ""})
    assert access() == RAMP
    facilitator.follow(address, {**WHOLE, "asks": ["nothing"], "needs_nothing": "true"})
    assert access() == ""


def test_an_invitation_is_a_letter_with_the_way_to_the_form(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    facilitator = visitor(stage.people["oakland facilitator"])
    for _ in range(2):
        facilitator.follow(f"{HERE}/team/oakland/{stage.people['oakland mayor']}/invitation")
    with database.read() as db:
        letter = db.exec(select(OutboxLetter)).one()
    assert letter.subject == "Fall convening: please register"
    assert f"http://127.0.0.1:8000{HERE}" in letter.text
    assert of(database, stage, "oakland mayor").state is RegistrationState.INVITED


def test_a_facilitator_gives_a_sponsored_place_and_is_told_when_there_is_none(app: FastAPI, visitor: VisitorOf) -> None:
    stage = set_stage(app.state.database, sponsored_cap=1)
    facilitator = visitor(stage.people["oakland facilitator"])
    sponsored = {**WHOLE, "asks_place": "true", "sponsored": "true"}
    first, second = (f"{HERE}/team/oakland/{stage.people[f'oakland member {n}']}" for n in (1, 2))
    assert "Sponsored" in said(facilitator.follow(first, sponsored).text)
    facilitator.follow(second, {**WHOLE, "asks_place": "true"})
    answer = facilitator.post(second, sponsored)
    assert answer.status_code == 422
    assert "All sponsored places of Oakland are taken. Oakland Member 2 keeps the place they have." in answer.text


@pytest.mark.parametrize("path", ["team/oakland", "team/oakland/{}", "team/salem/{}"])
def test_a_facilitator_of_another_city_neither_sees_nor_registers_this_citys_team(
    stage: Stage, visitor: VisitorOf, path: str
) -> None:
    salem = visitor(stage.people["salem facilitator"])
    address = f"{HERE}/{path.format(stage.people['oakland mayor'])}"
    denied = 404 if "salem" in path else 403
    assert (salem.get(address).status_code, salem.post(address, WHOLE).status_code) == (denied, denied)


def test_the_board_counts_and_caps_can_be_changed_there(database: Database, stage: Stage, visitor: VisitorOf) -> None:
    with database.write() as db:
        register(db, convening(db, stage), person(db, stage, "oakland mayor"), by=BY)
    organizer = visitor(stage.people["organizer"])
    page = said(organizer.get(f"{HERE}/board").text)
    assert "1 has a place, 0 of them from the lab; 0 wait; 12 have not answered." in page
    assert "Oakland 1 of 10 0 of 2 – – – 1 – – – 1 Superintendent, Facilitator, Member, Member" in page
    looked = said(organizer.get(f"{HERE}/caps?own-oakland=0&sponsored-oakland=3").text)
    assert "10 → 0 places, 2 → 3 sponsored. Over the cap by 1" in looked
    assert "1 of 10" in said(organizer.get(f"{HERE}/board").text), "to look changes nothing"
    changed = organizer.follow(f"{HERE}/caps", {"own-oakland": "6", "sponsored-oakland": "3"})
    assert "1 of 6 0 of 3" in said(changed.text)
    wrong = organizer.get(f"{HERE}/caps?own-oakland=-4")
    assert wrong.status_code == 422
    assert 'value="-4"' in wrong.text
    assert "Oakland: a cap is a number of places, such as 10." in said(wrong.text)


def test_an_organizers_look_at_the_needs_is_on_record_and_shown(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    """Rules 12 and 21."""
    visitor(stage.people["oakland mayor"]).follow(HERE, {**WHOLE, "diet": ["halal"], "access": RAMP})
    page = visitor(stage.people["organizer"]).get(f"{HERE}/needs")
    assert page.headers["cache-control"] == "no-store"
    assert "Oakland Mayor Oakland halal a ramp QX-RAMP-12" in said(page.text)
    assert "Organizer , Tue 31 Oct 2017, 11:00 EDT: food and access of 1 person" in said(page.text)
    with database.read() as db:
        looks = db.exec(select(AuditEntry).where(AuditEntry.act == "look_at_needs")).all()
    assert [(look.by, look.subject, look.after) for look in looks] == [("Organizer", "convening", {"people": 1})]


def test_forms_ask_for_no_childs_name(stage: Stage, visitor: VisitorOf) -> None:
    """Rule 20."""
    assert "Please write no child’s name and nothing about a single student" in said(
        visitor(stage.people["oakland member 1"]).get(HERE).text
    )


@verb
def _leave_office(db: Session, person_id: int, last_day: date, *, by: Viewer) -> None:
    db.exec(select(Tenure).where(Tenure.person_id == person_id)).one().ends_on = last_day


def test_who_holds_no_seat_on_the_first_day_is_told_instead_of_asked(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    with database.write() as db:
        _leave_office(db, stage.people["oakland mayor"], date(2017, 11, 10), by=BY)
    mayor = visitor(stage.people["oakland mayor"])
    assert "You hold no seat in By All Means on Tue 14 Nov 2017" in said(mayor.get(HERE).text)
    assert mayor.post(HERE, WHOLE).status_code == 422


def pages_to_look_at(stage: Stage) -> list[str]:
    people = stage.people.values()
    return [
        "/",
        "/me",
        "/by-all-means",
        "/by-all-means/people",
        "/by-all-means/convenings",
        "/by-all-means/convenings/2017-fall",
        "/by-all-means/convenings/2017-fall/agenda",
        HERE,
        f"{HERE}/form",
        f"{HERE}/team",
        f"{HERE}/board",
        *(f"{HERE}/team/{city}" for city in stage.cities),
        *(f"{HERE}/team/{city}/{number}" for city in stage.cities for number in people),
        *(f"/by-all-means/people/{number}" for number in people),
        *(f"/by-all-means/cities/{city}" for city in stage.cities),
    ]


def test_what_a_person_needs_is_on_no_page_of_anybody_else_in_no_letter_no_record_and_no_log(
    database: Database, stage: Stage, visitor: VisitorOf, capfd: pytest.CaptureFixture[str]
) -> None:
    """Rule 12, with a marker in each private field, looked for everywhere each kind of person gets to."""
    markers = ("QX-PEPPER-11", "QX-RAMP-12")
    mayor = stage.people["oakland mayor"]
    visitor(mayor).follow(HERE, {**WHOLE, "dietary_words": FOOD, "access": RAMP})
    visitor(mayor).post(HERE, {**WHOLE, "presence": "part", "dietary_words": FOOD, "access": RAMP})
    found = []
    for name, number in stage.people.items():
        looking = visitor(number)
        for path in pages_to_look_at(stage):
            answer = looking.get(path)
            if number != mayor and any(marker in answer.text for marker in markers):
                found.append((name, path))
        allowed = looking.get(f"{HERE}/needs").status_code == 200
        assert allowed == (name == "organizer"), f"{name} and the needs page"
    assert found == []
    anonymous = [path for path in pages_to_look_at(stage) if any(m in visitor().get(path).text for m in markers)]
    assert anonymous == []
    with database.read() as db:
        kept = [str(row) for model in (AuditEntry, OutboxLetter) for row in db.exec(select(model))]
    printed = "".join(capfd.readouterr())
    assert [marker for marker in markers if marker in "".join(kept) + printed] == []


@verb
def give_notice(db: Session, here: Convening, *, by: Viewer) -> None:
    here.records_notice = "What you write may have to be disclosed."


def test_the_notices_are_accepted_before_ones_own_form_is_sent_once_and_the_time_is_on_record(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    with database.write() as db:
        give_notice(db, convening(db, stage), by=BY)
    member = visitor(stage.people["oakland member 1"])
    asks = asked_by(member.get(HERE).text)
    refused = member.post(HERE, {"asks": asks, "access": RAMP})
    assert refused.status_code == 422
    assert "Read this, and tick that you have. Then you can register." in said(refused.text)
    assert RAMP in refused.text
    with database.read() as db:
        assert db.exec(select(Registration)).all() == [], "no place is taken"
    done = member.follow(HERE, {"asks": asks, "access": RAMP, "notices": "true"})
    assert "You have a place" in said(done.text)
    first = of(database, stage, "oakland member 1").notices_read_at
    assert first is not None
    page = member.get(f"{HERE}/form").text
    assert "Read on Tue 31 Oct 2017." in said(page)
    member.follow(HERE, {"asks": asked_by(page), "photo": "yes"})
    assert of(database, stage, "oakland member 1").notices_read_at == first


def test_a_team_is_not_held_up_by_the_notices_and_who_was_registered_is_asked_to_read_them(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    with database.write() as db:
        give_notice(db, convening(db, stage), by=BY)
    facilitator = visitor(stage.people["oakland facilitator"])
    address = f"{HERE}/team/oakland/{stage.people['oakland member 1']}"
    team = facilitator.follow(address, {"asks": asked_by(facilitator.get(address).text), "needs_nothing": "true"})
    assert "Missing: the notices, photo consent, arrival and departure" in said(team.text)
    own = visitor(stage.people["oakland member 1"])
    assert "Still missing: the notices, photo consent, arrival and departure." in said(own.get(HERE).text)
    answer = own.post(HERE, {"asks": asked_by(own.get(f"{HERE}/form").text), "photo": "yes"})
    assert answer.status_code == 422
    own.follow(HERE, {"asks": asked_by(own.get(f"{HERE}/form").text), "photo": "yes", "notices": "true"})
    assert "Still missing: arrival and departure." in said(own.get(HERE).text)


def test_under_me_one_reads_what_others_read_about_oneself_and_changes_it_there(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    member = visitor(stage.people["oakland member 1"])
    assert "Not registered" in said(member.get("/me").text)
    member.follow(HERE, {**WHOLE, "listed": "yes"})
    page = said(member.get("/me").text)
    assert "Fall convening : others read “ Oakland Member 1 , Member, Oakland”, and nothing else." in page
    answer = member.post(f"{HERE}/roster/listing", {"listed": "no", "back": "me"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/me")
    assert "Fall convening : you are counted, and not named." in said(member.get("/me").text)
    assert of(database, stage, "oakland member 1").listed is False
