"""Series of gatherings: one's page with its dates, a new one, going on, ending."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session, col, select

from app import clock
from app.gatherings import hosts, rules, series
from app.gatherings.arranging import KINDS
from app.gatherings.groups import give_to_group
from app.gatherings.listing import Gathering, gatherings_of_series
from app.gatherings.months import months_without_call
from app.gatherings.rules import Rhythm
from app.gatherings.series import Purpose, Timetable
from app.models import AgendaSession, City, Cohort, Openness, Series, SessionFormat
from app.people.audiences import names_for, rule_of, said
from app.people.audit import Refused
from app.people.cities import cities_of
from app.people.names import checked_zone
from app.people.policy import may
from app.people.viewer import Viewer
from app.routes import audience_fields, gatherings_form, typed
from app.routes.door import CohortHere, Db, Needs, NotHere, ViewerHere
from app.routes.gatherings_form import KIND_NAMES, OPENNESS_NAMES, WhomForm
from app.routes.pages import page, see_other

router = APIRouter()
READ = [Depends(Needs("gathering.read"))]
CHANGE = [Depends(Needs("gathering.change"))]

RHYTHM_NAMES = {
    Rhythm.MONTHLY: "Monthly, on the first day’s weekday of its week",
    Rhythm.WEEKLY: "Weekly",
    Rhythm.FORTNIGHTLY: "Every other week",
    Rhythm.DATES: "On dates of no rule",
}


class SeriesForm(WhomForm):
    format: str = SessionFormat.CALL
    title: str = ""
    purpose: str = ""
    openness: str = Openness.COHORT
    join_url: str = ""
    rhythm: str = Rhythm.MONTHLY
    first: str = ""
    last: str = ""
    days: str = ""
    start: str = "12:00"
    minutes: str = "60"
    zone: str = ""


@router.get("/{cohort}/gatherings/series/new", dependencies=CHANGE)
def new(request: Request, db: Db, cohort: CohortHere) -> Response:
    last = cohort.ends_on.isoformat() if cohort.ends_on else ""
    return _form(request, db, cohort, SeriesForm(zone=cohort.zone, last=last))


@router.post("/{cohort}/gatherings/series", dependencies=CHANGE)
def create(
    request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, form: Annotated[SeriesForm, Form()]
) -> Response:
    try:
        made = series.create_series(db, cohort, _purpose(db, cohort, form), _timetable(form), by=viewer)
        give_to_group(db, made, form.group_meant(db, cohort), by=viewer)
    except Refused as refused:
        return _form(request, db, cohort, form, errors=typed.errors(refused))
    return see_other(place_of(cohort, made), flash=f"“{made.title}” is on the calendar, {len(made.sessions)} times.")


@router.get("/{cohort}/gatherings/series/{slug}", dependencies=READ)
def one(request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, slug: str) -> Response:
    """A series with the dates that the viewer may know of."""
    found, seen = _seen(db, cohort, viewer, slug)
    now = clock.now()
    changes = may(viewer, "gathering.change", cohort_id=cohort.key)
    rule = rule_of(found.audience)
    context = {
        "series": found,
        "said_rule": rules.said_rule(found.rrule),
        "coming": [one for one in seen if one.ends_at > now],
        "past": [one for one in reversed(seen) if one.ends_at <= now],
        "audience": said(rule, names_for(db, [rule], cohort.key)),
        "changes": changes,
        "flagged": _flagged(found, clock.today(found.zone)) if changes else [],
        "goes_on_from": db.get(Series, found.follows_id) if found.follows_id else None,
        "goes_on_as": db.exec(select(Series).where(Series.follows_id == found.key)).first(),
        "taken_out": series.taken_out(found) if changes else [],
        "hosting": _hosting(db, cohort, found) if changes else None,
        "errors": {},
    }
    return page(request, "gatherings/series.html", context)


@router.get("/{cohort}/gatherings/series/{slug}/edit", dependencies=CHANGE)
def edit(request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, slug: str) -> Response:
    found = series_here(db, cohort, viewer, slug)
    form = SeriesForm(
        format=found.format,
        title=found.title,
        purpose=found.purpose,
        openness=found.openness,
        join_url=found.join_url,
        group=str(found.group_id or ""),
        **audience_fields.audience_values(db, rule_of(found.audience)),
    )
    return _form(request, db, cohort, form, found=found)


@router.post("/{cohort}/gatherings/series/{slug}", dependencies=CHANGE)
def save(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    slug: str,
    form: Annotated[SeriesForm, Form()],
) -> Response:
    """Say something else of the whole series; dates that say it differently by themselves keep that."""
    found = series_here(db, cohort, viewer, slug)
    try:
        series.change_series(db, found, _purpose(db, cohort, form, found), by=viewer)
        give_to_group(db, found, form.group_meant(db, cohort), by=viewer)
    except Refused as refused:
        return _form(request, db, cohort, form, errors=typed.errors(refused), found=found)
    return see_other(place_of(cohort, found), flash="Saved, for all its dates.")


@router.post("/{cohort}/gatherings/series/{slug}/extension", dependencies=CHANGE)
def extend(db: Db, cohort: CohortHere, viewer: ViewerHere, slug: str, last: Annotated[str, Form()] = "") -> Response:
    found = series_here(db, cohort, viewer, slug)
    added = series.extend_series(db, found, last=typed.day(last, "last"), by=viewer)
    dates = "date" if len(added) == 1 else "dates"
    return see_other(place_of(cohort, found), flash=f"{len(added)} more {dates}.")


@router.post("/{cohort}/gatherings/series/{slug}/dates", dependencies=CHANGE)
def add_date(
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    slug: str,
    day: Annotated[str, Form()] = "",
    start: Annotated[str, Form()] = "",
) -> Response:
    found = series_here(db, cohort, viewer, slug)
    wall = gatherings_form.wall(start, "start")
    starts_at = clock.at(typed.day(day, "day"), wall, found.zone).astimezone(UTC)
    series.add_occurrence(db, found, starts_at=starts_at, by=viewer)
    return see_other(place_of(cohort, found), flash="One more date.")


@router.post("/{cohort}/gatherings/series/{slug}/end", dependencies=CHANGE)
def end(db: Db, cohort: CohortHere, viewer: ViewerHere, slug: str, last: Annotated[str, Form()] = "") -> Response:
    """Let the series end with a day. One that is to meet at another time ends, and a new one begins."""
    found = series_here(db, cohort, viewer, slug)
    series.end_series(db, found, last=typed.day(last, "last"), by=viewer)
    return see_other(place_of(cohort, found), flash="The series ends there; what has been stays.")


def place_of(cohort: Cohort, found: Series) -> str:
    """The address of a series' page."""
    return f"/{cohort.slug}/gatherings/series/{found.slug}"


def series_here(db: Session, cohort: Cohort, viewer: Viewer, slug: str) -> Series:
    """The series of the address; raises NotHere where the viewer may not know of it."""
    return _seen(db, cohort, viewer, slug)[0]


def _seen(db: Session, cohort: Cohort, viewer: Viewer, slug: str) -> tuple[Series, list[Gathering]]:
    """The series, for whoever may know all of one of its dates (rule 13), or organizes one that has none."""
    found = db.exec(
        select(Series).where(Series.cohort_id == cohort.key, Series.slug == slug, col(Series.archived_at).is_(None))
    ).first()
    seen = gatherings_of_series(db, found.key, viewer) if found else []
    empty = not seen and may(viewer, "gathering.change", cohort_id=cohort.key)
    if found is None or not (empty or any(one.is_whole for one in seen)):
        raise NotHere(f"{cohort.name} has no such series.")
    return found, seen


@dataclass(frozen=True, slots=True)
class Hosting:
    """Who hosts by turns, as organizers set it: the cities in the order in which they are next, those that could be
    added, the dates to come, and those whose host will have left the cohort by then."""

    cities: tuple[City, ...]
    others: tuple[City, ...]
    coming: tuple[AgendaSession, ...]
    leaving: tuple[AgendaSession, ...]


def _hosting(db: Session, cohort: Cohort, found: Series) -> Hosting:
    coming, turns = hosts.coming_dates(db, found.key), hosts.turns_of(db, found.key)
    cities = hosts.in_turn(turns, coming)
    others = [one for one in cities_of(db, cohort.key, clock.today(cohort.zone)) if one not in cities]
    left = hosts.leaving(db, cohort.key, coming) if turns else []
    return Hosting(tuple(cities), tuple(others), tuple(coming), tuple(left))


def _flagged(found: Series, today: date) -> list[date]:
    """The months without a call of a series of calls (rule 17), as far as it is planned."""
    if found.format is not SessionFormat.CALL or "MONTHLY" not in found.rrule:
        return []
    last = max(found.ends_on or today, clock.local(found.starts_at, found.zone).date())
    return months_without_call(found, clock.local(found.starts_at, found.zone).date(), last)


def _purpose(db: Session, cohort: Cohort, form: SeriesForm, before: Series | None = None) -> Purpose:
    return Purpose(
        title=form.title,
        purpose=form.purpose,
        format=gatherings_form.chosen_kind(form.format),
        openness=gatherings_form.chosen_openness(form.openness),
        join_url=form.join_url.strip(),
        audience=form.rule(db, cohort, rule_of(before.audience) if before else None),
    )


def _timetable(form: SeriesForm) -> Timetable:
    try:
        rhythm = Rhythm(form.rhythm)
    except ValueError as error:
        raise Refused("Choose how often it meets.", "rhythm") from error
    zone = checked_zone(form.zone.strip())
    start, minutes = gatherings_form.wall(form.start, "start"), gatherings_form.whole_minutes(form.minutes)
    if rhythm is Rhythm.DATES:
        days = [typed.day(line, "days") for line in form.days.replace(",", "\n").splitlines() if line.strip()]
        return Timetable(zone=zone, start=start, minutes=minutes, days=days)
    first, last = typed.day(form.first, "first"), typed.day(form.last, "last")
    rule = rules.rule_for(rhythm, first)
    return Timetable(zone=zone, start=start, minutes=minutes, rule=rule, first=first, last=last)


def _form(
    request: Request,
    db: Session,
    cohort: Cohort,
    form: SeriesForm,
    *,
    errors: Mapping[str, str] | None = None,
    found: Series | None = None,
) -> Response:
    context = {
        "form": form,
        "errors": errors or {},
        "series": found,
        "kinds": [(str(kind), KIND_NAMES[kind]) for kind in KINDS],
        "opennesses": [(str(one), words) for one, words in OPENNESS_NAMES.items()],
        "rhythms": [(str(one), words) for one, words in RHYTHM_NAMES.items()],
        "whom": audience_fields.audience_choices(db, cohort) | {"groups": gatherings_form.group_choices(db, cohort)},
    }
    return page(request, "gatherings/series_form.html", context, status=422 if errors else 200)
