"""Circulars: a letter of the organizers' own to the people whom a filter finds, with fields that are each reader's own.

It is written down first and looked at, and goes once: two clicks send nothing twice. It says why it comes, and is about
the convening only, so there is nothing to unsubscribe from. No field says what anybody answered (rule 12).
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import and_, case, func
from sqlalchemy import select as select_all
from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from app import clock
from app.mailing.letters import convening_said
from app.mailing.outbox import Letter, enqueue_all
from app.mailing.reminder_letters import own_addresses
from app.models import Circular, Convening, OutboxLetter, Person
from app.models.base import relation
from app.people.audit import Refused, verb
from app.people.prose import as_written
from app.people.viewer import Viewer
from app.registration.everybody import REGISTRATION, Listed, everybody
from app.registration.finding import Filter
from app.registration.terms import closes_at
from app.settings import Settings

LONGEST_SUBJECT, LONGEST_TEXT = 200, 10_000

FIELDS = {
    "name": "their name",
    "city": "their city",
    "seat": "their seat or office",
    "link": "where they register: their private address where they have one",
    "missing": "what they have not answered yet, such as “photo consent”",
    "closes": "until when registration is open",
}
"""What may stand in braces, and what comes in its place."""

FIELD = re.compile(r"\{[ ]*([^\W\d][\w-]*)[ ]*\}")
"""A word in braces; any other brace is only a brace."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What sending did: how many letters; who was looked at and is not on the list any more, or has no address; who
    came onto it only since. With `before` it had gone already, and nothing was done."""

    count: int = 0
    left: tuple[str, ...] = ()
    since: tuple[str, ...] = ()
    before: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """What became of a circular's letters."""

    sent: int = 0
    waiting: int = 0
    failed: int = 0


@verb
def write_circular(
    db: Session, convening: Convening, chosen: Filter, *, subject: str, text: str, by: Viewer
) -> Circular:
    """Write a circular down, to be looked at; nothing goes yet."""
    subject, text = _checked(subject, text)
    assert by.person_id is not None, "a circular is written by a person"
    circular = Circular(
        convening_id=convening.key, subject=subject, text=text, chosen=dict(chosen.said), by_id=by.person_id
    )
    db.add(circular)
    db.flush()
    return circular


@verb
def rewrite_circular(db: Session, circular: Circular, *, subject: str, text: str, by: Viewer) -> None:
    """Change what has not gone yet."""
    _hold(db, circular)
    if circular.sent_at is not None:
        raise Refused("This letter has gone already, and stays as it was.")
    _refuse_put_away(circular)
    circular.subject, circular.text = _checked(subject, text)
    db.add(circular)


@verb
def put_circular_away(db: Session, circular: Circular, *, by: Viewer) -> None:
    """Put away what has not gone; refused for what has."""
    _hold(db, circular)
    if circular.sent_at is not None:
        raise Refused("This letter has gone already, and stays where it is.")
    circular.archived_at = circular.archived_at or clock.now()
    db.add(circular)


@verb
def bring_circular_back(db: Session, circular: Circular, *, by: Viewer) -> None:
    """Take out again what was put away."""
    _hold(db, circular)
    circular.archived_at = None
    db.add(circular)


@verb
def send_circular(
    db: Session, convening: Convening, circular: Circular, looked_at: Collection[int], *, settings: Settings, by: Viewer
) -> Outcome:
    """Write the letters to those who were looked at (ids of people) and are on the list now, and note it as sent."""
    _hold(db, circular)
    if circular.sent_at is not None:
        return Outcome(before=True)
    _refuse_put_away(circular)
    reached, _ = recipients(db, convening, circular)
    going = [one for one in reached if one.person_id in looked_at]
    if not going:
        raise Refused("Nobody who was looked at is on this list any more. Nothing was sent.")
    own = own_addresses(db, convening, [one.person_id for one in going], settings)
    letters = [
        Letter(
            person_id=one.person_id,
            name=one.name,
            email=one.email or "",
            subject=circular.subject,
            text=circular_letter(convening, circular, one, address=settings.address, own=own.get(one.person_id)),
            purpose=purpose_of(circular),
            unique_key=f"{keys_of(circular)}person:{one.person_id}",
        )
        for one in going
    ]
    circular.sent_at, circular.recipients = clock.now(), enqueue_all(db, letters)
    db.add(circular)
    gone = set(looked_at) - {one.person_id for one in going}
    names = db.exec(select(Person.name).where(col(Person.id).in_(sorted(gone))).order_by(col(Person.sort_name)))
    since = tuple(one.name for one in reached if one.person_id not in looked_at)
    return Outcome(circular.recipients, tuple(names), since)


def recipients(db: Session, convening: Convening, circular: Circular) -> tuple[list[Listed], list[Listed]]:
    """Whom its filter finds today: who can be written to, and who has no address. The number of queries is fixed."""
    found = Filter.of(circular.chosen).found(everybody(db, convening))
    return [one for one in found if one.email], [one for one in found if not one.email]


def circulars_of(db: Session, convening: Convening) -> Sequence[Circular]:
    """All of a convening, the latest first, with who wrote each. One query."""
    return db.exec(
        select(Circular)
        .options(joinedload(relation(Circular.by)))
        .where(Circular.convening_id == convening.key)
        .order_by(col(Circular.id).desc())
    ).all()


def counts_of(db: Session, circulars: Sequence[Circular]) -> dict[int, Count]:
    """Circular id → what became of its letters. One query."""
    by_purpose = {purpose_of(one): one.key for one in circulars}
    failed = case((and_(col(OutboxLetter.sent_at).is_(None), col(OutboxLetter.last_error) != ""), 1), else_=0)
    rows = db.execute(
        select_all(col(OutboxLetter.purpose), func.count(), func.count(col(OutboxLetter.sent_at)), func.sum(failed))
        .where(col(OutboxLetter.purpose).in_(by_purpose))
        .group_by(col(OutboxLetter.purpose))
    )
    return {by_purpose[purpose]: Count(sent, all_ - sent - bad, bad) for purpose, all_, sent, bad in rows}


def keys_of(circular: Circular) -> str:
    """How the unique keys of its letters begin; the reader's number follows."""
    return f"circular:{circular.key}:"


def purpose_of(circular: Circular) -> str:
    return f"circular-{circular.key}"


def circular_letter(
    convening: Convening, circular: Circular, reader: Listed, *, address: str, own: str | None = None
) -> str:
    """The letter's text for one reader. `address` is where people reach the program, `own` the reader's private one."""
    values = _values(convening, reader, own or f"{address}{convening.path}/registration")
    # In one pass: braces in somebody's name are no fields.
    text = FIELD.sub(lambda match: values.get(match[1].lower(), match[0]), circular.text)
    return f"{text}\n\n{_why(convening, reader)}\n"


def _values(convening: Convening, reader: Listed, link: str) -> Mapping[str, str]:
    missing = (REGISTRATION,) if reader.is_open else reader.missing
    return {
        "name": reader.name,
        "city": reader.city or "the lab",
        "seat": reader.office or reader.role or "guest",
        "link": link,
        "missing": ", ".join(missing) or "nothing",
        "closes": clock.said_moment(closes_at(convening) - timedelta(minutes=1), convening.zone),  # as reminders do
    }


def _why(convening: Convening, reader: Listed) -> str:
    asked = "are registered for" if reader.is_coming else "were invited to" if reader.has_left else "are invited to"
    return (
        f"You get this letter because you {asked} {convening_said(convening)}. It is about this convening only and was"
        " written by its organizers; it is no newsletter, and there is nothing to unsubscribe from."
    )


def _checked(subject: str, text: str) -> tuple[str, str]:
    subject = " ".join(as_written(subject, longest=LONGEST_SUBJECT, field="subject").split())
    text = as_written(text, longest=LONGEST_TEXT, field="text")
    if not subject:
        raise Refused("What is the letter about?", field="subject")
    if any(word.lower() in FIELDS for word in FIELD.findall(subject)):
        raise Refused(
            "Fields stand in the letter only: a subject is the same for all, since it is read on locked screens.",
            field="subject",
        )
    if not text:
        raise Refused("The letter is empty.", field="text")
    unknown = list(dict.fromkeys(word for word in FIELD.findall(text) if word.lower() not in FIELDS))
    if unknown:
        said = ", ".join(f"{{{word[:60]}}}" for word in unknown[:5])
        there = ", ".join(f"{{{word}}}" for word in FIELDS)
        raise Refused(
            f"There is no field {said}. There are {there}.",
            field="text",
        )
    return subject, text


def _refuse_put_away(circular: Circular) -> None:
    if circular.archived_at is not None:
        raise Refused("This letter was put away. Bring it back first.")


def _hold(db: Session, circular: Circular) -> None:
    """Lock its row until the commit, and read it anew: of two who send it the second finds that it has gone."""
    here = select(Circular).where(Circular.id == circular.key).with_for_update(key_share=True)
    db.exec(here.execution_options(populate_existing=True)).one()
