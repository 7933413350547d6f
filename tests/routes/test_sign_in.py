"""Signing in by a one-time link, and what it must not tell or allow."""

import re
from datetime import timedelta
from email import message_from_bytes, policy

import time_machine
from fastapi import FastAPI
from sqlmodel import Session, select

from app.mailing import outbox
from app.models import OutboxLetter, Person, SignIn
from app.people.audit import verb
from app.people.viewer import Viewer
from tests.conftest import VisitorOf


@verb
def enter(db: Session, name: str, email: str, *, by: Viewer) -> int:
    person = Person(name=name, email=email)
    db.add(person)
    db.flush()
    return person.key


def known_person(app: FastAPI, email: str = "rosa@city.example") -> int:
    with app.state.database.write() as db:
        return enter(db, "Rosa Núñez", email, by=Viewer.system("test"))


def link_sent(app: FastAPI) -> str:
    """Deliver the outbox as files and read the link out of the newest letter, as a person would."""
    settings = app.state.settings
    outbox.deliver_due(app.state.database, settings)
    newest = max((settings.data_dir / "mail").glob("*.eml"))
    letter = message_from_bytes(newest.read_bytes(), policy=policy.default)
    plain = letter.get_body(("plain",))
    assert plain
    text = plain.get_content()
    found = re.search(r"http://127\.0\.0\.1:8000(/sign-in/\S+)", text)
    assert found, text
    return found.group(1)


def test_a_link_asked_for_by_mail_signs_in_once(app: FastAPI, visitor: VisitorOf) -> None:
    known_person(app)
    rosa = visitor()
    assert rosa.post("/sign-in", {"email": " Rosa@City.example "}).status_code == 200
    link = link_sent(app)
    assert rosa.get(link).status_code == 200, "opening the link, as a mail scanner does, uses nothing up"
    assert rosa.post(link).headers["location"] == "/"
    assert rosa.get("/me").status_code == 200
    assert visitor().post(link).status_code == 410, "the second click"


def test_a_link_is_too_old_after_twenty_minutes(app: FastAPI, visitor: VisitorOf) -> None:
    known_person(app)
    visitor().post("/sign-in", {"email": "rosa@city.example"})
    link = link_sent(app)
    with time_machine.travel(timedelta(minutes=20, seconds=1)):
        assert visitor().get(link).status_code == 410
        assert visitor().post(link).status_code == 410


def test_an_unknown_address_gets_the_same_answer_and_no_letter(app: FastAPI, visitor: VisitorOf) -> None:
    known_person(app)
    known = visitor().post("/sign-in", {"email": "rosa@city.example"})
    unknown = visitor().post("/sign-in", {"email": "eve@city.example"})
    assert known.text.replace("rosa@", "…") == unknown.text.replace("eve@", "…")
    with app.state.database.read() as db:
        assert len(db.exec(select(OutboxLetter)).all()) == 1


def test_a_mailbox_cannot_be_filled_with_links(app: FastAPI, visitor: VisitorOf) -> None:
    known_person(app)
    for _ in range(9):
        assert visitor().post("/sign-in", {"email": "rosa@city.example"}).status_code == 200
    with app.state.database.read() as db:
        assert len(db.exec(select(OutboxLetter)).all()) == 5


def test_what_is_no_address_is_said_at_the_field_and_kept(visitor: VisitorOf) -> None:
    answer = visitor().post("/sign-in", {"email": "rosa<at>city"})
    assert answer.status_code == 422
    assert "rosa&lt;at&gt;city" in answer.text


def test_signing_out_everywhere_ends_the_other_browser_too(app: FastAPI, visitor: VisitorOf) -> None:
    rosa = known_person(app)
    desk, phone = visitor(rosa), visitor(rosa)
    assert desk.get("/me").status_code == phone.get("/me").status_code == 200
    desk.post("/me/sign-ins/end")
    assert phone.get("/me").status_code == 303


def test_nobody_ends_the_sign_in_of_another(app: FastAPI, visitor: VisitorOf) -> None:
    rosa, eve = known_person(app), known_person(app, "eve@city.example")
    hers = visitor(rosa)
    with app.state.database.read() as db:
        number = db.exec(select(SignIn.id).where(SignIn.person_id == rosa)).one()
    visitor(eve).post(f"/me/sign-ins/{number}/end")
    assert hers.get("/me").status_code == 200


def test_a_link_sends_nobody_to_another_site(visitor: VisitorOf) -> None:
    for address in ("https://evil.example", "//evil.example", "/\\evil.example"):
        assert "evil.example" not in visitor().get("/sign-in", params={"next": address}).text


def test_the_database_keeps_no_token(app: FastAPI, visitor: VisitorOf) -> None:
    rosa = visitor(known_person(app))
    cookie = next(iter(rosa.client.cookies.jar)).value
    assert cookie
    with app.state.database.read() as db:
        assert cookie not in str([row.model_dump() for row in db.exec(select(SignIn))])


def test_a_form_of_another_site_changes_nothing(app: FastAPI, visitor: VisitorOf) -> None:
    rosa = visitor(known_person(app))
    for headers in (
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://evil.example"},
    ):
        assert rosa.post("/sign-out", headers=headers).status_code == 403
    assert rosa.get("/me").status_code == 200


def test_demo_sign_in_is_not_there_for_a_public_name(sample_visitor: VisitorOf) -> None:
    form = {"as": "organizer"}
    assert sample_visitor().post("/demo/sign-in", form).status_code == 303
    assert sample_visitor().post("/demo/sign-in", form, headers={"host": "plenary.example.org"}).status_code == 404


def test_an_address_of_thousands_of_digits_is_refused_in_a_sentence(visitor: VisitorOf) -> None:
    answer = visitor().get("/by-all-means/gatherings/" + "9" * 5000)
    assert (answer.status_code, answer.text) == (414, "There is no page at an address this long.")


def test_a_control_character_breaks_no_form(app: FastAPI, visitor: VisitorOf) -> None:
    """PostgreSQL keeps no NUL in text; what was there stays."""
    rosa = known_person(app)
    assert visitor(rosa).post("/me", {"name": "Ro\x00sa", "zone": ""}).status_code in (303, 422)
    with app.state.database.read() as db:
        assert "Ro" in db.exec(select(Person.name).where(Person.id == rosa)).one()
