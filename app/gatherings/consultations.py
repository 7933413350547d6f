"""Consultations: a city asks for an expert's help with a topic, organizers name the expert and arrange a meeting, and
what came of it is noted.

Its cities, its expert and the lab read it; other cities do not hear that there is one.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import selectinload
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.gatherings.arranging import arrange_gathering
from app.gatherings.details import Details
from app.models import (
    AgendaSession,
    Cohort,
    Consultation,
    ConsultationCity,
    ConsultationState,
    Openness,
    Person,
    SessionFormat,
    Standing,
)
from app.models.base import relation
from app.people.audiences import Rule
from app.people.audit import Refused, verb
from app.people.cities import cities_of
from app.people.names import checked_name
from app.people.prose import as_written
from app.people.viewer import Viewer

LONGEST_QUESTION = 5000
ASKING = (Standing.FACILITATOR, Standing.MAYOR)
"""Who asks for their city; organizers ask for any."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """When it meets (UTC, meant in `zone`), how long, where, and who is there beside the expert."""

    starts_at: datetime
    minutes: int
    zone: str
    person_ids: frozenset[int]
    join_url: str = ""


@verb
def ask_consultation(
    db: Session, cohort: Cohort, *, topic: str, question: str, city_ids: Collection[int], by: Viewer
) -> Consultation:
    """Ask for help with a topic. Raises Refused at the field that cannot stand."""
    if not set(city_ids) <= may_ask_for(db, cohort, by):
        raise Refused("Choose a city that you may ask for.", "cities")
    asked = Consultation(cohort_id=cohort.key, topic=checked_name(topic, field="topic"), by_id=by.person_id)
    db.add(asked)
    db.flush()
    _say(db, asked, topic, question, city_ids)
    db.flush()
    return asked


@verb
def change_consultation(
    db: Session,
    consultation: Consultation,
    *,
    topic: str,
    question: str,
    city_ids: Collection[int],
    expert_id: int | None,
    by: Viewer,
) -> Consultation:
    """Say what it is about, whose it is, and who helps."""
    hold(db, consultation)
    _say(db, consultation, topic, question, city_ids)
    if expert_id is not None and db.get(Person, expert_id) is None:
        raise Refused("Choose somebody who is on record.", "expert")
    consultation.expert_id = expert_id
    db.add(consultation)
    return consultation


@verb
def arrange_meeting(
    db: Session, cohort: Cohort, consultation: Consultation, meeting: Meeting, *, by: Viewer
) -> AgendaSession:
    """A closed gathering of those named and the expert. Raises Refused while one is arranged that is not called off."""
    hold(db, consultation)
    if consultation.state is ConsultationState.CLOSED:
        raise Refused("This consultation is closed. Reopen it first.")
    if consultation.expert_id is None:
        raise Refused("Name the expert first.", "expert")
    if has_meeting(consultation):
        raise Refused("It has a meeting already. Call that off, or move it, on its own page.")
    if not meeting.person_ids - {consultation.expert_id}:
        raise Refused("Say who of the cities is there.", "people")
    details = Details(
        title=consultation.topic,
        audience=Rule(person_ids=meeting.person_ids | {consultation.expert_id}),
        cover_title="Consultation",
        purpose=consultation.question,
        format=SessionFormat.CALL,
        openness=Openness.CLOSED,
        join_url=meeting.join_url,
    )
    made = arrange_gathering(
        db, cohort, details, starts_at=meeting.starts_at, minutes=meeting.minutes, zone=meeting.zone, by=by
    )
    consultation.session_id = made.key
    consultation.state = ConsultationState.ARRANGED
    db.add(consultation)
    db.flush()
    db.refresh(consultation, ["session"])
    return made


@verb
def note_outcome(db: Session, consultation: Consultation, outcome: str, *, by: Viewer) -> None:
    """What came of it: it has been held. An outcome that is taken out again leaves it as before."""
    hold(db, consultation)
    consultation.outcome = as_written(outcome, longest=LONGEST_QUESTION, field="outcome")
    if consultation.state is not ConsultationState.CLOSED:
        consultation.state = _state_of(consultation)
    db.add(consultation)


@verb
def close_consultation(db: Session, consultation: Consultation, *, by: Viewer) -> None:
    """Nothing more comes of it, or it is no longer wanted. It stays on record; a meeting to come stays as it is."""
    hold(db, consultation)
    consultation.state = ConsultationState.CLOSED
    db.add(consultation)


@verb
def reopen_consultation(db: Session, consultation: Consultation, *, by: Viewer) -> None:
    """It goes on from where it was."""
    hold(db, consultation)
    consultation.state = _state_of(consultation)
    db.add(consultation)


def hold(db: Session, consultation: Consultation) -> Consultation:
    """Lock it until the commit, and read it anew: two who arrange at once come one after the other."""
    query = select(Consultation).where(Consultation.id == consultation.key).with_for_update(key_share=True)
    return db.exec(query.execution_options(populate_existing=True)).one()


def may_ask_for(db: Session, cohort: Cohort, viewer: Viewer) -> set[int]:
    """The cities that a viewer may ask for: their own, as mayor or facilitator; for organizers all."""
    if viewer.is_organizer(cohort.key):
        return {city.key for city in cities_of(db, cohort.key)}
    offices = [] if viewer.acting else viewer.offices_in(cohort.key)
    return {o.city_id for o in offices if o.city_id and o.standing in ASKING and not o.stands_in}


def may_read(consultation: Consultation, viewer: Viewer) -> bool:
    """Its cities' people, its expert, and the lab."""
    if viewer.is_lab(consultation.cohort_id) and not viewer.acting:
        return True
    if viewer.person_id is not None and consultation.expert_id == viewer.person_id and not viewer.acting:
        return True
    own = viewer.city_ids(consultation.cohort_id)
    return any(one.city_id in own for one in consultation.cities)


def may_close(consultation: Consultation, viewer: Viewer) -> bool:
    """Organizers, and who asked for it, while they may read it."""
    asked = viewer.person_id is not None and consultation.by_id == viewer.person_id and not viewer.acting
    return viewer.is_organizer(consultation.cohort_id) or (asked and may_read(consultation, viewer))


def consultations_known(db: Session, cohort: Cohort, viewer: Viewer) -> list[Consultation]:
    """Those of the cohort that the viewer reads, the latest first; a handful of queries."""
    found = db.exec(_all(cohort).order_by(col(Consultation.created_at).desc(), col(Consultation.id).desc())).all()
    return [one for one in found if may_read(one, viewer)]


def find_consultation(db: Session, cohort: Cohort, number: int, viewer: Viewer) -> Consultation | None:
    """One of them, or None where there is none that the viewer reads."""
    if not 0 < number < 2**31:
        return None
    found = db.exec(_all(cohort).where(Consultation.id == number)).first()
    return found if found and may_read(found, viewer) else None


def has_meeting(consultation: Consultation) -> bool:
    """Whether a meeting stands that is not called off."""
    session = consultation.session
    return session is not None and not session.is_cancelled and session.archived_at is None


def _state_of(consultation: Consultation) -> ConsultationState:
    """How far it is by what there is of it."""
    if consultation.outcome:
        return ConsultationState.HELD
    return ConsultationState.ARRANGED if has_meeting(consultation) else ConsultationState.ASKED


def _say(db: Session, consultation: Consultation, topic: str, question: str, city_ids: Collection[int]) -> None:
    consultation.topic = checked_name(topic, field="topic")
    consultation.question = as_written(question, longest=LONGEST_QUESTION, field="question")
    known = {city.key for city in cities_of(db, consultation.cohort_id)}
    if not city_ids or not set(city_ids) <= known:
        raise Refused("Choose whose it is: one city or a few.", "cities")
    kept = [one for one in consultation.cities if one.city_id in city_ids]
    there = {one.city_id for one in kept}
    new = [
        ConsultationCity(consultation_id=consultation.key, city_id=number)
        for number in sorted(city_ids)
        if number not in there
    ]
    consultation.cities[:] = kept + new


def _all(cohort: Cohort) -> SelectOfScalar[Consultation]:
    cities = selectinload(relation(Consultation.cities)).selectinload(relation(ConsultationCity.city))
    loaded = (selectinload(relation(one)) for one in (Consultation.expert, Consultation.session))
    query = select(Consultation).where(Consultation.cohort_id == cohort.key, col(Consultation.archived_at).is_(None))
    return query.options(cities, *loaded)
