"""What tests of invitations have in common: letters as another program reads them."""

import socket
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from icalendar import Calendar
from sqlmodel import col, select

from app.database import Database
from app.mailing.invitation_letters import send_invitations
from app.mailing.outbox import message
from app.models import OutboxLetter, Person
from app.people.audit import verb
from app.people.viewer import Viewer
from app.settings import Settings
from tests.gatherings.meeting import Meeting

REPLIES = "rsvp@lab.example"


@verb
def _want(db: Any, numbers: list[int], *, by: Viewer) -> None:
    for number in numbers:
        db.get_one(Person, number).wants_invitations = True


def wanting(meeting: Meeting, *who: str) -> None:
    """These people have asked for invitations by mail."""
    with meeting.database.write() as db:
        _want(db, [meeting.stage.people[one] for one in who], by=Viewer.system("test"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def with_replies(settings: Settings, **said: object) -> Settings:
    return settings.model_copy(
        update={
            "mail_from": "Plenary <plenary@lab.example>",
            "replies_address": REPLIES,
            "replies_listen": f"127.0.0.1:{_free_port()}",
            "invitation_quiet_minutes": 0,
            **said,
        }
    )


@dataclass(frozen=True)
class Mail:
    """A letter as it goes out, and the calendar object in it as icalendar reads it."""

    mail: EmailMessage

    @property
    def to(self) -> str:
        return str(self.mail["To"].addresses[0].addr_spec)

    @property
    def alternatives(self) -> list[EmailMessage]:
        body: Any = self.mail
        while body.get_content_type() != "multipart/alternative":
            body = next(body.iter_parts())
        return list(body.iter_parts())

    @property
    def text(self) -> str:
        return str(self.alternatives[0].get_content())

    @property
    def part(self) -> EmailMessage:
        """The part that calendar programs act on."""
        (found,) = [one for one in self.mail.walk() if one.get_content_type() == "text/calendar"]
        assert isinstance(found, EmailMessage)
        return found

    @property
    def raw(self) -> bytes:
        return bytes(self.part.get_payload(decode=True))

    @property
    def calendar(self) -> Calendar:
        found = Calendar.from_ical(self.raw)
        assert isinstance(found, Calendar)
        return found

    @property
    def method(self) -> str:
        return str(self.calendar.get("METHOD", ""))

    @property
    def events(self) -> list[Any]:
        return list(self.calendar.walk("VEVENT"))

    @property
    def event(self) -> Any:
        return (
            next(one for one in self.events if "RECURRENCE-ID" not in one) if len(self.events) > 1 else self.events[0]
        )


def letters(database: Database, settings: Settings, *, purpose: str = "invitation") -> list[Mail]:
    """All letters of a purpose, in the order in which they were written."""
    with database.read() as db:
        rows = db.exec(select(OutboxLetter).where(OutboxLetter.purpose == purpose).order_by(col(OutboxLetter.id)))
        return [Mail(message_from_bytes(message(settings, one).as_bytes(), policy=policy.default)) for one in rows]


def sent(database: Database, settings: Settings) -> list[Mail]:
    """What a round of the worker sends now."""
    before = len(letters(database, settings))
    count = send_invitations(database, settings)
    found = letters(database, settings)[before:]
    assert len(found) == count
    return found
