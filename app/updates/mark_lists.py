"""Marks as they are shown: on the update, at the session where it is presented, on homes.

What its author took back is shown to them alone, what an organizer hid to its author and the organizers (rule 20).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.models import City, Cohort, MarkKind, Person, Standing, Update, UpdateCycle, UpdateMark
from app.people.due import Due
from app.people.policy import may
from app.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class SeenMark:
    """A mark as one viewer sees it. `at` and `answered_at` are UTC; `part` is the name of a part of the content."""

    id: int
    kind: MarkKind
    part: str
    text: str
    name: str
    office: str
    at: datetime
    answer: str
    answered_by: str
    answered_as: str
    answered_at: datetime | None
    mine: bool
    quarantined: bool
    quarantine_reason: str
    taken_back: bool

    @property
    def stands(self) -> bool:
        """Whether the cohort reads it."""
        return not (self.quarantined or self.taken_back)

    @property
    def said(self) -> str:
        """In a line: "Ana Reyes, Mayor, Salem, asks: Who pays?"."""
        who = ", ".join(filter(None, (self.name, self.office)))
        act = "asks" if self.kind is MarkKind.QUESTION else "can help"
        return f"{who}, {act}: {' '.join(self.text.split())}" if self.text else f"{who}, {act}"


def marks_on(db: Session, update_ids: Sequence[int], viewer: Viewer, *, organizer: bool) -> dict[int, list[SeenMark]]:
    """The marks on these updates, the oldest first; one query. The caller has asked who may read the updates."""
    if not update_ids:
        return {}
    answering = aliased(Person)
    rows = db.exec(
        select(UpdateMark, Person.name, answering.name)
        .join(Person, col(Person.id) == UpdateMark.person_id)
        .outerjoin(answering, col(answering.id) == UpdateMark.answered_by_id)
        .where(
            col(UpdateMark.update_id).in_(update_ids),
            or_(col(UpdateMark.archived_at).is_(None), col(UpdateMark.person_id) == viewer.person_id),
        )
        .order_by(col(UpdateMark.created_at), col(UpdateMark.id))
    )
    found: dict[int, list[SeenMark]] = defaultdict(list)
    for mark, name, answered_by in rows:
        mine = mark.person_id == viewer.person_id
        if mark.quarantined_at is not None and not (organizer or mine):
            continue
        found[mark.update_id].append(
            SeenMark(
                id=mark.key,
                kind=mark.kind,
                part=mark.part,
                text=mark.text,
                name=name,
                office=mark.office,
                at=mark.created_at,
                answer=mark.answer,
                answered_by=answered_by or "",
                answered_as=mark.answered_as,
                answered_at=mark.answered_at,
                mine=mine,
                quarantined=mark.quarantined_at is not None,
                quarantine_reason=mark.quarantine_reason,
                taken_back=mark.archived_at is not None,
            )
        )
    return dict(found)


def by_part(marks: Iterable[SeenMark], parts: Iterable[str]) -> dict[str, list[SeenMark]]:
    """Marks by the part they stand at; those at a part that is no longer there stand with the whole, under ""."""
    known = set(parts)
    found: dict[str, list[SeenMark]] = defaultdict(list)
    for mark in marks:
        found[mark.part if mark.part in known else ""].append(mark)
    return dict(found)


@dataclass(frozen=True, slots=True)
class MarkNews:
    """For a home's "Changed": a mark on one's city's update, or the answer to one's own."""

    title: str
    url: str
    at: datetime


def news_of_marks(db: Session, viewer: Viewer, since: datetime) -> list[MarkNews]:
    """Marks left at the updates of the viewer's cities, and answers to the viewer's own, since then; one query."""
    mine = {(one.cohort_id, one.city_id) for one in viewer.offices if one.city_id is not None and not one.stands_in}
    cohorts = {one.cohort_id for one in viewer.offices if may(viewer, "update.read", cohort_id=one.cohort_id)}
    if viewer.person_id is None or not cohorts:
        return []
    own_cities = [city_id for _, city_id in mine]
    rows = _standing(
        db,
        col(UpdateCycle.cohort_id).in_(cohorts),
        or_(
            col(Update.city_id).in_(own_cities) & (col(UpdateMark.created_at) > since),
            (col(UpdateMark.person_id) == viewer.person_id) & (col(UpdateMark.answered_at) > since),
        ),
    )
    news = []
    for mark, update, cycle, city, cohort, name in rows:
        place = f"/{cohort.slug}/updates/{cycle.slug}/{city.slug}#mark-{mark.key}"
        who = mark.office or name
        if (cohort.key, update.city_id) in mine and mark.created_at > since:
            act = "asks about" if mark.kind is MarkKind.QUESTION else "can help with"
            news.append(MarkNews(f"{who} {act} {city.name}’s update for {cycle.title}", place, mark.created_at))
        if mark.person_id == viewer.person_id and mark.answered_at and mark.answered_at > since:
            news.append(MarkNews(f"{city.name} answered you", place, mark.answered_at))
    return news


def due_from(db: Session, viewer: Viewer) -> list[Due]:
    """For a mayor, their assistant and a facilitator: questions that nobody of the city has answered yet. Due by the
    convening where the update is presented, while that is ahead."""
    cities = {
        (one.cohort_id, one.city_id)
        for one in viewer.offices
        if one.standing in (Standing.MAYOR, Standing.FACILITATOR) and one.city_id is not None
    }
    if not cities:
        return []
    rows = _standing(
        db,
        col(Update.city_id).in_([city_id for _, city_id in cities]),
        col(UpdateMark.kind) == MarkKind.QUESTION,
        col(UpdateMark.answered_at).is_(None),
    )
    waiting: dict[int, list[tuple[UpdateCycle, City, Cohort]]] = defaultdict(list)
    for _mark, update, cycle, city, cohort, _name in rows:
        if (cohort.key, city.key) in cities:
            waiting[update.key].append((cycle, city, cohort))
    due = []
    for questions in waiting.values():
        cycle, city, cohort = questions[0]
        count = len(questions)
        asked = "a question" if count == 1 else f"{count} questions"
        due.append(
            Due(
                f"Answer {asked} about {city.name}’s update for {cycle.title}",
                f"/{cohort.slug}/updates/{cycle.slug}/{city.slug}#marks",
                None,
                "A sentence is enough; the cohort reads question and answer.",
            )
        )
    return due


_Around = tuple[UpdateMark, Update, UpdateCycle, City, Cohort, str]


def _standing(db: Session, *wanted: ColumnElement[bool] | bool) -> list[_Around]:
    """The marks that the cohort reads, with what is around them and their authors' names, the oldest first."""
    rows = db.exec(
        select(UpdateMark, Update, UpdateCycle, City, Cohort, Person.name)  # type: ignore[call-overload]
        .join(Update, col(Update.id) == UpdateMark.update_id)
        .join(UpdateCycle, col(UpdateCycle.id) == Update.cycle_id)
        .join(City, col(City.id) == Update.city_id)
        .join(Cohort, col(Cohort.id) == UpdateCycle.cohort_id)
        .join(Person, col(Person.id) == UpdateMark.person_id)
        .where(col(UpdateMark.archived_at).is_(None), col(UpdateMark.quarantined_at).is_(None), *wanted)
        .order_by(col(UpdateMark.created_at), col(UpdateMark.id))
    )
    return [tuple(row) for row in rows]
