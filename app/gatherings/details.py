"""What is said of a session apart from its time and place: words, audience, openness, presenters."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from sqlmodel import Session, col, select

from app import clock
from app.gatherings.memberships import shares_audience, stretches_of, was_of
from app.models import (
    AgendaSession,
    City,
    Engagement,
    EngagementState,
    MeasureStage,
    Openness,
    Person,
    SessionFormat,
    SessionItem,
)
from app.people.audiences import Rule, rule_of
from app.people.audit import Refused
from app.people.prose import as_written
from app.people.standing_in import NOBODY, stand_ins
from app.people.viewer import Viewer, offices_of

LONGEST_TITLE = 500
LONGEST_TEXT = 20_000
LONGEST_ADDRESS = 2000
LONGEST_ITEM = 300
LONGEST_PART = 80
MOST_ITEMS = 60
A_DAY = 24 * 60

GONE = frozenset({EngagementState.DECLINED, EngagementState.REPLACED})
"""Engagements that no longer bring a person into the room."""


@dataclass(frozen=True, slots=True)
class Presenter:
    """A person's part in a session, and how far they have agreed to it."""

    person_id: int
    part: str = "speaker"
    state: EngagementState = EngagementState.INVITED


@dataclass(frozen=True, slots=True)
class Item:
    """A part of a session with minutes of its own, such as one city's turn; parts follow one another."""

    minutes: int
    title: str = ""
    city_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """All that is said of a session, apart from its time and rooms."""

    title: str
    audience: Rule
    cover_title: str = ""
    purpose: str = ""
    format: SessionFormat = SessionFormat.PLENARY
    track: str = ""
    language: str = ""
    openness: Openness = Openness.COHORT
    excludes_lab: bool = False
    protected: bool = False
    protection_note: str = ""
    presenters: tuple[Presenter, ...] = ()
    choice_group: str = ""
    host_city_id: int | None = None
    join_url: str = ""
    internal_notes: str = ""
    fixed: bool = False
    serves_id: int | None = None
    items: tuple[Item, ...] = ()


COLUMNS = tuple(name for name in Details.__dataclass_fields__ if name not in ("audience", "presenters", "items"))
"""The details that are columns of the session itself."""


def details_of(session: AgendaSession) -> Details:
    """What a stored session says of itself now."""
    return Details(
        audience=rule_of(session.audience),
        presenters=tuple(Presenter(e.person_id, e.part, e.state) for e in session.engagements),
        items=items_of(session),
        **{name: getattr(session, name) for name in COLUMNS},
    )


class Kept(Protocol):
    """What says whether time is protected: a session, a row of its columns, or what is said of one."""

    @property
    def format(self) -> SessionFormat: ...
    @property
    def openness(self) -> Openness: ...
    @property
    def protected(self) -> bool: ...


def is_protected(said: Kept) -> bool:
    """Whether nothing else may take the time from the people in it (rule 3): where that was said, or by what it is."""
    return said.protected or protects_itself(said.format, said.openness)


def protects_itself(format: SessionFormat, openness: Openness) -> bool:
    """A closed role-alike session does: the mayors' or superintendents' own hour among themselves (rule 3)."""
    return format is SessionFormat.ROLE_ALIKE and openness is Openness.CLOSED


def covered(details: Details) -> Details:
    """What may be known of a session that excludes the lab by those not in it: nothing of what it is about, and
    nobody by name (rule 13)."""
    nobody: frozenset[int] = frozenset()
    return replace(
        details,
        audience=replace(details.audience, person_ids=nobody, but_person_ids=nobody),
        presenters=(),
        items=(),
        serves_id=None,
        title="",
        purpose="",
        track="",
        join_url="",
        internal_notes="",
    )


def checked(db: Session, details: Details) -> Details:
    """The details with titles in one line each; raises Refused at the field that cannot stand."""
    details = replace(details, title=" ".join(details.title.split()), cover_title=" ".join(details.cover_title.split()))
    if not details.title:
        raise Refused("Give the session a title.", "title")
    for name in ("title", "cover_title"):
        if len(getattr(details, name)) > LONGEST_TITLE:
            raise Refused(f"That is longer than {LONGEST_TITLE} characters. Shorten it.", name)
    for name in ("purpose", "internal_notes"):
        as_written(getattr(details, name), longest=LONGEST_TEXT, field=name)
    check_join_url(details.join_url)
    if details.excludes_lab and details.openness is not Openness.CLOSED:
        raise Refused("Only a closed session can exclude the lab.", "excludes_lab")
    people = {presenter.person_id for presenter in details.presenters}
    known = set(db.exec(select(Person.id).where(col(Person.id).in_(people)))) if people else set()
    if people - known:
        raise Refused("One of the presenters is not on record.", "presenters")
    _check_known(db, City, {item.city_id for item in details.items} | {details.host_city_id}, "items")
    _check_known(db, MeasureStage, {details.serves_id}, "serves")
    return replace(details, items=_checked_items(details.items))


def _checked_items(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """The parts with titles in one line each; whether they fill the session's time is said, and never refused."""
    if len(items) > MOST_ITEMS:
        raise Refused(f"A session has at most {MOST_ITEMS} parts.", "items")
    checked_items = tuple(replace(item, title=" ".join(item.title.split())) for item in items)
    for item in checked_items:
        if not item.title and item.city_id is None:
            raise Refused("Give each part a title or a city.", "items")
        if len(item.title) > LONGEST_ITEM:
            raise Refused(f"The title of a part is longer than {LONGEST_ITEM} characters. Shorten it.", "items")
        if not 1 <= item.minutes <= A_DAY:
            raise Refused("A part lasts from one minute to a whole day (1,440 minutes).", "items")
    return checked_items


def _check_known(db: Session, kind: type[City] | type[MeasureStage], ids: set[int | None], field: str) -> None:
    wanted = ids - {None}
    if wanted and len(wanted) != len(db.exec(select(kind.id).where(col(kind.id).in_(wanted))).all()):
        raise Refused("Choose one of the list.", field)


def check_join_url(address: str) -> None:
    """Raises Refused for an address to join that no browser should be sent to."""
    if address and not address.startswith(("https://", "http://")):
        raise Refused("An address to join begins with https://.", "join_url")
    as_written(address, longest=LONGEST_ADDRESS, field="join_url")


def write_presenters(session: AgendaSession, presenters: tuple[Presenter, ...]) -> bool:
    """Make the engagements these, in this order; returns whether they changed. Called inside a verb.

    An engagement that stays keeps its row. One that is taken off the list and has answered or handed something in
    stands as replaced, with all that it said: nothing of that is lost (rule 21).
    """
    if len({(p.person_id, p.part) for p in presenters}) != len(presenters):
        raise Refused("A presenter is named twice with the same part.", "presenters")
    before = tuple(Presenter(e.person_id, e.part, e.state) for e in session.engagements)
    if before == presenters:
        return False
    held = {(e.person_id, e.part): e for e in session.engagements}
    wanted: list[Engagement] = []
    for position, presenter in enumerate(presenters):
        engagement = held.get((presenter.person_id, presenter.part)) or Engagement(
            session_id=session.key, person_id=presenter.person_id, part=presenter.part
        )
        engagement.state, engagement.position = presenter.state, position
        wanted.append(engagement)
    kept = {id(engagement) for engagement in wanted}
    for engagement in session.engagements:
        if id(engagement) not in kept and (engagement.answered_at or engagement.materials):
            engagement.state = engagement.state if engagement.state in GONE else EngagementState.REPLACED
            wanted.append(engagement)
    session.engagements[:] = wanted
    return True


def items_of(session: AgendaSession) -> tuple[Item, ...]:
    """The parts of a stored session, in order."""
    return tuple(Item(one.minutes, one.title, one.city_id) for one in session.items)


def write_items(session: AgendaSession, items: tuple[Item, ...]) -> bool:
    """Make a session's parts these, in this order; returns whether they changed. Called inside a verb."""
    if items_of(session) == items:
        return False
    held = list(session.items)
    rows = []
    for position, item in enumerate(items):
        row = held[position] if position < len(held) else SessionItem(session_id=session.key, minutes=item.minutes)
        row.position, row.title, row.minutes, row.city_id = position, item.title, item.minutes, item.city_id
        rows.append(row)
    session.items[:] = rows
    return True


def is_inside(db: Session, session: AgendaSession, viewer: Viewer) -> bool:
    """Whether the viewer is of a session's audience on its day, or has a part in it.

    An assistant keeps their principal's calendar and is not in the room, so they are not (rule 13).
    """
    if viewer.person_id is None or viewer.acting:
        return False
    if any(e.person_id == viewer.person_id and e.state not in GONE for e in session.engagements):
        return True
    return is_for(db, session, viewer.person_id)


def is_for(db: Session, session: AgendaSession, person_id: int) -> bool:
    """Whether a session is for a person on its day; at a convening, with the seats that people come for (rule 10)."""
    standing = stand_ins(db, session.convening_id) if session.convening_id is not None else NOBODY
    day = day_of(session)
    taken = standing.takes(
        rule_of(session.audience),
        person_id,
        standing.offices(person_id, offices_of(db, person_id, day)),
        session_id=session.key,
        is_closed=session.openness is Openness.CLOSED,
    )
    if taken and session.group_id is not None and day is not None and shares_audience(session):
        return was_of(stretches_of(db, person_id, {session.group_id}), session.group_id, day)
    return taken


def is_hidden(db: Session, session: AgendaSession, viewer: Viewer) -> bool:
    """Whether what a session is about stays from this viewer, organizers included: it excludes the lab (rule 13)."""
    return session.excludes_lab and not is_inside(db, session, viewer)


def day_of(session: AgendaSession) -> date | None:
    """The session's date in its own zone; its convening's first day while it waits in the tray."""
    if session.starts_at is not None:
        return clock.local(session.starts_at, session.zone).date()
    return session.convening.starts_on if session.convening else None


def keep_closed(db: Session, session: AgendaSession, to: Details, by: Viewer) -> None:
    """Raises Refused where somebody outside a session that excludes the lab would open it, or let themselves in."""
    if not session.excludes_lab or by.is_system or is_inside(db, session, by):
        return
    if not to.excludes_lab:
        raise Refused("Only somebody who is in this session may open it to the lab.", "excludes_lab")
    assert by.person_id is not None, "only signed-in people and the program itself change sessions"
    joins = any(presenter.person_id == by.person_id for presenter in to.presenters)
    if joins or to.audience.takes(by.person_id, offices_of(db, by.person_id, day_of(session))):
        raise Refused(
            "This session excludes the lab, so you cannot let yourself in. Ask somebody who is in it.", "audience"
        )
