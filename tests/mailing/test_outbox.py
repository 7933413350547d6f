"""The outbox: a letter is committed with its cause, sent once, and never lost."""

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from socket import socket
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from sqlmodel import Session, select

from app.database import Database
from app.mailing import outbox
from app.models import OutboxLetter, Person
from app.people.audit import verb
from app.people.viewer import Viewer
from app.settings import Settings


class Postbox:
    """A real SMTP server's handler, which keeps what comes in; `refuse` makes it answer 451."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.refuse = False

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's name)
        if self.refuse:
            return "451 Come back later"
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def postbox() -> Iterator[tuple[Postbox, str]]:
    """The handler and the address of an SMTP server on loopback."""
    handler = Postbox()
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, f"smtp://127.0.0.1:{port}"
    controller.stop()


@verb
def enter(db: Session, name: str, email: str | None, *, by: Viewer) -> Person:
    person = Person(name=name, email=email)
    db.add(person)
    db.flush()
    return person


def write(
    database: Database, *, name: str = "Rosa Núñez", email: str | None = "rosa@city.example", key: str = "a"
) -> None:
    with database.write() as db:
        person = db.exec(select(Person).where(Person.email == email)).first()
        person = person or enter(db, name, email, by=Viewer.system("test"))
        outbox.enqueue(db, person, subject="Grüße", text="Ein Brief — für Sie\n", purpose="test", unique_key=key)


def letter(database: Database) -> OutboxLetter:
    with database.read() as db:
        return db.exec(select(OutboxLetter)).one()


def test_a_letter_goes_to_the_smtp_server_once(
    database: Database, settings: Settings, postbox: tuple[Postbox, str]
) -> None:
    handler, address = postbox
    settings = settings.model_copy(update={"smtp_url": address})
    write(database)
    assert outbox.deliver_due(database, settings) == 1
    assert outbox.deliver_due(database, settings) == 0
    (mail,) = handler.letters
    assert mail["To"].addresses[0].display_name == "Rosa Núñez"
    plain, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain
    assert html
    assert (mail["Subject"], plain.get_content()) == ("Grüße", "Ein Brief — für Sie\r\n")
    assert "Ein Brief — für Sie" in html.get_content()


def test_a_letter_that_is_refused_waits_longer_each_time_and_is_sent_in_the_end(
    database: Database, settings: Settings, postbox: tuple[Postbox, str]
) -> None:
    handler, address = postbox
    settings = settings.model_copy(update={"smtp_url": address})
    handler.refuse = True
    write(database)
    assert outbox.deliver_due(database, settings) == 0
    assert letter(database).last_error != ""
    assert outbox.deliver_due(database, settings) == 0, "it is not due again at once"
    handler.refuse = False
    with time_machine.travel(timedelta(minutes=3)):
        assert outbox.deliver_due(database, settings) == 1
    assert len(handler.letters) == 1


def test_a_server_that_is_away_loses_nothing(database: Database, settings: Settings) -> None:
    write(database)
    away = settings.model_copy(update={"smtp_url": "smtp://127.0.0.1:1"})
    assert outbox.deliver_due(database, away) == 0
    assert letter(database).sent_at is None


def test_a_letter_without_smtp_is_a_file_in_the_data_folder(database: Database, settings: Settings) -> None:
    write(database)
    assert outbox.deliver_due(database, settings) == 1
    kept = settings.data_dir / letter(database).kept_as
    mail = message_from_bytes(kept.read_bytes(), policy=policy.default)
    assert mail["To"].addresses[0].addr_spec == "rosa@city.example"


def test_the_same_cause_writes_one_letter(database: Database) -> None:
    write(database, key="release:1:person:1")
    write(database, key="release:1:person:1")
    assert letter(database).unique_key == "release:1:person:1"


def test_a_person_without_an_address_gets_no_letter(database: Database) -> None:
    write(database, email=None)
    with database.read() as db:
        assert db.exec(select(OutboxLetter)).all() == []


def test_a_name_with_line_ends_makes_no_header_of_its_own(database: Database, settings: Settings) -> None:
    write(database, name="Eve\r\nBcc: all@city.example", email="eve@city.example")
    outbox.deliver_due(database, settings)
    mail = message_from_bytes((settings.data_dir / letter(database).kept_as).read_bytes(), policy=policy.default)
    assert mail["Bcc"] is None
    assert [address.addr_spec for address in mail["To"].addresses] == ["eve@city.example"]


def test_what_is_rolled_back_sends_no_letter(database: Database, settings: Settings) -> None:
    def break_off() -> None:
        with database.write() as db:
            person = enter(db, "Rosa", "rosa@city.example", by=Viewer.system("test"))
            outbox.enqueue(db, person, subject="S", text="T", purpose="test", unique_key="a")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    assert outbox.deliver_due(database, settings) == 0
