"""What a home page brings together from the rooms: what is next, what is due, what has changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func
from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from app import clock
from app.agenda import published, releases
from app.agenda.changes import Change
from app.gatherings import due as gatherings_due
from app.gatherings import poll_asking
from app.gatherings.listing import Gathering, gatherings_of, invitations_of
from app.models import (
    AgendaRelease,
    City,
    Cohort,
    Convening,
    Openness,
    SessionFormat,
    SignIn,
    Update,
    UpdateCycle,
)
from app.models.base import relation
from app.people.due import Due
from app.people.policy import may
from app.people.viewer import Viewer
from app.registration import due as registration_due
from app.registration import purging
from app.registration.news import swaps_since
from app.updates import due as updates_due
from app.updates import mark_lists

A_MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Coming:
    """A session that the viewer goes to (or, publicly, that anyone may): instants in UTC, meant in `zone`."""

    title: str
    url: str
    format: SessionFormat
    openness: Openness
    starts_at: datetime
    ends_at: datetime
    zone: str
    rooms: str = ""
    of: str = ""
    join_url: str = ""
    address: str = ""
    map_url: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """Something that changed: a release of an agenda with its changes as the viewer sees them, or an update."""

    title: str
    url: str
    at: datetime
    changes: tuple[Change, ...] = ()


def coming(db: Session, viewer: Viewer, *, most: int = 5) -> list[Coming]:
    """What the viewer goes to from this instant on, soonest first; sessions under way count."""
    now = clock.now()
    found = [
        one
        for convening in _convenings(db, {office.cohort_id for office in viewer.offices})
        for one in _of_agenda(db, convening, viewer, mine=True)
    ]
    slugs = {office.cohort_id: office.cohort_slug for office in viewer.offices}
    for one in invitations_of(db, viewer, ending_after=now):
        if not one.is_cancelled and not one.is_given_up:
            place = f"/{slugs[one.cohort_id]}/gatherings/{one.session_id}" if one.cohort_id in slugs else ""
            found.append(
                Coming(
                    one.title,
                    place,
                    one.format,
                    one.openness,
                    one.starts_at,
                    one.ends_at,
                    one.zone,
                    of=one.series_title,
                    join_url=_way_in(one, place),
                )
            )
    return sorted((one for one in found if one.ends_at > now), key=lambda one: one.starts_at)[:most]


def _way_in(one: Gathering, place: str) -> str:
    """The address to join; of a webinar its own door, where the click is noted."""
    if not one.is_walled:
        return one.join_url
    return f"{place}/join" if one.join_url and place else ""


def public_sessions(db: Session) -> list[Coming]:
    """The public sessions still to come, of all cohorts, soonest first (rule 18)."""
    now, anyone = clock.now(), Viewer.anonymous()
    cohorts = {cohort.key: cohort for cohort in db.exec(select(Cohort))}
    found = [one for convening in _convenings(db, cohorts) for one in _of_agenda(db, convening, anyone, mine=False)]
    for cohort in cohorts.values():
        found += [
            Coming(one.title, "", one.format, one.openness, one.starts_at, one.ends_at, one.zone, of=cohort.name)
            for one in gatherings_of(db, cohort.key, anyone)
            if one.is_whole and not one.is_cancelled
        ]
    return sorted((one for one in found if one.ends_at > now), key=lambda one: one.starts_at)


def owed(db: Session, viewer: Viewer) -> list[Due]:
    """What the viewer owes, soonest first; what has no day comes last."""
    found = [
        *updates_due.due_from(db, viewer),
        *mark_lists.due_from(db, viewer),
        *registration_due.due_from(db, viewer),
        *gatherings_due.due_from(db, viewer),
        *poll_asking.due_from(db, viewer),
        *purging.due_from(db, viewer),
    ]
    return sorted(found, key=lambda one: (one.due_on or date.max, one.title))


def last_look(db: Session, viewer: Viewer) -> datetime:
    """When the person last said that they had seen what changed, in any browser; else a month ago."""
    looked = db.exec(select(func.max(SignIn.looked_at)).where(SignIn.person_id == viewer.actor_id)).one()
    return max(looked, clock.now() - 3 * A_MONTH) if looked else clock.now() - A_MONTH


def changed(db: Session, viewer: Viewer, since: datetime) -> list[News]:
    """New agendas, released updates and gatherings that changed, of the viewer's cohorts, and to organizers who comes
    instead of whom, the latest first."""
    news: list[News] = _gathering_news(db, viewer, since)
    cohort_ids = {office.cohort_id for office in viewer.offices}
    for convening in _convenings(db, cohort_ids):
        news += _agenda_news(db, convening, viewer, since)
    readable = {number for number in cohort_ids if may(viewer, "update.read", cohort_id=number)}
    rows = db.exec(
        select(Update, UpdateCycle, City, Cohort)
        .join(UpdateCycle, col(UpdateCycle.id) == Update.cycle_id)
        .join(City, col(City.id) == Update.city_id)
        .join(Cohort, col(Cohort.id) == UpdateCycle.cohort_id)
        .where(col(UpdateCycle.cohort_id).in_(readable), col(Update.released_at) > since)
    )
    for update, cycle, city, cohort in rows:
        assert update.released_at is not None, "the query asks for released ones"
        place = f"/{cohort.slug}/updates/{cycle.slug}/{city.slug}"
        news.append(News(f"{city.name}’s update for {cycle.title} is out", place, update.released_at))
    news += [News(one.title, one.url, one.at) for one in mark_lists.news_of_marks(db, viewer, since)]
    organized = {number for number in cohort_ids if viewer.is_organizer(number)}
    news += [News(one.said, one.url, one.at) for one in swaps_since(db, organized, since)]
    return sorted(news, key=lambda one: one.at, reverse=True)


def _gathering_news(db: Session, viewer: Viewer, since: datetime) -> list[News]:
    """The gatherings still to come to which the viewer is invited that were moved or called off: as they are now."""
    now, also = clock.now(), (viewer.zone, viewer.place) if viewer.zone else None
    slugs = {office.cohort_id: office.cohort_slug for office in viewer.offices}
    news = []
    for one in invitations_of(db, viewer, ending_after=now):
        if one.sequence and one.changed_at > since and one.ends_at > now and one.cohort_id in slugs:
            when = clock.said_span(one.starts_at, one.ends_at, one.zone, also)
            said = f"“{one.title}”, {when}, is cancelled" if one.is_cancelled else f"“{one.title}” has changed: {when}"
            news.append(News(said, f"/{slugs[one.cohort_id]}/gatherings/{one.session_id}", one.changed_at))
    return news


def said_until(moment: datetime, now: datetime) -> str:
    """How long until an instant, in the largest unit that helps: "in 25 min", "in 3 h", "in 6 days", or "now"."""
    minutes = int((moment - now).total_seconds() // 60)
    if minutes < 1:
        return "now"
    if minutes < 100:
        return f"in {minutes} min"
    if minutes < 36 * 60:
        return f"in {round(minutes / 60)} h"
    days = round(minutes / 60 / 24)
    return f"in {days} days" if days < 21 else f"in {round(days / 7)} weeks"


def _convenings(db: Session, cohort_ids: Iterable[int]) -> Sequence[Convening]:
    """The convenings of these cohorts that are not over, soonest first, with their cohorts and venues."""
    yesterday = clock.today("UTC") - timedelta(days=1)
    return db.exec(
        select(Convening)
        .where(
            col(Convening.cohort_id).in_(list(cohort_ids)),
            col(Convening.archived_at).is_(None),
            Convening.ends_on >= yesterday,
        )
        .options(joinedload(relation(Convening.cohort)), joinedload(relation(Convening.venue)))
        .order_by(col(Convening.starts_on), col(Convening.id))
    ).all()


def _of_agenda(db: Session, convening: Convening, viewer: Viewer, *, mine: bool) -> list[Coming]:
    venue = convening.venue
    agenda = published.agenda(db, convening, viewer)
    return [
        Coming(
            title=one.title,
            url=f"{convening.path}/sessions/{one.id}",
            format=one.format,
            openness=one.openness,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            zone=one.zone,
            rooms=", ".join(room.name for room in (one.my_rooms or one.rooms)),
            of=convening.title,
            join_url=one.join_url,
            address=", ".join(part for part in (venue.name, venue.address) if part) if venue else "",
            map_url=venue.map_url if venue else "",
        )
        for one in (agenda.sessions if agenda else ())
        if not one.cancelled and (one.mine or not mine)
    ]


def _agenda_news(db: Session, convening: Convening, viewer: Viewer, since: datetime) -> list[News]:
    """The convening's newest release, when it is newer, with what it changes for the viewer since then."""
    numbers = db.exec(
        select(AgendaRelease.number, AgendaRelease.created_at)
        .where(AgendaRelease.convening_id == convening.key)
        .order_by(col(AgendaRelease.number))
    ).all()
    if not numbers or numbers[-1][1] <= since:
        return []
    newest, at = numbers[-1]
    known = max((number for number, released_at in numbers if released_at <= since), default=0)
    place = f"{convening.path}/agenda"
    if known == 0:
        return [News(f"The agenda of {convening.title} is out: release {newest}", place, at)]
    changes = releases.changes_since(db, convening, known, viewer)
    if not changes:
        return []
    title = f"Release {newest} of the agenda of {convening.title}"
    return [News(title, f"{place}/releases/{known}/changes", at, tuple(changes))]
