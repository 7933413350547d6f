"""A mark in each private field of the sample cohort's registrations, and how marks are found again in whatever is
answered, kept or sent (rule 12)."""

import email
import email.policy
import re
import zipfile
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

from httpx import Response
from pypdf import PdfReader
from sqlmodel import Session, col, select

from app.agenda.speakers import tell_access
from app.calendars import feeds
from app.models import (
    AgendaSession,
    City,
    Convening,
    Engagement,
    EngagementState,
    LinkPurpose,
    Person,
    RegistrationAnswer,
    RegistrationQuestion,
    Seat,
    Tenure,
    Travel,
)
from app.people import private_links, sign_in
from app.people.audit import verb
from app.people.viewer import Viewer, viewer_of
from app.registration.caterers import give_counts
from app.registration.registrations import Details, cancel, register, registration_of

FIELDS = ("dietary", "access", "called", "phone", "answer", "file", "comes", "goes", "shares", "speaker")
"""`called` and `phone` are the emergency contact, `comes` and `goes` how one travels, `speaker` a speaker's access."""

SEALED = ("dietary", "access", "called", "phone", "speaker")
_MARK = re.compile(r"qx7([a-z]+)0([a-z]+)7xq")


def mark(whose: str, field: str) -> str:
    """Letters and figures only, so that no escaping, folding or searching hides it."""
    return f"qx7{whose}0{field}7xq"


def marks_in(text: str) -> set[str]:
    """The marks that a text holds, as "mayor dietary"."""
    return {f"{whose} {field}" for whose, field in _MARK.findall(text)}


@dataclass(frozen=True)
class Marked:
    """Whose marks they are: a member of Oakland's team, its mayor, and one who has cancelled; and links that open."""

    member: int
    mayor: int
    left: int
    question: int
    speaker_link: str
    caterer_link: str
    caterer_link_with_names: str
    registration_link: str
    feed: str


@verb
def leave_marks(db: Session, convening: Convening, *, secret: bytes, by: Viewer) -> Marked:
    """Mark every private field of two people of Oakland. The mayor allows that the caterer is told their name, the
    member does not; a third has cancelled for a reason."""
    db.info["cohort_id"] = convening.cohort_id  # as a request has it, for the log of the cohort
    people = team_of(db, "oakland", convening.starts_on)
    mayor = _of_kind(db, "mayor")
    taken = {mayor, _of_kind(db, "facilitator"), _of_kind(db, "superintendent"), _of_kind(db, "member")}
    member, left = [number for number in people if number not in taken][:2]
    question = RegistrationQuestion(convening_id=convening.key, text="What should we know?")
    db.add(question)
    db.flush()
    for whose, number in (("member", member), ("mayor", mayor)):
        _mark(db, convening, question, whose, db.get_one(Person, number))
    gone = db.get_one(Person, left)
    register(db, convening, gone, by=by)
    registration = registration_of(db, convening, left)
    assert registration is not None
    cancel(db, registration, reason=mark("left", "reason"), by=viewer_of(db, left))
    cora = {
        names: give_counts(db, convening, holder=f"Cora {names}", with_names=names, secret=secret, by=by)
        for names in (False, True)
    }
    feed = feeds.create_feed(db, db.get_one(Person, member), secret=secret, by=viewer_of(db, member))
    speaker, registering = (
        private_links.create_link(db, purpose, convening, db.get_one(Person, member), secret=secret, by=by)
        for purpose in (LinkPurpose.SPEAKER, LinkPurpose.REGISTRATION)
    )
    return Marked(
        member=member,
        mayor=mayor,
        left=left,
        question=question.key,
        speaker_link=private_links.token_of(speaker, secret),
        caterer_link=private_links.token_of(cora[False], secret),
        caterer_link_with_names=private_links.token_of(cora[True], secret),
        registration_link=private_links.token_of(registering, secret),
        feed=feeds.token_of(feed, secret),
    )


def _mark(db: Session, convening: Convening, question: RegistrationQuestion, whose: str, person: Person) -> None:
    own = viewer_of(db, person.key)
    details = Details(
        dietary=mark(whose, "dietary"),
        access=mark(whose, "access"),
        emergency_name=mark(whose, "called"),
        emergency_phone=mark(whose, "phone"),
        name_to_caterer=whose == "mayor",
        photo_consent=True,
    )
    registration = register(db, convening, person, details=details, by=own)
    registration.listed = True
    if registration.travel is None:
        registration.travel = Travel(registration_id=registration.key)
    registration.travel.arrives_at = datetime(2017, 11, 13, 22, tzinfo=UTC)
    registration.travel.leaves_at = datetime(2017, 11, 15, 22, tzinfo=UTC)
    registration.travel.first_night, registration.travel.last_night = date(2017, 11, 13), date(2017, 11, 14)
    registration.travel.arrives_by, registration.travel.leaves_by = mark(whose, "comes"), mark(whose, "goes")
    registration.travel.shares_with = mark(whose, "shares")
    db.add(registration)
    db.add(
        RegistrationAnswer(
            registration_id=registration.key,
            question_id=question.key,
            text=mark(whose, "answer"),
            file_name=f"{mark(whose, 'file')}.pdf",
        )
    )
    session = db.exec(
        select(AgendaSession)
        .where(AgendaSession.convening_id == convening.key, col(AgendaSession.excludes_lab).is_(False))
        .order_by(col(AgendaSession.id))
    ).first()
    assert session is not None
    part = Engagement(session_id=session.key, person_id=person.key, state=EngagementState.CONFIRMED)
    db.add(part)
    db.flush()
    tell_access(db, part, access=mark(whose, "speaker"), by=own)


def team_of(db: Session, city: str, on: date) -> list[int]:
    """Who holds the city's seats on a day, in the order of the seats."""
    return list(
        db.exec(
            select(Tenure.person_id)
            .join(Seat)
            .join(City)
            .where(
                City.slug == city,
                Tenure.starts_on <= on,
                (col(Tenure.ends_on).is_(None)) | (col(Tenure.ends_on) >= on),
            )
            .order_by(col(Seat.id))
        )
    )


def eml_text(folder: Path) -> str:
    """The heads and decoded parts of all letters in a folder."""
    said = ""
    for path in folder.rglob("*.eml"):
        letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        said += str(letter.items())
        said += "".join(str(part.get_content()) for part in letter.walk() if not part.is_multipart())
    return said


def _of_kind(db: Session, kind: str) -> int:
    person = sign_in.sample_person(db, kind)
    assert person is not None
    return person.key


def readable(answer: Response) -> str:
    """Whatever an answer says, in a file too: the text of a PDF, the parts of a workbook."""
    kind = answer.headers.get("content-type", "")
    if kind.startswith("application/pdf"):
        return "".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    if answer.content[:2] == b"PK":
        with zipfile.ZipFile(BytesIO(answer.content)) as parts:
            return "".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())
    return answer.text + str(answer.headers)
