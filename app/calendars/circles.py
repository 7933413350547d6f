"""Calendars of more than oneself: what a role is invited to, what a city is, a convening's agenda, and what is public.

Each holds what its owner may know (rule 13), under the same uids as their own calendar. No address to join stands in
them: they are passed on, and whoever is invited has it in their own.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session, col, select

from app.agenda import published
from app.calendars.contents import Contents
from app.calendars.documents import Entry
from app.calendars.entries import Met, gathering_entry
from app.calendars.pieces import (
    KEPT,
    around,
    banners_of,
    by_series,
    chosen,
    convenings_of,
    gathering_address,
    is_kept,
    is_kept_gathering,
    settled,
    start_of_today,
)
from app.gatherings.knowing import is_of_cohort
from app.gatherings.listing import Gathering, gatherings_of
from app.models import AgendaSession, City, Cohort, Convening, ConveningStage, FeedScope, Role, Seat
from app.people.audiences import Rule, rules_of
from app.people.viewer import Viewer

Concerns = Callable[[Rule], bool]


@dataclass(frozen=True, slots=True)
class Circle:
    """What a calendar may be of, beside oneself; `name` as people call it: "Mayors", "Oakland", a convening's title."""

    scope: FeedScope
    id: int
    name: str
    cohort: Cohort

    @property
    def about(self) -> str:
        """What it holds, in a sentence."""
        return {
            FeedScope.ROLE: f"What {_within(self.name)} of {self.cohort.name} are invited to, as far as you may know.",
            FeedScope.CITY: f"What {self.name} is invited to in {self.cohort.name}, as far as you may know.",
            FeedScope.CONVENING: f"The published agenda of {self.name}, as you see it.",
        }[self.scope]


def circles_of(db: Session, viewer: Viewer) -> list[Circle]:
    """Of what the viewer may have a calendar, beside their own: roles, cities and convenings of the cohorts they belong
    to; four queries."""
    ids = {office.cohort_id for office in viewer.offices if is_of_cohort(viewer, office.cohort_id)}
    cohorts = {one.key: one for one in db.exec(select(Cohort).where(col(Cohort.id).in_(ids)).order_by(col(Cohort.id)))}
    roles = db.exec(select(Role).where(col(Role.cohort_id).in_(ids)).order_by(col(Role.position), col(Role.id))).all()
    cities = db.exec(
        select(Seat.cohort_id, City)
        .join(City, col(City.id) == Seat.city_id)
        .where(col(Seat.cohort_id).in_(ids), col(Seat.archived_at).is_(None))
        .distinct()
        .order_by(col(City.name))
    ).all()
    convenings = convenings_of(db, ids, start_of_today())
    return [
        *(Circle(FeedScope.ROLE, one.key, one.plural, cohorts[one.cohort_id]) for one in roles),
        *(Circle(FeedScope.CITY, city.key, city.name, cohorts[cohort_id]) for cohort_id, city in cities),
        *(
            Circle(FeedScope.CONVENING, one.key, one.title, cohorts[one.cohort_id])
            for one in convenings
            if one.archived_at is None
        ),
    ]


def circle_of(db: Session, viewer: Viewer, scope: FeedScope, number: int | None) -> Circle | None:
    """The one of them, or None where the viewer may not have a calendar of it, or not any more."""
    return next((one for one in circles_of(db, viewer) if (one.scope, one.id) == (scope, number)), None)


def of_circle(
    db: Session, viewer: Viewer, circle: Circle, base: str, *, hides_cancelled: bool = False, with_holds: bool = True
) -> Contents:
    """What is in the calendar of a circle, as its viewer may know it; queries as `of_person` makes them."""
    if circle.scope is FeedScope.CONVENING:
        convening = db.get_one(Convening, circle.id)
        found: list[Entry] = _of_convenings(db, viewer, [convening], circle.cohort, base, lambda _: True, covers=True)
        met: list[Met] = []
    else:
        concerns = _concerns(db, circle)
        convenings = convenings_of(db, [circle.cohort.key], start_of_today())
        found = _of_convenings(db, viewer, convenings, circle.cohort, base, concerns)
        met = _met(db, viewer, circle.cohort, base, concerns)
    return _contents(
        db,
        met,
        found,
        circle.cohort,
        base,
        name=f"{circle.cohort.name}: {circle.name}" if circle.scope is not FeedScope.CONVENING else circle.name,
        about=circle.about,
        hides_cancelled=hides_cancelled,
        with_holds=with_holds,
    )


def of_public(db: Session, cohort: Cohort, base: str) -> Contents:
    """What of a cohort is for anyone: its public sessions and gatherings, and nothing else (rule 18)."""
    anyone, today = Viewer.anonymous(), start_of_today()
    convenings = [one for one in convenings_of(db, [cohort.key], today) if one.stage is not ConveningStage.CONCEPT]
    found = _of_convenings(db, anyone, convenings, cohort, base, None)
    return _contents(
        db,
        _met(db, anyone, cohort, base, None),
        found,
        cohort,
        base,
        name=f"{cohort.name}: open to the public",
        about=f"What {cohort.name} holds that anyone may come to.",
    )


def _contents(
    db: Session,
    met: list[Met],
    convened: list[Entry],
    cohort: Cohort,
    base: str,
    *,
    name: str,
    about: str,
    hides_cancelled: bool = False,
    with_holds: bool = True,
) -> Contents:
    drawn = by_series(db, met, base, {cohort.key: cohort}, hides_cancelled=hides_cancelled)

    def shown(entries: Iterable[Entry]) -> tuple[Entry, ...]:
        wanted = chosen(entries, hides_cancelled=hides_cancelled, with_holds=with_holds)
        return tuple(replace(one, join_url="") for one in wanted)

    return Contents(
        name=name,
        zone=cohort.zone,
        entries=shown([*drawn, *convened]),
        single=shown([*(one.entry for one in met), *convened]),
        about=about,
    )


def _of_convenings(
    db: Session,
    viewer: Viewer,
    convenings: Sequence[Convening],
    cohort: Cohort,
    base: str,
    concerns: Concerns | None,
    *,
    covers: bool = False,
) -> list[Entry]:
    """The sessions of some convenings, and (not to the public) each convening's own entry above them."""
    today = start_of_today()
    beside = around(db, convenings)
    entries: list[Entry] = []
    for convening in convenings:
        agenda = published.agenda(db, convening, viewer)
        place = f"{base}/{cohort.slug}/convenings/{convening.slug}/sessions"
        for session in agenda.sessions if agenda else ():
            told = covers or not session.covered
            asked = concerns is None or covers or (session.rule is not None and concerns(session.rule))
            its = settled(session, convening)
            if told and asked and is_kept(its.ends_at, its.cancelled, its.changed_at, today):
                entries.append(beside[convening.key].entry(its, f"{place}/{its.id}"))
    above = banners_of(db, convenings, base, {cohort.key: cohort}, beside) if viewer.is_signed_in else {}
    return [*entries, *above.values()]


def _met(db: Session, viewer: Viewer, cohort: Cohort, base: str, concerns: Concerns | None) -> list[Met]:
    today = start_of_today()
    seen = [one for one in gatherings_of(db, cohort.key, viewer) if one.is_whole and is_kept_gathering(one, today)]
    lively = {one.series_id for one in seen if one.ends_at > today - KEPT}
    seen = [one for one in seen if one.series_id is None or one.series_id in lively]
    if concerns is not None:
        rules = _rules(db, seen)
        seen = [one for one in seen if concerns(rules[one.session_id])]
    cohorts = {cohort.key: cohort}
    return [Met(one, gathering_entry(one, gathering_address(base, cohorts, one))) for one in seen]


def _rules(db: Session, seen: Iterable[Gathering]) -> Mapping[int, Rule]:
    """The audience of each gathering, by its session."""
    ids = [one.session_id for one in seen]
    audiences = dict(
        db.exec(select(AgendaSession.id, AgendaSession.audience_id).where(col(AgendaSession.id).in_(ids))).all()
    )
    rules = rules_of(db, set(audiences.values()))
    return {number: rules[audience_id] for number, audience_id in audiences.items() if number is not None}


def _concerns(db: Session, circle: Circle) -> Concerns:
    """Whether an audience takes in a whole role, or anybody of a city. Exceptions of single cities and people leave a
    role whole: the others go."""
    number = circle.id
    if circle.scope is FeedScope.ROLE:
        return lambda rule: (
            (rule.everyone or (number in rule.role_ids and not rule.city_ids)) and number not in rule.but_role_ids
        )
    roles = frozenset(
        db.exec(
            select(Seat.role_id).where(
                Seat.city_id == number, Seat.cohort_id == circle.cohort.key, col(Seat.archived_at).is_(None)
            )
        ).all()
    )

    def of_city(rule: Rule) -> bool:
        if number in rule.but_city_ids or not roles - rule.but_role_ids:
            return False
        of_role = not rule.role_ids or bool(rule.role_ids & (roles - rule.but_role_ids))
        of_place = number in rule.city_ids or (bool(rule.role_ids) and not rule.city_ids)
        return rule.everyone or (of_role and of_place)

    return of_city


def _within(name: str) -> str:
    """A role inside a sentence: "mayors"; what is written in capitals stays."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]
