"""What stands in a person's own calendar, and what its parts have in common with other calendars."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from app import clock
from app.agenda import published
from app.calendars.documents import Entry, State, instant
from app.calendars.entries import Met, gathering_entry
from app.calendars.pieces import (
    KEPT,
    around,
    banners_of,
    by_series,
    chosen,
    cohorts_of,
    convenings_of,
    gathering_address,
    is_kept,
    is_kept_gathering,
    settled,
    start_of_today,
)
from app.gatherings.details import GONE
from app.gatherings.knowing import is_of_cohort
from app.gatherings.listing import Gathering, gatherings_of_series, invitations_of
from app.models import (
    AgendaSession,
    AudienceTerm,
    Cohort,
    Convening,
    Engagement,
    Registration,
    Series,
    Substitution,
)
from app.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Contents:
    """A calendar: its entries as a file has them, and `single`, the same with every occurrence by itself."""

    name: str
    zone: str
    entries: tuple[Entry, ...]
    single: tuple[Entry, ...]
    about: str = ""

    def upcoming(self, count: int) -> list[Entry]:
        """The next events with a time that are not called off."""
        now = clock.now()
        ahead = [one for one in self.single if isinstance(one.ends, datetime) and one.ends > now]
        on = [one for one in ahead if one.state is not State.CANCELLED]
        return sorted(on, key=lambda one: (instant(one.starts), one.uid))[:count]


def of_person(
    db: Session, viewer: Viewer, base: str, *, hides_cancelled: bool = False, with_holds: bool = True
) -> Contents:
    """All that a person is invited to and may know, in all their cohorts; addresses begin with `base`.

    The queries grow with cohorts and convenings, never with sessions. What is too old is left out by whole days
    (UTC), so that a calendar stays the same to the byte for a day in which nothing changes.
    """
    today = start_of_today()
    guest = _guest_in(db, viewer)
    invited = [one for one in invitations_of(db, viewer, ending_after=today - KEPT) if is_kept_gathering(one, today)]
    cohort_ids = {office.cohort_id for office in viewer.offices} | guest.cohort_ids
    cohorts = cohorts_of(db, cohort_ids | {one.cohort_id for one in invited})
    met = [Met(one, gathering_entry(one, gathering_address(base, cohorts, one))) for one in invited]
    convened = _convened(db, viewer, base, cohorts, guest, today)
    own = viewer.office.cohort_name if viewer.office else next((one.name for one in cohorts.values()), "Plenary")
    return Contents(
        name=f"{own}: {viewer.name}",
        zone=viewer.zone or "UTC",
        entries=chosen(
            [*by_series(db, met, base, cohorts, hides_cancelled=hides_cancelled), *convened],
            hides_cancelled=hides_cancelled,
            with_holds=with_holds,
        ),
        single=chosen([*(one.entry for one in met), *convened], hides_cancelled=hides_cancelled, with_holds=with_holds),
        about="All that you are invited to: sessions, calls, webinars, and the days of convenings.",
    )


def of_agenda(db: Session, convening: Convening, seen: published.PublishedAgenda, base: str) -> list[Entry]:
    """The published agenda as its viewer sees it."""
    its = around(db, [convening])[convening.key]
    return [its.entry(one, f"{base}{convening.path}/sessions/{one.id}") for one in seen.sessions]


def of_gathering(db: Session, cohort: Cohort, gathering: Gathering, viewer: Viewer, base: str) -> list[Entry]:
    """One gathering for a file: of a series that follows a rule, the whole series, since they are one event.

    A file is read once, so what is called off of a series is left out of it (calendars.md, 14).
    """
    cohorts = {cohort.key: cohort}
    series = db.get(Series, gathering.series_id) if gathering.series_id is not None else None
    if series is None or not series.rrule:
        return [gathering_entry(gathering, gathering_address(base, cohorts, gathering))]
    of_rule = gatherings_of_series(db, series.key, viewer)
    met = [
        Met(one, gathering_entry(one, gathering_address(base, cohorts, one)))
        for one in of_rule
        if not one.is_cancelled or one.session_id == gathering.session_id
    ]
    return by_series(db, met, base, cohorts)


@dataclass(frozen=True, slots=True)
class _Guest:
    """Where a person has a part or is named, seat or no seat."""

    cohort_ids: frozenset[int]
    presenting_at: frozenset[int | None]
    came_to: Mapping[int, "_Came"]


@dataclass(frozen=True, slots=True)
class _Came:
    """How often a person was sent to a convening in somebody's place or called back from it, and when last (UTC)."""

    turns: int
    at: datetime


def _guest_in(db: Session, viewer: Viewer) -> _Guest:
    has_part = select(Engagement.session_id).where(
        Engagement.person_id == viewer.person_id, col(Engagement.state).not_in(GONE)
    )
    named = select(AudienceTerm.audience_id).where(AudienceTerm.person_id == viewer.person_id)
    presenting = db.exec(
        select(AgendaSession.cohort_id, AgendaSession.convening_id)
        .where(col(AgendaSession.id).in_(has_part), col(AgendaSession.archived_at).is_(None))
        .distinct()
    ).all()
    invited = db.exec(select(AgendaSession.cohort_id).where(col(AgendaSession.audience_id).in_(named)).distinct())
    came = db.exec(
        select(Convening.cohort_id, Substitution)
        .join(Substitution, col(Substitution.convening_id) == Convening.id)
        .join(Registration, col(Registration.id) == Substitution.coming_id)
        .where(Registration.person_id == viewer.person_id)
        .order_by(col(Substitution.id))
    ).all()
    came_to: dict[int, _Came] = {}
    for _, made in came:
        before = came_to.get(made.convening_id)
        turns = (before.turns if before else 0) + (1 if made.undone_at is None else 2)
        came_to[made.convening_id] = _Came(turns, made.undone_at or made.created_at)
    return _Guest(
        frozenset(cohort_id for cohort_id, _ in (*presenting, *came)) | frozenset(invited),
        frozenset(convening_id for _, convening_id in presenting),
        came_to,
    )


def _convened(
    db: Session, viewer: Viewer, base: str, cohorts: Mapping[int, Cohort], guest: _Guest, today: datetime
) -> list[Entry]:
    """The person's sessions of each convening's newest release, and the convening itself as an all-day entry."""
    convenings = convenings_of(db, cohorts, today)
    beside = around(db, convenings)
    entries: list[Entry] = []
    shown, off = [], set()
    for convening in convenings:
        agenda = published.agenda(db, convening, viewer, for_calendar=True)
        sessions = agenda.sessions if agenda else ()
        mine = [settled(one, convening) for one in sessions if one.mine or one.given_up_at]
        place = f"{base}/{cohorts[convening.cohort_id].slug}/convenings/{convening.slug}/sessions"
        entries += [
            beside[convening.key].entry(one, f"{place}/{one.id}")
            for one in mine
            if is_kept(one.ends_at, one.cancelled, one.changed_at, today)
        ]
        if mine or is_of_cohort(viewer, convening.cohort_id) or convening.key in guest.presenting_at:
            shown.append(convening)
            if not is_of_cohort(viewer, convening.cohort_id) and all(one.given_up_at for one in mine):
                off.add(convening.key)
    above = banners_of(db, shown, base, cohorts, beside)
    return [*entries, *(_as_sent(above[one], guest.came_to.get(one), is_off=one in off) for one in above)]


def _as_sent(banner: Entry, came: _Came | None, *, is_off: bool) -> Entry:
    """The all-day entry of who came in somebody's place, which is off where they do not any more (rules 10 and 16)."""
    if came is None:
        return banner
    return replace(
        banner,
        sequence=banner.sequence + came.turns,
        changed_at=max(banner.changed_at, came.at.replace(microsecond=0)),
        state=State.CANCELLED if is_off else banner.state,
    )
