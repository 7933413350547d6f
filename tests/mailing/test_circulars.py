"""Circulars: the letter that each reader gets, and that it goes once, to those who were looked at."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from sqlmodel import Session, col, select

from app.database import Database
from app.mailing import outbox
from app.mailing.circulars import (
    Count,
    Outcome,
    circular_letter,
    circulars_of,
    counts_of,
    recipients,
    rewrite_circular,
    send_circular,
    write_circular,
)
from app.models import AuditEntry, Circular, LinkPurpose, OutboxLetter, Person
from app.people import private_links
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from app.registration.finding import Filter
from app.registration.links import link_address
from app.registration.registrations import Details, decline, register
from app.settings import Settings
from tests.registration.stage import BY, TWO_WEEKS_BEFORE, Stage, convening, more_members, person, set_stage, viewer

ALL = "Dear {name},\n\n{city} | {seat} | {missing} | {closes}\n{link}"
WHY = (
    "Fall convening, Tue 14 Nov 2017 to Wed 15 Nov 2017, Harvard Graduate School of Education. It is about this"
    " convening only and was written by its organizers; it is no newsletter,"
    " and there is nothing to unsubscribe from.\n"
)
CLOSES = "Tue 7 Nov 2017 at 23:59 EST"


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    with time_machine.travel(TWO_WEEKS_BEFORE, tick=True):
        yield


@pytest.fixture
def stage(database: Database) -> Stage:
    return set_stage(database)


@verb
def change(db: Session, one: Person, *, by: Viewer, name: str | None = None, email: str | None = "") -> None:
    one.name = name or one.name
    one.email = one.email if email == "" else email
    db.add(one)


def written(db: Session, stage: Stage, query: str, text: str = ALL, subject: str = "Rooms") -> Circular:
    here, by = convening(db, stage), viewer(db, stage, "organizer")
    return write_circular(db, here, Filter.of_query(query), subject=subject, text=text, by=by)


def sent(
    db: Session, stage: Stage, circular: Circular, settings: Settings, looked_at: set[int] | None = None
) -> Outcome:
    here = convening(db, stage)
    if looked_at is None:
        looked_at = {one.person_id for one in recipients(db, here, circular)[0]}
    return send_circular(db, here, circular, looked_at, settings=settings, by=viewer(db, stage, "organizer"))


def letters(db: Session) -> dict[str, OutboxLetter]:
    return {one.recipient: one for one in db.exec(select(OutboxLetter).order_by(col(OutboxLetter.id)))}


def test_each_reads_a_letter_of_their_own_and_nothing_private(
    database: Database, stage: Stage, settings: Settings
) -> None:
    """Rule 12: what is missing is said, never what was answered; rule 14: the event's zone stands with the time."""
    with database.write() as db:
        here = convening(db, stage)
        needs = Details(dietary="QX-PEPPER", access="QX-RAMP", photo_consent=True)
        register(db, here, person(db, stage, "oakland mayor"), details=needs, by=BY)
        decline(db, here, person(db, stage, "salem mayor"), by=BY)
        link = private_links.create_link(
            db, LinkPurpose.REGISTRATION, here, person(db, stage, "oakland mayor"), secret=settings.secret, by=BY
        )
        own = f"{settings.address}{link_address(here, link, settings.secret)}"
        page = f"{settings.address}{here.path}/registration"
        outcomes = [sent(db, stage, written(db, stage, query), settings) for query in ("role=mayor", "role=expert")]
    assert outcomes == [Outcome(2), Outcome(1)]
    with database.read() as db:
        found = letters(db)
        circular = db.exec(select(Circular).order_by(col(Circular.id))).first()
        assert circular is not None
        assert (circular.recipients, circular.chosen) == (2, {"role": "mayor"})
    assert {who: one.text for who, one in found.items()} == {
        "Oakland Mayor <oakland.mayor@example.org>": (
            f"Dear Oakland Mayor,\n\nOakland | Mayor | arrival and departure | {CLOSES}\n{own}\n\n"
            f"You get this letter because you are registered for {WHY}"
        ),
        "Salem Mayor <salem.mayor@example.org>": (
            f"Dear Salem Mayor,\n\nSalem | Mayor | nothing | {CLOSES}\n{page}\n\n"
            f"You get this letter because you were invited to {WHY}"
        ),
        "Expert <expert@example.org>": (
            f"Dear Expert,\n\nthe lab | Expert | the registration | {CLOSES}\n{page}\n\n"
            f"You get this letter because you are invited to {WHY}"
        ),
    }
    assert {one.subject for one in found.values()} == {"Rooms"}
    mayor = found["Oakland Mayor <oakland.mayor@example.org>"]
    assert mayor.unique_key == f"circular:{circular.key}:person:{stage.people['oakland mayor']}"


def test_a_stray_brace_is_a_brace_and_a_name_with_braces_is_no_field(database: Database, stage: Stage) -> None:
    with database.write() as db:
        change(db, person(db, stage, "expert"), name="{link} " + "N" * 293, by=BY)
        circular = written(db, stage, "role=expert", "{ } {} {12} }{ {{Name}} { city }", "Rooms {x")
        ((reader,), _) = recipients(db, convening(db, stage), circular)
        text = circular_letter(convening(db, stage), circular, reader, address="https://x.example")
    assert text.split("\n")[0] == "{ } {} {12} }{ {{link} " + "N" * 293 + "} the lab"


@pytest.mark.parametrize(
    ("subject", "text", "field", "sentence"),
    [
        ("", "x", "subject", "What is the letter about?"),
        ("Rooms", " \n", "text", "The letter is empty."),
        (
            "Rooms",
            "{name} {diet} {access} {diet}",
            "text",
            "There is no field {diet}, {access}. There are {name}, {city}, {seat}, {link}, {missing}, {closes}.",
        ),
        (
            "{name}",
            "x",
            "subject",
            "Fields stand in the letter only: a subject is the same for all, since it is read on locked screens.",
        ),
        (
            "Rooms",
            "x" * 10_001,
            "text",
            "This is 10,001 characters; 10,000 is the most that fits. Nothing was cut.",
        ),
    ],
)
def test_what_cannot_be_sent_is_refused_at_its_field(
    subject: str, text: str, field: str, sentence: str, database: Database, stage: Stage
) -> None:
    with database.write() as db:
        with pytest.raises(Refused) as refused:
            written(db, stage, "", text, subject)
        assert (refused.value.field, refused.value.sentence) == (field, sentence)
    with database.read() as db:
        assert db.exec(select(Circular)).all() == []


def test_a_second_click_sends_nothing_twice_and_what_went_stays(
    database: Database, stage: Stage, settings: Settings
) -> None:
    """Rule 21: both acts are on record, with the one who did them."""
    with database.write() as db:
        number = written(db, stage, "city=oakland").key
    for expected in (Outcome(5), Outcome(before=True)):
        with database.write() as db:
            assert sent(db, stage, db.get_one(Circular, number), settings) == expected
    with database.write() as db:
        assert len(letters(db)) == 5
        with pytest.raises(Refused, match="has gone already"):
            rewrite_circular(db, db.get_one(Circular, number), subject="Other", text="Other", by=BY)
    with database.read() as db:
        entries = db.exec(select(AuditEntry).where(AuditEntry.subject == "circular").order_by(col(AuditEntry.id))).all()
        assert [one.act for one in entries] == ["write_circular", "send_circular"]
        assert {one.by_id for one in entries} == {stage.people["organizer"]}


def test_of_two_who_send_at_once_one_does(database: Database, stage: Stage, settings: Settings) -> None:
    with database.write() as db:
        number = written(db, stage, "city=oakland").key

    def click(_: int) -> Outcome:
        with database.write() as db:
            return sent(db, stage, db.get_one(Circular, number), settings)

    with ThreadPoolExecutor(2) as hands:
        outcomes = list(hands.map(click, range(2)))
    assert sorted(outcomes, key=lambda one: one.before) == [Outcome(5), Outcome(before=True)]
    with database.read() as db:
        assert len(letters(db)) == 5


def test_who_left_the_list_and_who_came_onto_it_since_are_not_written_to_and_named(
    database: Database, stage: Stage, settings: Settings
) -> None:
    with database.write() as db:
        circular = written(db, stage, "city=salem&state=open")
        looked_at = {one.person_id for one in recipients(db, convening(db, stage), circular)[0]}
        register(db, convening(db, stage), person(db, stage, "salem mayor"), by=BY)
        change(db, person(db, stage, "salem facilitator"), email=None, by=BY)
        (late,) = more_members(db, stage, "salem", 1, by=BY)
        assert sent(db, stage, circular, settings, looked_at) == Outcome(
            3, left=("Salem Facilitator", "Salem Mayor"), since=(late.name,)
        )
    with database.read() as db:
        assert {one.person_id for one in letters(db).values()} == {
            stage.people[f"salem {who}"] for who in ("superintendent", "member 1", "member 2")
        }


def test_where_nobody_is_left_nothing_is_sent_and_the_letter_is_kept(
    database: Database, stage: Stage, settings: Settings
) -> None:
    with database.write() as db:
        circular = written(db, stage, "state=waiting")
        with pytest.raises(Refused, match="Nothing was sent"):
            sent(db, stage, circular, settings, {stage.people["expert"]})
    with database.read() as db:
        assert (db.exec(select(Circular)).one().sent_at, letters(db)) == (None, {})


def test_what_became_of_letters_is_counted_by_circular(database: Database, stage: Stage, settings: Settings) -> None:
    with database.write() as db:
        sent(db, stage, written(db, stage, "role=mayor"), settings)
    outbox.deliver_due(database, settings)
    with database.write() as db:
        sent(db, stage, written(db, stage, "role=expert"), settings)
    outbox.deliver_due(database, settings.model_copy(update={"smtp_url": "smtp://127.0.0.1:1"}))
    with database.write() as db:
        sent(db, stage, written(db, stage, "role=staff"), settings)
        written(db, stage, "")
        rows = circulars_of(db, convening(db, stage))
        counts = counts_of(db, rows)
        assert [counts.get(one.key) for one in rows] == [
            None,
            Count(waiting=1),
            Count(failed=1),
            Count(sent=2),
        ]
        assert counts_of(db, []) == {}


def test_six_hundred_take_as_many_statements_as_five(
    database: Database, stage: Stage, settings: Settings, queries: list[str]
) -> None:
    counted = []
    for more in (0, 600):
        with database.write() as db:
            more_members(db, stage, "oakland", more, by=BY)
            number = written(db, stage, "city=oakland").key
        with database.write() as db:
            circular = db.get_one(Circular, number)
            queries.clear()
            assert sent(db, stage, circular, settings).count == 5 + more
            counted.append(len(queries))
    assert counted[0] == counted[1]
