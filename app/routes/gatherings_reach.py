"""A date of a series, changed with those after it or with all: what will happen is said before it does."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fastapi import Request
from fastapi.responses import Response
from sqlmodel import Session

from app.gatherings import arranging
from app.gatherings.details import Details, details_of
from app.gatherings.reach import Reach, changed_words, own_words, say_of
from app.gatherings.retiming import Retiming, retime, retiming
from app.gatherings.series import start_of
from app.models import AgendaSession, Cohort
from app.people.audit import Refused
from app.people.viewer import Viewer
from app.routes import gatherings_form
from app.routes.gatherings_form import GatheringForm, Time
from app.routes.pages import page

NAMES = {
    "title": "the title",
    "purpose": "what it is about",
    "format": "the kind",
    "openness": "who may know of it",
    "join_url": "the address to join",
    "audience": "whom it is for",
}


@dataclass(frozen=True, slots=True)
class Edit:
    """The form of a gathering, read. `words`: which words of the whole series it changes, where it reaches further."""

    details: Details
    time: Time
    reach: Reach
    words: tuple[str, ...]
    moves: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """A date that people will find at another time; UTC, in the series' zone."""

    was: datetime
    was_until: datetime
    to: datetime
    to_until: datetime
    is_off: bool


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What an edit will do beyond its own date: the words by name, how many dates say them and how many keep their own;
    the dates that move, how many keep a time of their own; the day with which the series ends, where another begins."""

    words: tuple[str, ...]
    saying: int
    own: int
    moved: tuple[Moved, ...]
    keeping: int
    ends_on: date | None
    zone: str
    here_alone: bool

    @property
    def is_nothing(self) -> bool:
        return not self.words and not self.moved


def read_edit(db: Session, cohort: Cohort, form: GatheringForm, gathering: AgendaSession) -> Edit:
    """The form, read; raises Refused at the field."""
    details = gatherings_form.read_details(db, cohort, form, before=gathering)
    time = gatherings_form.read_time(form, zone=gathering.zone)
    reach = chosen_reach(form.reach) if gathering.series is not None else Reach.ONE
    words = changed_words(details_of(gathering), details) if reach is not Reach.ONE else ()
    return Edit(details, time, reach, words, (time.starts_at, time.minutes) != (gathering.starts_at, gathering.minutes))


def foresee(gathering: AgendaSession, edit: Edit) -> Foreseen:
    """What it will do, in plain data: it outlives the transaction that tries it."""
    series = gathering.series
    assert series is not None, "asked of a date of a series"
    own = own_words(gathering, edit.words, edit.reach) if edit.words else []
    dates = [
        one
        for one in series.sessions
        if one.archived_at is None and (edit.reach is Reach.ALL or start_of(one) >= start_of(gathering))
    ]
    plan: Retiming | None = None
    if edit.moves:
        plan = retiming(gathering, starts_at=edit.time.starts_at, minutes=edit.time.minutes, reach=edit.reach)
    before = details_of(gathering)
    names = ("host_city_id", "presenters", "cover_title", "excludes_lab")
    return Foreseen(
        words=tuple(NAMES[name] for name in edit.words),
        saying=len(dates) - len(own) if edit.words else 0,
        own=len(own),
        moved=_moved(plan) if plan else (),
        keeping=len(plan.keeping) if plan else 0,
        ends_on=plan.ends_on if plan else None,
        zone=series.zone,
        here_alone=any(getattr(before, name) != getattr(edit.details, name) for name in names),
    )


def apply(db: Session, gathering: AgendaSession, edit: Edit, *, by: Viewer) -> None:
    """Do what the form says. From a date on, the time comes first: the new words are those of the series that begins,
    and the one that ended keeps its own."""
    starts_at, minutes = edit.time.starts_at, edit.time.minutes
    begins = edit.moves and edit.reach is Reach.FOLLOWING
    if begins:
        retime(db, gathering, starts_at=starts_at, minutes=minutes, reach=edit.reach, by=by)
        db.expire(gathering)
    if edit.words:
        say_of(db, gathering, edit.details, edit.words, reach=edit.reach, by=by)
    arranging.change_gathering(db, gathering, edit.details, by=by)
    if not edit.moves or begins:
        return
    if edit.reach is Reach.ONE:
        arranging.move_gathering(db, gathering, starts_at=starts_at, minutes=minutes, by=by)
    else:
        retime(db, gathering, starts_at=starts_at, minutes=minutes, reach=edit.reach, by=by)


def ask(request: Request, gathering: AgendaSession, form: GatheringForm, foreseen: Foreseen, reach: Reach) -> Response:
    """The page that says what will happen, with a button that does it."""
    fields = [
        (name, one)
        for name, value in form.model_dump().items()
        if name != "sure"
        for one in (value if isinstance(value, list) else [value])
    ]
    context = {"gathering": gathering, "foreseen": foreseen, "fields": fields, "reach": reach}
    return page(request, "gatherings/reach.html", context)


def _moved(plan: Retiming) -> tuple[Moved, ...]:
    length = timedelta(minutes=plan.minutes)
    return tuple(
        Moved(
            one.session.starts_at or one.to,
            one.session.ends_at or one.to,
            one.to,
            one.to + length,
            one.session.is_cancelled,
        )
        for one in plan.moving
    )


def chosen_reach(text: str) -> Reach:
    """How far it is to reach; raises Refused for a word that is none."""
    try:
        return Reach(text)
    except ValueError as error:
        raise Refused("Choose how far the change reaches.", "reach") from error
