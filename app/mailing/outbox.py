"""Letters are written into the outbox with their cause, in one transaction, and sent afterwards by the worker.

To SMTP when an address is set, otherwise as `.eml` files into the data folder, where they can be opened.
"""

import re
import smtplib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

import structlog
from sqlalchemy import insert, update
from sqlmodel import Session, col, select

from app import clock
from app.database import Database
from app.mailing.setting import as_html
from app.models import OutboxLetter, Person
from app.settings import Settings

log = structlog.get_logger("plenary.mail")
MOST_ATTEMPTS = 8
FOLD = re.compile(r"\r\n[ \t]")
ORGANIZER = re.compile(r"^ORGANIZER(?:;[^\r\n]*?)?:mailto:([^\s,;:<>\"]+@[^\s,;:<>\"]+)\r?$", re.MULTILINE)
LEASE = timedelta(minutes=5)


def enqueue(
    db: Session,
    person: Person,
    *,
    subject: str,
    text: str,
    purpose: str,
    unique_key: str,
    due_at: datetime | None = None,
    calendar: str = "",
    method: str = "",
) -> bool:
    """Put a letter to a person into the outbox; False when they have no address or it is there already.

    `unique_key` names the letter for good ("release:12:person:7"), so that the same cause writes once. A `calendar`
    with a `method` is what calendar programs act on (RFC 6047); without one, a file to be taken along.
    """
    if person.email is None:
        return False
    if db.exec(select(OutboxLetter.id).where(OutboxLetter.unique_key == unique_key)).first() is not None:
        return False
    db.add(
        OutboxLetter(
            person_id=person.key,
            recipient=_recipient(person.name, person.email),
            subject=_one_line(subject),
            text=text,
            purpose=purpose,
            unique_key=unique_key,
            due_at=due_at or clock.now(),
            calendar=calendar,
            calendar_method=method,
        )
    )
    db.info["letters"] = True  # the door rings for the postman once this is committed
    return True


@dataclass(frozen=True, slots=True)
class Letter:
    """One of many letters; `unique_key` names it for good. Who is no person on record has no `person_id`. `html` is set
    from the text unless it is given."""

    person_id: int | None
    name: str
    email: str
    subject: str
    text: str
    purpose: str
    unique_key: str
    html: str = ""
    calendar: str = ""
    method: str = ""


def enqueue_all(db: Session, letters: Sequence[Letter]) -> int:
    """The same for many people at once, in two statements however many they are; returns how many were new."""
    keys = [letter.unique_key for letter in letters]
    there = set(db.exec(select(OutboxLetter.unique_key).where(col(OutboxLetter.unique_key).in_(keys)))) if keys else ()
    moment = clock.now()
    rows = [
        {
            "created_at": moment,
            "person_id": letter.person_id,
            "recipient": _recipient(letter.name, letter.email),
            "subject": _one_line(letter.subject),
            "text": letter.text,
            "html": letter.html,
            "calendar": letter.calendar,
            "calendar_method": letter.method,
            "purpose": letter.purpose,
            "unique_key": letter.unique_key,
            "due_at": moment,
            "attempts": 0,
            "last_error": "",
            "kept_as": "",
        }
        for letter in letters
        if letter.unique_key not in there
    ]
    if rows:
        db.execute(insert(OutboxLetter), rows)
        db.info["letters"] = True
    return len(rows)


def _recipient(name: str, email: str) -> str:
    return str(Address(name.replace("\r", " ").replace("\n", " "), addr_spec=email))


def _one_line(subject: str) -> str:
    return " ".join(subject.split())[:500]


def deliver_due(database: Database, settings: Settings, *, most: int = 100) -> int:
    """Send what is due, oldest first; the number sent. A letter that fails waits longer each time.

    A letter is claimed for five minutes before it is sent, so that of two workers one sends it. A worker that
    dies between sending and noting sends it again: a letter twice is better than none.
    """
    sent = 0
    with database.read() as db:
        due = db.exec(
            select(OutboxLetter.id)
            .where(
                col(OutboxLetter.sent_at).is_(None),
                OutboxLetter.due_at <= clock.now(),
                OutboxLetter.attempts < MOST_ATTEMPTS,
            )
            .order_by(col(OutboxLetter.due_at), col(OutboxLetter.id))
            .limit(most)
        ).all()
    for number in due:
        assert number is not None
        sent += _deliver(database, settings, number)
    return sent


def _deliver(database: Database, settings: Settings, number: int) -> int:
    with database.write() as db:
        claimed = db.execute(
            update(OutboxLetter)
            .where(
                col(OutboxLetter.id) == number,
                col(OutboxLetter.sent_at).is_(None),
                col(OutboxLetter.due_at) <= clock.now(),
            )
            .values(due_at=clock.now() + LEASE, attempts=OutboxLetter.attempts + 1)
        )
        if claimed.rowcount != 1:  # type: ignore[attr-defined]
            return 0
        letter = db.get_one(OutboxLetter, number)
    post: Callable[[Settings, OutboxLetter, EmailMessage], str] = _post if settings.smtp_url else _keep
    try:
        kept_as = post(settings, letter, message(settings, letter))
    except (OSError, smtplib.SMTPException) as error:
        wait = timedelta(minutes=2**letter.attempts)
        log.warning("letter failed", letter=number, attempts=letter.attempts, error=str(error))
        _note(database, number, due_at=clock.now() + wait, last_error=str(error)[:500])
        return 0
    _note(database, number, sent_at=clock.now(), last_error="", kept_as=kept_as)
    return 1


def _note(database: Database, number: int, **values: object) -> None:
    with database.write() as db:
        db.execute(update(OutboxLetter).where(col(OutboxLetter.id) == number).values(**values))


def message(settings: Settings, letter: OutboxLetter) -> EmailMessage:
    """The letter as mail (RFC 5322); its Message-ID is the same at each attempt."""
    mail = EmailMessage(policy=SMTP)
    name, address = parseaddr(settings.mail_from)
    domain = address.rsplit("@", 1)[-1] or "localhost"
    mail["From"] = str(Address(name, addr_spec=address))
    mail["To"] = letter.recipient
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(letter.created_at)
    mail["Message-ID"] = f"<letter-{letter.key}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text)
    mail.add_alternative(letter.html or as_html(letter.text), subtype="html")
    if letter.calendar:
        _add_calendar(mail, letter, sender=address)
    return mail


def _add_calendar(mail: EmailMessage, letter: OutboxLetter, *, sender: str) -> None:
    """What programs act on stands last among the alternatives: Outlook and Gmail show buttons for that part alone.
    Answers go to its organizer, which may be an address of this very invitation."""
    body = letter.calendar.encode()
    if not letter.calendar_method:
        said = {"charset": "utf-8"}
        mail.add_attachment(body, maintype="text", subtype="calendar", filename="calendar.ics", params=said)
        return
    said = {"charset": "utf-8", "method": letter.calendar_method}
    mail.add_alternative(body, maintype="text", subtype="calendar", params=said)
    organizer = ORGANIZER.search(FOLD.sub("", letter.calendar))
    if organizer is not None and organizer[1].lower() != sender.lower():
        mail["Reply-To"] = organizer[1]


def _keep(settings: Settings, letter: OutboxLetter, mail: EmailMessage) -> str:
    """Write the letter as a file; returns its name in the data folder."""
    folder = settings.data_dir / "mail"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{letter.key:06d}-{letter.purpose}.eml"
    path.write_bytes(mail.as_bytes())
    return str(path.relative_to(settings.data_dir))


def _post(settings: Settings, letter: OutboxLetter, mail: EmailMessage) -> str:
    """Hand the letter to the SMTP server: smtp://name:password@host:587 (STARTTLS where offered) or smtps://."""
    assert settings.smtp_url is not None
    address = urlsplit(settings.smtp_url)
    host = address.hostname or "localhost"
    connect = smtplib.SMTP_SSL if address.scheme == "smtps" else smtplib.SMTP
    with connect(host, address.port or (465 if address.scheme == "smtps" else 25), timeout=20) as server:
        server.ehlo()
        if address.scheme != "smtps" and server.has_extn("starttls"):
            server.starttls()
        if address.username:
            server.login(unquote(address.username), unquote(address.password or ""))
        server.send_message(mail)
    return ""
